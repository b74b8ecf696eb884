//! The one who asks: the configured resolver and no other, within bounds.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use mail_auth::hickory_resolver::TokioResolver;
use mail_auth::hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use mail_auth::hickory_resolver::net::runtime::TokioRuntimeProvider;
use mail_auth::hickory_resolver::net::{DnsError, NetError};
use mail_auth::hickory_resolver::proto::rr::{Name, RData, RecordType as Wire};
use model::findings::{
    Answer, Answers, Arrival, Envelope, Findings, Outcome, Question, RecordType, SenderCheck, Verdict,
};
use serde::{Deserialize, Serialize};

use crate::verify;

/// Rounds of verifying and asking: an SPF policy names the next domain only when it is read.
const MAX_ROUNDS: usize = 14;
/// Records of one answer that are kept, and characters of one.
const MAX_RECORDS: usize = 50;
const MAX_RECORD: usize = 4_096;

/// The `[check]` section of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The resolver that is asked, address and port. Empty: nothing is verified.
    pub resolver: Option<SocketAddr>,
    /// Milliseconds for one answer.
    pub answer_ms: u64,
    /// Milliseconds for all answers of one mail.
    pub mail_ms: u64,
    /// Most questions for one mail.
    pub questions: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { resolver: None, answer_ms: 2_000, mail_ms: 8_000, questions: 40 }
    }
}

/// Verifies mails and keeps the answers.
pub struct Gatherer {
    resolver: TokioResolver,
    settings: Settings,
}

impl Gatherer {
    /// One that asks the resolver of `settings`; nothing without one.
    pub fn new(settings: &Settings) -> Result<Option<Self>, String> {
        let Some(address) = settings.resolver else { return Ok(None) };
        let connection = |mut one: ConnectionConfig| {
            one.port = address.port();
            one
        };
        let connections = vec![connection(ConnectionConfig::udp()), connection(ConnectionConfig::tcp())];
        let server = NameServerConfig::new(address.ip(), true, connections);
        let mut options = ResolverOpts::default();
        options.timeout = Duration::from_millis(settings.answer_ms.max(1));
        options.attempts = 1;
        options.edns0 = true;
        options.use_hosts_file = ResolveHosts::Never;
        // The resolver keeps answers as long as they hold; what is recorded here must be what it said now.
        options.cache_size = 0;
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
        let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        let resolver = builder.with_options(options).build().map_err(|error| error.to_string())?;
        Ok(Some(Self { resolver, settings: settings.clone() }))
    }

    async fn verify(&self, mail: Arrival) -> Findings {
        let deadline = tokio::time::Instant::now() + Duration::from_millis(self.settings.mail_ms);
        let mut findings = Findings::default();
        for _ in 0..MAX_ROUNDS {
            let (arrived, answers) = (mail.clone(), findings.answers.clone());
            // Signatures are worked out on a thread of their own; one that panics leaves the mail unverified.
            let looked = tokio::task::spawn_blocking(move || both(&arrived, &answers)).await;
            let Ok((verdicts, attached, open)) = looked else { return findings };
            (findings.verdicts, findings.attached) = (verdicts, attached);
            if open.is_empty() {
                return findings;
            }
            self.ask_all(&open, mail.at, deadline, &mut findings.answers).await;
        }
        findings
    }

    async fn ask_all(&self, open: &[Question], at: Timestamp, deadline: tokio::time::Instant, into: &mut Answers) {
        let room = self.settings.questions.saturating_sub(into.0.len());
        let (asked, over) = open.split_at(open.len().min(room));
        let answers = asked.iter().map(|question| async move {
            let answered = tokio::time::timeout_at(deadline, self.ask(question, at)).await;
            answered.unwrap_or_else(|_| unanswered(question, at, Outcome::Failed, "out of time"))
        });
        for answer in join_all(answers).await {
            if into.get(&answer.question).is_none() {
                into.0.push(answer);
            }
        }
        for question in over {
            if into.get(question).is_none() {
                into.0.push(unanswered(question, at, Outcome::TooMany, "too many questions"));
            }
        }
    }

    async fn ask(&self, question: &Question, at: Timestamp) -> Answer {
        let Ok(name) = Name::from_str_relaxed(&question.name) else {
            return unanswered(question, at, Outcome::NoName, "no name");
        };
        let kind = match question.kind {
            RecordType::A => Wire::A,
            RecordType::Aaaa => Wire::AAAA,
            RecordType::Mx => Wire::MX,
            RecordType::Ptr => Wire::PTR,
            RecordType::Txt => Wire::TXT,
        };
        match self.resolver.lookup(name, kind).await {
            Ok(found) => {
                let records = found.answers().iter().filter(|record| record.record_type() == kind).take(MAX_RECORDS);
                let data: Vec<String> = records.clone().filter_map(|record| text(&record.data)).collect();
                let outcome = if data.is_empty() { Outcome::NoData } else { Outcome::Found };
                let metadata = &found.message().metadata;
                let (code, secure) = (metadata.response_code.to_string(), metadata.authentic_data);
                let ttl = records.map(|record| record.ttl).min();
                Answer { question: question.clone(), at, outcome, code, secure, ttl, data }
            }
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) => {
                let outcome = match none.response_code.to_string().as_str() {
                    "No Error" => Outcome::NoData,
                    _ if none.response_code == NX_DOMAIN => Outcome::NoName,
                    _ => Outcome::Failed,
                };
                let ttl = none.negative_ttl;
                Answer { ttl, ..unanswered(question, at, outcome, &none.response_code.to_string()) }
            }
            Err(error) => unanswered(question, at, Outcome::Failed, &error.to_string()),
        }
    }
}

impl SenderCheck for Gatherer {
    fn check(&self, mail: Arrival) -> Pin<Box<dyn Future<Output = Findings> + Send + '_>> {
        Box::pin(self.verify(mail))
    }
}

/// The verdicts on the mail and on the one attached to it, and what is still to be asked for either, each once.
fn both(mail: &Arrival, answers: &Answers) -> (Vec<Verdict>, Vec<Verdict>, Vec<Question>) {
    let (verdicts, mut open) = verify(&mail.raw, &mail.envelope, mail.at, answers);
    let inner = mail.attached.as_ref().map(|raw| verify(raw, &Envelope::default(), mail.at, answers));
    let (attached, more) = inner.unwrap_or_default();
    open.extend(more);
    let mut seen = HashSet::new();
    open.retain(|question| seen.insert(question.clone()));
    (verdicts, attached, open)
}

const NX_DOMAIN: mail_auth::hickory_resolver::proto::op::ResponseCode =
    mail_auth::hickory_resolver::proto::op::ResponseCode::NXDomain;

fn unanswered(question: &Question, at: Timestamp, outcome: Outcome, code: &str) -> Answer {
    Answer {
        question: question.clone(),
        at,
        outcome,
        code: code.to_owned(),
        secure: false,
        ttl: None,
        data: Vec::new(),
    }
}

/// A record as text. A text record that is no UTF-8 is no key and no policy.
fn text(data: &RData) -> Option<String> {
    let text = match data {
        RData::A(ip) => ip.0.to_string(),
        RData::AAAA(ip) => ip.0.to_string(),
        RData::MX(mx) => format!("{} {}", mx.preference, mx.exchange.to_lowercase().to_ascii()),
        RData::PTR(name) => name.0.to_lowercase().to_ascii(),
        RData::TXT(txt) => {
            String::from_utf8(txt.txt_data.iter().flat_map(|part| part.iter().copied()).collect()).ok()?
        }
        _ => return None,
    };
    (text.len() <= MAX_RECORD).then_some(text)
}
