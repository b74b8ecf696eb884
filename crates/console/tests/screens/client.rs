//! A browser without script: it carries the cookie, follows nothing, and reads forms.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use console::{AppState, Settings};
use desk::Desk;
use jiff::SignedDuration;
use store::Store;
use store::acceptor::Acceptor;
use testkit::{FixedClock, TempStore};
use tower::ServiceExt as _;

use crate::common;

/// When the tests take place: Sunday noon in Japan.
pub(crate) const NOW: &str = "2026-11-22T03:00:00Z";
const HOST: &str = "desk.example";

/// A desk with a morning's work, and its console.
pub(crate) struct Room {
    pub(crate) desk: Desk,
    pub(crate) clock: Arc<FixedClock>,
    router: Router,
    _temp: TempStore,
}

impl Room {
    pub(crate) async fn new() -> anyhow::Result<Self> {
        let temp = TempStore::sqlite().await?;
        let clock = Arc::new(FixedClock::at(NOW));
        let desk = common::desk(&temp.store, clock.clone(), desk::Settings::default()).await?;
        common::morning(&desk).await?;
        common::settle(&desk).await?;
        let router =
            console::router(AppState::new(desk.clone(), Settings::default(), Acceptor::start(temp.store.clone())));
        Ok(Self { desk, clock, router, _temp: temp })
    }

    pub(crate) fn store(&self) -> &Store {
        &self.desk.store
    }

    /// A browser in which `name` is logged in.
    pub(crate) async fn browser(&self, name: &str) -> anyhow::Result<Browser<'_>> {
        let now = self.desk.clock.now();
        let (token, csrf) = (format!("token-of-{name}"), format!("csrf-of-{name}"));
        let user = common::person(self.store(), name).await?;
        let mut tx = self.store().begin().await?;
        tx.open_session(&token, &csrf, user, "test", now, now + SignedDuration::from_hours(1000)).await?;
        tx.commit().await?;
        Ok(Browser { room: self, cookie: Some(format!("mimawari={token}")), csrf })
    }

    /// A browser in which nobody is logged in.
    pub(crate) fn stranger(&self) -> Browser<'_> {
        Browser { room: self, cookie: None, csrf: String::new() }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: Option<String>,
    pub(crate) cookie: Option<String>,
    pub(crate) body: String,
}

pub(crate) struct Browser<'a> {
    room: &'a Room,
    cookie: Option<String>,
    pub(crate) csrf: String,
}

impl Browser<'_> {
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.send(Request::get(path).body(Body::empty())?).await
    }

    /// Asks for a part of a page, as the script does.
    pub(crate) async fn part(&self, path: &str) -> anyhow::Result<Answer> {
        self.send(Request::get(path).header("hx-request", "true").body(Body::empty())?).await
    }

    /// Sends a form with the session's token.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let mut all = vec![("csrf", self.csrf.as_str())];
        all.extend_from_slice(fields);
        self.post_as(path, &all, "same-origin").await
    }

    /// Sends a form as it stands, from a page of `site`.
    pub(crate) async fn post_as(&self, path: &str, fields: &[(&str, &str)], site: &str) -> anyhow::Result<Answer> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site)
            .body(Body::from(body))?;
        self.send(request).await
    }

    async fn send(&self, mut request: Request<Body>) -> anyhow::Result<Answer> {
        let headers = request.headers_mut();
        headers.insert(header::HOST, HOST.parse()?);
        headers.insert(header::ACCEPT_LANGUAGE, "en".parse()?);
        if let Some(cookie) = &self.cookie {
            headers.insert(header::COOKIE, cookie.parse()?);
        }
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 200], 4711))));
        let response = self.room.router.clone().oneshot(request).await?;
        let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (status, location, cookie) = (response.status(), text(header::LOCATION), text(header::SET_COOKIE));
        let bytes = axum::body::to_bytes(response.into_body(), 8 << 20).await?;
        Ok(Answer { status, location, cookie, body: String::from_utf8_lossy(&bytes).into_owned() })
    }
}

/// The value of the first hidden field `name` on a page.
pub(crate) fn hidden<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let rest = page.split_once(&format!("name=\"{name}\" value=\""))?.1;
    Some(rest.split_once('"')?.0)
}
