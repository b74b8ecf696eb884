//! Settings: my language, password and devices; for those who may, users, tokens and the versions of playbooks.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::SignedDuration;
use model::{Lang, Permission, Role, UserId};
use serde_json::json;
use store::people::{self, ApiToken, NewUser, Session, User};
use store::policy::{self, PolicyRow};

use crate::auth::{cookie, password};
use crate::screens::Entry;
use crate::screens::form::{Done, Posted};
use crate::screens::page::{Page, Visit, show};
use crate::{AppState, Failure};

/// The navigation's entry.
pub(super) const ENTRY: Entry = Entry {
    path: "/settings",
    title: "settings-title",
    permission: Permission::ViewCases,
    key: Some("go-settings"),
    order: 7,
};

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/settings", get(|| async { Redirect::to("/settings/me") }))
        .route("/settings/me", get(me).post(change_me))
        .route("/settings/me/password", post(change_password))
        .route("/settings/sessions/{id}/revoke", post(revoke_session))
        .route("/settings/users", get(users).post(add_user))
        .route("/settings/users/{id}", post(change_user))
        .route("/settings/tokens", get(tokens).post(add_token))
        .route("/settings/tokens/revoke", post(revoke_token))
        .route("/settings/playbooks", get(playbooks))
}

#[derive(Template)]
#[template(path = "settings-me.html")]
struct MePage {
    page: Page,
    sessions: Vec<Session>,
    current: String,
}

async fn me(visit: Visit, headers: axum::http::HeaderMap) -> Result<Response, Failure> {
    let page = visit.page(ENTRY.title);
    let Some(user) = visit.caller.user else { return Err(Failure::forbidden()) };
    let sessions = people::sessions_of(&mut visit.store(), user, visit.now()).await?;
    let token = cookie::token(&headers, &visit.state.settings).unwrap_or_default();
    show(&MePage { page, sessions, current: store::raw::content_hash(token.as_bytes()) })
}

async fn change_me(State(state): State<AppState>, posted: Posted) -> Result<Response, Failure> {
    let (user, lang) = (person(&posted)?, posted.value::<Lang>("lang")?);
    let mut tx = state.desk.store.begin().await?;
    tx.change_user(user, posted.caller.role, lang, false).await?;
    tx.commit().await?;
    Ok(posted.done("/settings/me", &Done::one("saved")))
}

async fn change_password(State(state): State<AppState>, posted: Posted) -> Result<Response, Failure> {
    let id = person(&posted)?;
    let known = people::users(&mut &state.desk.store).await?.into_iter().find(|user| user.id == id);
    let user = known.ok_or_else(Failure::not_found)?;
    if !password::verify(posted.body("old"), Some(user.password)).await? {
        return Err(Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "console.password"));
    }
    let hash = hashed(posted.body("new")).await?;
    let mut tx = state.desk.store.begin().await?;
    tx.set_password(id, &hash).await?;
    tx.journal(state.desk.clock.now(), &posted.caller.actor, "user.password", None, &json!({ "user": user.name }))
        .await?;
    tx.commit().await?;
    // Every session ended, this one too.
    Ok(Redirect::to("/login").into_response())
}

async fn revoke_session(
    State(state): State<AppState>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Failure> {
    let user = person(&posted)?;
    let mut tx = state.desk.store.begin().await?;
    tx.close_session(&id, user).await?;
    tx.journal(state.desk.clock.now(), &posted.caller.actor, "session.revoked", None, &json!({})).await?;
    tx.commit().await?;
    Ok(posted.done("/settings/me", &Done::one("revoked")))
}

fn person(posted: &Posted) -> Result<UserId, Failure> {
    posted.caller.user.ok_or_else(Failure::forbidden)
}

async fn hashed(password: String) -> Result<String, Failure> {
    tokio::task::spawn_blocking(move || password::hash(&password))
        .await
        .map_err(|_| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "console.internal"))?
        .map_err(Failure::bad_request)
}

#[derive(Template)]
#[template(path = "settings-users.html")]
struct UsersPage {
    page: Page,
    users: Vec<User>,
}

async fn users(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ManageUsers)?;
    let users = people::users(&mut visit.store()).await?;
    show(&UsersPage { page: visit.page(ENTRY.title), users })
}

