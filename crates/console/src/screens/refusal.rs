//! What a person sees instead of a page: what happened, what to do, and the code to quote; in the person's language.

use askama::Template;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use model::Lang;

use crate::auth::Caller;
use crate::screens::login;
use crate::screens::page::{Page, show};
use crate::{AppState, Failure};

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage {
    page: Page,
    code: &'static str,
    status: u16,
    happened: String,
    todo: String,
    detail: String,
    /// What has no reason of its own is said in English.
    detail_lang: Lang,
    back: String,
}

/// Turns every [`Failure`] of a screen into a page; whoever is not logged in is led to the login and back.
pub(crate) async fn pages(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let asked = parts.clone();
    let response = next.run(Request::from_parts(parts.clone(), body)).await;
    let Some(failure) = response.extensions().get::<Failure>().cloned() else { return response };
    if failure.status == StatusCode::UNAUTHORIZED {
        return to_login(&asked.method, asked.uri.path_and_query().map_or("/", |path| path.as_str()), &asked.headers);
    }
    let caller = Caller::from_request_parts(&mut parts, &state).await.ok();
    let now = state.desk.clock.now();
    let page = match &caller {
        Some(caller) => Page::new(caller, "refusal-title", now),
        None => Page::public(login::language(&asked.headers), "refusal-title", now),
    };
    let problem = failure.problem(page.lang);
    let shown = show(&RefusalPage {
        code: problem.code,
        status: problem.status,
        happened: problem.title,
        todo: problem.todo,
        detail: problem.detail,
        detail_lang: failure.detail.lang(page.lang),
        back: back(&asked.headers),
        page,
    });
    match shown {
        Ok(shown) => (failure.status, shown).into_response(),
        Err(_) => response,
    }
}

/// A page that was asked for is shown after the login; what was sent is not sent again by itself.
fn to_login(method: &Method, path: &str, headers: &HeaderMap) -> Response {
    let next = if method == Method::GET { path.to_owned() } else { back(headers) };
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", &next).finish();
    Redirect::to(&format!("/login?{query}")).into_response()
}

/// The page from which a request came, if it is one of ours.
fn back(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let url = referer.and_then(|referer| url::Url::parse(referer).ok());
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    match url {
        Some(url) if host.is_some_and(|host| host == url.authority()) => {
            url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
        }
        _ => "/".to_owned(),
    }
}
