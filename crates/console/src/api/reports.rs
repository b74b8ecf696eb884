//! `/reports`: handing reports in, and what became of them.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use model::Permission;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::acceptor::OwnedReport;
use store::listing::{self, ReportCursor, ReportFilter};
use store::observations::{self, ObservationRow};
use store::reports::ReportRow;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{self, Path, Query};
use super::page::{self, List};
use super::wire::{self, Id, Shown};
use crate::auth::Caller;
use crate::{AppState, Failure};

/// Largest report, as at the other doors.
const MAX_REPORT: usize = 50 << 20;
/// Faults of a XARF report that are named.
const MAX_FAULTS: usize = 100;

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_reports, submit_report))
        .routes(routes!(get_report))
        .routes(routes!(list_observations))
        .routes(routes!(get_raw))
        .routes(routes!(get_xarf_status))
}

/// The desk has it: it is durable and will be read.
#[derive(Debug, Serialize, ToSchema)]
struct Accepted {
    /// The report.
    report: Id,
    /// Whether the very same bytes had been handed in before; then this is that report.
    duplicate: bool,
}

/// What is wrong with a XARF report.
#[derive(Debug, Serialize, ToSchema)]
struct Invalid {
    /// Stable code: `report.xarf-invalid`.
    code: String,
    /// HTTP status.
    status: u16,
    /// What happened.
    title: String,
    /// How many faults there are.
    detail: String,
    /// What to do.
    todo: String,
    /// Every fault, at most 100.
    faults: Vec<String>,
}

/// A report. Persons are masked for roles without `view-personal`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Report {
    /// Identifier.
    id: Id,
    /// Door it came through.
    door: String,
    /// When.
    received_at: Timestamp,
    /// `waiting`, `read`, `noise`, `reply`, `set-aside` or `dismissed`.
    state: String,
    /// Format, once read.
    format: Option<String>,
    /// Subject line, once read.
    subject: Option<String>,
    /// Envelope sender; empty for the null sender.
    envelope_from: Option<String>,
    /// Envelope recipients.
    envelope_to: Option<String>,
    /// Reporter, once read.
    reporter: Option<Id>,
    /// The case it first belongs to.
    case: Option<Id>,
    /// Stable code of what went wrong.
    error_code: Option<String>,
    /// What went wrong.
    error: Option<String>,
    /// SHA-256 of the bytes as they came.
    raw_hash: String,
    /// Whether persons are masked here.
    masked: bool,
}

impl Report {
    pub(super) fn new(row: ReportRow, shown: Shown) -> Self {
        Self {
            id: row.id.into(),
            door: row.door,
            received_at: row.received_at,
            state: row.state,
            format: row.format,
            subject: shown.text(row.subject),
            envelope_from: shown.mail(row.envelope_from),
            envelope_to: shown.text(row.envelope_to),
            reporter: row.reporter.map(Id::from),
            case: row.case.map(Id::from),
            error_code: row.error_code,
            error: row.error,
            raw_hash: row.raw_hash,
            masked: !shown.0,
        }
    }
}

/// What a report tells beside an accusation, as it stood there.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Detail {
    /// `subject`, `geography`, `first-seen`, `last-seen`, `mails`, `dictionary-attacks` or `disclaimer`.
    kind: &'static str,
    /// The text.
    text: String,
}

impl From<model::Detail> for Detail {
    fn from(detail: model::Detail) -> Self {
        Self { kind: detail.kind.name(), text: detail.text }
    }
}

/// One accused subject at one time, as read from a report.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Observation {
    /// Identifier.
    id: Id,
    /// The report it was read from.
    report: Id,
    /// The case it belongs to.
    case: Option<Id>,
    /// The contract, if exactly one can have been it.
    contract: Option<Id>,
    /// What kind.
    category: wire::Category,
    /// Address.
    ip: Option<String>,
    /// Port.
    port: Option<u16>,
    /// URL as reported. It may be dangerous: never open it, never make it a link.
    url: Option<String>,
    /// Domain.
    domain: Option<String>,
    /// Mailbox or login name; masked for roles without `view-personal`.
    account: Option<String>,
    /// When it happened; null if the report does not say.
    at: Option<Timestamp>,
    /// Seconds by which that may be wrong, either way.
    uncertainty_s: Option<i64>,
    /// Brand, work or family of malware, where one is named.
    object: Option<String>,
    /// What the report tells beside; empty for roles without `view-personal`.
    details: Vec<Detail>,
    /// How sure the reader is, 0 to 1.
    confidence: f32,
    /// Whether an earlier observation of the case says the same.
    duplicate: bool,
}

