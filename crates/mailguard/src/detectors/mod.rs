//! The detectors, one file each, one line each in [`ALL`]. A rule is a detector with its numbers; the numbers are data.
//!
//! A detector sees events in the order of their lines, takes their time for the present and keeps a bounded memory. It never
//! looks at what a mail says.

mod api;
mod bounces;
mod countries;
mod fan_out;
mod joint;
mod pace;
mod ping_pong;
mod sending;
mod stuffing;
mod successes;
mod teleporter;
mod travel;

use toml::de::{Error, ValueDeserializer};

use crate::accounts::AccountId;
use crate::alert::{Action, Alert, Family, Moment, Trace};
use crate::event::{Event, Outcome};
use crate::history::{Histories, History, Keep, Known, Position, Sighting};
use crate::join::Message;
use crate::place::Place;
use crate::window::Window;

/// A detector.
pub struct Entry {
    /// Name of the file in this folder and of the table in the rule file.
    pub name: &'static str,
    /// The family of its signs.
    pub family: Family,
    /// What its rules ask for unless they say otherwise.
    pub action: Action,
    /// The happenings that it wants to see.
    pub wants: &'static [Kind],
    /// A detector without rules.
    pub new: fn() -> Box<dyn Detector>,
}

/// A rule that was taken in.
pub struct Added {
    /// What it counts in: one account is not reported twice within it unless the rule says otherwise.
    pub window: Window,
    /// What is wrong with the numbers, if anything.
    pub problem: Option<String>,
}

/// What is remembered of uses whatever the rules are: journeys are told from one use to the next.
pub(crate) const KEEP: Keep = Keep { seconds: 86_400, addresses: false };

/// Every detector, in alphabetical order.
pub const ALL: &[Entry] = &[
    api::ENTRY,
    bounces::ENTRY,
    countries::ENTRY,
    fan_out::ENTRY,
    joint::ENTRY,
    ping_pong::ENTRY,
    sending::ENTRY,
    stuffing::ENTRY,
    successes::ENTRY,
    teleporter::ENTRY,
    travel::ENTRY,
];

/// What kind of happening a detector sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A right password: a login, or a mail from a client that logged in.
    Success,
    /// A wrong password.
    Failure,
    /// A mail of an account, with the number of its recipients.
    Mail,
    /// The end of a delivery of an account's mail to one recipient.
    Recipient,
    /// A bounce that came in for an account.
    Returned,
    /// A page of the web mail.
    Page,
    /// A call of the web mail's API.
    Api,
}

/// How long addresses are remembered: the longest window of a rule that counts them.
pub const LOOK_BACK: Window = Window::days(3);

/// How many kinds there are.
pub(crate) const KINDS: usize = 7;

/// A happening as detectors see it.
pub struct Seen<'e> {
    /// What kind.
    pub kind: Kind,
    /// The event of the line.
    pub event: &'e Event<'e>,
    /// Seconds since 1970.
    pub second: i64,
    /// The account, where there is one that ever logged in.
    pub account: Option<AccountId>,
    /// Hash of the name in lower case; 0 where the line names none.
    pub name: u64,
    /// What is remembered of all.
    pub(crate) histories: &'e Histories,
    /// What is known about the network of this place, from before this event; of right passwords and mails alone.
    pub known: Option<Known>,
    /// The use before this one, of a right password.
    pub previous: Option<Sighting>,
    /// Where the address is.
    pub place: Place,
    /// Where the line stood.
    pub position: Position,
    /// Recipients of the mail.
    pub recipients: u32,
    /// The recipient and how its delivery ended.
    pub delivery: Option<(&'e [u8], Outcome)>,
    /// The message, where the queue's lines were joined.
    pub message: Option<&'e Message>,
}

impl Seen<'_> {
    /// The moment with its zone.
    pub const fn moment(&self) -> Moment {
        Moment { at: self.event.at, zone: self.event.zone }
    }

    /// What is remembered of the account; networks of this very event are not yet among the known ones, its address is among
    /// the recent.
    pub fn history(&self) -> History<'_> {
        self.account.map(|account| self.histories.of(account)).unwrap_or_default()
    }

    /// Whether the network of this place was used on so many days before.
    pub fn is_known_for(&self, days: u16) -> bool {
        self.known.is_some_and(|known| known.days >= days)
    }

    /// This line as it is remembered in great numbers.
    pub(crate) fn sighting(&self) -> Sighting {
        let event = self.event;
        Sighting::new(event.at, event.zone, event.address, event.port, self.place, self.position)
    }

    /// This line as evidence.
    pub const fn trace(&self) -> Trace {
        Trace {
            at: self.moment(),
            address: self.event.address,
            port: self.event.port,
            place: self.place,
            position: self.position,
            account: None,
        }
    }
}

/// What a detector found; the rule's name and action are added by the guard.
#[derive(Debug, Clone, Default)]
pub struct Finding {
    /// Which of the detector's rules found it, in the order in which they were added.
    pub rule: usize,
    /// The account.
    pub account: Option<AccountId>,
    /// The address or network of a finding about a source.
    pub subject: Option<String>,
    /// The first event that was counted; the present one if nothing.
    pub first: Option<Moment>,
    /// What was counted or measured.
    pub value: f64,
    /// Its threshold.
    pub threshold: f64,
    /// What else was weighed.
    pub inputs: Vec<(&'static str, String)>,
    /// The lines.
    pub traces: Vec<Trace>,
}

/// A detector at work, with all its rules.
pub trait Detector: Send {
    /// Takes in one more rule.
    fn add(&mut self, value: ValueDeserializer<'_>) -> Result<Added, Error>;

    /// Looks at a happening of one of the kinds that its entry wants.
    fn see(&mut self, seen: &Seen<'_>, found: &mut Vec<Finding>);

    /// Hears what another rule found about an account.
    fn hear(&mut self, _alert: &Alert, _account: AccountId, _seen: &Seen<'_>, _found: &mut Vec<Finding>) {}

    /// What it needs to be remembered of uses.
    fn keep(&self) -> Option<Keep> {
        None
    }

    /// Bytes of its memory.
    fn size(&self) -> usize;
}

/// Seconds as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "seconds of a life stay far below 2^52")]
pub(crate) const fn whole(seconds: i64) -> f64 {
    seconds as f64
}

/// A count as a number that alerts carry.
#[expect(clippy::cast_precision_loss, reason = "counts of one account stay far below 2^52")]
pub(crate) const fn count(value: usize) -> f64 {
    value as f64
}
