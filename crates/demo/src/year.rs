//! A year (or a day) of reports, written one by one while they are read.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use model::{Category, DeskGroup};

use crate::incidents::{self, Incident, Planned, Planner, Shares};
use crate::provider::Provider;
use crate::reporter::Reporter;
use crate::rng::{Rng, Stream};
use crate::scene::Scene;
use crate::schedule;
use crate::stamp::{self, Zone};
use crate::styles;
use crate::target::Kind;
use crate::truth::{Accused, DemoReport, Expect, ReporterTruth, Truth};

/// What to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearSettings {
    /// Same seed, same provider: same bytes.
    pub seed: u64,
    /// Number of reports. 13,000 give the yearly table (A03) exactly; other numbers are split in its proportion.
    pub reports: usize,
    /// Mails besides them that are no reports: bounces, automatic replies, notices of machines, advertisements.
    pub noise: usize,
    /// Days over which they are spread.
    pub days: usize,
    /// First moment after the year; nothing arrives at or after it.
    pub end: Timestamp,
    /// How many of a thousand tell of an incident that another report told of before.
    pub duplicates: usize,
    /// How many of a thousand tell of a relapse at the same place.
    pub repeats: usize,
    /// How many of a thousand new incidents are not ours.
    pub not_ours: usize,
}

impl YearSettings {
    /// The year up to `end`: 13,000 reports, no noise.
    pub const fn new(end: Timestamp) -> Self {
        Self { seed: 1, reports: 13_000, noise: 0, days: 365, end, duplicates: 150, repeats: 50, not_ours: 25 }
    }
}

/// Reports in order of receipt. Planned at once (about 300 bytes each), written one by one.
#[derive(Debug, Clone)]
pub struct Year {
    seed: u64,
    planned: Vec<Planned>,
    incidents: Vec<Incident>,
}

impl Year {
    /// Plans the year.
    pub fn generate(provider: &Provider, settings: &YearSettings) -> Self {
        let YearSettings { seed, reports, noise, days, end, .. } = *settings;
        let times = schedule::times(seed, reports, days, end);
        let noise = schedule::times(seed ^ Stream::Noise as u64, noise, days, end);
        Self::plan(provider, settings, times, noise)
    }

    fn plan(provider: &Provider, settings: &YearSettings, times: Vec<Timestamp>, noise: Vec<Timestamp>) -> Self {
        let seed = settings.seed;
        let categories = incidents::categories(seed, times.len()).into_iter().map(Some);
        let mut slots: Vec<(Timestamp, Option<Category>)> = times.into_iter().zip(categories).collect();
        slots.extend(noise.into_iter().map(|at| (at, None)));
        slots.sort_by_key(|(at, _)| *at);
        let shares = Shares { duplicates: settings.duplicates, repeats: settings.repeats, not_ours: settings.not_ours };
        let mut planner = Planner::new(provider, seed, shares);
        let reports = slots.into_iter().enumerate().map(|(n, (at, category))| planner.plan(n, at, category)).collect();
        Self { seed, planned: reports, incidents: planner.incidents }
    }

    /// Number of mails, noise included.
    pub const fn len(&self) -> usize {
        self.planned.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.planned.is_empty()
    }

    /// Every report in order of receipt.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = DemoReport> + '_ {
        self.planned.iter().enumerate().map(|(number, planned)| self.write(number, *planned))
    }

    /// Report `number`, from 0 in order of receipt.
    pub fn get(&self, number: usize) -> Option<DemoReport> {
        self.planned.get(number).map(|planned| self.write(number, *planned))
    }

    fn write(&self, number: usize, planned: Planned) -> DemoReport {
        let style = styles::ALL[planned.style];
        let mut rng = Rng::new(self.seed, Stream::Report, number);
        let quiet;
        let incident = if let Some(index) = planned.incident {
            &self.incidents[index]
        } else {
            quiet = Incident::quiet(planned.received, &mut rng);
            &quiet
        };
        let lag = rng.between(5, 60);
        let mut scene = Scene {
            zone: if style.role.in_japan() { stamp::JST } else { Zone::draw(&mut rng) },
            reporter: Reporter::draw(style.role, self.seed, &mut rng),
            story: Rng::from_salt(incident.target.salt),
            rng,
            category: incident.category,
            target: &incident.target,
            event: incident.event,
            written: stamp::before(planned.received, lag),
            received: planned.received,
            number,
            earlier: planned.repeat_of.and_then(|n| self.planned.get(n)).map(|first| first.received),
            expect: Expect::of(incident.category),
            states_time: true,
            states_port: false,
        };
        let raw = (style.write)(&mut scene);
        let truth = truth(&scene, planned);
        DemoReport { raw, door: style.door, received: planned.received, truth }
    }
}

fn truth(scene: &Scene<'_>, planned: Planned) -> Truth {
    let style = styles::ALL[planned.style];
    let report = planned.incident.is_some();
    let target = scene.target;
    let accused = match target.contract {
        _ if !report => Accused::Noise,
        Some(number) => Accused::Contract(Provider::contract_key(number)),
        None => Accused::NotOurs,
    };
    let expect = match accused {
        Accused::Noise => Expect::Drop,
        Accused::NotOurs => Expect::NotOurs,
        Accused::Contract(_) => scene.expect,
    };
    let addressed = matches!(target.kind, Kind::Host | Kind::Line | Kind::Shared);
    Truth {
        group: if report { scene.category.group() } else { DeskGroup::Unsorted },
        category: scene.category,
        place: report.then(|| target.place()),
        subject: report.then(|| target.subject()),
        port: (report && addressed && scene.states_port).then_some(target.port),
        event: report.then_some(scene.event),
        states_time: report && scene.states_time,
        duplicate_of: planned.duplicate_of,
        repeat_of: planned.repeat_of,
        reporter: ReporterTruth {
            mail: scene.reporter.mail.clone(),
            name: scene.reporter.name.clone(),
            domain: scene.reporter.domain.clone(),
        },
        noise: style.noise,
        style: style.name.to_owned(),
        accused,
        expect,
    }
}

/// A day at the desk (A04): 55 reports that arrive on `date` (Japan), among them about a dozen duplicates.
///
/// The same provider and date give the same day. Events may lie some days before it; days outside the provider's history
/// are taken as its last full day.
pub fn planted_day(provider: &Provider, date: Date) -> Vec<DemoReport> {
    const REPORTS: usize = 55;
    let end = provider.end();
    let last = schedule::date(end).checked_sub(1.day()).unwrap_or(date);
    let first = schedule::date(provider.begin).checked_add(30.days()).unwrap_or(date);
    let date = if (first..=last).contains(&date) { date } else { last };
    // A seed of its own for every day: no Message-ID of one day is that of another, or of the year.
    let seed = Rng::new(1, Stream::Schedule, usize::from(date.year().unsigned_abs()) * 1_000)
        .nth(usize::from(date.day_of_year().unsigned_abs()));
    let settings = YearSettings { seed, reports: REPORTS, duplicates: 300, repeats: 0, ..YearSettings::new(end) };
    let times = schedule::day(settings.seed, REPORTS, date, end);
    Year::plan(provider, &settings, times, Vec::new()).iter().collect()
}
