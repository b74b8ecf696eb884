//! `/sender-rules`: how the reports of single senders are read; tried on what they sent before, then put in force.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::rules::{Replayed, RuleVersion};
use jiff::Timestamp;
use model::{HeaderMatch, Permission, SenderRule};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::corrections::ReadValue;
use super::extract::{Path, Unread};
use super::page::List;
use super::wire::{self, Id};
use crate::auth::Caller;
use crate::{AppState, Failure};

/// Values of one reading that are given.
const MOST_VALUES: usize = 50;

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_rules, write_rule))
        .routes(routes!(try_rule))
        .routes(routes!(enable_rule))
        .routes(routes!(disable_rule))
        .routes(routes!(remove_rule))
}

/// A header field that a mail must have.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RuleHeader {
    /// Its name.
    name: String,
    /// What its value holds; empty for any value.
    #[serde(default)]
    value: String,
}

/// How the reports of one sender are read.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct SenderRuleData {
    /// Its name: lower case letters, digits and hyphens.
    name: String,
    /// Whose mails: an address, or a domain with everything below it.
    from: String,
    /// Only those whose subject fits this regular expression.
    subject: Option<String>,
    /// Only those with this header field.
    header: Option<RuleHeader>,
    /// Nothing that this sender writes is a report.
    never: bool,
    /// What stands behind these labels, or in columns of these names, is accused, and nothing else.
    accuse: Vec<String>,
    /// Lines that begin so are not looked at.
    ignore: Vec<String>,
    /// From a line that begins so on nothing is looked at.
    stop: Vec<String>,
    /// Zone of times that name none.
    zone: Option<String>,
    /// What this sender reports.
    category: Option<wire::Category>,
    /// A person's words.
    note: String,
}

impl From<SenderRuleData> for SenderRule {
    fn from(rule: SenderRuleData) -> Self {
        Self {
            name: rule.name,
            version: 0,
            from: rule.from,
            subject: rule.subject,
            header: rule.header.map(|header| HeaderMatch { name: header.name, value: header.value }),
            never: rule.never,
            accuse: rule.accuse,
            ignore: rule.ignore,
            stop: rule.stop,
            zone: rule.zone,
            category: rule.category.map(|category| category.0),
            note: rule.note,
        }
    }
}

impl From<SenderRule> for SenderRuleData {
    fn from(rule: SenderRule) -> Self {
        Self {
            name: rule.name,
            from: rule.from,
            subject: rule.subject,
            header: rule.header.map(|header| RuleHeader { name: header.name, value: header.value }),
            never: rule.never,
            accuse: rule.accuse,
            ignore: rule.ignore,
            stop: rule.stop,
            zone: rule.zone,
            category: rule.category.map(wire::Category::from),
            note: rule.note,
        }
    }
}

/// A version of a rule.
#[derive(Debug, Serialize, ToSchema)]
struct RuleVersionRow {
    /// The rule.
    rule: SenderRuleData,
    /// Its version, from 1.
    version: i64,
    /// Whether it is in force.
    active: bool,
    /// When it was written.
    written_at: Timestamp,
    /// By whom.
    written_by: String,
    /// Who put it in force last.
    enabled_by: Option<String>,
}

impl From<RuleVersion> for RuleVersionRow {
    fn from(one: RuleVersion) -> Self {
        Self {
            version: one.rule.version,
            active: one.active,
            written_at: one.written_at,
            written_by: one.written_by,
            enabled_by: one.enabled_by,
            rule: one.rule.into(),
        }
    }
}

/// Which version is meant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RuleChosen {
    /// The version; the newest if null, where that is allowed.
    #[serde(default)]
    version: Option<i64>,
}

/// The version that was written.
#[derive(Debug, Serialize, ToSchema)]
struct RuleWritten {
    /// Its name.
    name: String,
    /// Its version.
    version: i64,
}

/// One report read without and with the rule.
#[derive(Debug, Serialize, ToSchema)]
struct ReadTwice {
    /// The report.
    report: Id,
    /// When it was received.
    received_at: Timestamp,
    /// Whether the rule changes how it is read.
    changed: bool,
    /// Read without the rule, at most 50 values.
    before: Vec<ReadValue>,
    /// Read with it, at most 50 values.
    after: Vec<ReadValue>,
    /// What a person said of it.
    person: Option<Vec<ReadValue>>,
}

impl From<&Replayed> for ReadTwice {
    fn from(one: &Replayed) -> Self {
        let values = |all: &[model::Observation]| all.iter().take(MOST_VALUES).map(ReadValue::from).collect();
        Self {
            report: one.report.into(),
            received_at: one.received_at,
            changed: one.changed,
            before: values(&one.before),
            after: values(&one.after),
            person: one.person.as_deref().map(values),
        }
    }
}

