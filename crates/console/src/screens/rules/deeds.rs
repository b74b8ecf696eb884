//! Writing a rule, putting it in force and out of force.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::post;
use model::{Category, HeaderMatch, Permission, SenderRule};

use crate::screens::form::{Done, Posted};
use crate::{AppState, Failure};

/// The routes of what is done here.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/settings/rules", post(write))
        .route("/settings/rules/{name}/enable", post(enable))
        .route("/settings/rules/{name}/disable", post(disable))
        .route("/settings/rules/{name}/remove", post(remove))
}

/// Writes a version and leads to what it would change; nothing is read by it yet.
async fn write(State(state): State<AppState>, posted: Posted) -> Result<Response, Failure> {
    posted.caller.require(Permission::WorkCases)?;
    let filled = |name: &str| Some(posted.text(name).to_owned()).filter(|text| !text.is_empty());
    let labels = |name: &str| -> Vec<String> {
        posted.body(name).lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    let rule = SenderRule {
        name: posted.text("name").to_owned(),
        version: 0,
        from: posted.text("from").to_lowercase(),
        subject: filled("subject"),
        header: filled("header").map(|name| HeaderMatch { name, value: posted.text("value").to_owned() }),
        never: !posted.text("never").is_empty(),
        accuse: labels("accuse"),
        ignore: labels("ignore"),
        stop: labels("stop"),
        zone: filled("zone"),
        category: posted.maybe::<Category>("category")?,
        note: posted.text("note").to_owned(),
    };
    let version = state.desk.write_rule(&posted.actor(), &rule).await?;
    Ok(Done::one("saved").leads_to(&format!("/settings/rules/{}?version={version}", rule.name)))
}

async fn enable(State(state): State<AppState>, Path(name): Path<String>, posted: Posted) -> Result<Response, Failure> {
    posted.caller.require(Permission::EditPolicy)?;
    let version = posted.value("version")?;
    state.desk.enable_rule(&posted.actor(), &name, version).await?;
    Ok(posted.done(&format!("/settings/rules/{name}"), &Done::one("saved")))
}

async fn disable(State(state): State<AppState>, Path(name): Path<String>, posted: Posted) -> Result<Response, Failure> {
    posted.caller.require(Permission::WorkCases)?;
    state.desk.disable_rule(&posted.actor(), &name).await?;
    Ok(posted.done(&format!("/settings/rules/{name}"), &Done::one("saved")))
}

async fn remove(State(state): State<AppState>, Path(name): Path<String>, posted: Posted) -> Result<Response, Failure> {
    posted.caller.require(Permission::EditPolicy)?;
    state.desk.remove_rule(&posted.actor(), &name).await?;
    Ok(Done::one("saved").leads_to("/settings/rules"))
}
