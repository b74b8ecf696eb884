//! `/playbooks`: the versions of the playbook, checking and rehearsing a new one, putting one in force.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use desk::playbook::Playbook as Rules;
use jiff::Timestamp;
use model::Permission;
use serde::{Deserialize, Serialize};
use store::policy::{self, PolicyRow};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Path, Unread};
use super::page::{List, MOST};
use super::wire::{self, Id};
use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_playbooks, write_playbook))
        .routes(routes!(check_playbook))
        .routes(routes!(dry_run))
        .routes(routes!(activate))
}

/// One version of a playbook.
#[derive(Debug, Serialize, ToSchema)]
struct Playbook {
    /// Name.
    name: String,
    /// Version, from 1.
    version: i64,
    /// Whether it is in force.
    active: bool,
    /// When it was written.
    created_at: Timestamp,
    /// Who wrote it.
    created_by: String,
    /// Who put it in force.
    approved_by: Option<String>,
    /// The text (TOML).
    body: String,
}

/// All versions by name, the newest first; at most 200. None = the built-in playbook is in force.
#[utoipa::path(
    get, path = "/playbooks", tag = "policy",
    responses((status = 200, description = "The playbooks.", body = List<Playbook>)),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn list_playbooks(State(state): State<AppState>, caller: Caller) -> Result<Json<List<Playbook>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let rows = policy::policies(&mut &state.desk.store, "playbook").await?;
    let most = usize::try_from(MOST).unwrap_or(0);
    Ok(Json(List::new(rows.into_iter().take(most).map(playbook).collect(), None)))
}

fn playbook(row: PolicyRow) -> Playbook {
    let PolicyRow { name, version, active, created_at, created_by, approved_by, body, .. } = row;
    Playbook { name, version, active, created_at, created_by, approved_by, body }
}

/// A playbook that is not in force.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Draft {
    /// The text (TOML).
    body: String,
}

/// A playbook to be tried on old cases.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Trial {
    /// The text (TOML).
    body: String,
    /// Cases opened at or after this.
    from_at: Timestamp,
    /// Cases opened before this.
    to_at: Timestamp,
}

/// That a text is a playbook.
#[derive(Debug, Serialize, ToSchema)]
struct Checked {
    /// How many rules it has.
    rules: usize,
}

/// A version that was written.
#[derive(Debug, Serialize, ToSchema)]
struct Written {
    /// Version; somebody else puts it in force.
    version: i64,
}

/// What another playbook would have decided.
#[derive(Debug, Serialize, ToSchema)]
struct Rehearsed {
    /// Cases looked at.
    cases: u64,
    /// Cases whose stored facts this program can't read.
    unreadable: u64,
    /// How many would be decided otherwise.
    changed: u64,
    /// The first 200 of these.
    list: Vec<Difference>,
}

/// A case that would be decided otherwise.
#[derive(Debug, Serialize, ToSchema)]
struct Difference {
    /// Case.
    case: Id,
    /// Its number.
    number: String,
    /// With the playbook in force.
    before: Outcome,
    /// With the other one.
    after: Outcome,
}

/// One side of a difference.
#[derive(Debug, Serialize, ToSchema)]
struct Outcome {
    /// Rule that decides.
    rule: String,
    /// Severity.
    severity: wire::Severity,
    /// State.
    state: wire::CaseState,
    /// Exit.
    exit: Option<wire::Exit>,
    /// Steps, by name.
    steps: Vec<String>,
}

impl From<desk::playbook::Outcome> for Outcome {
    fn from(one: desk::playbook::Outcome) -> Self {
        Self {
            rule: one.rule,
            severity: one.severity.into(),
            state: one.state.into(),
            exit: one.exit.map(wire::Exit),
            steps: one.steps,
        }
    }
}

/// Adds a playbook as a version that is not in force.
#[utoipa::path(
    post, path = "/playbooks", tag = "policy", request_body = Draft,
    responses(
        (status = 201, description = "The version.", body = Written),
        (status = 422, description = "It is no playbook; `detail` names place and remedy."),
    ),
    extensions(("x-permission" = json!("edit-policy")))
)]
async fn write_playbook(
    State(state): State<AppState>,
    caller: Caller,
    body: Unread<Draft>,
) -> Result<(StatusCode, Json<Written>), Failure> {
    caller.require(Permission::EditPolicy)?;
    let draft = body.read().await?;
    let version = state.desk.write_playbook(&caller.as_actor(), &draft.body).await?;
    Ok((StatusCode::CREATED, Json(Written { version })))
}

/// Checks a playbook; nothing is kept.
#[utoipa::path(
    post, path = "/playbooks/checks", tag = "policy", request_body = Draft,
    responses(
        (status = 200, description = "It is a playbook.", body = Checked),
        (status = 422, description = "It is none; `detail` names place and remedy."),
    ),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn check_playbook(caller: Caller, body: Unread<Draft>) -> Result<Json<Checked>, Failure> {
    caller.require(Permission::ViewCases)?;
    let rules = Rules::parse("draft", &body.read().await?.body)?.rule.len();
    Ok(Json(Checked { rules }))
}

/// What another playbook would have decided on the cases of a period; nothing is changed.
#[utoipa::path(
    post, path = "/playbooks/dry-runs", tag = "policy", request_body = Trial,
    responses(
        (status = 200, description = "What would differ.", body = Rehearsed),
        (status = 422, description = "It is no playbook; `detail` names place and remedy."),
    ),
    extensions(("x-permission" = json!("edit-policy")))
)]
async fn dry_run(
    State(state): State<AppState>,
    caller: Caller,
    body: Unread<Trial>,
) -> Result<Json<Rehearsed>, Failure> {
    caller.require(Permission::EditPolicy)?;
    let Trial { body, from_at, to_at } = body.read().await?;
    let run = state.desk.dry_run(&Rules::parse("draft", &body)?, from_at, to_at).await?;
    let most = usize::try_from(MOST).unwrap_or(0);
    let list = run.list.into_iter().take(most).map(|one| Difference {
        case: one.case.into(),
        number: one.number,
        before: one.before.into(),
        after: one.after.into(),
    });
    let list = list.collect();
    Ok(Json(Rehearsed { cases: run.cases, unreadable: run.unreadable, changed: run.changed, list }))
}

/// Puts a version in force. Whoever wrote it can't: four eyes.
#[utoipa::path(
    post, path = "/playbooks/{id}/activations", tag = "policy",
    params(("id" = Id, Path, description = "Version.")),
    responses(
        (status = 204, description = "It is in force."),
        (status = 404, description = "No such version."),
        (status = 422, description = "It is no playbook any more; `detail` names place and remedy."),
    ),
    extensions(("x-permission" = json!("edit-policy")))
)]
async fn activate(
    State(state): State<AppState>,
    caller: Caller,
    Path(version): Path<Id>,
) -> Result<StatusCode, Failure> {
    caller.require(Permission::EditPolicy)?;
    state.desk.activate_playbook(&caller.as_actor(), version.0).await?;
    Ok(StatusCode::NO_CONTENT)
}
