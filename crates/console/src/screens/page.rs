//! What every page has in common: language, who is looking, words, times, addresses of assets.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Lang, Permission};

use crate::auth::Caller;
use crate::{Failure, assets};

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
}

impl Page {
    /// A page for somebody who is logged in.
    pub(crate) fn new(caller: &Caller, title: &'static str, now: Timestamp) -> Self {
        let zone = TimeZone::get("Asia/Tokyo").unwrap_or(TimeZone::UTC);
        Self { lang: caller.lang, caller: Some(caller.clone()), title, now, zone }
    }

    /// A page for nobody in particular.
    pub(crate) fn public(lang: Lang, title: &'static str, now: Timestamp) -> Self {
        let zone = TimeZone::get("Asia/Tokyo").unwrap_or(TimeZone::UTC);
        Self { lang, caller: None, title, now, zone }
    }

    /// The text of a key.
    pub(crate) fn t(&self, key: &str) -> String {
        text::t(self.lang, key)
    }

    /// The text of a key that is made of a prefix and a name, such as `severity-high`.
    pub(crate) fn tn(&self, prefix: &str, name: impl std::fmt::Display) -> String {
        text::t(self.lang, &format!("{prefix}-{name}"))
    }

    /// A time as the desk reads it: `2026-11-22 14:05`.
    pub(crate) fn time(&self, at: &Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// A time for machines, for the `datetime` attribute.
    #[expect(clippy::unused_self, reason = "templates call methods of the page")]
    pub(crate) fn machine_time(&self, at: &Timestamp) -> String {
        at.to_string()
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

    /// The CSRF token of the session.
    pub(crate) fn csrf(&self) -> &str {
        self.caller.as_ref().map_or("", |caller| caller.csrf.as_str())
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
