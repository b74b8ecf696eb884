//! Which report is about which incident: new ones, duplicates by other reporters, relapses after a notice.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::{Category, DeskGroup};

use crate::provider::Provider;
use crate::rng::{Rng, Stream, apportion};
use crate::stamp;
use crate::styles::{self, Style};
use crate::target::{Kind, Target};
use crate::tenure::DAY;

/// Rows of the yearly table (A03) for 13,000 reports; what is left of them could not be sorted.
const TABLE: [usize; 5] = [4_000, 4_800, 3_200, 800, 200];

/// Shares of the categories within their row.
const SHARES: &[(Category, usize)] = &[
    (Category::Spam, 52),
    (Category::Phishing, 38),
    (Category::BulkMessaging, 4),
    (Category::CompromisedAccount, 4),
    (Category::SuspiciousRegistration, 2),
    (Category::LoginAttack, 38),
    (Category::PortScan, 15),
    (Category::VulnerabilityScan, 9),
    (Category::Malware, 8),
    (Category::RemoteCompromise, 8),
    (Category::Ddos, 4),
    (Category::InfectedHost, 4),
    (Category::Botnet, 3),
    (Category::OpenService, 3),
    (Category::SqlInjection, 2),
    (Category::Scraping, 1),
    (Category::Reconnaissance, 1),
    (Category::ExposedData, 1),
    (Category::Blocklist, 1),
    (Category::CompromisedServer, 1),
    (Category::Misconfiguration, 1),
    (Category::Copyright, 45),
    (Category::CopyrightP2p, 15),
    (Category::BrandInfringement, 18),
    (Category::Defamation, 22),
    (Category::Fraud, 70),
    (Category::Harassment, 12),
    (Category::Obscene, 10),
    (Category::Impersonation, 7),
    (Category::Csam, 1),
    (Category::Unknown, 1),
];

/// One thing that happened.
#[derive(Debug, Clone)]
pub(crate) struct Incident {
    pub(crate) category: Category,
    pub(crate) target: Target,
    pub(crate) event: Timestamp,
    /// Close to a change of hands: only reports with a zoned time can be told apart.
    tight: bool,
    /// Number of the first report, and its time.
    first: (usize, Timestamp),
}

impl Incident {
    /// The nothing that noise is about; it happens a few hours before the mail arrives.
    pub(crate) fn quiet(received: Timestamp, rng: &mut Rng) -> Self {
        Self {
            category: Category::Unknown,
            target: Target::stranger(Kind::Host, rng),
            event: stamp::before(received, rng.between(600, 9_000)),
            tight: false,
            first: (0, received),
        }
    }
}

/// One report, still unwritten.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Planned {
    pub(crate) received: Timestamp,
    /// Index in [`styles::ALL`].
    pub(crate) style: usize,
    /// Index of the incident; absent for noise.
    pub(crate) incident: Option<usize>,
    pub(crate) duplicate_of: Option<usize>,
    pub(crate) repeat_of: Option<usize>,
}

/// How reports relate, in a thousand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shares {
    pub(crate) duplicates: usize,
    pub(crate) repeats: usize,
    pub(crate) not_ours: usize,
}

/// The categories of `count` reports: the table exactly, in random order.
pub(crate) fn categories(seed: u64, count: usize) -> Vec<Category> {
    let mut all = Vec::with_capacity(count);
    for (group, rows) in DeskGroup::ALL.iter().zip(apportion(count, &TABLE)) {
        let shares: Vec<_> = SHARES.iter().filter(|(category, _)| category.group() == *group).collect();
        let weights: Vec<usize> = shares.iter().map(|(_, share)| *share).collect();
        for ((category, _), n) in shares.iter().zip(apportion(rows, &weights)) {
            all.extend(std::iter::repeat_n(*category, n));
        }
    }
    Rng::new(seed, Stream::Shuffle, 0).shuffle(&mut all);
    all
}

/// Plans incidents while walking through the reports in order of receipt.
pub(crate) struct Planner<'a> {
    provider: &'a Provider,
    seed: u64,
    shares: Shares,
    pub(crate) incidents: Vec<Incident>,
    known: BTreeMap<Category, Vec<usize>>,
}

impl<'a> Planner<'a> {
    pub(crate) const fn new(provider: &'a Provider, seed: u64, shares: Shares) -> Self {
        Self { provider, seed, shares, incidents: Vec::new(), known: BTreeMap::new() }
    }

    /// Plans report `number`; without a category it is noise.
    pub(crate) fn plan(&mut self, number: usize, received: Timestamp, category: Option<Category>) -> Planned {
        let mut rng = Rng::new(self.seed, Stream::Plan, number);
        let Some(category) = category else {
            let style = draw_style(&mut rng, |style| style.noise.is_some());
            return Planned { received, style, incident: None, duplicate_of: None, repeat_of: None };
        };
        let roll = rng.below(1_000);
        let related = if roll < self.shares.duplicates {
            self.duplicate(category, received, &mut rng)
        } else if roll < self.shares.duplicates + self.shares.repeats {
            self.relapse(number, category, received, &mut rng)
        } else {
            None
        };
        related.unwrap_or_else(|| self.fresh(number, category, received, &mut rng))
    }

