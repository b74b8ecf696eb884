//! What a form sends: read once, refused without the session's CSRF token.

use std::str::FromStr;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jiff::civil::DateTime;
use sha2::Sha256;
use text::Value;

use crate::auth::Caller;
use crate::{AppState, Failure};

/// Longest text that one field may hold, characters.
const MAX_TEXT: usize = 100_000;
/// Most fields of a form: a full page of selected rows and some more.
const MAX_FIELDS: usize = 400;

/// A form of somebody who is logged in, with its token checked.
#[derive(Debug)]
pub(crate) struct Posted {
    /// Who sent it.
    pub(crate) caller: Caller,
    fields: Vec<(String, String)>,
}

impl FromRequest<AppState> for Posted {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, state).await?;
        let body = axum::body::Bytes::from_request(Request::from_parts(parts, body), state)
            .await
            .map_err(|error| Failure { status: error.status(), ..Failure::bad_request(error.body_text()) })?;
        let fields: Vec<_> = url::form_urlencoded::parse(&body).take(MAX_FIELDS).map(owned).collect();
        let posted = Self { caller, fields };
        if posted.caller.csrf.is_empty() || !same(posted.text("csrf"), &posted.caller.csrf) {
            return Err(Failure::new(StatusCode::FORBIDDEN, "console.csrf"));
        }
        Ok(posted)
    }
}

fn owned((name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)) -> (String, String) {
    (name.into_owned(), value.chars().take(MAX_TEXT).collect())
}

/// Whether two secrets are equal, in a time that does not tell where they differ: their MACs under a key of this process
/// are compared.
fn same(given: &str, expected: &str) -> bool {
    let mac = |text: &str| Hmac::<Sha256>::new_from_slice(b"mimawari csrf").map(|mac| mac.chain_update(text));
    match (mac(given), mac(expected)) {
        (Ok(given), Ok(expected)) => given.verify(&expected.finalize().into_bytes()).is_ok(),
        _ => false,
    }
}

impl Posted {
    /// A field as it was sent, without white space around it; empty if it was not.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// A field whose line breaks and spaces matter, with line feeds alone.
    pub(crate) fn body(&self, name: &str) -> String {
        let value = self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value);
        value.replace("\r\n", "\n")
    }

    /// All values of a field that can be sent several times.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A field that must have a value of this type.
    pub(crate) fn value<T: FromStr>(&self, name: &str) -> Result<T, Failure> {
        self.text(name).parse().map_err(|_| Failure::bad_request(format!("the field `{name}` is missing or wrong")))
    }

    /// A field that may be empty.
    pub(crate) fn maybe<T: FromStr>(&self, name: &str) -> Result<Option<T>, Failure> {
        if self.text(name).is_empty() { Ok(None) } else { self.value(name).map(Some) }
    }

    /// A moment as a field of the browser gives it, in the zone of the desk; nothing if it is empty.
    pub(crate) fn local_time(&self, name: &str) -> Result<Option<Timestamp>, Failure> {
        let Some(local) = self.maybe::<DateTime>(name)? else { return Ok(None) };
        let zoned = local.to_zoned(text::wording::tokyo()).map_err(|error| Failure::bad_request(error.to_string()))?;
        Ok(Some(zoned.timestamp()))
    }

    /// A text that must not be empty.
    pub(crate) fn words(&self, name: &str) -> Result<&str, Failure> {
        let text = self.text(name);
        if text.is_empty() { Err(Failure::bad_request(format!("the field `{name}` is empty"))) } else { Ok(text) }
    }

    /// Leads back to the page from which the form was sent (or to `otherwise`), with word of what was done.
    pub(crate) fn done(&self, otherwise: &str, done: &Done) -> Response {
        let back = self.text("back");
        let back = if login_local(back) { back } else { otherwise };
        done.leads_to(back)
    }
}

fn login_local(path: &str) -> bool {
    !path.is_empty() && super::login::local(path) == path
}

/// Word of what was done, carried in the address of the page that follows: a key of the catalogue and what to undo.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Done {
    /// `done-<word>` in the catalogue.
    pub(crate) word: &'static str,
    /// How many.
    pub(crate) count: usize,
    /// Where an undo is posted to, if it can be undone.
    pub(crate) undo: Option<String>,
}