/// What a rule would change.
#[derive(Debug, Serialize, ToSchema)]
struct RuleTried {
    /// How many reports it reads otherwise.
    changed: usize,
    /// How many of them a person corrected.
    corrected: usize,
    /// How many of these are read as he says without the rule.
    right_before: usize,
    /// And with it.
    right_after: usize,
    /// The reports that it reads, the latest first, at most 200.
    reports: Vec<ReadTwice>,
}

/// Every version of every rule, by name, the newest first.
#[utoipa::path(
    get, path = "/sender-rules", tag = "sender-rules",
    responses((status = 200, description = "The rules.", body = List<RuleVersionRow>)),
    extensions(("x-permission" = json!("view-personal")))
)]
async fn list_rules(State(state): State<AppState>, caller: Caller) -> Result<Json<List<RuleVersionRow>>, Failure> {
    caller.require(Permission::ViewPersonal)?;
    let items = state.desk.rules().await?.into_iter().map(RuleVersionRow::from).collect();
    Ok(Json(List::new(items, None)))
}

/// Writes a rule, or another version of one. Nothing is read by it before it is put in force.
#[utoipa::path(
    post, path = "/sender-rules", tag = "sender-rules", request_body = SenderRuleData,
    responses(
        (status = 201, description = "It is written.", body = RuleWritten),
        (status = 422, description = "A field that cannot be meant; `detail` names it."),
    ),
    extensions(("x-permission" = json!("work-cases")))
)]
async fn write_rule(
    State(state): State<AppState>,
    caller: Caller,
    body: Unread<SenderRuleData>,
) -> Result<Response, Failure> {
    caller.require(Permission::WorkCases)?;
    let rule = SenderRule::from(body.read().await?);
    let version = state.desk.write_rule(&caller.as_actor(), &rule).await?;
    Ok((StatusCode::CREATED, Json(RuleWritten { name: rule.name, version })).into_response())
}

/// Reads the reports of the rule's sender without and with it, and says what would change. Nothing is written.
#[utoipa::path(
    post, path = "/sender-rules/{name}/tests", tag = "sender-rules", params(("name" = String, Path)), request_body = RuleChosen,
    responses(
        (status = 200, description = "What would change.", body = RuleTried),
        (status = 404, description = "No such rule or version."),
    ),
    extensions(("x-permission" = json!("view-personal")))
)]
async fn try_rule(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    body: Unread<RuleChosen>,
) -> Result<Json<RuleTried>, Failure> {
    caller.require(Permission::ViewPersonal)?;
    let chosen = body.read().await?;
    let rule = state.desk.rule(&name, chosen.version).await?.rule;
    let replay = state.desk.try_rule(&rule).await?;
    Ok(Json(RuleTried {
        changed: replay.changed,
        corrected: replay.corrected,
        right_before: replay.right.0,
        right_after: replay.right.1,
        reports: replay.reports.iter().map(ReadTwice::from).collect(),
    }))
}

/// Puts a version in force; try it first.
#[utoipa::path(
    post, path = "/sender-rules/{name}/activations", tag = "sender-rules", params(("name" = String, Path)), request_body = RuleChosen,
    responses(
        (status = 204, description = "It is in force."),
        (status = 404, description = "No such rule or version."),
    ),
    extensions(("x-permission" = json!("edit-policy")))
)]
async fn enable_rule(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    body: Unread<RuleChosen>,
) -> Result<StatusCode, Failure> {
    caller.require(Permission::EditPolicy)?;
    let chosen = body.read().await?;
    let version = state.desk.rule(&name, chosen.version).await?.rule.version;
    state.desk.enable_rule(&caller.as_actor(), &name, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a rule out of force.
#[utoipa::path(
    post, path = "/sender-rules/{name}/deactivations", tag = "sender-rules", params(("name" = String, Path)),
    responses(
        (status = 204, description = "It is out of force."),
        (status = 409, description = "It was not in force."),
    ),
    extensions(("x-permission" = json!("work-cases")))
)]
async fn disable_rule(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, Failure> {
    caller.require(Permission::WorkCases)?;
    state.desk.disable_rule(&caller.as_actor(), &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a rule off the list; its texts stay in the journal.
#[utoipa::path(
    post, path = "/sender-rules/{name}/removals", tag = "sender-rules", params(("name" = String, Path)),
    responses(
        (status = 204, description = "It is gone."),
        (status = 409, description = "There is no such rule."),
    ),
    extensions(("x-permission" = json!("edit-policy")))
)]
async fn remove_rule(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<StatusCode, Failure> {
    caller.require(Permission::EditPolicy)?;
    state.desk.remove_rule(&caller.as_actor(), &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
