//! What a person says of a report, taken back, kept as an example.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::post;
use desk::corrections::{Accused, Correction};
use model::{ObservationId, Permission, ReportId};
use store::observations;

use super::{BLANK, ROWS};
use crate::screens::form::{Done, Posted};
use crate::{AppState, Failure};

/// The routes of what is done here.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/reports/{id}/correct", post(correct))
        .route("/reports/{id}/fixture", post(fixture))
        .route("/reports/{id}/corrections/{correction}/undo", post(undo))
}

async fn correct(State(state): State<AppState>, Path(id): Path<ReportId>, posted: Posted) -> Result<Response, Failure> {
    posted.caller.require(Permission::WorkCases)?;
    let report = posted.text("no_report").is_empty();
    let accused = if report { accused(&state, id, &posted).await? } else { Vec::new() };
    let seen = posted.maybe("seen")?;
    let made = state.desk.correct_report(&posted.actor(), id, seen, &Correction { report, accused }).await?;
    state.forget_overview();
    let undo = Some(format!("/reports/{id}/corrections/{made}/undo"));
    Ok(Done { word: "corrected", count: 1, undo }.leads_to(&format!("/reports/{id}/correct")))
}

/// The lines of the form that are filled and not crossed out, and what the form had no room for.
async fn accused(state: &AppState, id: ReportId, posted: &Posted) -> Result<Vec<Accused>, Failure> {
    let mut all = Vec::new();
    for line in 0..ROWS + BLANK {
        let field = |name: &str| posted.text(&format!("{name}-{line}"));
        let filled = |name: &str| Some(field(name).to_owned()).filter(|text| !text.is_empty());
        let accused = Accused {
            of: posted.maybe::<ObservationId>(&format!("of-{line}"))?,
            ip: filled("ip"),
            port: filled("port"),
            url: filled("url"),
            domain: filled("domain"),
            account: filled("account"),
            at: filled("at"),
            zone: filled("zone"),
            category: filled("category"),
        };
        let crossed_out = !field("drop").is_empty() || accused.is_empty();
        if !crossed_out {
            all.push(accused);
        }
    }
    if posted.text("rest") == "keep" {
        let rows = observations::of_report(&mut &state.desk.store, id).await?;
        all.extend(rows.iter().skip(ROWS).map(|row| Accused::shown(row.id, &row.seen)));
    }
    Ok(all)
}

async fn undo(
    State(state): State<AppState>,
    Path((id, correction)): Path<(ReportId, i64)>,
    posted: Posted,
) -> Result<Response, Failure> {
    state.desk.undo_correction(&posted.actor(), id, correction).await?;
    state.forget_overview();
    Ok(posted.done(&format!("/reports/{id}/correct"), &Done::one("undone")))
}

async fn fixture(State(state): State<AppState>, Path(id): Path<ReportId>, posted: Posted) -> Result<Response, Failure> {
    let on = posted.text("on") == "1";
    state.desk.mark_fixture(&posted.actor(), id, on).await?;
    let word = if on { "marked" } else { "unmarked" };
    Ok(posted.done(&format!("/reports/{id}/correct"), &Done::one(word)))
}
