//! `/reports/{id}/trace`: the way of a report and of the mail in it.

use axum::Json;
use axum::extract::State;
use model::Permission;
use model::trace::Traces;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Path, Query};
use super::wire::Id;
use crate::auth::Caller;
use crate::screens::trusted_hosts;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get_trace))
}

/// Who is believed besides the configured hosts.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Whom {
    /// Hosts, domains with their hosts, addresses and prefixes whose word counts, with commas between them; at most 20.
    trusted: Option<String>,
}

/// The way of a report, as `mimawari report trace --json` prints it.
#[derive(Debug, Serialize, ToSchema)]
struct ReportTrace {
    /// The report.
    id: Id,
    /// The way of the report itself. `hops`, the newest first, each with its `standing` (`fact`, `claimed`, `forged`), its
    /// `flaws` and `lag_s`, the seconds to the next hop; `injection`, the first host that is not believed; `responsible`
    /// with its `ground`; `accounts`, `clients` and `results` (of `Authentication-Results`), each with its `standing`; `from`
    /// and `return_path`, which are never proven. Null for a report that is no mail.
    #[schema(value_type = Option<Object>)]
    report: Option<model::trace::Trace>,
    /// The way of the mail that the report complains about, with `of`: `attached` or `header`. Null if it holds none.
    #[schema(value_type = Option<Object>)]
    evidence: Option<model::trace::CarriedMail>,
    /// What was found of the senders when the report came: `verdicts` on the report and `attached` on the mail in it, each
    /// with `method` (`dkim`, `spf`, `arc`), `result`, `domain`, `selector` and `reason`; and the DNS `answers` they rest on,
    /// each with `name`, `type`, `at`, `outcome`, `code`, `secure`, `ttl` and `data`. Null if nobody looked.
    #[schema(value_type = Option<Object>)]
    checks: Option<model::findings::Findings>,
    /// Whether persons are masked here.
    masked: bool,
}

/// The way of a report and of the mail in it: what is proven, what is only claimed or forged, who answers for it.
#[utoipa::path(
    get, path = "/reports/{id}/trace", tag = "reports", params(("id" = Id, Path), Whom),
    responses(
        (status = 200, description = "The way.", body = ReportTrace),
        (status = 400, description = "A trusted host is neither host name nor prefix."),
        (status = 404, description = "No such report."),
    ),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_trace(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
    Query(whom): Query<Whom>,
) -> Result<Json<ReportTrace>, Failure> {
    caller.require(Permission::ViewCases)?;
    let hosts = trusted_hosts(whom.trusted.as_deref().unwrap_or_default())?;
    let mut traces = state.desk.trace_report(id.into(), hosts).await?;
    let masked = !caller.role.may(Permission::ViewPersonal);
    if masked {
        traces.iter_mut().for_each(text::trace::mask);
    }
    let (report, evidence, checks) = match traces {
        Some(Traces { report, evidence, checks }) => (Some(report), evidence, checks),
        None => (None, None, None),
    };
    Ok(Json(ReportTrace { id, report, evidence, checks, masked }))
}
