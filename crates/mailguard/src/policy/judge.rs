//! The decision: what holds of an account, its place and its plan, in this order; the first rule that stops a mail is told.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::IpAddr;

use hashbrown::{HashMap, HashSet};
use jiff::Timestamp;
use jiff::tz::Offset;
use model::Lang;

use super::postfix::{Attribute, Request};
use super::record::Record;
use super::settings::{Account, Fail, Of, Plan, Settings, Stage, Verdict};
use super::usage::{Sent, Usage};
use crate::accounts::{AccountId, Accounts};
use crate::alert::Action;
use crate::event::{Event, Service, What};
use crate::history::Position;
use crate::place::{Cached, Country, Place, Places};
use crate::states::Many;
use crate::{Guard, bytes};

/// Why a mail was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The account is locked, by a person or by the rule of this name.
    Locked(Option<String>),
    /// Its trial is over.
    Trial,
    /// A rule for the country or network of the client.
    Place(String),
    /// From abroad, and the owner has opened nothing.
    Abroad(Country),
    /// Too many different addresses at once.
    Concurrent {
        /// The bound.
        most: u32,
    },
    /// A quota is used up.
    Quota {
        /// Its name.
        name: String,
        /// What it counts.
        of: Of,
        /// Its bound.
        most: u32,
        /// Its window in seconds.
        window_s: u32,
        /// When there is room again, microseconds since 1970; nothing if never.
        frees_at: Option<i64>,
    },
}

impl Why {
    /// The rule's name in links and logs.
    pub fn rule(&self) -> &str {
        match self {
            // How strangers are told is not told to them.
            Self::Locked(_) => "locked",
            Self::Place(rule) => rule,
            Self::Trial => "trial",
            Self::Abroad(_) => "abroad",
            Self::Concurrent { .. } => "concurrent",
            Self::Quota { name, .. } => name,
        }
    }
}

/// What is to be answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// What is done to the mail and why; nothing lets it pass.
    pub stop: Option<(Verdict, Why)>,
    /// The language of the account's owner.
    pub lang: Lang,
    /// What must be kept before the answer is given.
    pub records: Vec<Record>,
    /// What is answered if it cannot be kept.
    pub fail: Fail,
}

/// A use of an account.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// Whose.
    pub account: &'a str,
    /// From where.
    pub address: Option<IpAddr>,
    /// From which port.
    pub port: Option<u16>,
    /// How far the mail is; nothing before its first recipient.
    pub stage: Option<Stage>,
    /// Recipients that the request is about.
    pub recipients: u32,
    /// Hashes that name the mail, and this request about it; 0 for none.
    pub keys: (u64, u64),
}

/// Requests that were counted, of two generations.
#[derive(Debug, Default)]
struct Recent {
    young: HashSet<u64>,
    old: HashSet<u64>,
}

/// Requests of each generation: Postfix repeats one within seconds.
const GENERATION: usize = 100_000;

impl Recent {
    fn has(&self, key: u64) -> bool {
        key != 0 && (self.young.contains(&key) || self.old.contains(&key))
    }

    fn add(&mut self, key: u64) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key);
    }
}

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Accounts that were seen.
    pub accounts: usize,
    /// Accounts that rules locked.
    pub locked: usize,
}

/// The policy with its counters.
pub struct Policy {
    settings: Settings,
    generation: u32,
    places: Cached,
    guard: Option<Guard>,
    accounts: Accounts,
    usages: Many<Usage>,
    locks: HashMap<AccountId, (String, i64)>,
    recent: Recent,
    failures: HashMap<u64, (u32, i64)>,
}

/// Most addresses whose wrong passwords are counted at a time; when there are more, the counting begins anew.
const MAX_FAILING: usize = 200_000;

impl Policy {
    /// A policy without counters. With a guard, detectors that ask for a lock may lock accounts.
    pub fn new(settings: Settings, places: Box<dyn Places>, guard: Option<Guard>) -> Self {
        Self {
            settings,
            generation: 1,
            places: Cached::new(places),
            guard,
            accounts: Accounts::default(),
            usages: Many::default(),
            locks: HashMap::new(),
            recent: Recent::default(),
            failures: HashMap::new(),
        }
    }

    /// Puts other settings in force; counters stay.
    pub fn replace(&mut self, settings: Settings) {
        self.settings = settings;
        self.generation = self.generation.wrapping_add(1);
    }

    /// The settings in force.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How much is kept.
    pub fn kept(&self) -> Kept {
        Kept { accounts: self.accounts.len(), locked: self.locks.len() }
    }

