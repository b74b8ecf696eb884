//! What tells people from robots at the form: signed tokens that have an age and count once.
//!
//! The key is the desk's own and kept in the store, so that any node takes a page that another one gave out. Which tokens
//! were used is known to one node only; a replay at another one stores the very same bytes, which the store recognises.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use model::ReportId;
use sha2::Sha256;
use store::Store;
use tokio::sync::OnceCell;

use crate::Failure;
use crate::auth::cookie::random_token;

/// Name of the key in the store.
const KEY: &str = "form";
/// Nobody fills in the form faster.
const YOUNGEST: SignedDuration = SignedDuration::from_secs(3);
/// Nobody takes longer; whoever does gets the form back as he filled it in.
const OLDEST: SignedDuration = SignedDuration::from_hours(12);
/// Used tokens that are remembered.
const REMEMBERED: usize = 20_000;
/// Random bytes of a token.
const NONCE: usize = 16;

/// What makes one page of the form unlike every other.
pub(super) type Nonce = [u8; NONCE];

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No token of ours.
    Forged,
    /// The page is too old.
    Expired,
    /// Faster than a person.
    TooFast,
}

impl Refusal {
    /// Catalogue key of what the page says.
    pub(super) const fn notice(self) -> &'static str {
        match self {
            Self::Forged | Self::Expired => "form-expired",
            Self::TooFast => "form-fast",
        }
    }
}

/// Whether a token was free.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// It is ours now.
    Fresh,
    /// It was used; the receipt of the report that came of it, once that is stored.
    Taken(Option<String>),
}

struct Used {
    at: Timestamp,
    receipt: Option<String>,
}

/// Signs, checks and remembers.
#[derive(Default)]
pub(crate) struct Guard {
    key: OnceCell<Vec<u8>>,
    used: Mutex<HashMap<Nonce, Used>>,
    robots: AtomicU64,
}

impl Guard {
    /// Posts that were taken for a robot's.
    pub(crate) fn robots(&self) -> u64 {
        self.robots.load(Ordering::Relaxed)
    }

    pub(super) fn count_robot(&self) {
        self.robots.fetch_add(1, Ordering::Relaxed);
    }

    /// The key, made at first use.
    async fn key(&self, store: &Store, now: Timestamp) -> Result<&[u8], Failure> {
        let key = self
            .key
            .get_or_try_init(async || {
                let fresh = random_token()?;
                let mut tx = store.begin().await?;
                let key = tx.secret(KEY, &fresh, now).await?;
                tx.commit().await?;
                Ok::<_, Failure>(key.into_bytes())
            })
            .await?;
        Ok(key)
    }

    async fn mac(&self, store: &Store, purpose: &str, data: &[u8], now: Timestamp) -> Result<Hmac<Sha256>, Failure> {
        let key = self.key(store, now).await?;
        let mut mac = Hmac::<Sha256>::new_from_slice(key)
            .map_err(|_| Failure::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, "console.internal"))?;
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(data);
        Ok(mac)
    }

    async fn signed(&self, store: &Store, purpose: &str, data: &[u8], now: Timestamp) -> Result<String, Failure> {
        let mac = self.mac(store, purpose, data, now).await?.finalize().into_bytes();
        Ok(format!("{}.{}", URL_SAFE_NO_PAD.encode(data), URL_SAFE_NO_PAD.encode(mac)))
    }

    /// The data that we signed, if it was us.
    async fn opened(
        &self,
        store: &Store,
        purpose: &str,
        text: &str,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let parts = text.split_once('.').filter(|_| text.len() <= 200);
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let Some((data, given)) = parts.and_then(|(data, mac)| Some((decode(data)?, decode(mac)?))) else {
            return Ok(None);
        };
        let mac = self.mac(store, purpose, &data, now).await?;
        Ok(mac.verify_slice(&given).is_ok().then_some(data))
    }

    /// A token for a page that is shown at `now`.
    pub(super) async fn token(&self, store: &Store, now: Timestamp) -> Result<String, Failure> {
        let mut data = [0_u8; 8 + NONCE];
        let (time, nonce) = data.split_at_mut(8);
        time.copy_from_slice(&now.as_microsecond().to_be_bytes());
        getrandom::fill(nonce)
            .map_err(|_| Failure::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, "console.internal"))?;
        self.signed(store, "page", &data, now).await
    }

    /// Whether a page that came back at `now` is ours and of a likely age.
    pub(super) async fn check(
        &self,
        store: &Store,
        token: &str,
        now: Timestamp,
    ) -> Result<Result<Nonce, Refusal>, Failure> {
        let opened = self.opened(store, "page", token, now).await?;
        let parts = opened.as_deref().and_then(|data| data.split_first_chunk::<8>());
        let parts = parts.and_then(|(time, nonce)| Some((i64::from_be_bytes(*time), Nonce::try_from(nonce).ok()?)));
        let Some((time, nonce)) = parts else { return Ok(Err(Refusal::Forged)) };
        let age = SignedDuration::from_micros(now.as_microsecond().saturating_sub(time));
        Ok(match age {
            age if age < YOUNGEST => Err(Refusal::TooFast),
            age if age > OLDEST => Err(Refusal::Expired),
            _ => Ok(nonce),
        })
    }

    /// Uses a token, once.
    pub(super) fn claim(&self, nonce: Nonce, now: Timestamp) -> Claim {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = used.get(&nonce) {
            return Claim::Taken(known.receipt.clone());
        }
        if used.len() >= REMEMBERED {
            used.retain(|_, used| now.duration_since(used.at) <= OLDEST);
        }
        if used.len() >= REMEMBERED {
            // More people in twelve hours than any abuse desk has seen: forget the older half.
            let mut times: Vec<Timestamp> = used.values().map(|used| used.at).collect();
            let (_, median, _) = times.select_nth_unstable(REMEMBERED / 2);
            let median = *median;
            used.retain(|_, used| used.at > median);
        }
        used.insert(nonce, Used { at: now, receipt: None });
        Claim::Fresh
    }

    /// Notes what came of a token.
    pub(super) fn done(&self, nonce: Nonce, receipt: &str) {
        if let Some(used) = self.used.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&nonce) {
            used.receipt = Some(receipt.to_owned());
        }
    }

    /// Nothing came of it: it may be used again.
    pub(super) fn release(&self, nonce: Nonce) {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).remove(&nonce);
    }

    /// The number of a report, signed, for the page that thanks.
    pub(super) async fn receipt(&self, store: &Store, report: ReportId, now: Timestamp) -> Result<String, Failure> {
        self.signed(store, "receipt", &report.0.to_be_bytes(), now).await
    }

    /// The number in a receipt that we signed.
    pub(super) async fn report_of(
        &self,
        store: &Store,
        receipt: &str,
        now: Timestamp,
    ) -> Result<Option<ReportId>, Failure> {
        let data = self.opened(store, "receipt", receipt, now).await?;
        let number = data.and_then(|data| <[u8; 8]>::try_from(data).ok());
        Ok(number.map(|bytes| ReportId(i64::from_be_bytes(bytes))))
    }
}
