//! The guard: events in, alerts out. Everything that the rules share is worked out here once for each event.

use crate::accounts::{AccountId, Accounts};
use crate::alert::Alert;
use crate::bench::{Bench, Names};
use crate::detectors::{Kind, Seen};
use crate::event::{Envelope, Event, Outcome, What};
use crate::history::{Histories, History, Keep, Position, Sighting};
use crate::join::{Join, Message};
use crate::place::{Cached, Place, Places};
use crate::rules::Rules;

/// Sources whose names are kept for evidence.
const MAX_SOURCES: usize = u16::MAX as usize;

/// Watches the accounts of a provider.
pub struct Guard {
    accounts: Accounts,
    histories: Histories,
    places: Cached,
    join: Join,
    bench: Bench,
    keep: Keep,
    sources: Vec<String>,
}

/// What only some kinds of happenings have.
#[derive(Clone, Copy, Default)]
struct Facts<'e> {
    recipients: u32,
    delivery: Option<(&'e [u8], Outcome)>,
    message: Option<&'e Message>,
    previous: Option<Sighting>,
}

/// Whose event it is.
#[derive(Clone, Copy)]
struct Whose {
    account: Option<AccountId>,
    /// Hash of the name.
    name: u64,
}

impl Guard {
    /// A guard with these rules.
    pub fn new(rules: Rules, places: Box<dyn Places>) -> Self {
        let bench = Bench::new(rules);
        Self {
            keep: bench.keep(),
            accounts: Accounts::default(),
            histories: Histories::default(),
            places: Cached::new(places),
            join: Join::default(),
            bench,
            sources: Vec::new(),
        }
    }

    /// Names a source of lines; its number goes into the position of each. Sources beyond 65,535 share the last number.
    pub fn source(&mut self, name: &str) -> u16 {
        if self.sources.len() < MAX_SOURCES {
            self.sources.push(name.to_owned());
        }
        u16::try_from(self.sources.len() - 1).unwrap_or(u16::MAX)
    }

    /// Looks at an event; returns what the rules found on it.
    pub fn see(&mut self, event: &Event<'_>, position: Position) -> &[Alert] {
        self.bench.alerts.clear();
        match event.what {
            What::Login | What::Submitted { .. } => self.success(event, position),
            What::LoginFailed => self.failure(event, position),
            What::Queued(envelope) => self.queued(event, position, envelope),
            What::Delivery { recipient, outcome } => self.delivered(event, position, recipient, outcome),
            What::Removed => {
                if let Some(id) = event.queue_id {
                    self.join.remove(event.host, id);
                }
            }
            What::PageLoad => self.page(event, position),
            What::ApiCall { recipients } => self.api(event, position, recipients),
            What::Refused => {}
        }
        &self.bench.alerts
    }

    /// A right password. The address is remembered first: an alert falls on the very event that completes it.
    fn success(&mut self, event: &Event<'_>, position: Position) {
        let Some(name) = event.account else { return };
        let ((account, name), place) = (self.accounts.entry(name), self.place(event));
        let mut facts = Facts::default();
        if event.address.is_some() {
            let sighting = sighting(event, place, position);
            facts.previous = self.histories.see(account, sighting, self.keep);
        }
        let whose = Whose { account: Some(account), name };
        self.tell(Kind::Success, event, whose, place, position, facts);
        if let What::Submitted { envelope } = event.what {
            self.submitted(event, whose, place, position, envelope);
        }
        self.histories.learn(account, place, event.at);
    }

    /// A mail of an account. Its recipients stand in this line or come with the queue's.
    fn submitted(
        &mut self,
        event: &Event<'_>,
        whose: Whose,
        place: Place,
        position: Position,
        envelope: Option<Envelope<'_>>,
    ) {
        let recipients = envelope.map_or(0, |envelope| envelope.recipients);
        let sighting = sighting(event, place, position);
        let mut sent = Message { account: whose.account, sighting, bounce: false, queued: false, recipients };
        if let Some(id) = event.queue_id {
            let message = self.join.message(event.host, id);
            (sent.bounce, sent.queued) = (message.bounce, envelope.is_some());
            *message = sent;
        }
        if envelope.is_some() {
            let message = event.queue_id.map(|_| &sent);
            let facts = Facts { recipients: recipients.max(1), message, ..Facts::default() };
            self.tell(Kind::Mail, event, whose, place, position, facts);
        }
    }

