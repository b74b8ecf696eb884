//! From the headers of a request to the person or program behind it.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use desk::Actor;
use jiff::SignedDuration;
use model::{Lang, Permission, Role};
use store::people;

use crate::auth::cookie;
use crate::{AppState, Failure};

/// How often the last use of a session is written down.
const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// The person or program behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Actor in the journal: `user:NAME` or `api:NAME`.
    pub actor: String,
    /// Name as shown.
    pub display: String,
    /// What they may do.
    pub role: Role,
    /// Their language.
    pub lang: Lang,
    /// The session's CSRF token; empty for a program.
    pub csrf: String,
    /// The user's number, if it is a person.
    pub user: Option<model::UserId>,
}

impl Caller {
    /// Refuses unless the role has `permission`.
    pub fn require(&self, permission: Permission) -> Result<(), Failure> {
        if self.role.may(permission) { Ok(()) } else { Err(Failure::forbidden()) }
    }

    /// The same as the desk knows them.
    pub(crate) fn as_actor(&self) -> Actor {
        Actor::new(&self.actor, self.role)
    }
}

impl<S> FromRequestParts<S> for Caller
where
    AppState: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let state = AppState::from_ref(state);
        match bearer(&parts.headers) {
            Some(token) => program(&state, token).await,
            None => person(&state, parts).await,
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ").map(str::trim)
}

async fn program(state: &AppState, token: &str) -> Result<Caller, Failure> {
    let found = people::token(&mut &state.desk.store, token, state.desk.clock.now()).await?;
    let token = found.ok_or_else(|| Failure::new(StatusCode::UNAUTHORIZED, "console.token"))?;
    Ok(Caller {
        actor: format!("api:{}", token.name),
        display: token.name,
        role: token.role,
        lang: Lang::En,
        csrf: String::new(),
        user: None,
    })
}

async fn person(state: &AppState, parts: &Parts) -> Result<Caller, Failure> {
    let login = || Failure::new(StatusCode::UNAUTHORIZED, "console.login");
    let token = cookie::token(&parts.headers, &state.settings).ok_or_else(login)?;
    let now = state.desk.clock.now();
    let (session, user) = people::session(&mut &state.desk.store, token, now).await?.ok_or_else(login)?;
    if now.duration_since(session.last_seen) > TOUCH_EVERY {
        let mut tx = state.desk.store.begin().await?;
        tx.touch_session(&session.id, now).await?;
        tx.commit().await?;
    }
    if !is_safe(&parts.method) && !from_own_origin(&parts.headers) {
        return Err(Failure::new(StatusCode::FORBIDDEN, "console.origin"));
    }
    Ok(Caller {
        actor: format!("user:{}", user.name),
        display: user.display,
        role: user.role,
        lang: user.lang,
        csrf: session.csrf,
        user: Some(user.id),
    })
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether a changing request comes from a page of ours: by `Sec-Fetch-Site` where the browser sends it, else by comparing
/// `Origin` with `Host`. The cookie is `SameSite=Lax` besides, and forms carry the CSRF token.
pub(crate) fn from_own_origin(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, of)| of.eq_ignore_ascii_case(host)),
        // No browser leaves out both on a changing request.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), header::HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn only_our_own_pages_may_change_things() {
        assert!(from_own_origin(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(!from_own_origin(&headers(&[("sec-fetch-site", "cross-site"), ("host", "a"), ("origin", "http://a")])));
        assert!(!from_own_origin(&headers(&[("sec-fetch-site", "same-site")])));
        assert!(from_own_origin(&headers(&[("host", "desk.example:8625"), ("origin", "http://desk.example:8625")])));
        assert!(!from_own_origin(&headers(&[("host", "desk.example"), ("origin", "http://evil.example")])));
        assert!(!from_own_origin(&headers(&[])));
    }
}
