//! `/health` and `/metrics`: for the monitoring of the one who runs this.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use intake::Counters;
use model::Clock;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use store::Store;

use super::supervise::Supervisor;

/// What the two pages look at.
#[derive(Clone)]
pub(crate) struct Observed {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) supervisor: Supervisor,
}

/// The routes.
pub(crate) fn routes(observed: Observed) -> Router {
    Router::new().route("/health", get(health)).route("/metrics", get(metrics)).with_state(observed)
}

/// 200 if the database answers, 503 otherwise.
async fn health(State(observed): State<Observed>) -> Response {
    match observed.store.job_depth(observed.clock.now()).await {
        Ok(depth) => {
            (StatusCode::OK, format!("ok\njobs ready {} later {} set aside {}\n", depth.ready, depth.later, depth.dead))
                .into_response()
        }
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", error.code())).into_response(),
    }
}

/// OpenMetrics text. Values are read when asked for; nothing is counted twice.
async fn metrics(State(observed): State<Observed>) -> Response {
    let mut registry = Registry::with_prefix("mimawari");
    let mut add = |name: &str, help: &str, value: i64| {
        let gauge = Gauge::<i64>::default();
        gauge.set(value);
        registry.register(name, help, gauge);
    };
    let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let doors = observed.counters.read();
    for (name, help, value) in [
        ("intake_connections", "Connections accepted by the mail doors since the start", doors.connections),
        ("intake_turned_away", "Connections closed because there were too many", doors.turned_away),
        ("intake_accepted", "Reports stored since the start", doors.accepted),
        ("intake_duplicate", "Reports that were stored already", doors.duplicate),
        ("intake_refused", "Mails refused for good", doors.refused),
        ("intake_temporary", "Mails put off because they could not be stored", doors.temporary),
        ("intake_bytes", "Bytes of the reports stored", doors.bytes),
        ("restarts", "Parts of the daemon that died and were started again", observed.supervisor.restarts()),
    ] {
        add(name, help, count(value));
    }
    match observed.store.job_depth(observed.clock.now()).await {
        Ok(depth) => {
            add("jobs_ready", "Jobs that may be done now", depth.ready);
            add("jobs_later", "Jobs that wait for their time", depth.later);
            add("jobs_set_aside", "Jobs that failed too often and wait for a person", depth.dead);
            add("up", "Whether the database answers", 1);
        }
        Err(_) => add("up", "Whether the database answers", 0),
    }
    let mut body = String::new();
    if encode(&mut body, &registry).is_err() {
        let _ = write!(body, "# EOF");
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], body).into_response()
}