impl Observation {
    pub(super) fn new(row: ObservationRow, shown: Shown) -> Self {
        let seen = row.seen;
        Self {
            id: row.id.into(),
            report: row.report.into(),
            case: row.case.map(Id::from),
            contract: row.contract.map(Id::from),
            category: seen.category.into(),
            ip: seen.ip.map(|ip| ip.to_string()),
            port: seen.port,
            url: seen.url,
            domain: seen.domain,
            account: seen.account.map(|account| shown.account(account)),
            at: seen.at.as_ref().map(|at| at.at),
            uncertainty_s: seen.at.as_ref().map(|at| at.uncertainty_us / 1_000_000),
            object: seen.object,
            details: seen.details.into_iter().filter(|_| shown.0).map(Detail::from).collect(),
            confidence: seen.confidence,
            duplicate: row.duplicate,
        }
    }
}

/// Which reports.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only in this state: `waiting`, `read`, `noise`, `reply`, `set-aside` or `dismissed`.
    state: Option<String>,
    /// Only through this door.
    door: Option<String>,
    /// Only received at or after this.
    from_at: Option<Timestamp>,
    /// Only received before this.
    to_at: Option<Timestamp>,
    /// Rows a page, at most 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Hands in a report: a mail as it came (`message/rfc822`) or a XARF v4 report (`application/json`), at most 50 MiB.
///
/// 202 is only said once the report is durable. The same bytes again are the same report, so a lost answer is mended by
/// sending it again.
#[utoipa::path(
    post, path = "/reports", tag = "reports",
    request_body(content((Vec<u8> = "message/rfc822"), (Object = "application/json"))),
    responses(
        (status = 202, description = "It is durable and will be read.", body = Accepted),
        (status = 413, description = "More than 50 MiB."),
        (status = 415, description = "Neither a mail nor JSON."),
        (status = 422, description = "Not valid XARF v4: `faults` names each fault.", body = Invalid, content_type = "application/problem+json"),
    ),
    extensions(("x-permission" = json!("submit-reports")))
)]
async fn submit_report(State(state): State<AppState>, caller: Caller, request: Request) -> Result<Response, Failure> {
    caller.require(Permission::SubmitReports)?;
    let xarf = match extract::media_type(request.headers()).as_deref() {
        Some("message/rfc822") => false,
        Some("application/json") => true,
        _ => return Err(extract::unsupported("this takes message/rfc822 or application/json (XARF v4)")),
    };
    let most = u64::try_from(MAX_REPORT).unwrap_or(u64::MAX);
    let _room = state.uploads.report(extract::announced(request.headers()).unwrap_or(most).min(most))?;
    let raw = extract::body(request, MAX_REPORT).await?;
    if raw.iter().all(u8::is_ascii_whitespace) {
        return Err(Failure::bad_request("the body is empty"));
    }
    if xarf && let Err(faults) = (state.xarf_check)(&raw) {
        return Ok(invalid(faults));
    }
    let received = state.desk.clock.now();
    let report = OwnedReport { raw, door: "api", envelope_from: None, envelope_to: None, received };
    let receipt = state.acceptor.accept(report).await?;
    let accepted = Accepted { report: receipt.report.into(), duplicate: receipt.duplicate };
    let place = format!("{}/reports/{}", super::BASE, receipt.report);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(accepted)).into_response())
}

/// The problem of a XARF report that does not follow XARF, with every fault.
fn invalid(mut faults: Vec<String>) -> Response {
    let detail = format!("{} faults", faults.len());
    faults.truncate(MAX_FAULTS);
    let problem = Failure::wrong("report.xarf-invalid", detail).problem(model::Lang::En);
    let body = Invalid {
        code: problem.code.to_owned(),
        status: problem.status,
        title: problem.title,
        detail: problem.detail,
        todo: problem.todo,
        faults,
    };
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    (StatusCode::UNPROCESSABLE_ENTITY, kind, Json(body)).into_response()
}

