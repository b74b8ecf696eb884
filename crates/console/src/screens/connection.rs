//! One connection as a report tells of it: the fields that whoever holds the source needs (D47), and, where that is another
//! operator, the report to him, ready to be sent (B29, D46).

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use desk::Mode;
use desk::registers::{ConnectionForm, NewOutbound, OUTBOUND_CATEGORIES};
use model::{Lang, ObservationId, Permission, Transport};
use serde_json::json;
use store::registers;

use crate::screens::form::{Done, Posted};
use crate::screens::page::{Page, Visit, show};
use crate::screens::view::harmless;
use crate::{AppState, Failure};

/// Earlier reports whose recipients are offered.
const RECENT: i64 = 200;

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/observations/{id}/connection", get(connection).post(send))
}

#[derive(Template)]
#[template(path = "connection.html")]
struct ConnectionPage {
    page: Page,
    id: ObservationId,
    case: Option<(model::CaseId, String)>,
    form: ConnectionForm,
    /// What it lacks, in words.
    lacks: Vec<String>,
    /// Whether another operator can be told.
    reportable: bool,
    /// The log, one line each, harmless.
    log: String,
    /// Who was told of other connections.
    known: Vec<String>,
}

impl ConnectionPage {
    /// A field that may be absent, as text.
    #[expect(clippy::unused_self, reason = "templates call methods of the page")]
    #[expect(clippy::ref_option, reason = "templates give fields by reference")]
    fn value(&self, value: &Option<impl std::fmt::Display>) -> String {
        value.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    fn transport(&self) -> &'static str {
        self.form.transport.map_or("", transport_name)
    }
}

const fn transport_name(transport: Transport) -> &'static str {
    match transport {
        Transport::Tcp => "tcp",
        Transport::Udp => "udp",
        Transport::Icmp => "icmp",
    }
}

async fn connection(visit: Visit, Path(id): Path<ObservationId>) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewPersonal)?;
    let page = visit.page("connection-title");
    let seen = visit.state.desk.sighting(id).await?;
    let case = match seen.case {
        Some(case) => Some((case, store::cases::case(&mut visit.store(), case).await?.number)),
        None => None,
    };
    let mut known: Vec<_> =
        registers::outbounds(&mut visit.store(), RECENT).await?.into_iter().map(|row| row.to).collect();
    known.sort_unstable();
    known.dedup();
    show(&ConnectionPage {
        id,
        case,
        lacks: seen.form.lacks().iter().map(|lack| page.tn("form-lack", lack)).collect(),
        reportable: seen.reportable() && page.works(),
        log: seen.form.log.iter().map(|line| harmless(line)).collect::<Vec<_>>().join("\n"),
        known,
        form: seen.form,
        page,
    })
}

/// Sends the report. The log goes out as the report has it: what is shown here is only made harmless for this screen.
async fn send(
    State(state): State<AppState>,
    Path(id): Path<ObservationId>,
    posted: Posted,
) -> Result<Response, Failure> {
    posted.caller.require(Permission::WorkCases)?;
    let seen = state.desk.sighting(id).await?;
    let (case, log) = (seen.case, seen.form.log);
    let form = ConnectionForm {
        category: posted.value("category")?,
        at: posted.maybe("at")?,
        zone: Some(posted.text("zone").to_owned()).filter(|zone| !zone.is_empty()),
        source_ip: posted.maybe("source_ip")?,
        source_port: posted.maybe("source_port")?,
        target_ip: posted.maybe("target_ip")?,
        target_port: posted.maybe("target_port")?,
        transport: transport(posted.text("transport"))?,
        count: posted.maybe("count")?,
        log: if log.is_empty() { written(&posted.body("log")) } else { log },
    };
    let new = NewOutbound { form, to: posted.words("to")?.to_owned(), case, lang: posted.value::<Lang>("lang")? };
    state.desk.send_outbound(new, &posted.actor()).await?;
    let word = if state.desk.settings.notices == Mode::DryRun { "drafted" } else { "reported" };
    let back = case.map_or_else(|| "/registers/outbound".to_owned(), |case| format!("/cases/{case}"));
    Ok(Done::one(word).leads_to(&back))
}

/// The lines of a log that a person wrote into the form.
fn written(log: &str) -> Vec<String> {
    log.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn transport(name: &str) -> Result<Option<Transport>, Failure> {
    match name {
        "" => Ok(None),
        name => serde_json::from_value::<Transport>(json!(name)).map(Some).map_err(|_: serde_json::Error| {
            Failure::bad_request(format!("`{name}` is no transport protocol; there are tcp, udp and icmp"))
        }),
    }
}
