//! Asking for a list over HTTP: only if it changed, only so much, only so long; and telling a list from an excuse.

use std::io::Read as _;
use std::time::Duration;

use anyhow::{Context as _, Result};
use flate2::read::MultiGzDecoder;
use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, StatusCode, redirect};

/// How long an answer may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// From the question to the last byte.
    pub(crate) whole: Duration,
    /// Between two pieces of an answer.
    pub(crate) piece: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { whole: Duration::from_mins(5), piece: Duration::from_secs(30) }
    }
}

/// Longest wait that a server may ask for.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);

/// What one question is.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Question<'a> {
    pub(crate) url: &'a str,
    /// What the server called the version that we have.
    pub(crate) etag: Option<&'a str>,
    /// When it said that it changed.
    pub(crate) modified: Option<&'a str>,
    /// What form of answer is wanted (TAXII).
    pub(crate) accept: Option<&'a str>,
    /// The name and the value of a header with a key.
    pub(crate) key: Option<(&'a str, &'a str)>,
    /// Most bytes, packed and unpacked.
    pub(crate) limit: usize,
}

/// A good answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// As before (304).
    Unchanged,
    /// A version, unpacked.
    Version { bytes: Vec<u8>, etag: Option<String>, modified: Option<String> },
}

/// A bad answer, by a stable word.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// `no-answer`, `refused`, `gone`, `too-much-asked`, `too-large`, `broken`.
    pub(crate) word: &'static str,
    /// More, for a person.
    pub(crate) detail: String,
    /// When the server wants to be asked again.
    pub(crate) wait: Option<SignedDuration>,
}

impl Trouble {
    fn new(word: &'static str, detail: &dyn std::fmt::Display) -> Self {
        Self { word, detail: detail.to_string(), wait: None }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.word, self.detail)
    }
}

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct Fetcher {
    client: Client,
}

impl Fetcher {
    /// One that names itself so.
    pub(crate) fn new(agent: &str, patience: Patience) -> Result<Self> {
        // From https nowhere but to https, and not in circles.
        let redirects = redirect::Policy::custom(|attempt| {
            let downgraded =
                attempt.previous().iter().any(|url| url.scheme() == "https") && attempt.url().scheme() != "https";
            if downgraded || attempt.previous().len() > 5 { attempt.stop() } else { attempt.follow() }
        });
        let client = Client::builder()
            .user_agent(agent)
            .timeout(patience.whole)
            .read_timeout(patience.piece)
            .connect_timeout(patience.piece)
            .redirect(redirects)
            .build()
            .context("no list can be asked for: the HTTP client does not start")?;
        Ok(Self { client })
    }

    /// Asks once.
    pub(crate) async fn ask(&self, question: &Question<'_>, now: Timestamp) -> Result<Answer, Trouble> {
        let mut headers = HeaderMap::new();
        let mut set = |name: HeaderName, value: Option<&str>| {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
                headers.insert(name, value);
            }
        };
        set(header::IF_NONE_MATCH, question.etag);
        set(header::IF_MODIFIED_SINCE, question.modified);
        set(header::ACCEPT, question.accept);
        set(header::ACCEPT_ENCODING, Some("gzip"));
        if let Some((name, value)) = question.key
            && let Ok(name) = HeaderName::from_bytes(name.as_bytes())
        {
            set(name, Some(value));
        }
        let response = self.client.get(question.url).headers(headers).send().await;
        // An address may hold a key.
        let mut response = response.map_err(|error| Trouble::new("no-answer", &error.without_url()))?;
        judge(&response, now)?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(Answer::Unchanged);
        }
        if response.content_length().is_some_and(|length| length > question.limit as u64) {
            return Err(too_large(question.limit));
        }
        let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (etag, modified) = (text(header::ETAG), text(header::LAST_MODIFIED));
        let mut packed = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| Trouble::new("broken", &error.without_url()))? {
            if packed.len() + piece.len() > question.limit {
                return Err(too_large(question.limit));
            }
            packed.extend_from_slice(&piece);
        }
        Ok(Answer::Version { bytes: unpacked(packed, question.limit)?, etag, modified })
    }
}

fn too_large(limit: usize) -> Trouble {
    Trouble::new("too-large", &format_args!("more than {limit} bytes"))
}

/// Refuses every answer that is neither a version nor "as before".
fn judge(response: &reqwest::Response, now: Timestamp) -> Result<(), Trouble> {
    let status = response.status();
    let word = match status.as_u16() {
        200 | 304 => return Ok(()),
        404 | 410 => "gone",
        429 | 503 => "too-much-asked",
        _ => "refused",
    };
    let wait = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let wait = wait.and_then(|text| retry_after(text, now)).map(|wait| wait.clamp(SignedDuration::ZERO, LONGEST_WAIT));
    Err(Trouble { wait, ..Trouble::new(word, &format_args!("HTTP {}", status.as_u16())) })
}

/// Seconds or a moment (RFC 9110, section 10.2.3).
fn retry_after(text: &str, now: Timestamp) -> Option<SignedDuration> {
    match text.trim().parse::<i64>() {
        Ok(seconds) => Some(SignedDuration::from_secs(seconds)),
        Err(_) => Some(rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?.duration_since(now)),
    }
}

/// What is gzip by its first bytes is unpacked, whatever it is called, up to `limit`.
fn unpacked(bytes: Vec<u8>, limit: usize) -> Result<Vec<u8>, Trouble> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut all = Vec::new();
    let mut reader = MultiGzDecoder::new(bytes.as_slice()).take(limit as u64 + 1);
    reader.read_to_end(&mut all).map_err(|error| Trouble::new("broken", &error))?;
    if all.len() > limit { Err(too_large(limit)) } else { Ok(all) }
}

#[cfg(test)]
mod tests;
