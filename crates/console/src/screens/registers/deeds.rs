//! What a person does with papers and calls: enters them, links them to a case, answers them.

use axum::extract::{Path, State};
use axum::response::Response;
use desk::registers::{InstrumentReply, NewInstrument};
use store::registers::InstrumentKind;

use crate::screens::case::deeds::named;
use crate::screens::form::{Done, Posted};
use crate::{AppState, Failure};

/// Where the forms lead back to.
const BACK: &str = "/registers";

pub(super) async fn enter(State(state): State<AppState>, posted: Posted) -> Result<Response, Failure> {
    posted.caller.require(model::Permission::WorkCases)?;
    let case = match posted.text("case") {
        "" => None,
        number => Some(named(&state, number).await?.id),
    };
    let new = NewInstrument {
        kind: posted.value::<InstrumentKind>("kind")?,
        case,
        received_at: posted.local_time("received")?.unwrap_or_else(|| state.desk.clock.now()),
        from_body: posted.words("from")?.to_owned(),
        reference: posted.text("reference").to_owned(),
        asked: posted.words("asked")?.to_owned(),
        deadline_at: posted.local_time("deadline")?,
    };
    state.desk.enter_instrument(new, &posted.actor()).await?;
    Ok(posted.done(BACK, &Done::one("entered")))
}

pub(super) async fn link(
    State(state): State<AppState>,
    Path(id): Path<i64>,
    posted: Posted,
) -> Result<Response, Failure> {
    posted.caller.require(model::Permission::WorkCases)?;
    let case = named(&state, posted.words("case")?).await?.id;
    state.desk.link_instrument(id, case, &posted.actor()).await?;
    Ok(posted.done(BACK, &Done::one("linked")))
}

pub(super) async fn answer(
    State(state): State<AppState>,
    Path(id): Path<i64>,
    posted: Posted,
) -> Result<Response, Failure> {
    posted.caller.require(model::Permission::WorkCases)?;
    let disclosed = posted.text("disclosed").split([',', '、']).map(str::trim).filter(|kind| !kind.is_empty());
    let reply = InstrumentReply {
        refused: !posted.text("refused").is_empty(),
        text: posted.words("text")?.to_owned(),
        disclosed: disclosed.map(str::to_owned).collect(),
        purpose: posted.text("purpose").to_owned(),
    };
    state.desk.reply_to_instrument(id, reply, &posted.actor()).await?;
    Ok(posted.done(BACK, &Done::one("answered")))
}
