//! `/mails`: what the desk writes to customers, resellers and reporters, and what a person does with it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use desk::notices::MailEdit;
use desk::why::reasons;
use desk::{DeskError, Mode};
use jiff::Timestamp;
use model::{MailId, Permission};
use serde::{Deserialize, Serialize};
use store::cases::CaseRow;
use store::mails::{self, MailRow};
use text::mail::MailKind;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::cases::{CaseRef, find};
use super::extract::{Path, Unread, refused};
use super::page::List;
use super::wire::{self, Id, Shown};
use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_mails, write_mail))
        .routes(routes!(preview))
        .routes(routes!(get_mail, edit_mail))
        .routes(routes!(send_mail))
        .routes(routes!(hold_mail))
        .routes(routes!(cancel_mail))
}

/// A mail. Recipient, subject and text are masked for roles without `view-personal`.
#[derive(Debug, Serialize, ToSchema)]
struct Mail {
    /// Identifier.
    id: Id,
    /// The case it belongs to.
    case: Option<Id>,
    /// The report it answers.
    report: Option<Id>,
    /// The template's name.
    kind: String,
    /// `customer`, `reseller` or `reporter`.
    audience: String,
    /// Recipient.
    to: Option<String>,
    /// Subject.
    subject: Option<String>,
    /// Text.
    body: Option<String>,
    /// Language.
    lang: wire::Lang,
    /// `draft`, `queued`, `sending`, `uncertain`, `sent`, `failed`, `bounced` or `cancelled`.
    state: String,
    /// Not sent before.
    not_before_at: Timestamp,
    /// Written.
    created_at: Timestamp,
    /// Taken by the mail server.
    sent_at: Option<Timestamp>,
    /// What the mail server said last.
    last_error: Option<String>,
    /// Whether persons are masked here.
    masked: bool,
}

impl Mail {
    fn new(row: MailRow, shown: Shown) -> Self {
        Self {
            id: row.id.into(),
            case: row.case.map(Id::from),
            report: row.report.map(Id::from),
            kind: row.kind,
            audience: row.audience,
            to: shown.mail(Some(row.to)),
            subject: shown.text(Some(row.subject)),
            body: shown.text(Some(row.body)),
            lang: row.lang.into(),
            state: row.state.name().to_owned(),
            not_before_at: row.not_before,
            created_at: row.created_at,
            sent_at: row.sent_at,
            last_error: shown.text(row.last_error),
            masked: !shown.0,
        }
    }
}

/// Which mail to the customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// The template's name, such as `customer-notice-root`.
    kind: String,
    /// Only show it, in this language; the customer's own unless given. Ignored when it is written down.
    lang: Option<wire::Lang>,
}

impl Wanted {
    fn kind(&self) -> Result<MailKind, Failure> {
        self.kind.parse().map_err(|why| Failure::wrong("console.bad-request", format!("kind: {why}")))
    }
}

/// A mail as it would be.
#[derive(Debug, Serialize, ToSchema)]
struct Preview {
    /// Subject.
    subject: String,
    /// Text.
    body: String,
}

/// A person's version of a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Edit {
    /// Subject.
    subject: String,
    /// Text.
    body: String,
}

fn answer(result: Result<MailRow, DeskError>, caller: &Caller) -> Result<Json<Mail>, Failure> {
    Ok(Json(Mail::new(result.map_err(refused)?, Shown::to(caller))))
}

/// The mails of a case, oldest first.
#[utoipa::path(
    get, path = "/cases/{id}/mails", tag = "mails", params(("id" = String, Path, description = "Identifier or number.")),
    responses((status = 200, description = "The mails.", body = List<Mail>), (status = 404, description = "No such case.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_mails(
    State(state): State<AppState>,
    caller: Caller,
    Path(case): Path<CaseRef>,
) -> Result<Json<List<Mail>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let case = find(&state, &case).await?.id;
    let shown = Shown::to(&caller);
    let rows = mails::mails_of(&mut &state.desk.store, case).await?;
    Ok(Json(List::new(rows.into_iter().map(|row| Mail::new(row, shown)).collect(), None)))
}

