//! The score of readings against a labelled corpus: exact share, F1, false cases; per format and confidence band.

use std::collections::{BTreeMap, BTreeSet};

use model::{Observation, Reading};
use serde::{Deserialize, Serialize};

/// One labelled mail, as a line of `expected.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Expected {
    /// File name of the mail.
    pub file: String,
    /// Who writes this kind of report.
    #[serde(default)]
    pub sender: String,
    /// Which half of the senders this one belongs to, see [`expected`].
    #[serde(skip)]
    pub half: usize,
    /// Not a report: must not become one.
    #[serde(default)]
    pub rejected: bool,
    /// Each value stands literally in the mail; only these mails count for exact and F1.
    #[serde(default)]
    pub clean: bool,
    /// What the mail accuses.
    #[serde(default)]
    pub events: Vec<ExpectedEvent>,
}

/// One accused pair.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ExpectedEvent {
    /// Address.
    pub ip: Option<String>,
    /// URL or bare name.
    pub url: Option<String>,
}

/// Reads `expected.jsonl`; a line that is not in the form is named.
///
/// The senders are put in two halves, every other one in the order of their names: who improves the reader looks at the
/// mistakes of one half only, and the other half tells whether what he found holds for senders he has not seen.
pub fn expected(text: &str) -> Result<Vec<Expected>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let mut all: Vec<Expected> = lines
        .map(|(number, line)| serde_json::from_str(line).map_err(|error| format!("line {}: {error}", number + 1)))
        .collect::<Result<_, _>>()?;
    let senders: BTreeSet<String> = all.iter().map(|one| one.sender.clone()).collect();
    for one in &mut all {
        one.half = senders.range(..one.sender.clone()).count() % 2;
    }
    Ok(all)
}

/// The accused addresses and URLs of one side, in comparable form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accused {
    /// Addresses.
    pub ips: BTreeSet<String>,
    /// URLs, scheme and host in lower case, without a last slash.
    pub urls: BTreeSet<String>,
}

impl Accused {
    /// Of a label.
    pub fn expected(expected: &Expected) -> Self {
        let ips = expected.events.iter().filter_map(|event| event.ip.as_deref());
        let urls = expected.events.iter().filter_map(|event| event.url.as_deref());
        Self {
            ips: ips
                .map(|ip| crate::extract::ip::parse(ip).map_or_else(|| ip.to_owned(), |ip| ip.to_string()))
                .collect(),
            urls: urls.map(crate::extract::url::comparable).collect(),
        }
    }

    /// Of a reading.
    pub fn read(reading: &Reading) -> Self {
        let ips = reading.observations.iter().filter_map(|seen| seen.ip);
        let urls = reading.observations.iter().filter_map(|seen| seen.url.as_deref());
        Self { ips: ips.map(|ip| ip.to_string()).collect(), urls: urls.map(crate::extract::url::comparable).collect() }
    }

    /// F1 of the union of both sets; two empty sides agree.
    #[expect(clippy::cast_precision_loss, reason = "sets of a few values")]
    pub fn f1(&self, other: &Self) -> f64 {
        let right = self.ips.intersection(&other.ips).count() + self.urls.intersection(&other.urls).count();
        let all = self.ips.len() + self.urls.len() + other.ips.len() + other.urls.len();
        if all == 0 { 1.0 } else { 2.0 * right as f64 / all as f64 }
    }
}

/// Exact and F1 over some mails.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Tally {
    /// Mails.
    pub mails: u32,
    /// Mails in which both sets are right.
    pub exact: u32,
    /// Mails in which the addresses are right.
    pub exact_ips: u32,
    /// Mails in which the URLs are right.
    pub exact_urls: u32,
    /// Sum of F1.
    pub f1_sum: f64,
}

impl Tally {
    fn add(&mut self, read: &Accused, wanted: &Accused) {
        self.mails += 1;
        self.exact += u32::from(read == wanted);
        self.exact_ips += u32::from(read.ips == wanted.ips);
        self.exact_urls += u32::from(read.urls == wanted.urls);
        self.f1_sum += read.f1(wanted);
    }

    /// Share of mails in which both sets are right.
    pub fn exact_share(&self) -> f64 {
        share(self.exact, self.mails)
    }

    /// Mean F1.
    pub fn f1(&self) -> f64 {
        if self.mails == 0 { 0.0 } else { self.f1_sum / f64::from(self.mails) }
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}

/// Values right within a band of confidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Band {
    /// Values claimed.
    pub claimed: u32,
    /// Of them right.
    pub right: u32,
}

