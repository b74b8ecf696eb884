//! `/instruments`: letters, telephone calls, court papers, police inquiries and warrants (A05); never counted as reports.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use desk::registers::{InstrumentReply, NewInstrument};
use jiff::Timestamp;
use model::{CaseId, Permission};
use serde::{Deserialize, Serialize};
use store::registers::{self, InstrumentRow};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Path, Query, Unread};
use super::page::{self, List};
use super::wire::{self, Id, Shown};
use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_instruments, enter))
        .routes(routes!(get_instrument))
        .routes(routes!(link))
        .routes(routes!(answer))
}

/// An instrument. Who asks and what is masked for roles without `view-personal`.
#[derive(Debug, Serialize, ToSchema)]
struct Instrument {
    /// Identifier.
    id: Id,
    /// The number that people read: `J-2026-0001`.
    number: String,
    /// What it is.
    kind: wire::InstrumentKind,
    /// Where it stands.
    state: wire::InstrumentState,
    /// The case it is about.
    case: Option<Id>,
    /// When it arrived.
    received_at: Timestamp,
    /// Until when it is to be answered.
    deadline_at: Option<Timestamp>,
    /// Which court, police station, lawyer or person.
    from: String,
    /// Their own number.
    reference: Option<String>,
    /// What is asked.
    asked: Option<String>,
    /// What was answered, or why not.
    answer: Option<String>,
    /// Kinds of personal data that were disclosed.
    disclosed: Vec<String>,
    /// When it was answered.
    answered_at: Option<Timestamp>,
    /// By whom.
    answered_by: Option<String>,
    /// Who entered it.
    entered_by: String,
    /// Whether persons are masked here.
    masked: bool,
}

impl Instrument {
    fn new(row: InstrumentRow, shown: Shown) -> Self {
        Self {
            id: Id(row.id),
            number: row.number,
            kind: row.kind.into(),
            state: row.state.into(),
            case: row.case.map(Id::from),
            received_at: row.received_at,
            deadline_at: row.deadline_at,
            from: shown.name(row.from_body),
            reference: shown.text(Some(row.reference).filter(|text| !text.is_empty())),
            asked: shown.text(Some(row.asked)),
            answer: shown.text(row.answer),
            disclosed: row.disclosed,
            answered_at: row.answered_at,
            answered_by: row.answered_by,
            entered_by: row.entered_by,
            masked: !shown.0,
        }
    }
}

/// An instrument as it is entered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// What it is.
    kind: wire::InstrumentKind,
    /// The case it is about, if that is known.
    case: Option<Id>,
    /// When it arrived.
    received_at: Timestamp,
    /// Until when it is to be answered.
    deadline_at: Option<Timestamp>,
    /// Which court, police station, lawyer or person.
    from: String,
    /// Their own number.
    reference: Option<String>,
    /// What is asked.
    asked: String,
}

/// The case it is about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Link {
    /// Case.
    case: Id,
}

/// How it is answered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Answer {
    /// Whether it is refused; the text then says why.
    #[serde(default)]
    refused: bool,
    /// What was answered.
    text: String,
    /// Kinds of personal data that go out, such as `name`: only to a court, a police inquiry or a warrant that is linked to
    /// the case of the customer. The look is written down with the instrument as its ground.
    #[serde(default)]
    disclosed: Vec<String>,
    /// What they go out for; needed where any do.
    purpose: Option<String>,
}

/// Which instruments.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only in this state.
    #[param(inline)]
    state: Option<wire::InstrumentState>,
    /// Only those about this case, oldest first.
    #[param(inline)]
    case: Option<Id>,
    /// Rows, at most 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// The instruments: open ones first, by deadline; then the others, the latest first.
#[utoipa::path(
    get, path = "/instruments", tag = "instruments", params(Which),
    responses((status = 200, description = "The instruments.", body = List<Instrument>)),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_instruments(
    State(state): State<AppState>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Json<List<Instrument>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let limit = page::limit(which.limit)?;
    let (mut store, wanted) = (&state.desk.store, which.state.map(|state| state.0));
    let mut rows = match which.case {
        Some(case) => registers::instruments_of(&mut store, case.into()).await?,
        None => registers::instruments(&mut store, wanted, limit).await?,
    };
    rows.retain(|row| wanted.is_none_or(|state| row.state == state));
    rows.truncate(usize::try_from(limit).unwrap_or(0));
    let shown = Shown::to(&caller);
    Ok(Json(List::new(rows.into_iter().map(|row| Instrument::new(row, shown)).collect(), None)))
}

