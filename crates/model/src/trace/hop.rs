//! One hop of a mail: what a server wrote down, and what that is worth.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// What one server wrote down about taking a mail over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "four independent remarks about one field")]
pub struct Received {
    /// What the client called itself (HELO, EHLO).
    pub helo: Option<String>,
    /// The client's name as the server looked it up.
    pub name: Option<String>,
    /// Whether the server checked the name in both directions, or writes it only if it did.
    pub name_checked: bool,
    /// The address that the server saw.
    pub address: Option<IpAddr>,
    /// Port of the client, where written.
    pub port: Option<u16>,
    /// Who wrote the field.
    pub by: Option<String>,
    /// The writer's own address, where written.
    pub by_address: Option<IpAddr>,
    /// Protocol, as written (`ESMTPSA`, `HTTP`).
    pub with: Option<String>,
    /// The login that the server checked.
    pub account: Option<String>,
    /// The local user or uid that handed the mail in on the writing machine itself.
    pub local: Option<String>,
    /// Whether the client proved who it is.
    pub authenticated: bool,
    /// When.
    pub at: Option<Timestamp>,
    /// The offset from UTC in which the writer states the time, seconds; his clock's zone, not its truth.
    pub offset_s: Option<i32>,
    /// The weekday in the date is not that of the date.
    pub wrong_weekday: bool,
    /// A part of the `from` clause looks like an address and is none.
    pub impossible: Option<String>,
    /// The field cannot be read in only one way.
    pub doubtful: bool,
    /// The field as it stood, unfolded, at most 1,000 bytes.
    pub text: String,
}

impl Received {
    /// Whether nobody handed the mail over: a step inside a machine (`qmail … invoked from network`).
    pub const fn is_marker(&self) -> bool {
        self.by.is_none() && self.by_address.is_none() && self.local.is_none() && !self.has_peer()
    }

    /// Whether a client is named at all.
    pub const fn has_peer(&self) -> bool {
        self.address.is_some() || self.helo.is_some() || self.name.is_some()
    }

    /// Whether the mail came in over the web.
    pub fn is_web(&self) -> bool {
        self.with.as_deref().is_some_and(|with| with.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("http")))
    }

    /// Whether the mail was fetched from a mailbox rather than sent.
    pub fn is_fetched(&self) -> bool {
        self.with.as_deref().is_some_and(|with| {
            let with = with.to_ascii_lowercase();
            with.starts_with("pop") || with.starts_with("imap")
        })
    }
}

/// By how much a clock may be wrong before a time counts as running backwards.
pub const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// How much a hop is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// A believed host wrote it.
    Fact,
    /// Nobody who is believed wrote it; nothing speaks against it.
    Claimed,
    /// Nobody who is believed wrote it, and it cannot be true.
    Forged,
}

/// What is wrong with a hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// Written below the host that brought the mail in: anybody can have written it.
    BelowInjection,
    /// Later than the hop that came after it, by more than [`SKEW`].
    TimeBackwards,
    /// It was written by another host than the one that handed the mail on.
    ChainBroken,
    /// It names an address that no host can have.
    ImpossibleAddress,
    /// A private address between two organisations.
    PrivateBetween,
    /// The weekday does not belong to the date.
    WrongWeekday,
    /// It cannot be read in only one way.
    Unreadable,
    /// The client gave itself the name of a believed host.
    FalseName,
}

impl Flaw {
    /// Stable name, as in JSON and in the catalogue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BelowInjection => "below-injection",
            Self::TimeBackwards => "time-backwards",
            Self::ChainBroken => "chain-broken",
            Self::ImpossibleAddress => "impossible-address",
            Self::PrivateBetween => "private-between",
            Self::WrongWeekday => "wrong-weekday",
            Self::Unreadable => "unreadable",
            Self::FalseName => "false-name",
        }
    }
}

/// One hop and what it is worth; the newest stands first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hop {
    /// What the field says.
    #[serde(flatten)]
    pub received: Received,
    /// What it is worth.
    pub standing: Standing,
    /// What is wrong with it.
    pub flaws: Vec<Flaw>,
    /// Seconds from this hop to the next one that has a time, for the topmost to the receipt. Negative where the two
    /// clocks disagree: the later one was written with the earlier time.
    pub lag_s: Option<i64>,
}
