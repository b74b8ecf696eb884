//! `/intake`: whether reports come in, are read, and by which door.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use model::Permission;
use model::calendar::days_before;
use serde::Serialize;
use store::screens;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get_intake))
}

/// Health of intake.
#[derive(Debug, Serialize, ToSchema)]
struct Intake {
    /// Each door that brought something in the last 24 hours.
    doors: Vec<Door>,
    /// Reports that wait for a person.
    set_aside: i64,
    /// Work that may be done now.
    jobs_ready: i64,
    /// Work that waits for its time.
    jobs_later: i64,
    /// Work that failed too often and waits for a person.
    jobs_dead: i64,
    /// Posts of the public form that this process took for a robot's and did not store, since its start.
    form_robots: u64,
}

/// What a door brought in the last 24 hours.
#[derive(Debug, Serialize, ToSchema)]
struct Door {
    /// Name: `lmtp`, `smtp`, `maildir`, `mbox`, `file`, `stdin`, `api`, `form`.
    name: String,
    /// The latest report.
    last_at: Timestamp,
    /// Reports.
    reports: i64,
    /// Of these read.
    read: i64,
    /// Of these set aside for a person.
    set_aside: i64,
    /// Of these not read yet.
    waiting: i64,
}

/// Health of intake.
#[utoipa::path(
    get, path = "/intake", tag = "reports",
    responses((status = 200, description = "How intake does.", body = Intake)),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn get_intake(State(state): State<AppState>, caller: Caller) -> Result<Json<Intake>, Failure> {
    caller.require(Permission::ViewCases)?;
    let (mut store, now) = (&state.desk.store, state.desk.clock.now());
    let doors = screens::intake_health(&mut store, days_before(now, 1)).await?;
    let depth = state.desk.store.job_depth(now).await?;
    let doors = doors.into_iter().map(|door| Door {
        name: door.door,
        last_at: door.last,
        reports: door.reports,
        read: door.read,
        set_aside: door.set_aside,
        waiting: door.waiting,
    });
    Ok(Json(Intake {
        doors: doors.collect(),
        set_aside: screens::count_reports_in(&mut store, "set-aside").await?,
        jobs_ready: depth.ready,
        jobs_later: depth.later,
        jobs_dead: depth.dead,
        form_robots: state.form_robots(),
    }))
}
