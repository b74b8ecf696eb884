//! `/imports`: inventory taken in from CSV or JSON, with an exact report of what was refused and why.

use attribution::import::{self, Kind};
use axum::Json;
use axum::extract::{Request, State};
use jiff::Timestamp;
use model::Permission;
use serde::{Deserialize, Serialize};
use store::inventory::report::{ImportReport, ImportRun, Refusal, import_runs};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{self, Path, Query};
use super::page::{self, List};
use super::wire::Id;
use crate::auth::Caller;
use crate::{AppState, Failure};

/// Largest file.
const MAX_FILE: usize = 256 << 20;
/// Refusals that are listed with an old run.
const SHOWN: usize = 50;

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_imports)).routes(routes!(import_file))
}

/// What became of an import. Rows that were not refused are in the database exactly as they stand in the file.
#[derive(Debug, Serialize, ToSchema)]
struct Import {
    /// Rows that are new.
    inserted: u64,
    /// Rows that replaced older content.
    updated: u64,
    /// Rows that were there already.
    unchanged: u64,
    /// Rows that were not taken, in the order of the file.
    refused: Vec<Refused>,
    /// Whether this was only a rehearsal.
    dry_run: bool,
}

/// A refused row.
#[derive(Debug, Serialize, ToSchema)]
struct Refused {
    /// Line of the file, from 1.
    line: u64,
    /// Key or subject of the row.
    key: String,
    /// Why, for programs.
    code: String,
    /// Why and what to do, in English.
    why: String,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let code = serde_json::to_value(refusal.code).ok();
        let code = code.as_ref().and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        Self { line: refusal.line, key: refusal.key, code, why: refusal.why }
    }
}

/// An import that was carried out.
#[derive(Debug, Serialize, ToSchema)]
struct Run {
    /// Identifier.
    id: Id,
    /// When.
    at: Timestamp,
    /// Who.
    actor: String,
    /// Kind and file.
    source: String,
    /// Rows that were new.
    inserted: u64,
    /// Rows that replaced older content.
    updated: u64,
    /// Rows that were there already.
    unchanged: u64,
    /// How many rows were refused.
    refused: i64,
    /// The first 50 of them.
    first_refused: Vec<Refused>,
}

/// How to import.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct How {
    /// Only say what would happen.
    #[serde(default)]
    dry_run: bool,
    /// Name of the file or of the system it comes from, for the journal; `api` unless given.
    #[param(max_length = 200)]
    source: Option<String>,
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

/// Takes in a file of at most 256 MiB: CSV with a heading line, a JSON array, or one JSON object a line.
///
/// The same file twice changes nothing. Order: plans, customers, contracts, holdings; prefixes and readiness at any time.
///
/// More than 5,000 rows go in by transactions of 5,000, so that mails are accepted in between. If it breaks off, what was
/// taken in stays: the same file once more takes in the rest. A rehearsal is one transaction.
#[utoipa::path(
    post, path = "/imports/{kind}", tag = "inventory",
    params(("kind" = String, Path, description = "plans, customers, contracts, holdings, prefixes or readiness"), How),
    request_body(content((String = "text/csv"), (String = "application/json"), (String = "application/x-ndjson"))),
    responses(
        (status = 200, description = "What became of every row.", body = Import),
        (status = 404, description = "No such kind of table."),
        (status = 413, description = "More than 256 MiB."),
        (status = 415, description = "Neither CSV nor JSON."),
        (status = 422, description = "It can't be read as a file: encoding, heading, syntax."),
    ),
    extensions(("x-permission" = json!("edit-inventory")))
)]
async fn import_file(
    State(state): State<AppState>,
    caller: Caller,
    Path(kind): Path<Kind>,
    Query(how): Query<How>,
    request: Request,
) -> Result<Json<Import>, Failure> {
    caller.require(Permission::EditInventory)?;
    let media = extract::media_type(request.headers());
    if !matches!(media.as_deref(), Some("text/csv" | "application/json" | "application/x-ndjson")) {
        return Err(extract::unsupported("this takes text/csv, application/json or application/x-ndjson"));
    }
    let source = text::wording::clean(how.source.as_deref().unwrap_or("api"), 200);
    let _room = state.uploads.import()?;
    let bytes = extract::body(request, MAX_FILE).await?;
    let (store, now) = (&state.desk.store, state.desk.clock.now());
    let ImportReport { inserted, updated, unchanged, refused } = if how.dry_run {
        import::rehearse(store, kind, &bytes, &source, now).await?
    } else {
        import::import(store, kind, &bytes, &source, &caller.actor, now).await?
    };
    let refused = refused.into_iter().map(Refused::from).collect();
    Ok(Json(Import { inserted, updated, unchanged, refused, dry_run: how.dry_run }))
}

/// The latest imports, newest first.
#[utoipa::path(
    get, path = "/imports", tag = "inventory", params(Latest),
    responses((status = 200, description = "The imports.", body = List<Run>)),
    extensions(("x-permission" = json!("edit-inventory")))
)]
async fn list_imports(
    State(state): State<AppState>,
    caller: Caller,
    Query(latest): Query<Latest>,
) -> Result<Json<List<Run>>, Failure> {
    caller.require(Permission::EditInventory)?;
    let runs = import_runs(&mut &state.desk.store, page::limit(latest.limit)?).await?;
    Ok(Json(List::new(runs.into_iter().map(run).collect(), None)))
}

fn run(run: ImportRun) -> Run {
    let ImportReport { inserted, updated, unchanged, refused } = run.report;
    Run {
        id: Id(run.id),
        at: run.at,
        actor: run.actor,
        source: run.source,
        inserted,
        updated,
        unchanged,
        refused: run.refused,
        first_refused: refused.into_iter().take(SHOWN).map(Refused::from).collect(),
    }
}
