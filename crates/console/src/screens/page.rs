//! What every page has in common: language, who is looking, words, times, addresses of assets.

use std::borrow::Borrow;

use askama::Template;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Lang, Permission};
use store::Store;
use text::{Value, wording};

use crate::auth::Caller;
use crate::keys::{self, Key, Scope};
use crate::screens::form::Toast;
use crate::{AppState, Failure, assets};

/// A person who asks for a page.
pub(crate) struct Visit {
    /// What the handler works with.
    pub(crate) state: AppState,
    /// Who.
    pub(crate) caller: Caller,
    /// Path that was asked for.
    path: String,
    /// Query string that was asked for.
    query: String,
    /// Whether the script asks for a part of a page. It chooses the form of an answer, never what may be seen.
    partial: bool,
}

impl<S> FromRequestParts<S> for Visit
where
    AppState: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let (path, query) = (parts.uri.path().to_owned(), parts.uri.query().unwrap_or("").to_owned());
        let partial = parts.headers.contains_key("hx-request");
        Ok(Self { state: AppState::from_ref(state), caller, path, query, partial })
    }
}

impl Visit {
    /// The visitor, if the role has `permission`.
    pub(crate) fn allowed(self, permission: Permission) -> Result<Self, Failure> {
        self.caller.require(permission)?;
        Ok(self)
    }

    /// Whether only a part of a page is wanted.
    pub(crate) const fn partial(&self) -> bool {
        self.partial
    }

    /// The database, for reading.
    pub(crate) const fn store(&self) -> &Store {
        &self.state.desk.store
    }

    /// The present moment.
    pub(crate) fn now(&self) -> Timestamp {
        self.state.desk.clock.now()
    }

    /// A field of the query string, if it is there and not empty.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.query.as_bytes())
            .find(|(known, value)| known == name && !value.trim().is_empty())
            .map(|(_, value)| value.trim().to_owned())
    }

    /// A field of the query string as a value; one that cannot be read is a bad request.
    pub(crate) fn value<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Failure> {
        let read = |text: String| {
            text.parse().map_err(|_| Failure::bad_request(format!("`{name}={text}` in the address cannot be read")))
        };
        self.field(name).map(read).transpose()
    }

    /// The frame of the page `title`.
    pub(crate) fn page(&self, title: &'static str) -> Page {
        let mut page = Page::new(&self.caller, title, self.now());
        page.toast = Toast::of(page.lang, &self.query);
        page.here = without_toast(&self.path, &self.query);
        page
    }
}

/// The address of a page without what only its toast needs.
fn without_toast(path: &str, query: &str) -> String {
    let mut kept = url::form_urlencoded::Serializer::new(String::new());
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    kept.extend_pairs(pairs.filter(|(name, _)| !matches!(name.as_ref(), "done" | "count" | "undo")));
    let query = kept.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The frame of a page; templates call its methods.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Language of the page.
    pub(crate) lang: Lang,
    /// Who is looking; nobody on login and public form.
    pub(crate) caller: Option<Caller>,
    /// Catalogue key of the title.
    pub(crate) title: &'static str,
    /// The present moment.
    pub(crate) now: Timestamp,
    /// Zone in which times are shown.
    pub(crate) zone: TimeZone,
    /// What was just done.
    pub(crate) toast: Option<Toast>,
    /// The address of this page, to which its forms lead back.
    pub(crate) here: String,
}

impl Page {
    /// A page for somebody who is logged in.
    pub(crate) fn new(caller: &Caller, title: &'static str, now: Timestamp) -> Self {
        Self { caller: Some(caller.clone()), ..Self::public(caller.lang, title, now) }
    }

    /// A page for nobody in particular.
    pub(crate) fn public(lang: Lang, title: &'static str, now: Timestamp) -> Self {
        Self { lang, caller: None, title, now, zone: wording::tokyo(), toast: None, here: "/".to_owned() }
    }

    /// The text of a key.
    pub(crate) fn t(&self, key: &str) -> String {
        text::t(self.lang, key)
    }

    /// The text of a key that is made of a prefix and a name, such as `severity-high`.
    pub(crate) fn tn(&self, prefix: &str, name: impl std::fmt::Display) -> String {
        text::t(self.lang, &format!("{prefix}-{name}"))
    }

    /// The text of a key with a number in it.
    pub(crate) fn tc(&self, key: &str, n: impl Borrow<i64>) -> String {
        text::ta(self.lang, key, &[("n", Value::from(*n.borrow()))])
    }

    /// The text of a key with a word in it.
    pub(crate) fn tv(&self, key: &str, value: &str) -> String {
        text::ta(self.lang, key, &[("value", value.into())])
    }