async fn add_user(State(state): State<AppState>, posted: Posted) -> Result<Response, Failure> {
    posted.caller.require(Permission::ManageUsers)?;
    let (name, display) = (posted.words("name")?, posted.words("display")?);
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._".contains(&byte));
    if !plain || name.len() > 60 {
        return Err(Failure::bad_request("a login name is made of lower-case letters, digits, `-`, `.` and `_`"));
    }
    let (role, lang) = (posted.value::<Role>("role")?, posted.value::<Lang>("lang")?);
    let hash = hashed(posted.body("password")).await?;
    let now = state.desk.clock.now();
    let mut tx = state.desk.store.begin().await?;
    tx.add_user(NewUser { name, display, password: &hash, role, lang }, now).await?;
    tx.journal(now, &posted.caller.actor, "user.added", None, &json!({ "user": name, "role": role })).await?;
    tx.commit().await?;
    Ok(posted.done("/settings/users", &Done::one("added")))
}

async fn change_user(
    State(state): State<AppState>,
    Path(id): Path<UserId>,
    posted: Posted,
) -> Result<Response, Failure> {
    posted.caller.require(Permission::ManageUsers)?;
    let (role, lang) = (posted.value::<Role>("role")?, posted.value::<Lang>("lang")?);
    let disabled = !posted.text("disabled").is_empty();
    // Whoever locks himself out leaves a desk without an administrator.
    if posted.caller.user == Some(id) && (disabled || role != Role::Admin) {
        return Err(Failure::new(StatusCode::CONFLICT, "console.own-account"));
    }
    let now = state.desk.clock.now();
    let mut tx = state.desk.store.begin().await?;
    tx.change_user(id, role, lang, disabled).await?;
    let detail = json!({ "user": id, "role": role, "disabled": disabled });
    tx.journal(now, &posted.caller.actor, "user.changed", None, &detail).await?;
    tx.commit().await?;
    Ok(posted.done("/settings/users", &Done::one("saved")))
}

#[derive(Template)]
#[template(path = "settings-tokens.html")]
struct TokensPage {
    page: Page,
    tokens: Vec<ApiToken>,
    fresh: Option<String>,
}

async fn tokens(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ManageUsers)?;
    let tokens = people::tokens(&mut visit.store()).await?;
    show(&TokensPage { page: visit.page(ENTRY.title), tokens, fresh: None })
}

/// Makes a token and shows it this once: only its hash is kept.
async fn add_token(State(state): State<AppState>, posted: Posted) -> Result<Response, Failure> {
    posted.caller.require(Permission::ManageUsers)?;
    let (name, role) = (posted.words("name")?, posted.value::<Role>("role")?);
    let days = posted.value::<i64>("days")?.clamp(1, 3650);
    let token = cookie::random_token()?;
    let now = state.desk.clock.now();
    let expires = now.checked_add(SignedDuration::from_hours(days * 24)).ok();
    let mut tx = state.desk.store.begin().await?;
    tx.add_token(&token, name, role, expires, &posted.caller.actor, now).await?;
    tx.journal(now, &posted.caller.actor, "token.added", None, &json!({ "token": name, "role": role })).await?;
    tx.commit().await?;
    let tokens = people::tokens(&mut &state.desk.store).await?;
    show(&TokensPage { page: Page::new(&posted.caller, ENTRY.title, now), tokens, fresh: Some(token) })
}

async fn revoke_token(State(state): State<AppState>, posted: Posted) -> Result<Response, Failure> {
    posted.caller.require(Permission::ManageUsers)?;
    let (name, now) = (posted.words("name")?, state.desk.clock.now());
    let mut tx = state.desk.store.begin().await?;
    tx.revoke_token(name, now).await?;
    tx.journal(now, &posted.caller.actor, "token.revoked", None, &json!({ "token": name })).await?;
    tx.commit().await?;
    Ok(posted.done("/settings/tokens", &Done::one("revoked")))
}

#[derive(Template)]
#[template(path = "settings-playbooks.html")]
struct PlaybooksPage {
    page: Page,
    policies: Vec<PolicyRow>,
}

async fn playbooks(visit: Visit) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::EditPolicy)?;
    let mut policies = policy::policies(&mut visit.store(), "playbook").await?;
    policies.extend(policy::policies(&mut visit.store(), "template").await?);
    show(&PlaybooksPage { page: visit.page(ENTRY.title), policies })
}
