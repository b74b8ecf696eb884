//! Logging in and out.

use std::net::{IpAddr, SocketAddr};

use askama::Template;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use jiff::SignedDuration;
use model::Lang;
use serde::Deserialize;
use serde_json::json;
use store::people::{self, User};

use crate::auth::{Caller, cookie, limit, password};
use crate::screens::page::{Page, show};
use crate::{AppState, Failure};

/// The routes of this screen.
pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/login", get(form).post(login)).route("/logout", post(logout))
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    page: Page,
    refusal: Option<String>,
    name: String,
    next: String,
}

#[derive(Debug, Deserialize)]
struct Wish {
    #[serde(default)]
    next: String,
    lang: Option<Lang>,
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

async fn form(
    State(state): State<AppState>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let lang = wish.lang.unwrap_or_else(|| language(&headers));
    show(&LoginPage {
        page: Page::public(lang, "login-title", state.desk.clock.now()),
        refusal: None,
        name: String::new(),
        next: local(&wish.next),
    })
}

async fn login(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(given): Form<Credentials>,
) -> Result<Response, Failure> {
    let lang = language(&headers);
    let refuse = |status: StatusCode, key: &str| -> Result<Response, Failure> {
        let page = Page::public(lang, "login-title", state.desk.clock.now());
        let refusal = Some(page.t(key));
        let shown = show(&LoginPage { page, refusal, name: given.name.clone(), next: local(&given.next) })?;
        Ok((status, shown).into_response())
    };
    if !crate::auth::from_own_origin(&headers) {
        return refuse(StatusCode::FORBIDDEN, "login-origin");
    }
    if state.limits.login.check_key(&limit::key(client(peer, &headers, &state))).is_err() {
        state.limits.tidy();
        return refuse(StatusCode::TOO_MANY_REQUESTS, "login-slow");
    }
    let now = state.desk.clock.now();
    let user = people::user_by_name(&mut &state.desk.store, &given.name).await?;
    let open = |user: &User| !user.disabled && user.locked_until.is_none_or(|until| until <= now);
    let stored = user.as_ref().filter(|user| open(user)).map(|user| user.password.clone());
    let right = password::verify(given.password.clone(), stored).await?;
    match user {
        Some(user) if right => enter(&state, &user, &headers, &given.next).await,
        user => {
            if let Some(user) = user {
                failed(&state, &user).await?;
            }
            refuse(StatusCode::UNAUTHORIZED, "login-wrong")
        }
    }
}

async fn failed(state: &AppState, user: &User) -> Result<(), Failure> {
    let now = state.desk.clock.now();
    let mut tx = state.desk.store.begin().await?;
    tx.login_failed(user.id, now).await?;
    tx.journal(now, &format!("user:{}", user.name), "login.refused", None, &json!({})).await?;
    Ok(tx.commit().await?)
}

async fn enter(state: &AppState, user: &User, headers: &HeaderMap, next: &str) -> Result<Response, Failure> {
    let (token, csrf) = (cookie::random_token()?, cookie::random_token()?);
    let now = state.desk.clock.now();
    let hours = state.settings.session_hours.max(1);
    let expires = now + SignedDuration::from_hours(i64::from(hours));
    let agent: String =
        headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("").chars().take(200).collect();
    let mut tx = state.desk.store.begin().await?;
    tx.open_session(&token, &csrf, user.id, &agent, now, expires).await?;
    tx.journal(now, &format!("user:{}", user.name), "login", None, &json!({ "agent": agent })).await?;
    tx.commit().await?;
    let cookie = cookie::set(&token, u64::from(hours) * 3600, &state.settings)?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&local(next))).into_response())
}

async fn logout(State(state): State<AppState>, caller: Caller, headers: HeaderMap) -> Result<Response, Failure> {
    if let (Some(user), Some(token)) = (caller.user, cookie::token(&headers, &state.settings)) {
        let mut tx = state.desk.store.begin().await?;
        tx.close_session(&store::raw::content_hash(token.as_bytes()), user).await?;
        tx.commit().await?;
    }
    let cookie = cookie::set("", 0, &state.settings)?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/login")).into_response())
}

/// The language a browser asks for.
pub(crate) fn language(headers: &HeaderMap) -> Lang {
    headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map_or(Lang::Ja, Lang::preferred)
}

/// The client's address: the peer, or what a trusted proxy in front says last.
pub(crate) fn client(peer: SocketAddr, headers: &HeaderMap, state: &AppState) -> IpAddr {
    let forwarded = || headers.get("x-forwarded-for")?.to_str().ok()?.rsplit(',').next()?.trim().parse().ok();
    state.settings.behind_proxy.then(forwarded).flatten().unwrap_or(peer.ip())
}

/// A path of this console, or its start: a login never leads to another site.
pub(crate) fn local(next: &str) -> String {
    let fine = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if fine { next.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn a_login_never_leads_elsewhere() {
        assert_eq!(local("/cases?state=open"), "/cases?state=open");
        for bad in ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nX: y", "cases"] {
            assert_eq!(local(bad), "/", "{bad:?}");
        }
    }
}
