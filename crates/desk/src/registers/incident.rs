//! The six answers about somebody who was attacked (D44), and what a customer answered elsewhere than by mail (D52).

use std::collections::BTreeMap;

use model::{CaseId, Permission};
use serde_json::{Value, json};

use crate::cases::INCIDENT_QUESTIONS;
use crate::notices::{Answered, QUESTIONS, parse_answers};
use crate::{Actor, Desk, DeskError};

/// Longest answer, characters.
const MAX_ANSWER: usize = 2000;

impl Desk {
    /// Writes answers of the incident form; questions that are not named keep their answers. Returns the whole form.
    pub async fn write_incident(
        &self,
        case: CaseId,
        answers: &BTreeMap<String, String>,
        actor: &Actor,
    ) -> Result<Value, DeskError> {
        actor.must(Permission::WorkCases)?;
        known(answers, &INCIDENT_QUESTIONS)?;
        let mut tx = self.store.begin().await?;
        let mut form = store::cases::incident(&mut tx, case).await?.unwrap_or_else(|| json!({}));
        for (question, answer) in answers {
            form[question.as_str()] = json!(text::wording::clean(answer, MAX_ANSWER));
        }
        let now = self.clock.now();
        store::cases::case(&mut tx, case).await?;
        tx.set_incident(case, &form, now).await?;
        let detail = json!({ "answered": answers.keys().collect::<Vec<_>>() });
        tx.journal_at_commit(now, &actor.name, "case.incident", Some(case), detail);
        tx.commit().await?;
        Ok(form)
    }

    /// Writes down what a customer answered on the telephone, in the same words and shape as answers by mail.
    pub async fn write_answers(
        &self,
        case: CaseId,
        answers: &BTreeMap<String, String>,
        actor: &Actor,
    ) -> Result<BTreeMap<&'static str, Answered>, DeskError> {
        actor.must(Permission::WorkCases)?;
        known(answers, &QUESTIONS)?;
        let lines = (1..).zip(QUESTIONS).filter_map(|(number, question)| {
            let answer = text::wording::clean(answers.get(question)?, MAX_ANSWER);
            Some(format!("Q{number}: {answer}\n"))
        });
        let read = parse_answers(&lines.collect::<String>());
        let mut tx = self.store.begin().await?;
        store::cases::case(&mut tx, case).await?;
        tx.set_answers(case, &json!(read)).await?;
        let detail = json!({ "answered": read.keys().collect::<Vec<_>>(), "by": "desk" });
        tx.journal_at_commit(self.clock.now(), &actor.name, "case.answers", Some(case), detail);
        tx.commit().await?;
        Ok(read)
    }
}

fn known(answers: &BTreeMap<String, String>, questions: &[&str]) -> Result<(), DeskError> {
    match answers.keys().find(|key| !questions.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(DeskError::Invalid(format!("`{key}` is no question; there are {}", questions.join(", ")))),
    }
}
