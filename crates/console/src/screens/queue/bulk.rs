//! The same deed on many cases: one after the other, each refused by itself where it must be.

use axum::extract::State;
use axum::response::Response;
use desk::DeskError;
use desk::cases::At;
use model::CaseId;

use crate::screens::case::deeds::{assignee, closing};
use crate::screens::form::{Done, Posted};
use crate::{AppState, Failure};

/// Does it. If no case took it, the first refusal is the answer; else the toast says how many did.
pub(super) async fn act(State(state): State<AppState>, posted: Posted) -> Result<Response, Failure> {
    let chosen: Vec<At> = posted.all("case").filter_map(chosen).collect();
    if chosen.is_empty() {
        return Err(Failure::bad_request("choose at least one case"));
    }
    let (mut done, mut first) = (0_usize, None);
    for at in chosen {
        match one(&state, &posted, at).await? {
            Ok(()) => done += 1,
            Err(refusal) => first = first.or(Some(refusal)),
        }
    }
    state.forget_overview();
    let word = if posted.text("do") == "close" { "closed" } else { "assigned" };
    match first {
        Some(refusal) if done == 0 => Err(refusal.into()),
        _ => Ok(posted.done("/cases", &Done { word, count: done, undo: None })),
    }
}

/// `12.3`: case 12 in its third version.
fn chosen(text: &str) -> Option<At> {
    let (case, version) = text.split_once('.')?;
    Some(At { case: CaseId(case.parse().ok()?), version: version.parse().ok()? })
}

async fn one(state: &AppState, posted: &Posted, at: At) -> Result<Result<(), DeskError>, Failure> {
    let actor = posted.actor();
    Ok(match posted.text("do") {
        "assign-me" => {
            let me = posted.caller.user.ok_or_else(Failure::forbidden)?;
            state.desk.assign_case(&actor, at, Some(me)).await.map(drop)
        }
        "assign" => state.desk.assign_case(&actor, at, assignee(posted)?).await.map(drop),
        "close" => state.desk.close_case(&actor, at, &closing(posted)?).await.map(drop),
        other => return Err(Failure::bad_request(format!("nothing is called `{other}` here"))),
    })
}
