//! What the end of a case says about those who reported it.

use model::{CaseId, Exit};
use store::{Tx, observations};

use crate::{Desk, DeskError, reporters};

impl Desk {
    /// Moves the trust of every reporter of a case as its exit says; `sign` −1 takes it back.
    pub(crate) async fn judge_reporters(
        &self,
        tx: &mut Tx,
        case: CaseId,
        exit: Exit,
        sign: i64,
    ) -> Result<(), DeskError> {
        let (confirmed, rejected) = match exit {
            Exit::Fixed | Exit::Stopped | Exit::WarnedThenStopped | Exit::Cancelled | Exit::ReferredOut => (sign, 0),
            Exit::Rejected => (0, sign),
            Exit::InfoOnly | Exit::NotOurs | Exit::LacksData | Exit::Merged => return Ok(()),
        };
        // In the order of their numbers, so that two transactions cannot wait for each other.
        for id in observations::reporters_of_case(tx, case).await? {
            let mut row = tx.judge_reporter(id, confirmed, rejected).await?;
            row.trust = reporters::trust_of(&row);
            tx.save_reporter(&row).await?;
        }
        Ok(())
    }
}
