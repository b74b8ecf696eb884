//! What a measure is done to, and that it still belongs to the contract: an address may have gone to somebody else since.

use attribution::Question;
use model::{ContractId, EventTime, SubjectKey};
use store::cases::contract_facts;

use crate::why::reasons;
use crate::{Desk, DeskError};

/// Longest target, bytes.
pub const MAX_TARGET: usize = 500;

/// A target that can be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// The whole contract, by the provider's key.
    Contract(String),
    /// Something that it holds.
    Subject(SubjectKey),
    /// A page or directory: it belongs to whoever holds the host.
    Page(SubjectKey),
}

impl std::str::FromStr for Target {
    type Err = DeskError;

    fn from_str(text: &str) -> Result<Self, DeskError> {
        let wrong = || DeskError::Invalid(reasons::target_unreadable(text::wording::clean(text, 100)));
        if text.len() > MAX_TARGET || text.chars().any(char::is_control) {
            return Err(wrong());
        }
        match text.split_once(':') {
            Some(("contract", key)) if !key.trim().is_empty() => Ok(Self::Contract(key.to_owned())),
            Some(("url", url)) => {
                let mut page = model::Observation::new(model::Category::Unknown, 1.0);
                page.url = Some(url.to_owned());
                page.subjects().into_iter().next().map(Self::Page).ok_or_else(wrong)
            }
            _ => text.parse().map(Self::Subject).map_err(|_| wrong()),
        }
    }
}

impl Desk {
    /// Refuses a target that `contract` does not hold, alone, at this moment. Never called inside a transaction: it takes
    /// connections of its own, and transactions that wait for a second connection can wait for each other.
    pub(super) async fn must_hold(&self, contract: Option<ContractId>, target: &str) -> Result<(), DeskError> {
        let Some(contract) = contract else {
            return Err(DeskError::State(reasons::measure_without_contract()));
        };
        let subject = match target.parse()? {
            Target::Contract(key) => {
                let facts = contract_facts(&mut &self.store, contract).await?;
                return match facts {
                    Some(facts) if facts.key == key => Ok(()),
                    _ => Err(DeskError::Invalid(reasons::target_of_other_contract(key))),
                };
            }
            Target::Subject(subject) | Target::Page(subject) => subject,
        };
        // This very moment: who had it at the time of the report may not be who has it now.
        let now = self.clock.now();
        let at = EventTime { at: now, uncertainty_us: 0, zone: Some("UTC".to_owned()), original: None };
        let question = Question { subjects: vec![subject], port: None, at: Some(at), now };
        let answer = self.attributor.attribute(&question).await?;
        let held = answer.one().is_some_and(|candidate| candidate.contract == contract);
        if held {
            return Ok(());
        }
        Err(DeskError::State(reasons::target_not_held(target)))
    }
}
