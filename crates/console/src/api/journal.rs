//! `/journal`: everything that happened, hash-chained.

use axum::Json;
use axum::extract::State;
use model::Permission;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::journal::Entry as Row;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::Query;
use super::page::{self, List};
use super::wire::Shown;
use crate::auth::Caller;
use crate::{AppState, Failure};

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_journal))
}

/// One entry, with the field names of an export: unless masked, `mimawari journal verify` reads it as it is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Entry {
    /// Number, from 1, without gaps.
    seq: i64,
    /// When, microseconds since 1970 UTC, as the hash has it.
    at: i64,
    /// Who.
    actor: String,
    /// What kind of thing happened, such as `case.opened`.
    kind: String,
    /// The case, as the hash has it.
    case_id: Option<i64>,
    /// What exactly. Mail addresses in it are masked for roles without `view-personal`; the hash is of the original.
    #[schema(value_type = Object)]
    detail: Value,
    /// Hash of the entry before.
    prev: String,
    /// Hash of this entry.
    hash: String,
}

impl Entry {
    pub(super) fn new(row: Row, shown: Shown) -> Self {
        let Row { seq, at, actor, kind, case_id, mut detail, prev, hash } = row;
        if !shown.0 {
            mask(&mut detail, shown);
        }
        Self { seq, at, actor, kind, case_id, detail, prev, hash }
    }
}

/// Masks every text that may name a person: whatever has a mail address in it.
fn mask(value: &mut Value, shown: Shown) {
    match value {
        Value::String(text) if text.contains('@') => *text = shown.mail(Some(std::mem::take(text))).unwrap_or_default(),
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, shown)),
        Value::Object(fields) => fields.values_mut().for_each(|field| mask(field, shown)),
        _ => {}
    }
}

/// Which entries.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct After {
    /// Entries after this number; from the beginning unless given.
    after: Option<i64>,
    /// Entries, at most 200.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// The journal, oldest first. `next` is the `after` of the next page, also at the end: ask again for what came since.
#[utoipa::path(
    get, path = "/journal", tag = "journal", params(After),
    responses((status = 200, description = "The entries.", body = List<Entry>)),
    extensions(("x-permission" = json!("view-journal")))
)]
async fn list_journal(
    State(state): State<AppState>,
    caller: Caller,
    Query(After { after, limit }): Query<After>,
) -> Result<Json<List<Entry>>, Failure> {
    caller.require(Permission::ViewJournal)?;
    let shown = Shown::to(&caller);
    let rows = state.desk.store.journal_after(after.unwrap_or(0), page::limit(limit)?).await?;
    let next = rows.last().map(|row| row.seq).or(after).map(|seq| seq.to_string());
    Ok(Json(List::new(rows.into_iter().map(|row| Entry::new(row, shown)).collect(), next)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_masked_at_any_depth() {
        let mut detail =
            serde_json::json!({ "to": "taro@example.jp", "list": [{ "from": "jiro@example.net" }], "n": 1 });
        mask(&mut detail, Shown(false));
        let masked = serde_json::json!({ "to": "t***@example.jp", "list": [{ "from": "j***@example.net" }], "n": 1 });
        assert_eq!(detail, masked);
    }
}