    /// The queue's line; it comes again with every attempt and is counted once.
    fn queued(&mut self, event: &Event<'_>, position: Position, envelope: Envelope<'_>) {
        let Some(id) = event.queue_id else { return };
        let message = self.join.message(event.host, id);
        let again = std::mem::replace(&mut message.queued, true);
        message.recipients = envelope.recipients;
        message.bounce = envelope.sender.is_empty() && message.account.is_none();
        let message = *message;
        let (Some(_), false) = (message.account, again) else { return };
        // The queue's line has no client; the line of the client that brought the mail has.
        let client = &message.sighting;
        let event = Event { address: client.address(), port: client.port(), ..*event };
        let recipients = envelope.recipients.max(1);
        let facts = Facts { recipients, message: Some(&message), ..Facts::default() };
        let whose = Whose { account: message.account, name: 0 };
        self.tell(Kind::Mail, &event, whose, client.place(), position, facts);
    }

    fn delivered(&mut self, event: &Event<'_>, position: Position, recipient: &[u8], outcome: Outcome) {
        let Some(message) = event.queue_id.and_then(|id| self.join.find(event.host, id)).copied() else { return };
        let facts =
            Facts { delivery: Some((recipient, outcome)), message: Some(&message), recipients: 1, previous: None };
        if message.account.is_some() {
            let whose = Whose { account: message.account, name: 0 };
            self.tell(Kind::Recipient, event, whose, message.sighting.place(), position, facts);
        } else if message.bounce && outcome == Outcome::Sent {
            let whose = self.known(recipient);
            self.tell(Kind::Returned, event, whose, Place::default(), position, facts);
        }
    }

    fn api(&mut self, event: &Event<'_>, position: Position, recipients: u32) {
        let Some(name) = event.account else { return };
        let ((account, name), place) = (self.accounts.entry(name), self.place(event));
        let whose = Whose { account: Some(account), name };
        let facts = Facts { recipients, ..Facts::default() };
        self.tell(Kind::Api, event, whose, place, position, facts);
        if recipients > 0 {
            self.tell(Kind::Mail, event, whose, place, position, facts);
        }
    }

    /// What says nothing about who knows the password: nothing is remembered of names that never logged in.
    fn failure(&mut self, event: &Event<'_>, position: Position) {
        if self.bench.wants(Kind::Failure) {
            let place = self.place(event);
            let whose = event.account.map_or(Whose { account: None, name: 0 }, |name| self.known(name));
            self.tell(Kind::Failure, event, whose, place, position, Facts::default());
        }
    }

    /// A page is shown to whoever has logged in, perhaps before the logs begin.
    fn page(&mut self, event: &Event<'_>, position: Position) {
        let Some(name) = event.account.filter(|_| self.bench.wants(Kind::Page)) else { return };
        let ((account, name), place) = (self.accounts.entry(name), self.place(event));
        let whose = Whose { account: Some(account), name };
        self.tell(Kind::Page, event, whose, place, position, Facts::default());
    }

    fn place(&mut self, event: &Event<'_>) -> Place {
        event.address.map_or_else(Place::default, |address| self.places.place(address))
    }

    /// Whose name that is, if it ever logged in.
    fn known(&self, name: &[u8]) -> Whose {
        let (account, name) = self.accounts.find_entry(name);
        Whose { account, name }
    }

    /// Shows a happening to the rules.
    fn tell(
        &mut self,
        kind: Kind,
        event: &Event<'_>,
        whose: Whose,
        place: Place,
        position: Position,
        facts: Facts<'_>,
    ) {
        if !self.bench.wants(kind) {
            return;
        }
        let Whose { account, name } = whose;
        let known = account
            .filter(|_| matches!(kind, Kind::Success | Kind::Mail))
            .and_then(|account| self.histories.of(account).knows(place).copied());
        let histories = &self.histories;
        let second = event.at.as_second();
        let Facts { recipients, delivery, message, previous } = facts;
        let seen = Seen {
            kind,
            event,
            second,
            account,
            name,
            histories,
            known,
            previous,
            place,
            position,
            recipients,
            delivery,
            message,
        };
        self.bench.tell(&seen, Names { accounts: &self.accounts, sources: &self.sources });
    }

    /// The accounts that logged in.
    pub const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// What is remembered of an account.
    pub fn history(&self, account: AccountId) -> History<'_> {
        self.histories.of(account)
    }

    /// Bytes of what is kept for each account: name, addresses, networks.
    pub fn account_size(&self) -> usize {
        self.accounts.size() + self.histories.size()
    }

    /// Bytes of the memories of the rules and of the queue.
    pub fn rule_size(&self) -> usize {
        self.bench.size() + self.join.size()
    }
}

fn sighting(event: &Event<'_>, place: Place, position: Position) -> Sighting {
    Sighting::new(event.at, event.zone, event.address, event.port, place, position)
}
