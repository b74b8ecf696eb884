//! `/holdings`: who held what from when to when, and single changes of it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use model::{ContractId, HoldingId, Permission, SubjectKey, TimeSpan};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Tx;
use store::inventory::{NewHolding, read};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Path, Query, Unread};
use super::page::{self, List};
use super::wire::{Id, Shown};
use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(find_holdings, start_holding))
        .routes(routes!(reassign))
        .routes(routes!(end_holding))
}

/// That a contract held something for a time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Holding {
    /// Identifier.
    id: Id,
    /// What, as `ip:192.0.2.0/24`, `domain:example.com`, `mailbox:…` or `account:…`.
    subject: String,
    /// Which contract; null = the provider's own infrastructure.
    contract: Option<Id>,
    /// First port; 0 unless the address is shared by ports.
    port_lo: u16,
    /// Last port; 65535 unless the address is shared by ports.
    port_hi: u16,
    /// First moment (inclusive).
    from_at: Timestamp,
    /// First moment after (exclusive); null = still held.
    to_at: Option<Timestamp>,
    /// Where this is known from.
    source: String,
}

impl Holding {
    pub(super) fn new(row: &model::Holding, shown: Shown) -> Self {
        Self {
            id: row.id.into(),
            subject: shown.subject(&row.subject),
            contract: row.contract.map(Id::from),
            port_lo: row.port_lo,
            port_hi: row.port_hi,
            from_at: row.from,
            to_at: row.to,
            source: row.source.clone(),
        }
    }
}

/// Which holdings.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Exactly this subject: `ip:192.0.2.0/24`, `domain:example.com`, `mailbox:…`, `account:…`.
    subject: String,
    /// Held at or after this; the present unless given.
    from_at: Option<Timestamp>,
    /// Held at or before this; `from_at` unless given.
    to_at: Option<Timestamp>,
    /// Rows, at most 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Something that somebody begins to hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Begin {
    /// What: `ip:192.0.2.0/24`, `domain:example.com`, `mailbox:…`, `account:…`.
    subject: String,
    /// Who; null = the provider's own infrastructure.
    contract: Option<Id>,
    /// First port of an address shared by ports.
    port_lo: Option<u16>,
    /// Last port of an address shared by ports.
    port_hi: Option<u16>,
    /// First moment (inclusive).
    from_at: Timestamp,
    /// First moment after (exclusive); null = open.
    to_at: Option<Timestamp>,
    /// Only say what would happen.
    #[serde(default)]
    dry_run: bool,
}

/// When a holding ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct End {
    /// The first moment at which it no longer counts.
    at: Timestamp,
    /// Only say what would happen.
    #[serde(default)]
    dry_run: bool,
}

/// What was changed, or would be.
#[derive(Debug, Serialize, ToSchema)]
struct Changed {
    /// Holdings that ended.
    ended: Vec<Id>,
    /// The holding that began; null in a dry run.
    started: Option<Id>,
    /// Whether this was only a rehearsal.
    dry_run: bool,
}

/// Who held exactly this subject in a time; at most 200 rows.
#[utoipa::path(
    get, path = "/holdings", tag = "inventory", params(Which),
    responses((status = 200, description = "The holdings, in no order.", body = List<Holding>)),
    extensions(("x-permission" = json!("view-cases")))
)]
async fn find_holdings(
    State(state): State<AppState>,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Json<List<Holding>>, Failure> {
    caller.require(Permission::ViewCases)?;
    let subject: SubjectKey = which.subject.parse().map_err(Failure::bad_request)?;
    let limit = page::limit(which.limit)?;
    let earliest = which.from_at.unwrap_or_else(|| state.desk.clock.now());
    let latest = which.to_at.unwrap_or(earliest);
    if latest < earliest {
        return Err(Failure::bad_request("`to_at` is before `from_at`"));
    }
    let span = TimeSpan { earliest, latest };
    let rows = read::holdings_for(&mut &state.desk.store, &[subject.to_string()], span, (0, u16::MAX), limit).await?;
    let shown = Shown::to(&caller);
    Ok(Json(List::new(rows.iter().map(|held| Holding::new(&held.holding, shown)).collect(), None)))
}

/// Begins a holding. What somebody else holds at any moment of it is a conflict.
#[utoipa::path(
    post, path = "/holdings", tag = "inventory", request_body = Begin,
    responses(
        (status = 200, description = "What would happen (dry run).", body = Changed),
        (status = 201, description = "It began.", body = Changed),
        (status = 404, description = "No such contract."),
        (status = 409, description = "It is held already, or the period or the ports make no sense."),
        (status = 422, description = "A value is wrong."),
    ),
    extensions(("x-permission" = json!("edit-inventory")))
)]
async fn start_holding(
    State(state): State<AppState>,
    caller: Caller,
    body: Unread<Begin>,
) -> Result<(StatusCode, Json<Changed>), Failure> {
    caller.require(Permission::EditInventory)?;
    let begin = body.read().await?;
    let (subject, mut tx) = checked(&state, &begin).await?;
    let started = tx.start_holding(&new_holding(&subject, &begin, &caller.actor)).await?;
    let changed = Changed { ended: Vec::new(), started: Some(started.into()), dry_run: begin.dry_run };
    finish(&state, &caller, tx, "inventory.holding-started", changed, json!({ "subject": subject })).await
}

