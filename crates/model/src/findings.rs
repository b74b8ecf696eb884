//! What was found of the sender of a mail: verdicts, and the DNS answers they rest on, kept so that anybody can repeat them.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Types that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordType {
    /// IPv4 address.
    A,
    /// IPv6 address.
    Aaaa,
    /// Mail exchanger.
    Mx,
    /// Name of an address.
    Ptr,
    /// Text: keys and policies.
    Txt,
}

impl RecordType {
    /// Name as in a zone file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Mx => "MX",
            Self::Ptr => "PTR",
            Self::Txt => "TXT",
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Question {
    /// Name in lower case, with the root's dot.
    pub name: String,
    /// Type.
    #[serde(rename = "type")]
    pub kind: RecordType,
}

impl Question {
    /// A question about `name`, in whatever letters.
    pub fn new(name: &str, kind: RecordType) -> Self {
        Self { name: format!("{}.", name.trim_end_matches('.').to_lowercase()), kind }
    }

    /// The question for the name of an address (RFC 1035 section 3.5, RFC 3596 section 2.5).
    pub fn of_address(address: IpAddr) -> Self {
        let name = match address {
            IpAddr::V4(ip) => {
                let [a, b, c, d] = ip.octets();
                format!("{d}.{c}.{b}.{a}.in-addr.arpa")
            }
            IpAddr::V6(ip) => {
                let nibbles = ip.octets().into_iter().rev().flat_map(|octet| [octet & 15, octet >> 4]);
                nibbles.map(|nibble| format!("{nibble:x}.")).collect::<Vec<_>>().concat() + "ip6.arpa"
            }
        };
        Self::new(&name, RecordType::Ptr)
    }
}

/// How the resolver answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// There are records.
    Found,
    /// The name is there and has no such record.
    NoData,
    /// There is no such name (NXDOMAIN).
    NoName,
    /// The resolver did not answer in time, or with an error (SERVFAIL and others): asking later may help.
    Failed,
    /// It was not asked: the mail wanted more look-ups than one mail gets.
    TooMany,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The question.
    #[serde(flatten)]
    pub question: Question,
    /// When it was asked.
    pub at: Timestamp,
    /// How it was answered.
    pub outcome: Outcome,
    /// The response code as the resolver gave it, or what went wrong.
    pub code: String,
    /// The resolver says that it checked the answer with DNSSEC (AD, RFC 6840 section 5.8). False says nothing: many tell
    /// only those who ask.
    pub secure: bool,
    /// Seconds for which the records hold.
    pub ttl: Option<u32>,
    /// The records: addresses and names as text, `preference name` of a mail exchanger, the strings of a text in one.
    pub data: Vec<String>,
}

impl Answer {
    /// Whether asking again may bring another answer.
    pub const fn is_temporary(&self) -> bool {
        matches!(self.outcome, Outcome::Failed | Outcome::TooMany)
    }
}

/// The answers for one mail.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(pub Vec<Answer>);

impl Answers {
    /// The answer to a question, if it was asked.
    pub fn get(&self, question: &Question) -> Option<&Answer> {
        self.0.iter().find(|answer| answer.question == *question)
    }
}

/// What was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// A signature of a domain.
    Dkim,
    /// The address that brought the mail in, for the domain of the envelope sender.
    Spf,
    /// The chain of those who passed the mail on.
    Arc,
}

impl Method {
    /// Stable name (RFC 8601).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dkim => "dkim",
            Self::Spf => "spf",
            Self::Arc => "arc",
        }
    }
}

/// One verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What was checked.
    pub method: Method,
    /// The result in the words of RFC 8601: `pass`, `fail`, `softfail`, `neutral`, `none`, `policy`, `temperror`, `permerror`.
    pub result: String,
    /// The domain that signed, sealed last, or allowed the address.
    pub domain: Option<String>,
    /// The selector of its key.
    pub selector: Option<String>,
    /// Why it is no pass: `body-changed`, `signature-wrong`, `key-gone`, `key-revoked`, `key-broken`, `expired`, `dns`,
    /// `too-many`, `chain-broken`, `malformed`, `unsupported`.
    pub reason: Option<String>,
}

/// How a mail was handed to us.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Envelope {
    /// The address that brought it in, as a server of ours saw it.
    pub client: Option<IpAddr>,
    /// What that host called itself.
    pub helo: Option<String>,
    /// Envelope sender; empty for the null sender.
    pub sender: Option<String>,
}

/// A mail that came in.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Its bytes.
    pub raw: Arc<Vec<u8>>,
    /// The bytes of the mail that it complains about, if that is attached.
    pub attached: Option<Arc<Vec<u8>>>,
    /// How it was handed to us.
    pub envelope: Envelope,
    /// When.
    pub at: Timestamp,
}

/// The port through which the desk has the sender of a mail verified when it comes: keys are changed and taken away.
pub trait SenderCheck: Send + Sync {
    /// Verifies `mail` and keeps what was answered. Never fails, and ends in bounded time: what cannot be asked is in the
    /// findings.
    fn check(&self, mail: Arrival) -> Pin<Box<dyn Future<Output = Findings> + Send + '_>>;
}

/// What was found of one mail, and from what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Findings {
    /// The verdicts on the report itself.
    pub verdicts: Vec<Verdict>,
    /// The verdicts on the mail that it complains about, if that is attached as it was: signatures and chain only, since
    /// nobody of us saw who brought it in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached: Vec<Verdict>,
    /// The answers they rest on, in the order in which they were asked.
    pub answers: Answers,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_asked_for_backwards() {
        let name = |ip: &str| Question::of_address(ip.parse().unwrap()).name;
        assert_eq!(name("192.0.2.7"), "7.2.0.192.in-addr.arpa.");
        assert_eq!(name("2001:db8::1"), "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.");
        assert_eq!(Question::new("Example.JP", RecordType::Txt).name, "example.jp.");
    }
}
