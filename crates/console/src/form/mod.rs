//! `/report`: the public form, for people who are not logged in and have no mail program at hand.
//!
//! It works without script. What it stores is one JSON object that the reader knows (`reports::formats::form`), through the
//! same acceptor as every other door; a receipt by mail is the desk's own business. Against robots: a field that people do
//! not see, a page that is too young to have been filled in by hand, a token that counts once, and a limit per address.

mod fields;
mod guard;
mod sent;

use std::net::SocketAddr;

use askama::Template;
use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use model::{Lang, ReportId};
use serde::Deserialize;
use store::acceptor::OwnedReport;

use crate::auth::limit;
use crate::screens::login::{client, language};
use crate::screens::page::{Page, show};
use crate::{AppState, Failure};

use fields::{Faults, Fields};
pub(crate) use guard::Guard;
use guard::{Claim, Refusal};
use sent::{MAX_BODY, Sent};

/// The routes.
pub(crate) fn routes() -> Router<AppState> {
    let form = get(form).post(submit).layer(DefaultBodyLimit::max(MAX_BODY));
    Router::new().route("/report", form).route("/report/thanks", get(thanks))
}

#[derive(Template)]
#[template(path = "report_form.html")]
struct FormPage {
    page: Page,
    fields: Fields,
    faults: Faults,
    /// Catalogue key of what is said above the form.
    notice: Option<&'static str>,
    token: String,
    desk_mail: String,
}

#[derive(Template)]
#[template(path = "report_thanks.html")]
struct ThanksPage {
    page: Page,
    report: Option<ReportId>,
    desk_mail: String,
}

#[derive(Debug, Deserialize)]
struct Asked {
    lang: Option<Lang>,
    /// Signed number of the report.
    #[serde(default)]
    receipt: String,
}

impl Asked {
    fn lang(&self, headers: &HeaderMap) -> Lang {
        self.lang.unwrap_or_else(|| language(headers))
    }
}

async fn form(
    State(state): State<AppState>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let lang = asked.lang(&headers);
    let fields = Fields::blank(lang);
    page(&state, lang, StatusCode::OK, fields, Faults::default(), None).await
}

/// The form with a fresh token.
async fn page(
    state: &AppState,
    lang: Lang,
    status: StatusCode,
    fields: Fields,
    faults: Faults,
    notice: Option<&'static str>,
) -> Result<Response, Failure> {
    if !state.settings.form {
        return Err(Failure::not_found());
    }
    let now = state.desk.clock.now();
    let token = state.guard.token(&state.desk.store, now).await?;
    let desk_mail = state.desk.settings.provider.desk_mail.clone();
    let page = FormPage { page: Page::public(lang, "form-title", now), fields, faults, notice, token, desk_mail };
    let mut response = (status, show(&page)?).into_response();
    if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("600"));
    }
    Ok(response)
}

async fn submit(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Failure> {
    let Sent { fields, picture, .. } = sent;
    let lang = asked.lang(&headers);
    let again = async |status, fields, faults, notice| page(&state, lang, status, fields, faults, Some(notice)).await;
    if !state.settings.form {
        return Err(Failure::not_found());
    }
    if state.limits.form.check_key(&limit::key(client(peer, &headers, &state))).is_err() {
        return again(StatusCode::TOO_MANY_REQUESTS, fields, Faults::default(), "form-slow").await;
    }
    if fields.is_a_robots() {
        state.guard.count_robot();
        return Ok(to_thanks(lang, None));
    }
    let now = state.desk.clock.now();
    let nonce = match state.guard.check(&state.desk.store, &fields.token, now).await? {
        Ok(nonce) => nonce,
        Err(refusal) => {
            if refusal == Refusal::TooFast {
                state.guard.count_robot();
            }
            return again(StatusCode::UNPROCESSABLE_ENTITY, fields, Faults::default(), refusal.notice()).await;
        }
    };
    let raw = match fields.report(lang, now, picture) {
        Ok(raw) => raw,
        Err(faults) => return again(StatusCode::UNPROCESSABLE_ENTITY, fields, faults, "form-faulty").await,
    };
    if let Claim::Taken(receipt) = state.guard.claim(nonce, now) {
        // The same page sent twice: a second click, or somebody who replays what he saw.
        return Ok(to_thanks(lang, receipt));
    }
    let report = OwnedReport { raw, door: "form", envelope_from: None, envelope_to: None, received: now };
    match state.acceptor.accept(report).await {
        Ok(receipt) => {
            let receipt = state.guard.receipt(&state.desk.store, receipt.report, now).await?;
            state.guard.done(nonce, &receipt);
            Ok(to_thanks(lang, Some(receipt)))
        }
        Err(error) => {
            tracing::warn!(code = %error.code(), %error, "a report of the public form could not be stored");
            state.guard.release(nonce);
            again(StatusCode::SERVICE_UNAVAILABLE, fields, Faults::default(), "form-busy").await
        }
    }
}

/// Elsewhere, so that loading the page again sends nothing again.
fn to_thanks(lang: Lang, receipt: Option<String>) -> Response {
    let receipt = receipt.map(|receipt| format!("&receipt={receipt}")).unwrap_or_default();
    Redirect::to(&format!("/report/thanks?lang={}{receipt}", lang.tag())).into_response()
}

async fn thanks(
    State(state): State<AppState>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    if !state.settings.form {
        return Err(Failure::not_found());
    }
    let now = state.desk.clock.now();
    // Only a number that we gave is shown, so that nobody is sent here with one that he made up.
    let report = if asked.receipt.is_empty() {
        None
    } else {
        state.guard.report_of(&state.desk.store, &asked.receipt, now).await?
    };
    let page = Page::public(asked.lang(&headers), "form-thanks-title", now);
    show(&ThanksPage { page, report, desk_mail: state.desk.settings.provider.desk_mail.clone() })
}
