//! `/observations/{id}/connection` and `/outbound-reports`: what a report says of a connection (D47), and the same told to
//! the operator it came from, as XARF and in words (D46, B29).

use std::net::IpAddr;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use desk::registers::{ConnectionForm, NewOutbound};
use jiff::Timestamp;
use model::{CaseId, Permission};
use serde::{Deserialize, Serialize};
use store::registers::{self, OutboundRow};
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
    OpenApiRouter::new().routes(routes!(get_connection)).routes(routes!(list_outbound, send))
}

/// Transport protocol.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Transport {
    Tcp,
    Udp,
    Icmp,
}

/// One connection: from where, to where, when, by which log.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Connection {
    /// What kind of attack.
    category: wire::Category,
    /// When.
    at: Option<Timestamp>,
    /// The zone in which the log is written, as an offset such as `+09:00`.
    zone: Option<String>,
    /// The address from which it came.
    #[schema(value_type = Option<String>)]
    source_ip: Option<IpAddr>,
    /// Its port.
    source_port: Option<u16>,
    /// The address that was attacked.
    #[schema(value_type = Option<String>)]
    target_ip: Option<IpAddr>,
    /// Its port.
    target_port: Option<u16>,
    /// Transport protocol.
    transport: Option<Transport>,
    /// How often, if counted.
    count: Option<u64>,
    /// Lines of the log as they stand there, at most 200.
    #[serde(default)]
    #[schema(max_items = 200)]
    log: Vec<String>,
}

impl From<ConnectionForm> for Connection {
    fn from(form: ConnectionForm) -> Self {
        Self {
            category: form.category.into(),
            at: form.at,
            zone: form.zone,
            source_ip: form.source_ip,
            source_port: form.source_port,
            target_ip: form.target_ip,
            target_port: form.target_port,
            transport: form.transport.map(|transport| match transport {
                model::Transport::Tcp => Transport::Tcp,
                model::Transport::Udp => Transport::Udp,
                model::Transport::Icmp => Transport::Icmp,
            }),
            count: form.count,
            log: form.log,
        }
    }
}

impl From<Connection> for ConnectionForm {
    fn from(told: Connection) -> Self {
        Self {
            category: told.category.0,
            at: told.at,
            zone: told.zone,
            source_ip: told.source_ip,
            source_port: told.source_port,
            target_ip: told.target_ip,
            target_port: told.target_port,
            transport: told.transport.map(|transport| match transport {
                Transport::Tcp => model::Transport::Tcp,
                Transport::Udp => model::Transport::Udp,
                Transport::Icmp => model::Transport::Icmp,
            }),
            count: told.count,
            log: told.log,
        }
    }
}

/// A connection as a report to us tells of it.
#[derive(Debug, Serialize, ToSchema)]
struct Sighting {
    /// The case it belongs to.
    case: Option<Id>,
    /// What the report says, ready to be told to another operator.
    connection: Connection,
    /// What it lacks; while this is not empty it cannot be sent.
    lacks: Vec<wire::FormLack>,
    /// Whether another operator can be told at all: not of our own addresses, and only of what a connection shows by itself.
    reportable: bool,
}

/// A report to another operator.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReport {
    /// The connection; every field is needed (the ports not with ICMP), and a line of the log that names the source.
    connection: Connection,
    /// Mail address of the other operator's desk.
    to: String,
    /// The case it comes from.
    case: Option<Id>,
    /// Language of the mail; English unless given.
    lang: Option<wire::Lang>,
}

/// A report that was sent to another operator. The log is left out for roles without `view-personal`.
#[derive(Debug, Serialize, ToSchema)]
struct Outbound {
    /// Identifier.
    id: Id,
    /// The number that people read: `O-2026-0001`.
    number: String,
    /// The case it comes from.
    case: Option<Id>,
    /// When.
    sent_at: Timestamp,
    /// Who.
    sent_by: String,
    /// To whom.
    to: String,
    /// The connection as it was told; null if this program can't read it.
    connection: Option<Connection>,
    /// Its mail.
    mail: Option<Id>,
    /// Whether the log is left out here.
    masked: bool,
}

impl Outbound {
    fn new(row: OutboundRow, shown: Shown) -> Self {
        let mut form: Option<ConnectionForm> = serde_json::from_value(row.form).ok();
        if let Some(form) = form.as_mut().filter(|_| !shown.0) {
            form.log.clear();
        }
        Self {
            id: Id(row.id),
            number: row.number,
            case: row.case.map(Id::from),
            sent_at: row.at,
            sent_by: row.actor,
            to: shown.mail(Some(row.to)).unwrap_or_default(),
            connection: form.map(Connection::from),
            mail: row.mail.map(Id::from),
            masked: !shown.0,
        }
    }
}

/// How many.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Latest {
    /// Rows, at most 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// What the report of an observation says of the connection: the fields that another operator needs, and what is missing.
#[utoipa::path(
    get, path = "/observations/{id}/connection", tag = "outbound", params(("id" = Id, Path)),
    responses((status = 200, description = "The connection.", body = Sighting), (status = 404, description = "No such observation.")),
    extensions(("x-permission" = json!("view-personal")))
)]
async fn get_connection(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
) -> Result<Json<Sighting>, Failure> {
    caller.require(Permission::ViewPersonal)?;
    let seen = state.desk.sighting(id.into()).await?;
    Ok(Json(Sighting {
        case: seen.case.map(Id::from),
        lacks: seen.form.lacks().into_iter().map(wire::FormLack).collect(),
        reportable: seen.reportable(),
        connection: seen.form.into(),
    }))
}

/// The reports that were sent to other operators, the latest first.
#[utoipa::path(
    get, path = "/outbound-reports", tag = "outbound", params(Latest),
    responses((status = 200, description = "The reports.", body = List<Outbound>)),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_outbound(
    State(state): State<AppState>,
    caller: Caller,
    Query(which): Query<Latest>,
) -> Result<Json<List<Outbound>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let rows = registers::outbounds(&mut &state.desk.store, page::limit(which.limit)?).await?;
    let shown = Shown::to(&caller);
    Ok(Json(List::new(rows.into_iter().map(|row| Outbound::new(row, shown)).collect(), None)))
}

/// Sends a report to another operator: a mail in words with the same facts as XARF v4. Where the desk's notices are a dry
/// run, the mail stays a draft.
#[utoipa::path(
    post, path = "/outbound-reports", tag = "outbound", request_body = NewReport,
    responses(
        (status = 201, description = "The report.", body = Outbound),
        (status = 404, description = "No such case."),
        (status = 422, description = "A field is missing, the address is one of ours, or `to` is no mail address."),
    ),
    extensions(("x-permission" = json!("work-cases")))
)]
async fn send(
    State(state): State<AppState>,
    caller: Caller,
    body: Unread<NewReport>,
) -> Result<(StatusCode, Json<Outbound>), Failure> {
    caller.require(Permission::WorkCases)?;
    let NewReport { connection, to, case, lang } = body.read().await?;
    let lang = lang.map_or(model::Lang::En, |lang| lang.0);
    let new = NewOutbound { form: connection.into(), to, case: case.map(CaseId::from), lang };
    let row = state.desk.send_outbound(new, &caller.as_actor()).await?;
    Ok((StatusCode::CREATED, Json(Outbound::new(row, Shown::to(&caller)))))
}
