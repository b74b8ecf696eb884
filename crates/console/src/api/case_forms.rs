//! Forms of `/cases/{id}`: the incident form (D44), the customer's answers (D52), the pack of evidence (D43).

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use desk::notices::Answered;
use desk::registers::{Incident, Look};
use model::Permission;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::cases::{CaseRef, find};
use super::extract::{Path, Unread};
use super::wire::{self, Shown};
use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_incident, put_incident))
        .routes(routes!(get_answers, put_answers))
        .routes(routes!(make_pack))
}

/// The six answers about a customer who was attacked; null = not answered.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct IncidentAnswers {
    /// What was attacked.
    target: Option<String>,
    /// Whether it goes on, and what is destroyed.
    state: Option<String>,
    /// Whether there is a log, and where.
    log: Option<String>,
    /// Who was informed.
    informed: Option<String>,
    /// Whether the source was asked, and what it said.
    source: Option<String>,
    /// How it was recovered.
    recovery: Option<String>,
}

/// The incident form of a case. Answers are hidden from roles without `view-personal`.
#[derive(Debug, Serialize, ToSchema)]
struct IncidentForm {
    /// Whether the case cannot end as fixed or stopped before all six are answered.
    required: bool,
    /// The questions without an answer.
    open: Vec<String>,
    /// The answers.
    answers: IncidentAnswers,
    /// Whether answers are hidden here.
    masked: bool,
}

impl IncidentForm {
    fn new(form: &Incident, shown: Shown) -> Self {
        let answer = |question: &str| shown.text(form.answers.get(question).cloned());
        Self {
            required: form.required,
            open: form.open().into_iter().map(str::to_owned).collect(),
            answers: IncidentAnswers {
                target: answer("target"),
                state: answer("state"),
                log: answer("log"),
                informed: answer("informed"),
                source: answer("source"),
                recovery: answer("recovery"),
            },
            masked: !shown.0,
        }
    }
}

/// What the customer is asked about his own machine; null = not answered.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct NewAnswers {
    /// Whether it was running at the time.
    up: Option<String>,
    /// Whether it still goes on.
    ongoing: Option<String>,
    /// Whether his own logs show it.
    logs: Option<String>,
    /// Who it was.
    who: Option<String>,
    /// Whether it was a mistake.
    mistake: Option<String>,
    /// Whether somebody else used it as a stepping stone.
    stepping_stone: Option<String>,
}

/// One answer. The text is hidden from roles without `view-personal`.
#[derive(Debug, Serialize, ToSchema)]
struct Answer {
    /// What was said.
    text: Option<String>,
    /// Yes or no, where it begins with one of them.
    yes: Option<bool>,
}

/// What the customer answered, by mail or on the telephone; null = not answered.
#[derive(Debug, Serialize, ToSchema)]
struct Answers {
    /// Whether it was running at the time.
    up: Option<Answer>,
    /// Whether it still goes on.
    ongoing: Option<Answer>,
    /// Whether his own logs show it.
    logs: Option<Answer>,
    /// Who it was.
    who: Option<Answer>,
    /// Whether it was a mistake.
    mistake: Option<Answer>,
    /// Whether somebody else used it as a stepping stone.
    stepping_stone: Option<Answer>,
    /// Whether texts are hidden here.
    masked: bool,
}

impl Answers {
    fn new(mut answers: BTreeMap<String, Answered>, shown: Shown) -> Self {
        let mut answer = |question: &str| {
            let Answered { text, yes } = answers.remove(question)?;
            Some(Answer { text: shown.text(Some(text)), yes })
        };
        Self {
            up: answer("up"),
            ongoing: answer("ongoing"),
            logs: answer("logs"),
            who: answer("who"),
            mistake: answer("mistake"),
            stepping_stone: answer("stepping-stone"),
            masked: !shown.0,
        }
    }
}

/// On which ground a pack is made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ground {
    /// Legal ground.
    basis: wire::LegalBasis,
    /// Clause of the terms, article, or number of the instrument.
    reference: Option<String>,
    /// What for.
    purpose: String,
}

/// Answers by question as the desk takes them: what is not named is empty.
fn by_question<const N: usize>(answers: [(&str, Option<String>); N]) -> BTreeMap<String, String> {
    answers.into_iter().map(|(question, answer)| (question.to_owned(), answer.unwrap_or_default())).collect()
}

