//! The six answers about somebody who was attacked (D44), and what a customer answered about his own machine (D52).

use std::collections::BTreeMap;

use model::{CaseId, Exit, Permission};
use serde::Serialize;
use serde_json::{Value, json};
use store::Query;
use store::cases::{self, CaseRow};

use crate::cases::{INCIDENT_QUESTIONS, needs_incident_form};
use crate::notices::{Answered, QUESTIONS, parse_answers};
use crate::why::reasons;
use crate::{Actor, Desk, DeskError};

/// Longest answer, characters.
const MAX_ANSWER: usize = 2000;

/// The incident form of a case as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Incident {
    /// Whether the case cannot end as fixed or stopped before all six are answered.
    pub required: bool,
    /// The answers given, by question.
    pub answers: BTreeMap<&'static str, String>,
}

impl Incident {
    /// The form of `case`.
    pub(crate) async fn of(query: &mut impl Query, case: &CaseRow) -> Result<Self, DeskError> {
        let form = cases::incident(query, case.id).await?.unwrap_or_default();
        let answer = |question: &str| Some(form[question].as_str()?.to_owned()).filter(|text| !text.trim().is_empty());
        Ok(Self {
            required: needs_incident_form(case.category, Exit::Fixed),
            answers: INCIDENT_QUESTIONS.into_iter().filter_map(|name| Some((name, answer(name)?))).collect(),
        })
    }

    /// The questions without an answer, in their order.
    pub fn open(&self) -> Vec<&'static str> {
        INCIDENT_QUESTIONS.into_iter().filter(|question| !self.answers.contains_key(question)).collect()
    }

    /// What was answered to `question`; empty if nothing was.
    pub fn answer(&self, question: &str) -> &str {
        self.answers.get(question).map_or("", String::as_str)
    }
}

impl Desk {
    /// The incident form of a case.
    pub async fn incident(&self, case: &CaseRow) -> Result<Incident, DeskError> {
        Incident::of(&mut &self.store, case).await
    }

    /// Writes answers of the incident form; questions that are not named keep their answers, an empty one loses it. Returns
    /// the whole form. Nothing is written if nothing changes.
    pub async fn write_incident(
        &self,
        case: CaseId,
        answers: &BTreeMap<String, String>,
        actor: &Actor,
    ) -> Result<Incident, DeskError> {
        actor.must(Permission::WorkCases)?;
        known(answers, &INCIDENT_QUESTIONS)?;
        let mut tx = self.store.begin().await?;
        let row = cases::case(&mut tx, case).await?;
        let old = Incident::of(&mut tx, &row).await?;
        let mut new = old.clone();
        for question in INCIDENT_QUESTIONS {
            let Some(answer) = answers.get(question) else { continue };
            match text::wording::clean(answer, MAX_ANSWER) {
                empty if empty.is_empty() => new.answers.remove(question),
                answer => new.answers.insert(question, answer),
            };
        }
        if new == old {
            return Ok(old);
        }
        let now = self.clock.now();
        tx.set_incident(case, &json!(new.answers), now).await?;
        let changed: Vec<_> = INCIDENT_QUESTIONS.into_iter().filter(|q| old.answer(q) != new.answer(q)).collect();
        tx.journal_at_commit(now, &actor.name, "case.incident", Some(case), json!({ "answered": changed }));
        tx.commit().await?;
        Ok(new)
    }

    /// What the customer of a case answered, by question.
    pub async fn answers(&self, case: CaseId) -> Result<BTreeMap<String, Answered>, DeskError> {
        Ok(read_answers(cases::answers(&mut &self.store, case).await?))
    }

    /// Writes down what a customer answered on the telephone, in the same words and shape as answers by mail. Questions that
    /// are not named keep their answers, an empty one loses it.
    pub async fn write_answers(
        &self,
        case: CaseId,
        answers: &BTreeMap<String, String>,
        actor: &Actor,
    ) -> Result<BTreeMap<String, Answered>, DeskError> {
        actor.must(Permission::WorkCases)?;
        known(answers, &QUESTIONS)?;
        let mut tx = self.store.begin().await?;
        cases::case(&mut tx, case).await?;
        let old = read_answers(cases::answers(&mut tx, case).await?);
        let mut new = old.clone();
        for (number, question) in (1..).zip(QUESTIONS) {
            let Some(answer) = answers.get(question) else { continue };
            let line = format!("Q{number}: {}", text::wording::clean(answer, MAX_ANSWER));
            match parse_answers(&line).remove(question) {
                Some(answer) => new.insert(question.to_owned(), answer),
                None => new.remove(question),
            };
        }
        if new == old {
            return Ok(old);
        }
        tx.set_answers(case, &json!(new)).await?;
        let changed: Vec<_> = QUESTIONS.into_iter().filter(|q| old.get(*q) != new.get(*q)).collect();
        let detail = json!({ "answered": changed, "by": "desk" });
        tx.journal_at_commit(self.clock.now(), &actor.name, "case.answers", Some(case), detail);
        tx.commit().await?;
        Ok(new)
    }
}

/// Answers as they are kept; nothing where none are.
fn read_answers(stored: Option<Value>) -> BTreeMap<String, Answered> {
    stored.and_then(|stored| serde_json::from_value(stored).ok()).unwrap_or_default()
}

fn known(answers: &BTreeMap<String, String>, questions: &[&str]) -> Result<(), DeskError> {
    match answers.keys().find(|key| !questions.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(DeskError::Invalid(reasons::unknown_question(key, questions.join(", ")))),
    }
}