    /// Remembers what was recorded before a restart. Records come in the order in which they were made.
    pub fn replay(&mut self, record: &Record) {
        match record {
            Record::Used { at, mails, recipients, key, address, account } => {
                let name = account.to_lowercase();
                let id = self.accounts.id(name.as_bytes());
                self.watch(&name, *address, None, *at);
                let Self { settings, usages, generation, .. } = self;
                let quotas = settings.plan(settings.account(&name)).map_or(&[][..], |plan| &plan.quotas);
                let usage = usages.entry(id);
                usage.advance(*at, quotas, *generation);
                usage.count(Sent { at: *at, mails: *mails, recipients: *recipients }, quotas);
                if *key != 0 {
                    self.recent.add(*key);
                }
            }
            Record::Locked { at, rule, account } => {
                let id = self.accounts.id(account.as_bytes());
                self.locks.insert(id, (rule.clone(), *at));
            }
        }
    }

    /// Records that give the same counters, locks and recent requests.
    pub fn records(&self) -> Vec<Record> {
        let mut records = Vec::new();
        for (id, usage) in self.usages.each() {
            let account = self.accounts.name(id);
            records.extend(usage.sent().map(|sent| Record::Used {
                at: sent.at,
                mails: sent.mails,
                recipients: sent.recipients,
                key: 0,
                address: None,
                account: account.clone(),
            }));
        }
        for (id, (rule, at)) in &self.locks {
            records.push(Record::Locked { at: *at, rule: rule.clone(), account: self.accounts.name(*id) });
        }
        for key in self.recent.young.iter().chain(&self.recent.old) {
            let (mails, recipients, address, account) = (0, 0, None, "-".to_owned());
            records.push(Record::Used { at: 0, mails, recipients, key: *key, address, account });
        }
        records
    }

    /// Answers Postfix.
    pub fn ask(&mut self, request: &Request<'_>, now: Timestamp) -> Answer {
        let attempt = Self::attempt_of(request);
        // Mail from elsewhere is not this policy's.
        if is_name(attempt.account) { self.attempt(&attempt, now) } else { Answer::default() }
    }

