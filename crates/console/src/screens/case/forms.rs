//! The forms of a case: the six answers of an incident, the customer's answers, the papers about it, the pack of evidence.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::post;
use desk::cases::{At, INCIDENT_QUESTIONS};
use desk::notices::{Answered, QUESTIONS};
use desk::registers::{Incident, Look};
use model::{CaseId, LegalBasis, Permission};
use store::StoreError;
use store::cases::{self, CaseRow};
use store::registers::{self, InstrumentRow};

use crate::screens::form::{Done, Posted};
use crate::screens::page::{Page, Visit};
use crate::{AppState, Failure, api};

/// The routes of the forms.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/cases/{id}/incident", post(incident))
        .route("/cases/{id}/answers", post(answers))
        .route("/cases/{id}/pack", post(pack))
}

/// One question of a form with its answer.
#[derive(Debug)]
pub(super) struct Field {
    /// Name of the question in forms and in the catalogue.
    pub(super) question: &'static str,
    /// What was answered, where it may be shown.
    pub(super) text: String,
    /// Whether it was answered.
    pub(super) answered: bool,
    /// Yes or no, where the answer begins with one of them.
    pub(super) yes: Option<bool>,
}

/// What is written on a case besides its timeline.
#[derive(Debug)]
pub(super) struct Forms {
    /// Whether the case cannot end as fixed or stopped without the six answers.
    pub(super) required: bool,
    /// The six questions about an incident.
    pub(super) incident: Vec<Field>,
    /// The questions that the customer is asked.
    pub(super) answers: Vec<Field>,
    /// Papers and telephone calls about the case.
    pub(super) instruments: Vec<InstrumentRow>,
}

impl Forms {
    /// Collects what is written.
    pub(super) async fn of(visit: &Visit, page: &Page, case: &CaseRow) -> Result<Self, Failure> {
        let form = visit.state.desk.incident(case).await?;
        let answers = visit.state.desk.answers(case.id).await?;
        Ok(Self {
            required: form.required,
            incident: INCIDENT_QUESTIONS.iter().map(|question| of_incident(page, &form, question)).collect(),
            answers: QUESTIONS.iter().map(|question| of_answers(page, &answers, question)).collect(),
            instruments: registers::instruments_of(&mut visit.store(), case.id).await?,
        })
    }

    /// Whether anything of the incident form was written, or has to be.
    pub(super) fn is_incident(&self) -> bool {
        self.required || self.incident.iter().any(|field| field.answered)
    }

    /// How many of the six questions are answered.
    pub(super) fn answered(&self) -> usize {
        self.incident.iter().filter(|field| field.answered).count()
    }

    /// Whether the customer answered anything.
    pub(super) fn has_answers(&self) -> bool {
        self.answers.iter().any(|field| field.answered)
    }
}

/// What a person said, as the one who looks may see it.
fn shown(page: &Page, text: &str) -> String {
    match text {
        "" => String::new(),
        text if page.personal() => text::wording::clean(text, 2000),
        _ => page.t("term-hidden"),
    }
}

fn of_incident(page: &Page, form: &Incident, question: &'static str) -> Field {
    let text = form.answer(question);
    Field { question, text: shown(page, text), answered: !text.is_empty(), yes: None }
}

fn of_answers(page: &Page, answers: &BTreeMap<String, Answered>, question: &'static str) -> Field {
    let answer = answers.get(question);
    let text = answer.map_or("", |answer| answer.text.as_str());
    Field { question, text: shown(page, text), answered: answer.is_some(), yes: answer.and_then(|answer| answer.yes) }
}

/// The answers that a form sends in fields `<prefix>-<question>`; a question that it does not have is not named.
fn sent(posted: &Posted, prefix: &str, questions: &[&str]) -> BTreeMap<String, String> {
    let field = |question: &&str| {
        let answer = posted.all(&format!("{prefix}-{question}")).next()?.to_owned();
        Some(((*question).to_owned(), answer))
    };
    questions.iter().filter_map(field).collect()
}

/// Writes the answers of the incident form that came with a form that does more, and names the case as it is to be changed
/// next. Whoever saw an older case changes nothing.
pub(super) async fn with_incident(state: &AppState, posted: &Posted, id: CaseId) -> Result<At, Failure> {
    let at = posted.at(id)?;
    let answers = sent(posted, "incident", &INCIDENT_QUESTIONS);
    if answers.is_empty() {
        return Ok(at);
    }
    let seen = async |most: i64| {
        let row = cases::case(&mut &state.desk.store, id).await?;
        if row.version > most { Err(StoreError::Stale { what: format!("case {}", row.number) }) } else { Ok(row) }
    };
    seen(at.version).await?;
    state.desk.write_incident(id, &answers, &posted.actor()).await?;
    // Writing the answers is one change, and the only one that may have come in between.
    Ok(At::from(&seen(at.version + 1).await?))
}

async fn incident(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    let answers = sent(&posted, "incident", &INCIDENT_QUESTIONS);
    state.desk.write_incident(id, &answers, &posted.actor()).await?;
    Ok(posted.done(&format!("/cases/{id}"), &Done::one("saved")))
}

/// What the customer said on the telephone.
async fn answers(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    let answers = sent(&posted, "answer", &QUESTIONS);
    state.desk.write_answers(id, &answers, &posted.actor()).await?;
    Ok(posted.done(&format!("/cases/{id}"), &Done::one("saved")))
}

/// The pack of evidence as a file, on the ground that the form names.
async fn pack(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    posted.caller.require(Permission::ViewPersonal)?;
    let look = Look {
        case: id,
        basis: posted.maybe::<LegalBasis>("basis")?,
        reference: Some(posted.text("reference").to_owned()).filter(|text| !text.is_empty()),
        purpose: posted.text("purpose").to_owned(),
        fields: Vec::new(),
    };
    Ok(api::as_file(state.desk.evidence_pack(look, &posted.actor()).await?))
}
