//! The one file that uses mail-auth: DKIM (RFC 6376), ARC (RFC 8617) and SPF (RFC 7208) of a mail from kept answers. Pure.

use std::borrow::{Borrow, Cow};
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use futures_util::FutureExt;
use jiff::Timestamp;
use mail_auth::arc::ArcError;
use mail_auth::common::crypto::CryptoError;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::{DomainKey, VerifySignature};
use mail_auth::dkim::DkimError;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::{
    AuthenticatedMessage, DkimResult, DnsError, Error, MessageAuthenticator, Parameters, ResolverCache, Txt,
};
use model::findings::{Answers, Envelope, Method, Outcome, Question, RecordType, Verdict};

use crate::spf::Check;

/// Most signatures of one mail that are verified; the others are said to be too many.
pub const MAX_SIGNATURES: usize = 8;
/// Most ARC sets that are verified; each needs a key (RFC 8617 allows 50).
const MAX_SETS: usize = 10;

/// Verifies the mail `raw`, which came in at `at`. The verdicts hold if nothing is left to be asked.
pub fn verify(raw: &[u8], envelope: &Envelope, at: Timestamp, answers: &Answers) -> (Vec<Verdict>, Vec<Question>) {
    let missing = RefCell::default();
    let mut verdicts = signatures(&network_lines(raw), at, answers, &missing);
    verdicts.extend(sender(envelope, answers, &missing));
    (verdicts, missing.into_inner())
}

/// Signatures are made over CRLF; a Maildir keeps bare LF.
fn network_lines(raw: &[u8]) -> Cow<'_, [u8]> {
    let bare = |at: usize| raw[at] == b'\n' && (at == 0 || raw[at - 1] != b'\r');
    if !(0..raw.len()).any(bare) {
        return Cow::Borrowed(raw);
    }
    let mut lines = Vec::with_capacity(raw.len() + raw.len() / 32);
    for (at, byte) in raw.iter().enumerate() {
        if bare(at) {
            lines.push(b'\r');
        }
        lines.push(*byte);
    }
    Cow::Owned(lines)
}

fn sender(envelope: &Envelope, answers: &Answers, missing: &RefCell<Vec<Question>>) -> Option<Verdict> {
    let (client, sender) = (envelope.client?, envelope.sender.as_deref()?);
    let helo = envelope.helo.as_deref().unwrap_or_default();
    // Section 2.4: the null sender stands for the postmaster of the greeting.
    let sender = if sender.is_empty() { format!("postmaster@{helo}") } else { sender.to_owned() };
    let domain = sender.rsplit_once('@').map(|(_, domain)| domain.trim_end_matches('.').to_lowercase())?;
    let result = Check::new(answers, missing, client, &sender, helo).host(&domain);
    let reason = match result {
        "temperror" => Some("dns"),
        "permerror" => Some("malformed"),
        _ => None,
    };
    Some(verdict(Method::Spf, result, Some(domain), None, reason))
}

fn verdict(
    method: Method,
    result: &str,
    domain: Option<String>,
    selector: Option<String>,
    reason: Option<&str>,
) -> Verdict {
    Verdict { method, result: result.to_owned(), domain, selector, reason: reason.map(str::to_owned) }
}

/// DKIM signatures and the ARC chain.
fn signatures(raw: &[u8], at: Timestamp, answers: &Answers, missing: &RefCell<Vec<Question>>) -> Vec<Verdict> {
    let Some(mut mail) = AuthenticatedMessage::parse(raw) else { return Vec::new() };
    let too_many = mail.dkim_headers.split_off(mail.dkim_headers.len().min(MAX_SIGNATURES));
    mail.errors.truncate(MAX_SIGNATURES);
    let now = u64::try_from(at.as_second()).unwrap_or(0);
    let mut expired = Vec::new();
    mail.dkim_headers.retain_mut(|field| {
        let signature = &mut field.header;
        // Extensions that ask for more: neither changes whether the signature holds.
        (signature.r, signature.atps) = (false, None);
        let over = signature.x != 0 && (signature.x <= signature.t || now > signature.x);
        if over {
            expired.push((signature.d.clone(), signature.s.clone()));
        }
        // mail-auth compares with the clock of the machine; what counts is when the mail came.
        signature.x = 0;
        !over
    });
    let sets = mail.as_headers.len().min(mail.ams_headers.len());
    let mut keys: Vec<String> = mail.dkim_headers.iter().map(|field| field.header.domain_key()).collect();
    if sets <= MAX_SETS {
        keys.extend(mail.as_headers.iter().map(|field| field.header.domain_key()));
        keys.extend(mail.ams_headers.last().map(|field| field.header.domain_key()));
    }
    let kept = Keys::of(&keys, answers, missing);
    let gone = |(domain, selector)| verdict(Method::Dkim, "neutral", Some(domain), Some(selector), Some("expired"));
    let mut verdicts: Vec<Verdict> = expired.into_iter().map(gone).collect();
    if !missing.borrow().is_empty() {
        return verdicts;
    }
    verdicts.extend(dkim(&mail, &kept));
    verdicts.extend(too_many.first().map(|field| {
        let (domain, selector) = (field.header.d.clone(), field.header.s.clone());
        verdict(Method::Dkim, "policy", Some(domain), Some(selector), Some("too-many"))
    }));
    verdicts.extend(arc(&mut mail, sets, now, &kept));
    verdicts
}