impl Band {
    fn add(&mut self, right: bool) {
        self.claimed += 1;
        self.right += u32::from(right);
    }

    /// Share of the values that are right.
    pub fn share(&self) -> f64 {
        share(self.right, self.claimed)
    }
}

/// What could be done without a person: readings of which every value is at least [`Observation::SURE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Sure {
    /// Mails that are read so.
    pub mails: u32,
    /// Values that are stated with that confidence, in whatever mail.
    pub values: Band,
}

/// The whole score.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Score {
    /// Over the clean mails.
    pub all: Tally,
    /// Over the clean mails that accuse one address; `exact_ips` is what counts.
    pub single: Tally,
    /// By the two halves of the senders, see [`expected`].
    pub halves: [Tally; 2],
    /// At the threshold for acting without a person.
    pub sure: Sure,
    /// The same by format.
    pub formats: BTreeMap<&'static str, Tally>,
    /// By confidence: the key is the lower edge of the band in hundredths.
    pub bands: BTreeMap<u32, Band>,
    /// Mails that are no reports.
    pub rejected: u32,
    /// Of them, those that yielded an observation.
    pub false_cases: u32,
}

impl Score {
    /// Adds one mail.
    pub fn add(&mut self, expected: &Expected, reading: &Reading) {
        if expected.rejected {
            self.rejected += 1;
            self.false_cases += u32::from(!reading.observations.is_empty());
        }
        if !expected.clean {
            return;
        }
        let (read, wanted) = (Accused::read(reading), Accused::expected(expected));
        self.all.add(&read, &wanted);
        self.halves[expected.half % 2].add(&read, &wanted);
        if wanted.ips.len() == 1 {
            self.single.add(&read, &wanted);
        }
        let is_sure = |seen: &Observation| seen.confidence >= Observation::SURE;
        self.sure.mails += u32::from(!reading.observations.is_empty() && reading.observations.iter().all(is_sure));
        self.formats.entry(reading.format.name()).or_default().add(&read, &wanted);
        for seen in &reading.observations {
            let values = seen
                .ip
                .map(|ip| wanted.ips.contains(&ip.to_string()))
                .into_iter()
                .chain(seen.url.as_deref().map(|url| wanted.urls.contains(&crate::extract::url::comparable(url))));
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share between 0 and 1")]
            let band = self.bands.entry((seen.confidence.clamp(0.0, 1.0) * 20.0) as u32 * 5).or_default();
            for right in values {
                band.add(right);
                if is_sure(seen) {
                    self.sure.values.add(right);
                }
            }
        }
    }

    /// Share of mails that are no reports and yet yielded an observation.
    pub fn false_share(&self) -> f64 {
        share(self.false_cases, self.rejected)
    }
}

#[cfg(test)]
mod tests {
    use model::{Category, Format, Observation};

    use super::*;

    #[test]
    fn the_score_of_the_corpora_note() {
        let lines = r#"{"file":"a","sender":"m","clean":true,"events":[{"ip":"192.0.2.1","url":"HTTP://Example.com/"}]}
            {"file":"b","sender":"z","rejected":true,"events":[]}
            {"file":"c","sender":"n","clean":true,"events":[{"ip":"192.0.2.1","url":null},{"ip":"192.0.2.2","url":null}]}"#;
        let expected = expected(lines).unwrap();
        let mut seen = Observation::new(Category::Phishing, 0.9);
        seen.ip = "192.0.2.1".parse().ok();
        seen.url = Some("http://example.com".to_owned());
        let mut reading = Reading::new(Format::Generic);
        reading.observations.push(seen.clone());
        let mut score = Score::default();
        score.add(&expected[0], &reading);
        score.add(&expected[1], &reading);
        reading.observations[0].url = None;
        score.add(&expected[2], &reading);
        assert_eq!((score.all.mails, score.all.exact), (2, 1));
        assert!((score.all.f1() - 5.0 / 6.0).abs() < 1e-9);
        assert_eq!((score.rejected, score.false_cases), (1, 1));
        assert_eq!(score.bands[&90], Band { claimed: 3, right: 3 });
        assert_eq!(score.sure, Sure { mails: 2, values: Band { claimed: 3, right: 3 } });
        assert_eq!((score.single.mails, score.single.exact_ips), (1, 1));
        assert_eq!((score.halves[0].exact, score.halves[1].mails), (1, 1));
        assert!(super::expected("{").is_err());
    }
}