/// The reports, the latest first.
#[utoipa::path(
    get, path = "/reports", tag = "reports", params(Which),
    responses((status = 200, description = "The reports.", body = List<Report>)),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_reports(
    State(state): State<AppState>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Json<List<Report>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let limit = page::limit(which.limit)?;
    let after: Option<ReportCursor> = page::cursor(which.cursor.as_deref())?;
    if [&which.state, &which.door].into_iter().flatten().any(|text| text.contains('\0')) {
        return Err(Failure::bad_request("a filter has a zero byte"));
    }
    let filter = ReportFilter { state: which.state, door: which.door, from: which.from_at, to: which.to_at };
    let rows = listing::reports(&mut &state.desk.store, &filter, after, limit + 1).await?;
    let shown = Shown::to(&caller);
    let cursor = |row: &ReportRow| ReportCursor::after(row).to_string();
    Ok(Json(List::cut(rows, limit, cursor, |row| Report::new(row, shown))))
}

/// A report and what became of it.
#[utoipa::path(
    get, path = "/reports/{id}", tag = "reports", params(("id" = Id, Path)),
    responses((status = 200, description = "The report.", body = Report), (status = 404, description = "No such report.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_report(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
) -> Result<Json<Report>, Failure> {
    caller.require(Permission::ViewCases)?;
    let row = store::reports::report(&mut &state.desk.store, id.into()).await?;
    Ok(Json(Report::new(row, Shown::to(&caller))))
}

/// What was read from a report; at most 200.
#[utoipa::path(
    get, path = "/reports/{id}/observations", tag = "reports", params(("id" = Id, Path)),
    responses((status = 200, description = "The observations.", body = List<Observation>), (status = 404, description = "No such report.")),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_observations(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
) -> Result<Json<List<Observation>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let shown = Shown::to(&caller);
    let id = store::reports::report(&mut &state.desk.store, id.into()).await?.id;
    let rows = observations::of_report(&mut &state.desk.store, id).await?;
    let most = usize::try_from(page::MOST).unwrap_or(0);
    let items = rows.into_iter().take(most).map(|row| Observation::new(row, shown)).collect();
    Ok(Json(List::new(items, None)))
}

/// The bytes as they came, as plain text to be saved and never to be shown by a browser.
#[utoipa::path(
    get, path = "/reports/{id}/raw", tag = "reports", params(("id" = Id, Path)),
    responses((status = 200, description = "The bytes.", body = Vec<u8>, content_type = "text/plain"), (status = 404, description = "No such report.")),
    extensions(("x-permission" = json!("view-personal")))
)]
async fn get_raw(State(state): State<AppState>, caller: Caller, Path(id): Path<Id>) -> Result<Response, Failure> {
    caller.require(Permission::ViewPersonal)?;
    let row = store::reports::report(&mut &state.desk.store, id.into()).await?;
    let bytes = state.desk.store.get_raw(&row.raw_hash).await?;
    let headers = [
        // One byte is one character, and no browser guesses what else it might be (nosniff is on every answer).
        (header::CONTENT_TYPE, "text/plain; charset=iso-8859-1".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"report-{}.txt\"", row.id)),
        (header::ETAG, format!("\"{}\"", row.raw_hash)),
    ];
    Ok((headers, bytes).into_response())
}

/// Which report it was for the one who sent it.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Own {
    /// `report_id` as it stood in the XARF report; required of those who may not see cases.
    report_id: Option<String>,
}

/// What became of a report in XARF so far: the object that its reporter also gets by mail when the case is closed.
#[utoipa::path(
    get, path = "/reports/{id}/xarf-status", tag = "reports", params(("id" = Id, Path), Own),
    responses(
        (status = 200, description = "An object with XARF's names and nothing about the customer.", body = Object),
        (status = 404, description = "No such report, not read yet, not in XARF, or of another sender."),
    ),
    extensions(("x-permission" = json!("submit-reports")))
)]
async fn get_xarf_status(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
    Query(own): Query<Own>,
) -> Result<Json<Value>, Failure> {
    caller.require(Permission::SubmitReports)?;
    let status = state.desk.xarf_status_of(id.into()).await?.ok_or_else(Failure::not_found)?;
    // Numbers of reports can be guessed, numbers that reporters give them cannot.
    let known = own.report_id.is_some() && own.report_id.as_deref() == status["report_id"].as_str();
    if known || caller.role.may(Permission::ViewCases) { Ok(Json(status)) } else { Err(Failure::not_found()) }
}
