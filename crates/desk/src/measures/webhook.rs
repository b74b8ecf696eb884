//! Measures by HTTP: the order as JSON in a signed `POST`.
//!
//! Headers: `Idempotency-Key` (the same for every repetition of one verb), `Mimawari-Verb`, `Mimawari-Timestamp` (Unix
//! seconds) and `Mimawari-Signature`, `sha256=` and the hexadecimal HMAC-SHA256 of `TIMESTAMP.KEY.BODY`; the other side
//! refuses timestamps far from its own clock. Answers: 200 to 299 done, or done before if the body is JSON with
//! `"done_before": true`; 409 and 422 refused; 408, 425, 429, 5xx and no answer are asked again with the same key and then
//! not known; everything else is not known. `"message"` of a JSON body are its words.

use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use model::Clock as _;
use reqwest::{Client, StatusCode, redirect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;

use super::port::{Answer, Asked, Connector, Entry, Order, Verb};

/// The entry of this connector.
pub(super) const ENTRY: Entry = Entry { name: "webhook", open };

/// Most bytes read of an answer.
const MAX_BODY: usize = 16 * 1024;
/// Shortest secret, bytes (RFC 2104, section 3, advises the length of the hash).
const MIN_SECRET: usize = 32;
/// Most attempts in one call.
const MAX_ATTEMPTS: u32 = 3;

/// Settings of a webhook.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// `https://…`, or `http://` to this machine.
    url: String,
    /// Key of the signature; at least 32 characters, known to both sides only.
    secret: String,
    /// Seconds for one attempt.
    #[serde(default = "default_seconds")]
    timeout_seconds: u64,
    /// Attempts in one call, where asking again may help.
    #[serde(default = "default_attempts")]
    attempts: u32,
}

const fn default_seconds() -> u64 {
    10
}

const fn default_attempts() -> u32 {
    MAX_ATTEMPTS
}

struct Webhook {
    settings: Settings,
    client: Client,
}

fn open(settings: &Value) -> Result<Box<dyn Connector>, String> {
    let settings: Settings = serde_json::from_value(settings.clone()).map_err(|error| error.to_string())?;
    let url = reqwest::Url::parse(&settings.url).map_err(|error| format!("`url`: {error}"))?;
    let own = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() != "https" && !(url.scheme() == "http" && own) {
        return Err("`url` must begin with https://; http:// is for this machine alone".to_owned());
    }
    if settings.secret.len() < MIN_SECRET {
        return Err(format!("`secret` must have at least {MIN_SECRET} characters"));
    }
    let longest = settings.timeout_seconds.saturating_add(2).saturating_mul(u64::from(settings.attempts));
    if settings.timeout_seconds == 0
        || !(1..=MAX_ATTEMPTS).contains(&settings.attempts)
        || longest > super::MAX_ANSWER.as_secs()
    {
        return Err(format!(
            "`attempts` (1 to {MAX_ATTEMPTS}) times `timeout_seconds` must stay below {} seconds",
            super::MAX_ANSWER.as_secs()
        ));
    }
    let client = Client::builder()
        .timeout(Duration::from_secs(settings.timeout_seconds))
        // A redirect could carry a signed order to another host.
        .redirect(redirect::Policy::none())
        .user_agent("mimawari")
        .build()
        .map_err(|error| error.to_string())?;
    Ok(Box::new(Webhook { settings, client }))
}

impl Connector for Webhook {
    fn ask<'a>(&'a self, verb: Verb, order: &'a Order) -> Asked<'a> {
        Box::pin(async move {
            let mut last = String::new();
            for attempt in 0..self.settings.attempts {
                if attempt > 0 {
                    tokio::time::sleep(Duration::from_millis(250 << attempt)).await;
                }
                match self.post(verb, order).await {
                    Attempt::Final(answer) => return answer,
                    Attempt::Again(why) => last = why,
                }
            }
            Answer::Unknown(last)
        })
    }
}

/// What one attempt came to.
enum Attempt {
    Final(Answer),
    Again(String),
}

impl Webhook {
    async fn post(&self, verb: Verb, order: &Order) -> Attempt {
        let Ok(body) = serde_json::to_vec(order) else {
            return Attempt::Final(Answer::Unknown("the order cannot be written as JSON".to_owned()));
        };
        let key = format!("{}:{}", order.key, verb.name());
        // The real time, whatever clock the desk has: the other side compares it with its own.
        let stamp = model::SystemClock.now().as_second().to_string();
        let Some(signature) = sign(&self.settings.secret, &stamp, &key, &body) else {
            return Attempt::Final(Answer::Unknown("the order cannot be signed".to_owned()));
        };
        let request = self
            .client
            .post(&self.settings.url)
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .header("mimawari-verb", verb.name())
            .header("mimawari-timestamp", stamp)
            .header("mimawari-signature", signature)
            .body(body);
        match request.send().await {
            // The address of the webhook may hold a token.
            Err(error) => Attempt::Again(format!("no answer: {}", error.without_url())),
            Ok(response) => {
                let status = response.status();
                let body = bounded(response).await;
                judge(status, &body)
            }
        }
    }
}

/// The signature of an order, or nothing if the key cannot be used.
fn sign(secret: &str, stamp: &str, key: &str, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    for part in [stamp.as_bytes(), b".", key.as_bytes(), b".", body] {
        mac.update(part);
    }
    let bytes = mac.finalize().into_bytes();
    Some(bytes.iter().fold("sha256=".to_owned(), |hex, byte| hex + &format!("{byte:02x}")))
}

/// The body of an answer as far as it is read.
async fn bounded(mut response: reqwest::Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = MAX_BODY - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == MAX_BODY {
            break;
        }
    }
    body
}

fn judge(status: StatusCode, body: &[u8]) -> Attempt {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let words = json["message"].as_str().map_or_else(|| format!("HTTP {}", status.as_u16()), str::to_owned);
    let before = json["done_before"].as_bool() == Some(true);
    Attempt::Final(match status.as_u16() {
        200..=299 if before => Answer::DoneBefore(words),
        // 202 says that it will perhaps be done: not known.
        202 => Answer::Unknown(words),
        200..=299 => Answer::Done(words),
        409 | 422 => Answer::Refused(words),
        408 | 425 | 429 | 500..=599 => return Attempt::Again(words),
        _ => Answer::Unknown(words),
    })
}

#[cfg(test)]
mod tests;