/// mail-auth has nobody to ask: every answer comes from [`Keys`].
static OFFLINE: LazyLock<Option<MessageAuthenticator>> = LazyLock::new(|| {
    let nobody = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
    MessageAuthenticator::new(nobody, ResolverOpts::default()).ok()
});

fn dkim(mail: &AuthenticatedMessage<'_>, keys: &Keys) -> Vec<Verdict> {
    let Some(authenticator) = OFFLINE.as_ref() else { return Vec::new() };
    let parameters = Parameters::new(mail).with_txt_cache(keys);
    let found = authenticator.verify_dkim(parameters).now_or_never().unwrap_or_default();
    let judged = found.iter().map(|one| {
        let (result, reason) = judged(one.result());
        let signature = one.signature();
        let (domain, selector) = (signature.map(|one| one.d.clone()), signature.map(|one| one.s.clone()));
        verdict(Method::Dkim, result, domain, selector, reason)
    });
    judged.collect()
}

fn arc(mail: &mut AuthenticatedMessage<'_>, sets: usize, now: u64, keys: &Keys) -> Option<Verdict> {
    if mail.as_headers.is_empty() && mail.ams_headers.is_empty() && !mail.has_arc_errors {
        return None;
    }
    let last = mail.as_headers.last().map(|field| (field.header.d.clone(), field.header.s.clone()));
    let (domain, selector) = last.unzip();
    if sets > MAX_SETS {
        return Some(verdict(Method::Arc, "policy", domain, selector, Some("too-many")));
    }
    for field in &mut mail.ams_headers {
        if field.header.x > now {
            field.header.x = 0;
        }
    }
    let parameters = Parameters::new(&*mail).with_txt_cache(keys);
    let found = OFFLINE.as_ref()?.verify_arc(parameters).now_or_never()?;
    let (result, reason) = judged(found.result());
    // RFC 8617, section 4.4: a chain passes or fails.
    let result = if matches!(result, "neutral" | "permerror") { "fail" } else { result };
    Some(verdict(Method::Arc, result, domain, selector, reason))
}

/// The result in the words of RFC 8601, and why it is no pass.
fn judged(result: &DkimResult) -> (&'static str, Option<&'static str>) {
    let (word, error) = match result {
        DkimResult::Pass => return ("pass", None),
        DkimResult::None => return ("none", None),
        DkimResult::Neutral(error) => ("neutral", error),
        DkimResult::Fail(error) => ("fail", error),
        DkimResult::PermError(error) => ("permerror", error),
        DkimResult::TempError(error) => ("temperror", error),
    };
    let changed =
        matches!(error, Error::Dkim(DkimError::FailedBodyHashMatch) | Error::Arc(ArcError::FailedBodyHashMatch));
    (if changed { "fail" } else { word }, Some(reason(error)))
}

const fn reason(error: &Error) -> &'static str {
    match error {
        Error::Dkim(DkimError::FailedBodyHashMatch) | Error::Arc(ArcError::FailedBodyHashMatch) => "body-changed",
        Error::Crypto(CryptoError::IncompatibleAlgorithms)
        | Error::Dkim(
            DkimError::UnsupportedVersion
            | DkimError::UnsupportedAlgorithm
            | DkimError::UnsupportedCanonicalization
            | DkimError::UnsupportedKeyType,
        ) => "unsupported",
        Error::Crypto(_) | Error::Dkim(DkimError::FailedAuidMatch) => "signature-wrong",
        Error::Dkim(DkimError::RevokedPublicKey) => "key-revoked",
        Error::Dkim(DkimError::SignatureExpired) | Error::Arc(ArcError::SignatureExpired) => "expired",
        Error::Dns(DnsError::RecordNotFound(_)) => "key-gone",
        Error::Dns(DnsError::InvalidRecordType) => "key-broken",
        Error::Dns(DnsError::Resolver(_)) => "dns",
        Error::Arc(_) => "chain-broken",
        _ => "malformed",
    }
}

/// The keys that a mail needs, as the answers have them.
struct Keys(HashMap<Box<str>, Txt>);

impl Keys {
    fn of(names: &[String], answers: &Answers, missing: &RefCell<Vec<Question>>) -> Self {
        let mut keys = HashMap::new();
        for name in names {
            let question = Question::new(name, RecordType::Txt);
            match answers.get(&question) {
                Some(answer) => {
                    keys.insert(question.name.into_boxed_str(), key(answer.outcome, &answer.data));
                }
                None => missing.borrow_mut().push(question),
            }
        }
        Self(keys)
    }
}

fn key(outcome: Outcome, texts: &[String]) -> Txt {
    match outcome {
        Outcome::Found => {
            let mut broken = Error::Dns(DnsError::InvalidRecordType);
            for text in texts {
                match DomainKey::parse(text.as_bytes()) {
                    Ok(key) => return Txt::DomainKey(Arc::new(key)),
                    Err(Error::ParseError) => {}
                    Err(error) => broken = error,
                }
            }
            Txt::Error(broken)
        }
        Outcome::NoData | Outcome::NoName => Txt::Error(Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain))),
        Outcome::Failed | Outcome::TooMany => Txt::Error(Error::Dns(DnsError::Resolver("no answer".to_owned()))),
    }
}

impl ResolverCache<Box<str>, Txt> for Keys {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0.get(name).cloned()
    }

    fn remove<Q>(&self, _name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _key: Box<str>, _value: Txt, _valid_until: Instant) {}
}
