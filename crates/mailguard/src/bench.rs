//! The rules at work: each happening is shown to those that want its kind, and what they find becomes alerts.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashMap};

use crate::accounts::Accounts;
use crate::alert::{Alert, Evidence, Trace};
use crate::detectors::{Finding, KEEP, KINDS, Kind, Seen};
use crate::history::Keep;
use crate::rules::{Rule, Rules, Team};

/// Pairs of rule and account that are kept quiet at a time. When there are more, the memory of them is begun anew: then an
/// alert may come twice.
const MAX_QUIET: usize = 1 << 20;

/// The rules and what they found on the present event.
pub(crate) struct Bench {
    rules: Vec<Rule>,
    teams: Vec<Team>,
    /// For each kind, the detectors that want it.
    wanted: [Vec<usize>; KINDS],
    /// Until when a rule keeps quiet about an account or source.
    quiet: HashMap<(usize, u64), i64>,
    hasher: DefaultHashBuilder,
    found: Vec<Finding>,
    /// The alerts of the present event.
    pub(crate) alerts: Vec<Alert>,
}

/// The names that alerts are written with.
#[derive(Clone, Copy)]
pub(crate) struct Names<'n> {
    pub(crate) accounts: &'n Accounts,
    pub(crate) sources: &'n [String],
}

impl Bench {
    pub(crate) fn new(rules: Rules) -> Self {
        let Rules { rules, teams } = rules;
        let wanted = std::array::from_fn(|kind| {
            let wants = |team: &Team| team.entry.wants.iter().any(|want| *want as usize == kind);
            (0..teams.len()).filter(|index| wants(&teams[*index])).collect()
        });
        Self {
            rules,
            teams,
            wanted,
            quiet: HashMap::new(),
            hasher: DefaultHashBuilder::default(),
            found: Vec::new(),
            alerts: Vec::new(),
        }
    }

    /// Whether any rule wants this kind.
    pub(crate) const fn wants(&self, kind: Kind) -> bool {
        !self.wanted[kind as usize].is_empty()
    }

    /// What the rules together need to be remembered of uses.
    pub(crate) fn keep(&self) -> Keep {
        self.teams.iter().filter_map(|team| team.detector.keep()).fold(KEEP, Keep::or)
    }

    /// Shows a happening to the detectors that want its kind, and lets all hear what these find.
    pub(crate) fn tell(&mut self, seen: &Seen<'_>, names: Names<'_>) {
        let before = self.alerts.len();
        for at in 0..self.wanted[seen.kind as usize].len() {
            let index = self.wanted[seen.kind as usize][at];
            self.teams[index].detector.see(seen, &mut self.found);
            if !self.found.is_empty() {
                self.raise(index, seen, names);
            }
        }
        for alert in before..self.alerts.len() {
            self.spread(alert, seen, names);
        }
    }

    /// Lets every detector hear an alert.
    fn spread(&mut self, alert: usize, seen: &Seen<'_>, names: Names<'_>) {
        let alert = self.alerts[alert].clone();
        let Some(account) = alert.account.as_ref().and_then(|name| names.accounts.find(name.as_bytes())) else {
            return;
        };
        for index in 0..self.teams.len() {
            self.teams[index].detector.hear(&alert, account, seen, &mut self.found);
            if !self.found.is_empty() {
                self.raise(index, seen, names);
            }
        }
    }

    /// Makes alerts of what a detector's rules found, unless they said so a short while ago.
    fn raise(&mut self, team: usize, seen: &Seen<'_>, names: Names<'_>) {
        let team = &self.teams[team];
        for finding in self.found.drain(..) {
            let index = team.first + finding.rule;
            let Some(rule) = self.rules.get(index) else { continue };
            let key = match (finding.account, &finding.subject) {
                (Some(account), _) => account.index() as u64,
                (None, Some(subject)) => self.hasher.hash_one(subject) | 1 << 63,
                (None, None) => continue,
            };
            if self.quiet.get(&(index, key)).is_some_and(|until| seen.second < *until) {
                continue;
            }
            if self.quiet.len() >= MAX_QUIET {
                self.quiet.clear();
            }
            self.quiet.insert((index, key), seen.second + rule.quiet.seconds());
            self.alerts.push(alert(team, rule, finding, seen, names));
        }
    }

    /// Bytes of the memories of the rules.
    pub(crate) fn size(&self) -> usize {
        self.teams.iter().map(|team| team.detector.size()).sum::<usize>() + self.quiet.allocation_size()
    }
}

fn alert(team: &Team, rule: &Rule, finding: Finding, seen: &Seen<'_>, names: Names<'_>) -> Alert {
    let at = seen.moment();
    let mut evidence: Vec<Evidence> = finding.traces.iter().map(|trace| evidence(trace, names)).collect();
    let surplus = evidence.len().saturating_sub(Alert::MAX_EVIDENCE);
    evidence.drain(..surplus);
    Alert {
        rule: rule.name.clone(),
        detector: team.entry.name,
        family: team.entry.family,
        action: rule.action,
        account: finding.account.map(|account| names.accounts.name(account)),
        subject: finding.subject,
        at,
        first: finding.first.unwrap_or(at),
        value: finding.value,
        threshold: finding.threshold,
        window_s: u64::from(rule.window.whole()),
        inputs: finding.inputs,
        evidence,
    }
}

fn evidence(trace: &Trace, names: Names<'_>) -> Evidence {
    Evidence {
        at: trace.at,
        address: trace.address,
        port: trace.port,
        country: trace.place.country,
        network: (trace.place.network != 0).then_some(trace.place.network),
        file: names.sources.get(usize::from(trace.position.source)).cloned().unwrap_or_default(),
        line: trace.position.line,
        account: trace.account.map(|account| names.accounts.name(account)),
    }
}