/// Enters an instrument under the next number of its year.
#[utoipa::path(
    post, path = "/instruments", tag = "instruments", request_body = Entry,
    responses(
        (status = 201, description = "The instrument.", body = Instrument),
        (status = 404, description = "No such case."),
        (status = 422, description = "Nobody asks, or nothing is asked."),
    ),
    extensions(("x-permission" = json!("work-cases")))
)]
async fn enter(
    State(state): State<AppState>,
    caller: Caller,
    body: Unread<Entry>,
) -> Result<(StatusCode, Json<Instrument>), Failure> {
    caller.require(Permission::WorkCases)?;
    let Entry { kind, case, received_at, deadline_at, from, reference, asked } = body.read().await?;
    let new = NewInstrument {
        kind: kind.0,
        case: case.map(CaseId::from),
        received_at,
        from_body: from,
        reference: reference.unwrap_or_default(),
        asked,
        deadline_at,
    };
    let row = state.desk.enter_instrument(new, &caller.as_actor()).await?;
    Ok((StatusCode::CREATED, Json(Instrument::new(row, Shown::to(&caller)))))
}

/// An instrument.
#[utoipa::path(
    get, path = "/instruments/{id}", tag = "instruments", params(("id" = Id, Path)),
    responses((status = 200, description = "The instrument.", body = Instrument), (status = 404, description = "No such instrument.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_instrument(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
) -> Result<Json<Instrument>, Failure> {
    caller.require(Permission::ViewCases)?;
    shown(&state, &caller, id).await
}

async fn shown(state: &AppState, caller: &Caller, id: Id) -> Result<Json<Instrument>, Failure> {
    let row = registers::instrument(&mut &state.desk.store, id.0).await?;
    Ok(Json(Instrument::new(row, Shown::to(caller))))
}

/// Links an instrument to the case it is about.
#[utoipa::path(
    post, path = "/instruments/{id}/links", tag = "instruments", params(("id" = Id, Path)), request_body = Link,
    responses(
        (status = 200, description = "The instrument.", body = Instrument),
        (status = 404, description = "No such instrument or case."),
        (status = 422, description = "A value is wrong."),
    ),
    extensions(("x-permission" = json!("work-cases")))
)]
async fn link(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
    body: Unread<Link>,
) -> Result<Json<Instrument>, Failure> {
    caller.require(Permission::WorkCases)?;
    let case = body.read().await?.case;
    state.desk.link_instrument(id.0, case.into(), &caller.as_actor()).await?;
    shown(&state, &caller, id).await
}

/// Answers an instrument, once. Nothing personal goes out on a telephone call or a plain letter.
#[utoipa::path(
    post, path = "/instruments/{id}/answers", tag = "instruments", params(("id" = Id, Path)), request_body = Answer,
    responses(
        (status = 200, description = "The instrument.", body = Instrument),
        (status = 403, description = "This role may not, or nothing personal may be disclosed to such an instrument."),
        (status = 404, description = "No such instrument."),
        (status = 409, description = "It has been answered, or what is to be disclosed belongs to no case yet."),
        (status = 422, description = "Nothing is answered, or nothing says what the disclosure is for."),
    ),
    extensions(("x-permission" = json!("work-cases")))
)]
async fn answer(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
    body: Unread<Answer>,
) -> Result<Json<Instrument>, Failure> {
    caller.require(Permission::WorkCases)?;
    let Answer { refused, text, disclosed, purpose } = body.read().await?;
    let reply = InstrumentReply { refused, text, disclosed, purpose: purpose.unwrap_or_default() };
    let row = state.desk.reply_to_instrument(id.0, reply, &caller.as_actor()).await?;
    Ok(Json(Instrument::new(row, Shown::to(&caller))))
}