/// Writes a mail to the customer of a case as a draft, once in each round.
#[utoipa::path(
    post, path = "/cases/{id}/mails", tag = "mails", params(("id" = String, Path, description = "Identifier or number.")),
    request_body = Wanted,
    responses(
        (status = 201, description = "The draft.", body = Mail),
        (status = 404, description = "No such case."),
        (status = 409, description = "It is written already, or can't be written; the timeline says why."),
        (status = 422, description = "No such kind of mail."),
    ),
    extensions(("x-permission" = json!("work-cases")))
)]
async fn write_mail(
    State(state): State<AppState>,
    caller: Caller,
    Path(case): Path<CaseRef>,
    body: Unread<Wanted>,
) -> Result<(StatusCode, Json<Mail>), Failure> {
    caller.require(Permission::WorkCases)?;
    let kind = body.read().await?.kind()?;
    let CaseRow { id: case, number, .. } = find(&state, &case).await?;
    let mut tx = state.desk.store.begin().await?;
    let written =
        state.desk.write_customer_mail(&mut tx, case, kind, Mode::Ask, &caller.actor).await.map_err(refused)?;
    // Also where nothing was written: the journal then says why.
    tx.commit().await?;
    let Some(mail) = written else {
        return Err(DeskError::State(reasons::mail_written_already(kind, number)).into());
    };
    let row = mails::mail(&mut &state.desk.store, mail).await?;
    Ok((StatusCode::CREATED, Json(Mail::new(row, Shown::to(&caller)))))
}

/// A mail to the customer of a case as it would be written now.
#[utoipa::path(
    post, path = "/cases/{id}/mails/previews", tag = "mails",
    params(("id" = String, Path, description = "Identifier or number.")), request_body = Wanted,
    responses(
        (status = 200, description = "The mail as it would be.", body = Preview),
        (status = 404, description = "No such case."),
        (status = 409, description = "It can't be written; `detail` says why."),
        (status = 422, description = "No such kind of mail."),
    ),
    extensions(("x-permission" = json!("view-personal")))
)]
async fn preview(
    State(state): State<AppState>,
    caller: Caller,
    Path(case): Path<CaseRef>,
    body: Unread<Wanted>,
) -> Result<Json<Preview>, Failure> {
    caller.require(Permission::ViewPersonal)?;
    let wanted = body.read().await?;
    let kind = wanted.kind()?;
    let case = find(&state, &case).await?.id;
    let mail = state.desk.preview(case, kind, wanted.lang.map(|lang| lang.0)).await.map_err(refused)?;
    Ok(Json(Preview { subject: mail.subject, body: mail.body }))
}

/// A mail.
#[utoipa::path(
    get, path = "/mails/{id}", tag = "mails", params(("id" = Id, Path)),
    responses((status = 200, description = "The mail.", body = Mail), (status = 404, description = "No such mail.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_mail(State(state): State<AppState>, caller: Caller, Path(id): Path<Id>) -> Result<Json<Mail>, Failure> {
    caller.require(Permission::ViewCases)?;
    let row = mails::mail(&mut &state.desk.store, id.into()).await?;
    Ok(Json(Mail::new(row, Shown::to(&caller))))
}

/// Replaces subject and text of a draft. A mail to a reporter can't name the customer, nor the other way round.
#[utoipa::path(
    patch, path = "/mails/{id}", tag = "mails", params(("id" = Id, Path)), request_body = Edit,
    responses(
        (status = 200, description = "The draft.", body = Mail),
        (status = 404, description = "No such mail."),
        (status = 409, description = "It is no draft."),
        (status = 422, description = "The text can't be sent; `detail` says why."),
    ),
    extensions(("x-permission" = json!("work-cases")))
)]
async fn edit_mail(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
    body: Unread<Edit>,
) -> Result<Json<Mail>, Failure> {
    caller.require(Permission::WorkCases)?;
    let Edit { subject, body } = body.read().await?;
    answer(state.desk.edit(&caller.as_actor(), id.into(), &MailEdit { subject, body }).await, &caller)
}

macro_rules! step {
    ($(#[$doc:meta])* $name:ident $path:literal $operation:ident) => {
        $(#[$doc])*
        #[utoipa::path(
            post, path = $path, tag = "mails", params(("id" = Id, Path)),
            responses(
                (status = 200, description = "The mail after it.", body = Mail),
                (status = 404, description = "No such mail."),
                (status = 409, description = "The mail is not in a state in which this can be done."),
                (status = 422, description = "The mail can't be used; `detail` says why."),
            ),
            extensions(("x-permission" = json!("work-cases")))
        )]
        async fn $name(
            State(state): State<AppState>,
            caller: Caller,
            Path(id): Path<Id>,
        ) -> Result<Json<Mail>, Failure> {
            caller.require(Permission::WorkCases)?;
            answer(state.desk.$operation(&caller.as_actor(), MailId(id.0)).await, &caller)
        }
    };
}

step! {
    /// Sends a draft now.
    send_mail "/mails/{id}/releases" send_now
}

step! {
    /// Takes a queued mail back into the drafts, while its time has not come.
    hold_mail "/mails/{id}/holds" hold
}

step! {
    /// Takes a mail back for good.
    cancel_mail "/mails/{id}/cancellations" cancel
}