    /// Another reporter tells of an incident of the last week.
    fn duplicate(&self, category: Category, received: Timestamp, rng: &mut Rng) -> Option<Planned> {
        let known = self.known.get(&category)?;
        let index = known[known.len() - 1 - rng.below(known.len().min(30))];
        let incident = &self.incidents[index];
        let age = received.as_second() - incident.first.1.as_second();
        (age < 7 * i64::from(DAY)).then(|| Planned {
            received,
            style: Self::style_for(incident, rng),
            incident: Some(index),
            duplicate_of: Some(incident.first.0),
            repeat_of: None,
        })
    }

    /// The same place again, ten to sixty days after the first report (B19).
    fn relapse(&mut self, number: usize, category: Category, received: Timestamp, rng: &mut Rng) -> Option<Planned> {
        let known = self.known.get(&category)?;
        let event = self.moment_before(received, rng);
        let at = self.provider.seconds(event);
        let earlier = (0..12).map(|_| rng.pick(known)).find(|index| {
            let incident = &self.incidents[*index];
            let age = (event.as_second() - incident.first.1.as_second()) / i64::from(DAY);
            (10..60).contains(&age) && self.provider.still_holds(&incident.target, at)
        })?;
        let old = &self.incidents[earlier];
        let repeat_of = Some(old.first.0);
        let target = Target { salt: rng.next(), ..old.target.clone() };
        let incident = Incident { category, target, event, tight: false, first: (number, received) };
        let style = Self::style_for(&incident, rng);
        let incident = Some(self.remember(incident));
        Some(Planned { received, style, incident, duplicate_of: None, repeat_of })
    }

    /// Something new.
    fn fresh(&mut self, number: usize, category: Category, received: Timestamp, rng: &mut Rng) -> Planned {
        let style = draw_style(rng, |style| style.categories.contains(&category));
        let kind = rng.pick(styles::ALL[style].targets);
        let event = self.moment_before(received, rng);
        let latest = self.provider.seconds(stamp::before(received, 120));
        let tight = if styles::ALL[style].precise && rng.chance(100) {
            self.provider.tight_target(kind, latest.saturating_sub(20 * DAY), latest, rng)
        } else {
            None
        };
        let (target, event, tight) = if rng.chance(self.shares.not_ours) {
            (Target::stranger(kind, rng), event, false)
        } else if let Some((target, at)) = tight {
            (target, self.provider.moment(at), true)
        } else {
            let at = self.provider.seconds(event);
            let found = self.provider.target(kind, at, rng);
            (found.unwrap_or_else(|| Target::stranger(kind, rng)), event, false)
        };
        let incident = Incident { category, target, event, tight, first: (number, received) };
        let incident = Some(self.remember(incident));
        Planned { received, style, incident, duplicate_of: None, repeat_of: None }
    }

    fn remember(&mut self, incident: Incident) -> usize {
        let index = self.incidents.len();
        self.known.entry(incident.category).or_default().push(index);
        self.incidents.push(incident);
        index
    }

    /// When it happened: mostly minutes to hours before it is reported, at times days. Never later than a clock allows.
    fn moment_before(&self, received: Timestamp, rng: &mut Rng) -> Timestamp {
        let lag = match rng.below(20) {
            0..10 => rng.between(120, 7_200),
            10..17 => rng.between(7_200, 2 * DAY),
            _ => rng.between(2 * DAY, 7 * DAY),
        };
        stamp::before(received, lag).max(self.provider.begin)
    }

    /// A style that can tell of this incident; there always is the one that told of it first.
    fn style_for(incident: &Incident, rng: &mut Rng) -> usize {
        draw_style(rng, |style| {
            style.categories.contains(&incident.category)
                && style.targets.contains(&incident.target.kind)
                && (style.precise || !incident.tight)
                // What lacks cannot be a second voice: nobody could tell that it is the same incident.
                && style.name != "lacking"
                && (incident.target.kind != Kind::Shared || style.precise)
        })
    }
}

fn draw_style(rng: &mut Rng, fits: impl Fn(&Style) -> bool) -> usize {
    let weights = styles::ALL.iter().map(|style| if fits(style) { style.weight } else { 0 });
    rng.weighted(weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_incident_has_a_style() {
        for (category, _) in SHARES {
            assert!(styles::ALL.iter().any(|style| style.categories.contains(category)), "{category}");
        }
        for style in styles::ALL.iter().filter(|style| style.name == "lacking") {
            for category in style.categories {
                for kind in style.targets {
                    let other = styles::ALL.iter().any(|other| {
                        other.name != style.name
                            && other.precise
                            && other.categories.contains(category)
                            && other.targets.contains(kind)
                    });
                    assert!(other, "{category} {kind:?}");
                }
            }
        }
    }
}
