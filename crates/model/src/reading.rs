//! What a reader makes of one raw report.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use jiff::Timestamp;

use crate::lang::Lang;
use crate::observation::Observation;
use crate::rule::{RuleFault, RuleRef, SenderRule};

/// The format a report came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// XARF v4 JSON, bare or in a mail.
    XarfV4,
    /// XARF v3 JSON, bare or in a mail.
    XarfV3,
    /// X-ARF 0.1 and 0.2 (YAML in a mail).
    XArf,
    /// Abuse Reporting Format (RFC 5965, 6591, 6650).
    Arf,
    /// A mail that fail2ban writes.
    Fail2ban,
    /// A Shadowserver report: a table of one of its report types.
    Shadowserver,
    /// A notice of copyright infringement in the XML of ACNS.
    Acns,
    /// A mail of SpamCop.
    SpamCop,
    /// A feed as a file: PhishTank, URLhaus, blocklist.de.
    Feed,
    /// What a public list that we watch says about us, as the desk itself wrote it down.
    Listing,
    /// An aggregate report of DMARC (RFC 7489): statistics, nobody is accused.
    Dmarc,
    /// A report of SMTP TLS (RFC 8460): statistics, nobody is accused.
    TlsRpt,
    /// The public web form.
    Form,
    /// Anything else, read by layout.
    Generic,
}

impl Format {
    /// The stable name, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::XarfV4 => "xarf-v4",
            Self::XarfV3 => "xarf-v3",
            Self::XArf => "x-arf",
            Self::Arf => "arf",
            Self::Fail2ban => "fail2ban",
            Self::Shadowserver => "shadowserver",
            Self::Acns => "acns",
            Self::SpamCop => "spam-cop",
            Self::Feed => "feed",
            Self::Listing => "listing",
            Self::Dmarc => "dmarc",
            Self::TlsRpt => "tls-rpt",
            Self::Form => "form",
            Self::Generic => "generic",
        }
    }
}

/// Why something that arrived is no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Noise {
    /// A delivery status notification (RFC 3464).
    Bounce,
    /// An automatic reply (RFC 3834).
    AutoReply,
    /// An advertisement or newsletter to the desk itself.
    Marketing,
    /// fail2ban's "jail started" and its like: a machine's notice without an accused.
    Housekeeping,
    /// A reply in a conversation: it belongs to a case, not into a new one.
    Reply,
    /// A person of the desk said so, of this mail or of all of its sender's.
    Declared,
}

/// What the reporter asks for (D32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestKind {
    /// Make it stop.
    #[default]
    Stop,
    /// Say who it was: refused without a legal instrument; the answer never names anybody.
    Identify,
    /// Both.
    StopAndIdentify,
}

/// Who reports, as the report itself says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReporterClaim {
    /// Mail address for answers: the format's own field, else Reply-To, else From.
    pub address: Option<String>,
    /// Organisation or display name.
    pub name: Option<String>,
    /// Domain of the organisation.
    pub domain: Option<String>,
}

/// Everything the desk needs of one raw report. Produced by a pure function; producing it again gives the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Format that was recognised.
    pub format: Format,
    /// Whether it is a report at all.
    pub report: bool,
    /// If not, what it is.
    pub noise: Option<Noise>,
    /// What it accuses, at most [`Reading::MAX_OBSERVATIONS`].
    pub observations: Vec<Observation>,
    /// How many more follow: read on with [`ReportReader::read_on`].
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rest: u64,
    /// Who reports.
    pub reporter: ReporterClaim,
    /// Who passed the report on, where it did not come directly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarder: Option<ReporterClaim>,
    /// The reporter's own number for it (XARF report_id, Report-ID, ticket in the subject).
    pub report_id: Option<String>,
    /// Subject line, decoded.
    pub subject: Option<String>,
    /// Message-ID without brackets.
    pub message_id: Option<String>,
    /// Message-IDs this one answers (In-Reply-To, References), without brackets.
    pub in_reply_to: Vec<String>,
    /// When the reporter wrote it.
    pub written: Option<Timestamp>,
    /// Language of the text.
    pub lang: Option<Lang>,
    /// What is asked for.
    pub request: RequestKind,
    /// Whether an answer is asked for in words ("please reply", ご回答ください) (B28).
    pub answer_wanted: bool,
    /// Whether a machine wrote it (Auto-Submitted, Precedence, list headers, null sender).
    pub automatic: bool,
    /// Readable text of the mail for the console and for classification, at most 64 KiB.
    pub text: String,
    /// What the reader could not do, one sentence each, for a person.
    pub remarks: Vec<String>,
    /// The rule for its sender by which it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleRef>,
}

impl Reading {
    /// Most observations kept of one report; the rest are counted in a remark.
    pub const MAX_OBSERVATIONS: usize = 100_000;

    /// Keeps the observations from number `from` on, at most `most`, and counts those behind them as the rest.
    pub fn window(&mut self, from: usize, most: usize) {
        self.observations.drain(..from.min(self.observations.len()));
        let behind = self.observations.len().saturating_sub(most);
        self.rest = self.rest.saturating_add(u64::try_from(behind).unwrap_or(u64::MAX));
        self.observations.truncate(most);
    }

    /// An empty reading of `format`: a report in which nothing was found.
    pub fn new(format: Format) -> Self {
        Self {
            format,
            report: true,
            noise: None,
            observations: Vec::new(),
            rest: 0,
            reporter: ReporterClaim::default(),
            forwarder: None,
            report_id: None,
            subject: None,
            message_id: None,
            in_reply_to: Vec::new(),
            written: None,
            lang: None,
            request: RequestKind::Stop,
            answer_wanted: false,
            automatic: false,
            text: String::new(),
            remarks: Vec::new(),
            rule: None,
        }
    }
}

/// The port through which the desk asks for a reading, so that it need not know the parsers.
pub trait ReportReader: Send + Sync {
    /// Reads one raw report (a mail, or bare XARF JSON) that was received at `received`.
    ///
    /// Never fails: what can't be understood is a [`Format::Generic`] reading without observations and with remarks.
    fn read(&self, raw: &[u8], received: Timestamp) -> Reading;

    /// The same reading with the observations from number `from` on, at most `most` of them; [`Reading::rest`] counts those
    /// that follow. So a report of any length is worked on in steps.
    fn read_on(&self, raw: &[u8], received: Timestamp, from: usize, most: usize) -> Reading {
        let mut reading = self.read(raw, received);
        reading.window(from, most);
        reading
    }

    /// This reader with rules for single senders; the first rule that cannot be used is named. A reader that knows no rules
    /// can use none.
    fn with_rules(&self, rules: &[SenderRule]) -> Result<Arc<dyn ReportReader>, RuleFault> {
        Err(RuleFault::new("rule", rules.first().map_or("", |rule| &rule.name)))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(rest: &u64) -> bool {
    *rest == 0
}
