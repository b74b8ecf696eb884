//! The guard: events in, alerts out. Everything that the rules share is worked out here once for each event.

use crate::accounts::{AccountId, Accounts};
use crate::alert::{Alert, Moment, Trace};
use crate::bench::{Bench, Names};
use crate::detectors::{Kind, Seen};
use crate::event::{Envelope, Event, Outcome, What};
use crate::history::{History, Keep, Position, Sighting};
use crate::join::{Join, Message};
use crate::place::{Cached, Place, Places};
use crate::rules::Rules;

/// Sources whose names are kept for evidence.
const MAX_SOURCES: usize = u16::MAX as usize;

/// Watches the accounts of a provider.
pub struct Guard {
    accounts: Accounts,
    histories: Vec<History>,
    places: Cached,
    join: Join,
    bench: Bench,
    keep: Keep,
    sources: Vec<String>,
    /// The history of whoever has none.
    nothing: History,
}

/// What only some kinds of happenings have.
#[derive(Clone, Copy, Default)]
struct Facts<'e> {
    recipients: u32,
    delivery: Option<(&'e [u8], Outcome)>,
    message: Option<Message>,
    previous: Option<Sighting>,
}

impl Guard {
    /// A guard with these rules.
    pub fn new(rules: Rules, places: Box<dyn Places>) -> Self {
        let bench = Bench::new(rules);
        Self {
            keep: bench.keep(),
            accounts: Accounts::default(),
            histories: Vec::new(),
            places: Cached::new(places),
            join: Join::default(),
            bench,
            sources: Vec::new(),
            nothing: History::default(),
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
        let (account, place) = (self.account(name), self.place(event));
        let mut facts = Facts::default();
        if let (Some(address), Some(history)) = (event.address, self.histories.get_mut(account.index())) {
            let sighting = Sighting::new(event.at, event.zone, address, event.port, place, position);
            facts.previous = history.see(sighting, self.keep);
        }
        self.tell(Kind::Success, event, Some(account), place, position, facts);
        if let What::Submitted { envelope } = event.what {
            self.submitted(event, account, place, position, envelope);
        }
        if let Some(history) = self.histories.get_mut(account.index()) {
            history.learn(place, event.at);
        }
    }

    /// A mail of an account. Its recipients stand in this line or come with the queue's.
    fn submitted(
        &mut self,
        event: &Event<'_>,
        account: AccountId,
        place: Place,
        position: Position,
        envelope: Option<Envelope<'_>>,
    ) {
        let recipients = envelope.map_or(0, |envelope| envelope.recipients);
        let mut facts = Facts { recipients: recipients.max(1), ..Facts::default() };
        if let Some(id) = event.queue_id {
            let at = Moment { at: event.at, zone: event.zone };
            let trace = Trace { at, address: event.address, port: event.port, place, position, account: None };
            let message = self.join.message(event.host, id);
            (message.account, message.trace) = (Some(account), Some(trace));
            (message.queued, message.recipients) = (envelope.is_some(), recipients);
            facts.message = Some(*message);
        }
        if envelope.is_some() {
            self.tell(Kind::Mail, event, Some(account), place, position, facts);
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
        let (Some(account), Some(trace), false) = (message.account, message.trace, again) else { return };
        // The queue's line has no client; the line of the client that brought the mail has.
        let event = Event { address: trace.address, port: trace.port, ..*event };
        let facts = Facts { recipients: envelope.recipients.max(1), message: Some(message), ..Facts::default() };
        self.tell(Kind::Mail, &event, Some(account), trace.place, position, facts);
    }

    fn delivered(&mut self, event: &Event<'_>, position: Position, recipient: &[u8], outcome: Outcome) {
        let Some(message) = event.queue_id.and_then(|id| self.join.find(event.host, id)) else { return };
        let facts =
            Facts { delivery: Some((recipient, outcome)), message: Some(message), recipients: 1, previous: None };
        let place = message.trace.map_or_else(Place::default, |trace| trace.place);
        if message.account.is_some() {
            self.tell(Kind::Recipient, event, message.account, place, position, facts);
        } else if message.bounce && outcome == Outcome::Sent {
            let account = self.accounts.find(recipient);
            self.tell(Kind::Returned, event, account, place, position, facts);
        }
    }

    fn api(&mut self, event: &Event<'_>, position: Position, recipients: u32) {
        let Some(name) = event.account else { return };
        let (account, place) = (self.account(name), self.place(event));
        let facts = Facts { recipients, ..Facts::default() };
        self.tell(Kind::Api, event, Some(account), place, position, facts);
        if recipients > 0 {
            self.tell(Kind::Mail, event, Some(account), place, position, facts);
        }
    }

    /// What says nothing about who knows the password: nothing is remembered of names that never logged in.
    fn failure(&mut self, event: &Event<'_>, position: Position) {
        if self.bench.wants(Kind::Failure) {
            let place = self.place(event);
            let account = event.account.and_then(|name| self.accounts.find(name));
            self.tell(Kind::Failure, event, account, place, position, Facts::default());
        }
    }

    /// A page is shown to whoever has logged in, perhaps before the logs begin.
    fn page(&mut self, event: &Event<'_>, position: Position) {
        let Some(name) = event.account.filter(|_| self.bench.wants(Kind::Page)) else { return };
        let (account, place) = (self.account(name), self.place(event));
        self.tell(Kind::Page, event, Some(account), place, position, Facts::default());
    }

    fn place(&mut self, event: &Event<'_>) -> Place {
        event.address.map_or_else(Place::default, |address| self.places.place(address))
    }

    fn account(&mut self, name: &[u8]) -> AccountId {
        let account = self.accounts.id(name);
        if account.index() >= self.histories.len() {
            if self.histories.len() == self.histories.capacity() {
                // A tenth more, not twice as much: this is the room of ten million accounts.
                self.histories.reserve_exact(self.histories.len() / 10 + 64);
            }
            self.histories.push(History::default());
        }
        account
    }

    /// Shows a happening to the rules.
    fn tell(
        &mut self,
        kind: Kind,
        event: &Event<'_>,
        account: Option<AccountId>,
        place: Place,
        position: Position,
        facts: Facts<'_>,
    ) {
        if !self.bench.wants(kind) {
            return;
        }
        let history = account.and_then(|account| self.histories.get(account.index())).unwrap_or(&self.nothing);
        let second = event.at.as_second();
        let Facts { recipients, delivery, message, previous } = facts;
        let message = message.as_ref();
        let seen =
            Seen { kind, event, second, account, history, previous, place, position, recipients, delivery, message };
        self.bench.tell(&seen, Names { accounts: &self.accounts, sources: &self.sources });
    }

    /// The accounts that logged in.
    pub const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// What is remembered of an account.
    pub fn history(&self, account: AccountId) -> &History {
        self.histories.get(account.index()).unwrap_or(&self.nothing)
    }

    /// Bytes of what is kept for each account: name, addresses, networks.
    pub fn account_size(&self) -> usize {
        let behind: usize = self.histories.iter().map(History::size).sum();
        self.accounts.size() + self.histories.capacity() * size_of::<History>() + behind
    }

    /// Bytes of the memories of the rules and of the queue.
    pub fn rule_size(&self) -> usize {
        self.bench.size() + self.join.size()
    }
}