/// The incident form of a case.
#[utoipa::path(
    get, path = "/cases/{id}/incident", tag = "cases",
    params(("id" = String, Path, description = "Identifier or number.")),
    responses((status = 200, description = "The form.", body = IncidentForm), (status = 404, description = "No such case.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_incident(
    State(state): State<AppState>,
    caller: Caller,
    Path(case): Path<CaseRef>,
) -> Result<Json<IncidentForm>, Failure> {
    caller.require(Permission::ViewCases)?;
    let case = find(&state, &case).await?;
    Ok(Json(IncidentForm::new(&state.desk.incident(&case).await?, Shown::to(&caller))))
}

/// Replaces the answers of the incident form. While the form is required, all six are needed to close the case as fixed or
/// stopped.
#[utoipa::path(
    put, path = "/cases/{id}/incident", tag = "cases",
    params(("id" = String, Path, description = "Identifier or number.")), request_body = IncidentAnswers,
    responses(
        (status = 200, description = "The form after it.", body = IncidentForm),
        (status = 404, description = "No such case."),
        (status = 422, description = "There is no such question."),
    ),
    extensions(("x-permission" = json!("work-cases")))
)]
async fn put_incident(
    State(state): State<AppState>,
    caller: Caller,
    Path(case): Path<CaseRef>,
    body: Unread<IncidentAnswers>,
) -> Result<Json<IncidentForm>, Failure> {
    caller.require(Permission::WorkCases)?;
    let IncidentAnswers { target, state: now, log, informed, source, recovery } = body.read().await?;
    let answers = by_question([
        ("target", target),
        ("state", now),
        ("log", log),
        ("informed", informed),
        ("source", source),
        ("recovery", recovery),
    ]);
    let case = find(&state, &case).await?.id;
    let form = state.desk.write_incident(case, &answers, &caller.as_actor()).await?;
    Ok(Json(IncidentForm::new(&form, Shown::to(&caller))))
}

/// What the customer answered about his own machine.
#[utoipa::path(
    get, path = "/cases/{id}/answers", tag = "cases",
    params(("id" = String, Path, description = "Identifier or number.")),
    responses((status = 200, description = "The answers.", body = Answers), (status = 404, description = "No such case.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_answers(
    State(state): State<AppState>,
    caller: Caller,
    Path(case): Path<CaseRef>,
) -> Result<Json<Answers>, Failure> {
    caller.require(Permission::ViewCases)?;
    let case = find(&state, &case).await?.id;
    Ok(Json(Answers::new(state.desk.answers(case).await?, Shown::to(&caller))))
}

/// Replaces the answers, as the customer gave them on the telephone.
#[utoipa::path(
    put, path = "/cases/{id}/answers", tag = "cases",
    params(("id" = String, Path, description = "Identifier or number.")), request_body = NewAnswers,
    responses(
        (status = 200, description = "The answers after it.", body = Answers),
        (status = 404, description = "No such case."),
        (status = 422, description = "There is no such question."),
    ),
    extensions(("x-permission" = json!("work-cases")))
)]
async fn put_answers(
    State(state): State<AppState>,
    caller: Caller,
    Path(case): Path<CaseRef>,
    body: Unread<NewAnswers>,
) -> Result<Json<Answers>, Failure> {
    caller.require(Permission::WorkCases)?;
    let NewAnswers { up, ongoing, logs, who, mistake, stepping_stone } = body.read().await?;
    let answers = by_question([
        ("up", up),
        ("ongoing", ongoing),
        ("logs", logs),
        ("who", who),
        ("mistake", mistake),
        ("stepping-stone", stepping_stone),
    ]);
    let case = find(&state, &case).await?.id;
    let answers = state.desk.write_answers(case, &answers, &caller.as_actor()).await?;
    Ok(Json(Answers::new(answers, Shown::to(&caller))))
}

/// Makes the pack of evidence for the step on the contract: timeline, reports, mails and measures of the case and of the
/// earlier cases of its contract; nothing of another customer. The look is written down with its ground.
#[utoipa::path(
    post, path = "/cases/{id}/packs", tag = "cases",
    params(("id" = String, Path, description = "Identifier or number.")), request_body = Ground,
    responses(
        (status = 200, description = "The pack; its inner form may grow.", body = Object),
        (status = 404, description = "No such case."),
        (status = 422, description = "No purpose, or the ground does not carry it."),
    ),
    extensions(("x-permission" = json!("view-personal")))
)]
async fn make_pack(
    State(state): State<AppState>,
    caller: Caller,
    Path(case): Path<CaseRef>,
    body: Unread<Ground>,
) -> Result<Response, Failure> {
    caller.require(Permission::ViewPersonal)?;
    let Ground { basis, reference, purpose } = body.read().await?;
    let case = find(&state, &case).await?.id;
    let look = Look { case, basis: Some(basis.0), reference, purpose, fields: Vec::new() };
    let pack = state.desk.evidence_pack(look, &caller.as_actor()).await?;
    Ok(as_file(pack))
}

/// A pack as a file to be saved.
pub(crate) fn as_file(pack: desk::registers::Pack) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", pack.name)),
        (header::ETAG, format!("\"{}\"", pack.sha256)),
    ];
    (headers, pack.bytes).into_response()
}
