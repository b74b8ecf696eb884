//! The first half of the pipeline, before any transaction: raw bytes, the reading, whose each subject was.

use std::collections::HashMap;
use std::sync::Arc;

use attribution::Question;
use jiff::Timestamp;
use model::{EventTime, Observation, Reading, ReportId, ReportReader, SubjectKey};
use store::jobs::Job;
use store::reports::{self, ReportRow};

use super::group::Sighting;
use crate::{Desk, DeskError};

/// Most observations of one report that are worked on; the rest are named in a remark and stay in the raw report.
const MAX_SIGHTINGS: usize = 20_000;

/// How long before a report what it names without a time may have been seen.
const STANDING_US: i64 = 3_600_000_000;

/// A report ready to be written.
pub(crate) struct Prepared {
    pub(crate) job: Job,
    pub(crate) report: ReportRow,
    pub(crate) raw: Vec<u8>,
    /// The reading, or what the reader died of.
    pub(crate) reading: Result<Reading, String>,
    pub(crate) sightings: Vec<Sighting>,
}

/// The questions of a batch, each once.
#[derive(Default)]
struct Asked {
    questions: Vec<Question>,
    numbers: HashMap<Key, usize>,
}

type Key = (Vec<SubjectKey>, Option<u16>, (Timestamp, i64));

impl Desk {
    /// Reads the reports of `jobs`, many at once, and asks whose each subject was.
    pub(crate) async fn prepare(&self, jobs: &[Job]) -> Result<Vec<Prepared>, DeskError> {
        let mut reading = Vec::with_capacity(jobs.len());
        for job in jobs {
            let id = job.payload["report"]
                .as_i64()
                .map(ReportId)
                .ok_or_else(|| DeskError::Invalid(format!("job {} names no report: {}", job.id, job.payload)))?;
            let report = reports::report(&mut &self.store, id).await?;
            let raw = self.store.get_raw(&report.raw_hash).await?;
            reading.push((
                job.clone(),
                report.clone(),
                start_reading(Arc::clone(&self.reader), raw, report.received_at),
            ));
        }
        let mut asked = Asked::default();
        let mut prepared = Vec::with_capacity(reading.len());
        for (job, report, task) in reading {
            // The task only fails if its thread was taken away; a panic of the reader is caught within.
            let (raw, mut reading) = task
                .await
                .map_err(|error| DeskError::State(format!("reading report {} broke off: {error}", report.id)))?;
            let seen = match &mut reading {
                Ok(reading) if report.state == "waiting" => asked.note(take_observations(reading), report.received_at),
                _ => Vec::new(),
            };
            prepared.push((Prepared { job, report, raw, reading, sightings: Vec::new() }, seen));
        }
        // All questions of the batch at once: the same subject at the same time is asked about once.
        let answers = self.attributor.attribute_all(&asked.questions).await?;
        let sight = |(prepared, seen): (Prepared, Vec<(Observation, usize)>)| {
            let answered = seen.into_iter().filter_map(|(seen, number)| Some((seen, answers.get(number)?.clone())));
            Prepared { sightings: answered.map(|(seen, answer)| Sighting::new(seen, answer)).collect(), ..prepared }
        };
        Ok(prepared.into_iter().map(sight).collect())
    }
}

fn take_observations(reading: &mut Reading) -> Vec<Observation> {
    let mut seen = std::mem::take(&mut reading.observations);
    if seen.len() > MAX_SIGHTINGS {
        reading.remarks.push(format!(
            "{} observations; the first {MAX_SIGHTINGS} were worked on, the others are in the raw report",
            seen.len()
        ));
        seen.truncate(MAX_SIGHTINGS);
    }
    seen
}

impl Asked {
    /// Notes the question about each observation; one that names no subject is left out. Gives the number of each question.
    fn note(&mut self, seen: Vec<Observation>, received: Timestamp) -> Vec<(Observation, usize)> {
        let number = |seen: &Observation, asked: &mut Self| {
            let subjects = seen.subjects();
            if subjects.is_empty() {
                return None;
            }
            let when = seen.at.clone().or_else(|| standing(seen, received));
            // Without any time the answer is about who holds it now, that is, when the report came.
            let at = when.as_ref().map_or((received, -1), |at| (at.at, at.uncertainty_us));
            let next = asked.questions.len();
            let number = *asked.numbers.entry((subjects.clone(), seen.port, at)).or_insert(next);
            if number == next {
                asked.questions.push(Question { subjects, port: seen.port, at: when, now: received });
            }
            Some(number)
        };
        seen.into_iter().filter_map(|one| number(&one, self).map(|number| (one, number))).collect()
    }
}

/// A page, a domain or an account without a time was there when the report arrived, or little before. An address alone was
/// not: it may have changed hands since.
fn standing(seen: &Observation, received: Timestamp) -> Option<EventTime> {
    let stands = seen.url.is_some() || seen.host().is_some() || seen.account.is_some();
    stands.then_some(EventTime { at: received, uncertainty_us: STANDING_US, zone: None, original: None })
}

type Read = (Vec<u8>, Result<Reading, String>);

/// Reads on a thread of its own. A reader that panics spoils this report alone.
fn start_reading(reader: Arc<dyn ReportReader>, raw: Vec<u8>, received: Timestamp) -> tokio::task::JoinHandle<Read> {
    tokio::task::spawn_blocking(move || {
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| reader.read(&raw, received)));
        let reading = read.map_err(|panic| {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "the reader stopped".to_owned())
        });
        (raw, reading)
    })
}
