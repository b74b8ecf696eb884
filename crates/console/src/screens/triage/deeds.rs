//! The decisions of triage: whose it is, the same as another, not to be worked on; a report read again or put away.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::post;
use desk::cases::At;
use model::{CaseId, ContractId, ReportId};
use store::StoreError;
use store::inventory::read;

use crate::screens::case::deeds::{closing, did, named};
use crate::screens::form::{Done, Posted};
use crate::{AppState, Failure};

/// The routes of the decisions.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/triage/{id}/accept", post(accept))
        .route("/triage/{id}/duplicate", post(duplicate))
        .route("/triage/{id}/reject", post(reject))
        .route("/triage/reports/{id}/reread", post(reread))
        .route("/triage/reports/{id}/dismiss", post(dismiss))
}

/// Takes the case out of triage for a contract, and leads to it: the next step is the notice.
async fn accept(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    let contract = match posted.text("contract") {
        "key" => by_key(&state, posted.text("key")).await?,
        _ => posted.maybe("contract")?,
    };
    state.desk.accept_case(&posted.actor(), posted.at(id)?, contract).await?;
    state.forget_overview();
    let entries = state.desk.store.journal_of(id).await?;
    let undo = crate::screens::case::last_undoable(&entries).map(|seq| format!("/cases/{id}/undo/{seq}"));
    Ok(Done { word: "accepted", count: 1, undo }.leads_to(&format!("/cases/{id}")))
}

/// The contract with this key; nothing written means the one that the case has.
async fn by_key(state: &AppState, key: &str) -> Result<Option<ContractId>, Failure> {
    if key.is_empty() {
        return Ok(None);
    }
    match read::contract_by_key(&mut &state.desk.store, key).await {
        Ok(contract) => Ok(Some(contract.id)),
        Err(StoreError::NotFound { .. }) => {
            Err(Failure::bad_request(format!("there is no contract `{key}`; write its key as in the inventory")))
        }
        Err(error) => Err(error.into()),
    }
}

async fn duplicate(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    let of = named(&state, posted.words("into")?).await?;
    state.desk.mark_duplicate(&posted.actor(), posted.at(id)?, At::from(&of)).await?;
    state.forget_overview();
    let entries = state.desk.store.journal_of(of.id).await?;
    let undo = crate::screens::case::last_undoable(&entries).map(|seq| format!("/cases/{}/undo/{seq}", of.id));
    Ok(Done { word: "merged", count: 1, undo }.leads_to("/triage"))
}

async fn reject(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    state.desk.close_case(&posted.actor(), posted.at(id)?, &closing(&posted)?).await?;
    did(&state, &posted, "rejected", id, "/triage").await
}

async fn reread(State(state): State<AppState>, Path(id): Path<ReportId>, posted: Posted) -> Result<Response, Failure> {
    state.desk.reread_report(&posted.actor(), id).await?;
    Ok(posted.done("/triage?of=reports", &Done::one("reread")))
}

/// Puts a report away; one click is enough, words of why may come with it.
async fn dismiss(State(state): State<AppState>, Path(id): Path<ReportId>, posted: Posted) -> Result<Response, Failure> {
    let usual = text::t(posted.caller.lang, "triage-dismissed");
    let reason = Some(posted.text("reason")).filter(|reason| !reason.is_empty()).unwrap_or(&usual);
    state.desk.dismiss_report(&posted.actor(), id, reason).await?;
    Ok(posted.done("/triage?of=reports", &Done::one("dismissed")))
}