    /// The use of an account that a request is about; the account is empty where nobody has logged in.
    pub fn attempt_of<'r>(request: &Request<'r>) -> Attempt<'r> {
        let stage = match request.get(Attribute::ProtocolState) {
            b"RCPT" => Some(Stage::Rcpt),
            b"DATA" => Some(Stage::Data),
            b"END-OF-MESSAGE" => Some(Stage::EndOfMessage),
            _ => None,
        };
        let sent = bytes::number(request.get(Attribute::RecipientCount)).map_or(0, |(count, _)| count);
        Attempt {
            account: request.text(Attribute::SaslUsername),
            address: bytes::address(request.get(Attribute::ClientAddress)),
            port: bytes::port(request.get(Attribute::ClientPort)),
            stage,
            recipients: if stage == Some(Stage::Rcpt) { 1 } else { sent.max(1) },
            keys: keys(request),
        }
    }

    /// Answers about a use of an account.
    pub fn attempt(&mut self, attempt: &Attempt<'_>, now: Timestamp) -> Answer {
        let (name, at) = (attempt.account.to_lowercase(), now.as_microsecond());
        let id = self.accounts.id(name.as_bytes());
        let place = attempt.address.map_or_else(Place::default, |address| self.places.place(address));
        let mut records: Vec<Record> = Vec::new();
        if attempt.keys.0 == 0 || !self.recent.has(attempt.keys.0) {
            let locked = self.watch(&name, attempt.address, attempt.port, at);
            records.extend(locked.map(|rule| {
                self.locks.insert(id, (rule.clone(), at));
                Record::Locked { at, rule, account: name.clone() }
            }));
            self.recent.add(attempt.keys.0);
        }
        let Self { settings, usages, generation, locks, recent, .. } = self;
        let account = settings.account(&name);
        let lang = account.and_then(|account| account.lang).unwrap_or(settings.service.lang);
        let mut answer = Answer { lang, records, ..Answer::default() };
        let stop = barred(account, locks.get(&id), now).or_else(|| displaced(settings, account, place, now));
        let plan = settings.plan(account);
        if let (None, Some(plan)) = (&stop, plan) {
            let usage = usages.entry(id);
            let own = Own { attempt, at, plan, counts: attempt.stage == Some(settings.service.count_at) };
            usage.advance(at, &plan.quotas, *generation);
            answer.stop = own.crowded(usage).or_else(|| {
                let again = recent.has(attempt.keys.1);
                if again { None } else { own.exceeded(usage, recent.has(own.counted_mail())) }
            });
            if answer.stop.is_none() && own.counts && !recent.has(attempt.keys.1) {
                let sent = own.sent(recent.has(own.counted_mail()));
                usage.count(sent, &plan.quotas);
                [attempt.keys.1, own.counted_mail()]
                    .into_iter()
                    .filter(|key| *key != 0)
                    .for_each(|key| recent.add(key));
                answer.fail = own.fail();
                let (Sent { mails, recipients, .. }, key) = (sent, attempt.keys.1);
                answer.records.push(Record::Used {
                    at,
                    mails,
                    recipients,
                    key,
                    address: attempt.address,
                    account: name,
                });
            }
        } else {
            answer.stop = stop;
        }
        answer
    }

    /// Whether an account may log in, from this address if it is one from which mail is sent. Nothing is counted.
    pub fn enter(&mut self, account: &str, address: Option<IpAddr>, now: Timestamp) -> Answer {
        let name = account.to_lowercase();
        let place = address.map_or_else(Place::default, |address| self.places.place(address));
        let account = self.settings.account(&name);
        let lock = self.accounts.find(name.as_bytes()).and_then(|id| self.locks.get(&id));
        let stop = barred(account, lock, now).or_else(|| displaced(&self.settings, account, place, now));
        let lang = account.and_then(|account| account.lang).unwrap_or(self.settings.service.lang);
        Answer { stop, lang, ..Answer::default() }
    }

    /// Remembers a login that Dovecot reports.
    pub fn logged_in(&mut self, account: &str, address: Option<IpAddr>, now: Timestamp) -> Vec<Record> {
        if !is_name(account) {
            return Vec::new();
        }
        let (name, at) = (account.to_lowercase(), now.as_microsecond());
        let id = self.accounts.id(name.as_bytes());
        let used = Record::Used { at, mails: 0, recipients: 0, key: 0, address, account: name.clone() };
        let locked = self.watch(&name, address, None, at).map(|rule| {
            self.locks.insert(id, (rule.clone(), at));
            Record::Locked { at, rule, account: name }
        });
        [used].into_iter().chain(locked).collect()
    }

    /// Remembers a wrong password.
    pub fn failed(&mut self, address: IpAddr, now: Timestamp) {
        let Some(tarpit) = self.settings.service.tarpit else { return };
        if self.failures.len() >= MAX_FAILING {
            self.failures.clear();
        }
        let now = now.as_second();
        let (count, since) = self.failures.entry(source(address)).or_insert((0, now));
        if now - *since >= tarpit.window.seconds() || now < *since {
            (*count, *since) = (0, now);
        }
        *count = count.saturating_add(1);
    }

    /// Seconds that a client at this address has to wait; -1 if it is refused.
    pub fn patience(&self, address: IpAddr, now: Timestamp) -> i16 {
        let Some(tarpit) = self.settings.service.tarpit else { return 0 };
        let running = |(_, since): &&(u32, i64)| now.as_second() - since < tarpit.window.seconds();
        match self.failures.get(&source(address)).filter(running) {
            Some((count, _)) if *count >= tarpit.refuse => -1,
            Some((count, _)) if *count >= tarpit.failures => i16::from(tarpit.seconds),
            _ => 0,
        }
    }

    /// Shows a right password to the detectors; returns the rule that asks for a lock.
    fn watch(&mut self, name: &str, address: Option<IpAddr>, port: Option<u16>, at: i64) -> Option<String> {
        let guard = self.guard.as_mut().filter(|_| self.settings.service.lock_by_rules)?;
        let at = Timestamp::from_microsecond(at).ok()?;
        let mut event = Event::new(at, Offset::UTC, What::Login, Service::Smtp);
        (event.account, event.address, event.port) = (Some(name.as_bytes()), Some(address?), port);
        let alerts = guard.see(&event, Position::default());
        let lock = alerts.iter().find(|alert| alert.action == Action::Lock && alert.account.is_some())?;
        Some(lock.rule.clone())
    }
}

/// Whether this can be an account's name.
fn is_name(account: &str) -> bool {
    !account.is_empty() && account.len() <= 255 && !account.bytes().any(|byte| byte.is_ascii_control())
}

/// Whether the account may send at all.
fn barred(account: Option<&Account>, lock: Option<&(String, i64)>, now: Timestamp) -> Option<(Verdict, Why)> {
    if account.is_some_and(|account| account.locked) {
        return Some((Verdict::Refuse, Why::Locked(None)));
    }
    let released = account.and_then(|account| account.released).map_or(i64::MIN, Timestamp::as_microsecond);
    if let Some((rule, _)) = lock.filter(|(_, at)| *at > released) {
        return Some((Verdict::Refuse, Why::Locked(Some(rule.clone()))));
    }
    let over = account.and_then(|account| account.trial_until).is_some_and(|until| now >= until);
    over.then_some((Verdict::Refuse, Why::Trial))
}