/// Gives something to somebody else: ends what is held at `from_at`, then begins the new holding.
#[utoipa::path(
    post, path = "/holdings/reassignments", tag = "inventory", request_body = Begin,
    responses(
        (status = 200, description = "What would happen (dry run).", body = Changed),
        (status = 201, description = "It was given.", body = Changed),
        (status = 404, description = "No such contract."),
        (status = 409, description = "A holding that begins later is in the way, or the period or the ports make no sense."),
        (status = 422, description = "A value is wrong."),
    ),
    extensions(("x-permission" = json!("edit-inventory")))
)]
async fn reassign(
    State(state): State<AppState>,
    caller: Caller,
    body: Unread<Begin>,
) -> Result<(StatusCode, Json<Changed>), Failure> {
    caller.require(Permission::EditInventory)?;
    let begin = body.read().await?;
    let (subject, mut tx) = checked(&state, &begin).await?;
    let done = tx.reassign(&new_holding(&subject, &begin, &caller.actor)).await?;
    let ended = done.ended.into_iter().map(Id::from).collect();
    let changed = Changed { ended, started: Some(done.started.into()), dry_run: begin.dry_run };
    finish(&state, &caller, tx, "inventory.reassigned", changed, json!({ "subject": subject })).await
}

/// Ends a holding. An end that is there already is only ever brought forward.
#[utoipa::path(
    post, path = "/holdings/{id}/ends", tag = "inventory", params(("id" = Id, Path)), request_body = End,
    responses(
        (status = 200, description = "What would happen (dry run).", body = Changed),
        (status = 201, description = "It ends then.", body = Changed),
        (status = 404, description = "No such holding."),
        (status = 409, description = "It does not count at that moment."),
        (status = 422, description = "A value is wrong."),
    ),
    extensions(("x-permission" = json!("edit-inventory")))
)]
async fn end_holding(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<Id>,
    body: Unread<End>,
) -> Result<(StatusCode, Json<Changed>), Failure> {
    caller.require(Permission::EditInventory)?;
    let end = body.read().await?;
    storable(end.at)?;
    let mut tx = state.desk.store.begin().await?;
    tx.end_holding(HoldingId(id.0), end.at).await?;
    let changed = Changed { ended: vec![id], started: None, dry_run: end.dry_run };
    finish(&state, &caller, tx, "inventory.holding-ended", changed, json!({ "at": end.at })).await
}

/// Checks what the store takes as given: the subject, the contract, times that it can keep.
async fn checked(state: &AppState, begin: &Begin) -> Result<(SubjectKey, Tx), Failure> {
    let wrong = |detail: String| Failure::wrong("console.bad-request", detail);
    let subject: SubjectKey = begin.subject.parse().map_err(|why| wrong(format!("subject: {why}")))?;
    if subject.to_string().contains('\0') {
        return Err(wrong("subject: it has a zero byte".to_owned()));
    }
    storable(begin.from_at)?;
    begin.to_at.map_or(Ok(()), storable)?;
    let mut tx = state.desk.store.begin().await?;
    if let Some(contract) = begin.contract {
        read::contract(&mut tx, contract.into()).await?;
    }
    Ok((subject, tx))
}

/// Times that any database and any zone can show.
fn storable(at: Timestamp) -> Result<(), Failure> {
    // Year 1 and year 9998.
    let fine = (-62_135_596_800..253_370_764_800).contains(&at.as_second());
    if fine { Ok(()) } else { Err(Failure::wrong("console.bad-request", format!("{at} is too far away"))) }
}

fn new_holding<'a>(subject: &'a SubjectKey, begin: &Begin, source: &'a str) -> NewHolding<'a> {
    NewHolding {
        subject,
        contract: begin.contract.map(ContractId::from),
        ports: (begin.port_lo.unwrap_or(0), begin.port_hi.unwrap_or(u16::MAX)),
        from: begin.from_at,
        to: begin.to_at,
        source,
    }
}

/// Commits with an entry in the journal, or gives it all up again in a dry run.
async fn finish(
    state: &AppState,
    caller: &Caller,
    mut tx: Tx,
    kind: &str,
    mut changed: Changed,
    detail: Value,
) -> Result<(StatusCode, Json<Changed>), Failure> {
    if changed.dry_run {
        changed.started = None;
        return Ok((StatusCode::OK, Json(changed)));
    }
    let mut entry = json!({ "ended": changed.ended, "started": changed.started });
    if let (Some(entry), Value::Object(detail)) = (entry.as_object_mut(), detail) {
        entry.extend(detail);
    }
    tx.journal(state.desk.clock.now(), &caller.actor, kind, None, &entry).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(changed)))
}
