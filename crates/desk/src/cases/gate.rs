//! What must be there before a case is closed (D44).

use model::{Category, Exit};
use store::Tx;
use store::cases::CaseRow;

use crate::registers::Incident;
use crate::{Desk, DeskError};

/// The six answers about a customer who was attacked: what was hit; whether it goes on and what is destroyed; whether there
/// is a log; who was informed; whether the source was asked; how it was recovered.
pub const INCIDENT_QUESTIONS: [&str; 6] = ["target", "state", "log", "informed", "source", "recovery"];

/// Whether a case of this category, ending this way, is an attack on our customer.
pub const fn needs_incident_form(category: Category, exit: Exit) -> bool {
    let attacked =
        matches!(category, Category::RemoteCompromise | Category::CompromisedServer | Category::Eavesdropping);
    attacked && matches!(exit, Exit::Fixed | Exit::Stopped | Exit::WarnedThenStopped)
}

impl Desk {
    /// What is missing before `case` can end as `exit`; one word each, `incident-<question>`.
    pub(crate) async fn closing_gaps(&self, tx: &mut Tx, case: &CaseRow, exit: Exit) -> Result<Vec<String>, DeskError> {
        if !needs_incident_form(case.category, exit) {
            return Ok(Vec::new());
        }
        let open = Incident::of(tx, case).await?.open();
        Ok(open.iter().map(|question| format!("incident-{question}")).collect())
    }
}
