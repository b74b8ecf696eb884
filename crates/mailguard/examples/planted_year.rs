//! A planted year through the built-in rules: what each rule finds, whom it locks by mistake, and what an account costs.
//! `cargo run --release --example planted_year -p mailguard -- [ACCOUNTS HIJACKS DAYS SEED] [--innocent] [--alerts]`;
//! `--alerts` prints every alert, to be compared with those of another state of the code.
#![expect(clippy::print_stdout, reason = "a measurement prints")]

use std::collections::{BTreeMap, BTreeSet};

use demo::{MailSettings, MailYear};
use jiff::tz::TimeZone;
use mailguard::alert::Action;
use mailguard::dialects::Reader;
use mailguard::place::Mmdb;
use mailguard::stamp::{Calendar, YearRule};
use mailguard::{Alert, DEFAULT, Guard, Position, Rules};

/// Days after the end of a hijack in which a lock still counts as found.
const GRACE: usize = 7;

/// What one rule, or all together, did.
#[derive(Default)]
struct Score {
    found: BTreeSet<usize>,
    innocent: BTreeSet<(String, usize)>,
}

struct Run {
    year: MailYear,
    settings: MailSettings,
    by_rule: BTreeMap<String, Score>,
    locks: Score,
    lines: u64,
    cpu_ns: u64,
    show: bool,
    alerts: bool,
    /// Addresses and networks that are remembered in the end.
    addresses: (usize, usize),
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, usual: usize| words.get(at).and_then(|word| word.parse().ok()).unwrap_or(usual);
    let settings = MailSettings {
        accounts: number(0, 10_000),
        hijacks: number(1, 200),
        days: number(2, 365),
        seed: u64::try_from(number(3, 1)).unwrap_or(1),
        start: "2024-12-31T15:00:00Z".parse().unwrap_or_default(),
    };
    let show = words.iter().any(|word| word == "--innocent");
    let alerts = words.iter().any(|word| word == "--alerts");
    let year = MailYear::generate(settings);
    let score = Score::default();
    let mut run = Run {
        year,
        settings,
        by_rule: BTreeMap::new(),
        locks: score,
        lines: 0,
        cpu_ns: 0,
        show,
        alerts,
        addresses: (0, 0),
    };
    match Mmdb::read(Some(&MailYear::country_mmdb()), Some(&MailYear::network_mmdb())) {
        Ok(places) => run.all(places),
        Err(error) => println!("{error}"),
    }
}

impl Run {
    fn all(&mut self, places: Mmdb) {
        let rules = match Rules::parse(DEFAULT) {
            Ok(rules) => rules,
            Err(error) => return println!("{error}"),
        };
        let mut guard = Guard::new(rules, Box::new(places));
        let mut reader = Reader::new(Calendar::new(TimeZone::UTC, YearRule::First(2025)));
        let source = guard.source("planted");
        for day in 0..self.settings.days {
            let lines = self.year.day(day);
            let mut alerts: Vec<Alert> = Vec::new();
            let before = cpu_ns();
            for line in &lines {
                if let Some(event) = reader.read(line.trim_ascii_end().as_bytes()) {
                    alerts.extend_from_slice(guard.see(&event, Position { source, line: 1 }));
                }
            }
            self.cpu_ns += cpu_ns().saturating_sub(before);
            self.lines += lines.len() as u64;
            for alert in &alerts {
                if self.alerts {
                    println!("{}", serde_json::to_string(alert).unwrap_or_default());
                }
                self.count(alert, day);
            }
        }
        for name in (0..self.settings.accounts).map(|number| format!("u{number}@example.jp")) {
            if let Some(account) = guard.accounts().find(name.as_bytes()) {
                let history = guard.history(account);
                self.addresses.0 += history.recent.len();
                self.addresses.1 += history.known.len();
            }
        }
        self.print(&guard);
    }

    fn count(&mut self, alert: &Alert, day: usize) {
        let Some(account) = &alert.account else { return };
        let own =
            |hijack: &demo::Hijack| hijack.account == *account && (hijack.from..=hijack.to + GRACE).contains(&day);
        let hijack = self.year.hijacks().position(own);
        let victim = self.year.hijacks().any(|hijack| hijack.account == *account);
        let mut scores = vec![self.by_rule.entry(alert.rule.clone()).or_default()];
        if alert.action == Action::Lock {
            scores.push(&mut self.locks);
        }
        for score in scores {
            match hijack {
                Some(number) => drop(score.found.insert(number)),
                // Before its hijack a victim is as innocent as others.
                None => drop(score.innocent.insert((account.clone(), if victim { 0 } else { day / 30 }))),
            }
        }
        if self.show && hijack.is_none() && alert.action == Action::Lock {
            let life = self.year.life(account);
            println!("innocent: day {day} {} {account} {life:?} {} {:?}", alert.rule, alert.value, alert.inputs);
        }
    }

    fn print(&self, guard: &Guard) {
        let hijacks = self.year.hijacks().count();
        #[expect(clippy::cast_precision_loss, reason = "a share is printed")]
        let per = |part: usize, whole: usize, times: f64| part as f64 * times / whole.max(1) as f64;
        let months = self.settings.accounts * self.settings.days / 30;
        println!("rule               found  of all %  accounts hit by mistake  per 10,000 account-months");
        let all = self.by_rule.iter().map(|(name, score)| (name.as_str(), score));
        for (name, score) in all.chain([("UNION OF LOCKS", &self.locks)]) {
            println!(
                "{name:<18} {:>5}  {:>8.1}  {:>23}  {:>26.3}",
                score.found.len(),
                per(score.found.len(), hijacks, 100.0),
                score.innocent.len(),
                per(score.innocent.len(), months, 10_000.0)
            );
        }
        let mut kinds: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for (number, hijack) in self.year.hijacks().enumerate() {
            let kind = kinds.entry(format!("{:?}", hijack.kind)).or_default();
            kind.0 += usize::from(self.locks.found.contains(&number));
            kind.1 += 1;
        }
        println!("locked by kind: {kinds:?}");
        println!(
            "{:.1} addresses and {:.1} networks an account are remembered",
            per(self.addresses.0, guard.accounts().len(), 1.0),
            per(self.addresses.1, guard.accounts().len(), 1.0)
        );
        println!(
            "{} lines, {:.2} million lines per CPU second (reading and all rules), {:.0} bytes an account, {} bytes of the rules",
            self.lines,
            per(usize::try_from(self.lines).unwrap_or(0), usize::try_from(self.cpu_ns).unwrap_or(0), 1000.0),
            per(guard.account_size(), guard.accounts().len(), 1.0),
            guard.rule_size()
        );
    }
}

/// Nanoseconds that this thread ran on a processor (Linux); 0 elsewhere.
fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0)
}