/// What may be said to have been done: nothing from outside is shown.
const WORDS: &[&str] = &[
    "assigned",
    "noted",
    "changed",
    "closed",
    "reopened",
    "merged",
    "split",
    "accepted",
    "rejected",
    "snoozed",
    "undone",
    "queued",
    "cancelled",
    "drafted",
    "proposed",
    "approved",
    "refused",
    "dismissed",
    "reread",
    "saved",
    "entered",
    "answered",
    "linked",
    "reported",
    "revoked",
    "added",
    "failed",
    "corrected",
    "marked",
    "unmarked",
];

impl Done {
    /// One thing that cannot be undone from the toast.
    pub(crate) fn one(word: &'static str) -> Self {
        Self { word, count: 1, undo: None }
    }

    /// Leads to `path` with word of it.
    pub(crate) fn leads_to(&self, path: &str) -> Response {
        Redirect::to(&self.on(path)).into_response()
    }

    fn on(&self, path: &str) -> String {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        let kept = url::form_urlencoded::parse(query.as_bytes());
        pairs.extend_pairs(kept.filter(|(name, _)| !matches!(name.as_ref(), "done" | "count" | "undo")));
        pairs.append_pair("done", self.word).append_pair("count", &self.count.to_string());
        if let Some(undo) = &self.undo {
            pairs.append_pair("undo", undo);
        }
        format!("{path}?{}", pairs.finish())
    }
}

/// The toast that an address asks for, with its undo: where to post it and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Toast {
    /// The sentence.
    pub(crate) text: String,
    /// Where the undo is posted to.
    pub(crate) undo: Option<String>,
}

impl Toast {
    /// Reads `done`, `count` and `undo` of a query string. What is not ours is ignored.
    pub(crate) fn of(lang: model::Lang, query: &str) -> Option<Self> {
        let field = |name: &str| {
            url::form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value)
        };
        let word = field("done")?;
        let word = WORDS.iter().find(|known| **known == word)?;
        let count: i64 = field("count").and_then(|count| count.parse().ok()).unwrap_or(1);
        let text = text::ta(lang, &format!("done-{word}"), &[("n", Value::from(count))]);
        Some(Self { text, undo: field("undo").map(String::from).filter(|path| is_undo(path)) })
    }
}

/// `/cases/12/undo/34`, `/mails/12/cancel` or `/reports/1/corrections/2/undo`: nothing else can be posted by a toast.
fn is_undo(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let number = |part: &str| !part.is_empty() && part.len() < 20 && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts[..] {
        ["", "cases", case, "undo", entry] => number(case) && number(entry),
        ["", "mails", mail, "cancel"] => number(mail),
        ["", "reports", report, "corrections", made, "undo"] => number(report) && number(made),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use model::Lang;

    use super::*;

    #[test]
    fn a_toast_says_only_what_we_say_and_undoes_only_what_can_be_undone() {
        let path =
            Done { word: "closed", count: 2, undo: Some("/cases/1/undo/9".into()) }.on("/cases?view=open&done=x");
        assert_eq!(path, "/cases?view=open&done=closed&count=2&undo=%2Fcases%2F1%2Fundo%2F9");
        let toast = Toast::of(Lang::En, path.split_once('?').unwrap().1).unwrap();
        assert_eq!(toast.undo.as_deref(), Some("/cases/1/undo/9"));
        assert_eq!(Toast::of(Lang::En, "done=<script>"), None);
        for bad in ["/logout", "//evil.example/cases/1/undo/2", "/cases/x/undo/1", "/cases/1/undo/2/3"] {
            assert!(!is_undo(bad), "{bad}");
        }
        for lang in Lang::ALL {
            for word in WORDS {
                assert!(text::has(lang, &format!("done-{word}")), "done-{word}");
            }
        }
    }

    #[test]
    fn secrets_are_compared_whole() {
        assert!(same("abc", "abc") && !same("abd", "abc") && !same("", "abc") && !same("abcd", "abc"));
    }
}
