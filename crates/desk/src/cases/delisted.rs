//! The end of a listing: a case that rests on listings alone, and with which nobody has done anything, is closed.

use model::{CaseId, CaseState, Exit};
use store::blocklists;
use store::cases::{self, CaseRow};

use super::{At, Closing};
use crate::{Actor, Desk, DeskError};

/// Who closes.
const ACTOR: &str = "job:watch-lists";

impl Desk {
    /// Closes a case whose last listing ended, with `note` for the timeline. It stays open where somebody works on it, the
    /// customer was told, or anybody else reported: then it is for a person to say how it ended.
    pub async fn close_delisted(&self, case: CaseId, note: &str) -> Result<Option<CaseRow>, DeskError> {
        let mut query = &self.store;
        let row = cases::case(&mut query, case).await?;
        let waits = matches!(row.state, CaseState::Open | CaseState::Triage) && row.assignee.is_none();
        if !waits
            || cases::told_at(&mut query, case).await?.is_some()
            || !blocklists::only_ended_listings(&mut query, case).await?
        {
            return Ok(None);
        }
        let closing = Closing { exit: Exit::InfoOnly, clause: None, note: Some(note.to_owned()) };
        self.close_case(&Actor::system(ACTOR), At::from(&row), &closing).await.map(Some)
    }
}