/// Whether it may send from here.
fn displaced(settings: &Settings, account: Option<&Account>, place: Place, now: Timestamp) -> Option<(Verdict, Why)> {
    let hit = settings.places.iter().find(|rule| {
        let country = place.country.is_some_and(|country| rule.countries.contains(&country));
        now < rule.until && (country || place.network != 0 && rule.networks.contains(&place.network))
    });
    if let Some(rule) = hit {
        return Some((rule.action, Why::Place(rule.name.clone())));
    }
    let (verdict, country) = (settings.service.abroad?, place.country?);
    let opened = account.into_iter().flat_map(|account| &account.openings).any(|opening| {
        let there = opening.countries.is_empty() || opening.countries.contains(&country);
        there && opening.from <= now && now < opening.until
    });
    (!opened && !settings.service.home.contains(&country)).then_some((verdict, Why::Abroad(country)))
}

/// An attempt under a plan.
struct Own<'o> {
    attempt: &'o Attempt<'o>,
    at: i64,
    plan: &'o Plan,
    /// Whether this is the stage in which mails are counted.
    counts: bool,
}

impl Own<'_> {
    /// Whether the account is used from too many addresses at once.
    fn crowded(&self, usage: &mut Usage) -> Option<(Verdict, Why)> {
        let (most, address) = (self.plan.concurrent?, source(self.attempt.address?));
        let others = usage.other_sources(address, self.at, self.plan.concurrent_window.seconds());
        if others >= most as usize {
            return Some((self.plan.concurrent_action, Why::Concurrent { most }));
        }
        usage.remember_source(address, self.at, most as usize);
        None
    }

    /// The first quota that this mail would overdraw. Before the stage in which it is counted, one mail to one is asked for.
    fn exceeded(&self, usage: &Usage, mail_is_counted: bool) -> Option<(Verdict, Why)> {
        self.attempt.stage?;
        let sent = if self.counts { self.sent(mail_is_counted) } else { Sent { at: self.at, mails: 1, recipients: 1 } };
        let over = |(index, quota): &(usize, &super::settings::Quota)| {
            let more = u64::from(if quota.of == Of::Mails { sent.mails } else { sent.recipients });
            more > 0 && usage.used(*index) + more > u64::from(quota.most)
        };
        let (index, quota) = self.plan.quotas.iter().enumerate().find(over)?;
        let more = u64::from(if quota.of == Of::Mails { sent.mails } else { sent.recipients });
        let why = Why::Quota {
            name: quota.name.clone(),
            of: quota.of,
            most: quota.most,
            window_s: quota.window.whole(),
            frees_at: usage.frees_at(index, quota, more),
        };
        Some((quota.action, why))
    }

    fn sent(&self, mail_is_counted: bool) -> Sent {
        Sent { at: self.at, mails: u32::from(!mail_is_counted), recipients: self.attempt.recipients }
    }

    /// The key under which the mail of a recipient is known as counted: a mail whose recipients are counted one by one is one.
    fn counted_mail(&self) -> u64 {
        if self.attempt.stage == Some(Stage::Rcpt) && self.attempt.keys.0 != 0 { !self.attempt.keys.0 } else { 0 }
    }

    fn fail(&self) -> Fail {
        let closed = self.plan.quotas.iter().any(|quota| quota.fail == Fail::Closed);
        if closed { Fail::Closed } else { Fail::Open }
    }
}

/// Hashes of the mail and of the request. They are kept over a restart: the hasher has no secret. The instance, which no client
/// can foresee, comes first.
fn keys(request: &Request<'_>) -> (u64, u64) {
    let instance = request.get(Attribute::Instance);
    if instance.is_empty() {
        return (0, 0);
    }
    let mut hasher = DefaultHasher::new();
    for attribute in [Attribute::Instance, Attribute::ClientAddress, Attribute::ClientPort, Attribute::SaslUsername] {
        request.get(attribute).hash(&mut hasher);
    }
    let mail = hasher.finish();
    request.get(Attribute::ProtocolState).hash(&mut hasher);
    request.get(Attribute::Recipient).hash(&mut hasher);
    (mail, hasher.finish())
}

/// An address as a number: an IPv6 customer has a /64.
fn source(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(v4) => u64::from(v4.to_bits()),
        IpAddr::V6(v6) => u64::try_from(v6.to_bits() >> 64).unwrap_or(0),
    }
}