    /// A time as the desk reads it: `2026-11-22 14:05`.
    pub(crate) fn time(&self, at: &Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// A time in a list: without the year if it is this one.
    pub(crate) fn short_time(&self, at: &Timestamp) -> String {
        let (at, now) = (at.to_zoned(self.zone.clone()), self.now.to_zoned(self.zone.clone()));
        at.strftime(if at.year() == now.year() { "%m-%d %H:%M" } else { "%Y-%m-%d" }).to_string()
    }

    /// A time as a field of the browser takes it.
    pub(crate) fn local_time(&self, at: &Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// A time for machines, for the `datetime` attribute.
    #[expect(clippy::unused_self, reason = "templates call methods of the page")]
    pub(crate) fn machine_time(&self, at: &Timestamp) -> String {
        at.to_string()
    }

    /// `残り5時間`, `2 days overdue`.
    pub(crate) fn left(&self, at: &Timestamp) -> String {
        wording::left(self.lang, self.now, *at)
    }

    /// How near a deadline is, as a class: `late`, `soon` (within a day) or nothing.
    pub(crate) fn urgency(&self, at: &Timestamp) -> &'static str {
        match at.duration_since(self.now).as_hours() {
            _ if *at <= self.now => "late",
            0..24 => "soon",
            _ => "",
        }
    }

    /// How long ago something was: `5 h`.
    pub(crate) fn since(&self, at: &Timestamp) -> String {
        wording::duration(self.lang, self.now.duration_since(*at))
    }

    /// A number with its thousands grouped.
    #[expect(clippy::unused_self, reason = "templates call methods of the page")]
    pub(crate) fn number(&self, value: impl Borrow<i64>) -> String {
        wording::number(*value.borrow())
    }

    /// A share in per cent; `–` of nothing.
    #[expect(clippy::unused_self, reason = "templates call methods of the page")]
    pub(crate) fn share(&self, part: impl Borrow<i64>, whole: impl Borrow<i64>) -> String {
        wording::percent(*part.borrow(), *whole.borrow())
    }

    /// The address of an asset.
    #[expect(clippy::unused_self, reason = "templates call methods of the page")]
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    /// Whether the one who looks may do something.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.role.may(permission))
    }

    /// Whether the one who looks may change cases.
    pub(crate) fn works(&self) -> bool {
        self.may(Permission::WorkCases)
    }

    /// Whether the one who looks may see personal data.
    pub(crate) fn personal(&self) -> bool {
        self.may(Permission::ViewPersonal)
    }

    /// A person's or company's name, masked where it must be.
    pub(crate) fn name(&self, name: &str) -> String {
        if self.personal() { wording::clean(name, 200) } else { wording::mask_name(name) }
    }

    /// A mail address, masked where it must be.
    pub(crate) fn mail(&self, address: &str) -> String {
        if self.personal() { wording::clean(address, 320) } else { wording::mask_mail(address) }
    }

    /// One line that strangers wrote.
    #[expect(clippy::unused_self, reason = "templates call methods of the page")]
    pub(crate) fn clean(&self, text: &str) -> String {
        wording::clean(text, 300)
    }

    /// Whether this page is the one at `path`.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.here.split('?').next() == Some(path)
    }

    /// The CSRF token of the session.
    pub(crate) fn csrf(&self) -> &str {
        self.caller.as_ref().map_or("", |caller| caller.csrf.as_str())
    }

    /// Which keys work here.
    pub(crate) fn scope(&self) -> Scope {
        match self.title {
            "triage-title" => Scope::Triage,
            "queue-title" => Scope::Queue,
            "case-title" => Scope::Case,
            "compose-title" => Scope::Compose,
            "correct-title" => Scope::Correct,
            _ => Scope::Everywhere,
        }
    }

    /// The attributes of an element that a key presses. Made of the table of keys alone, so it needs no escaping.
    pub(crate) fn key(&self, action: &str) -> String {
        keys::attributes(self.scope(), action)
    }

    /// What is pressed for an action, to be shown beside it.
    pub(crate) fn press(&self, action: &str) -> &'static str {
        keys::of(self.scope(), action).map_or("", |key| key.press)
    }

    /// The sheet of keys that work here.
    pub(crate) fn sheet(&self) -> Vec<(Scope, Vec<Key>)> {
        keys::sheet(self.scope())
    }
}

/// Renders a template into an answer.
pub(crate) fn show(template: &impl Template) -> Result<Response, Failure> {
    match template.render() {
        Ok(html) => Ok(Html(html).into_response()),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            Err(Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "console.internal"))
        }
    }
}
