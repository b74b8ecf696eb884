//! The question and the answer, and the port behind which any source of evidence can stand.

use std::future::Future;
use std::pin::Pin;

use jiff::Timestamp;
use model::{ContractId, CustomerId, EventTime, SubjectKey, TimeSpan};
use serde::{Deserialize, Serialize};

use crate::AttributionError;

/// Who had this, then?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is accused, most precise first (an account, a domain, an address). At least one.
    pub subjects: Vec<SubjectKey>,
    /// Source port, where the report has it.
    pub port: Option<u16>,
    /// When; without it nobody can be named, only who holds it `now` as candidates.
    pub at: Option<EventTime>,
    /// The present, for questions without a time.
    pub now: Timestamp,
}

impl Question {
    /// The interval in which the answer must hold.
    pub fn span(&self) -> TimeSpan {
        self.at.as_ref().map_or(TimeSpan::instant(self.now), EventTime::span)
    }
}

/// Why an answer is what it is; also the key of its explanation in the catalogue (`reason-<name>`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Held the whole interval, alone.
    HeldThroughout,
    /// Held a part of the interval in which the event lies.
    HeldPartly,
    /// Nobody held it at that time.
    NotHeld,
    /// Outside our address space and unknown to our inventory.
    NotOurs,
    /// Shared infrastructure of the provider: a domain, account or port must tell which customer.
    SharedInfrastructure,
    /// Several contracts share the address by port, and the report has no port.
    PortNeeded,
    /// The report names no time.
    TimeNeeded,
    /// The account or domain and the address lead to different contracts.
    Conflict,
    /// Several contracts held the same thing at the same time.
    Overlap,
    /// The event lies in the future of the desk's clock, beyond any skew.
    InFuture,
}

/// One contract that may have been it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The contract.
    pub contract: ContractId,
    /// Its key at the provider.
    pub contract_key: String,
    /// Its customer.
    pub customer: CustomerId,
    /// What it held: the chain of evidence starts here.
    pub subject: SubjectKey,
    /// Held from (inclusive).
    pub from: Timestamp,
    /// Held until (exclusive).
    pub to: Option<Timestamp>,
    /// Ports held.
    pub ports: (u16, u16),
    /// Where the inventory row came from.
    pub source: String,
    /// Why it is a candidate.
    pub reason: Reason,
}

/// How many could it have been?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "verdict", content = "candidates")]
pub enum Verdict {
    /// Exactly one, surely.
    One(Box<Candidate>),
    /// More than one is possible; at most [`Answer::MAX_CANDIDATES`] are listed.
    Several(Vec<Candidate>),
    /// Nobody can be named.
    Nobody,
}

/// The answer, with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Who.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Why, most important first.
    pub reasons: Vec<Reason>,
    /// The interval in which the answer holds.
    pub span: TimeSpan,
}

impl Answer {
    /// Most candidates listed in one answer.
    pub const MAX_CANDIDATES: usize = 50;

    /// The contract, if there is exactly one.
    pub fn one(&self) -> Option<&Candidate> {
        match &self.verdict {
            Verdict::One(candidate) => Some(candidate),
            Verdict::Several(_) | Verdict::Nobody => None,
        }
    }
}

/// What an attributor returns: a future that can be sent between threads.
pub type Asked<'a> = Pin<Box<dyn Future<Output = Result<Answer, AttributionError>> + Send + 'a>>;

/// What an attributor returns for many questions.
pub type AskedAll<'a> = Pin<Box<dyn Future<Output = Result<Vec<Answer>, AttributionError>> + Send + 'a>>;

/// A source of attribution: today the inventory, later also leases, port blocks and MAP-E rules.
pub trait Attributor: Send + Sync {
    /// Answers one question.
    fn attribute<'a>(&'a self, question: &'a Question) -> Asked<'a>;

    /// Answers many questions, in their order. A source that can answer them together does.
    fn attribute_all<'a>(&'a self, questions: &'a [Question]) -> AskedAll<'a> {
        Box::pin(async move {
            let mut answers = Vec::with_capacity(questions.len());
            for question in questions {
                answers.push(self.attribute(question).await?);
            }
            Ok(answers)
        })
    }
}
