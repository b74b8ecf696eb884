//! The first half of the pipeline, before any transaction: raw bytes, the reading, whose each subject was.

use std::collections::HashMap;
use std::sync::Arc;

use attribution::Question;
use jiff::{SignedDuration, Timestamp};
use model::findings::Findings;
use model::{EventTime, Observation, Reading, ReportId, ReportReader, SubjectKey, TimeSpan};
use store::jobs::Job;
use store::reports::{self, ReportRow};

use super::group::Sighting;
use crate::why::reasons;
use crate::{Desk, DeskError};

/// Most observations of one report that are worked on in one step; the next step reads on behind them.
const STEP: usize = 20_000;

/// How far from the writing of a report what it names without a time was surely seen: people look before they write, and
/// their clocks may be wrong (D48).
const LOOKED: SignedDuration = SignedDuration::from_hours(12);
/// A mail is on its way for at most so long (RFC 5321, 4.5.4.1). One that is older when it comes was kept somewhere, or its
/// date is wrong.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_hours(5 * 24);

/// A report ready to be written.
pub(crate) struct Prepared {
    pub(crate) job: Job,
    pub(crate) report: ReportRow,
    pub(crate) raw: Arc<Vec<u8>>,
    /// What was found of its sender, if somebody looked just now.
    pub(crate) findings: Option<Findings>,
    /// The reading, or what the reader died of.
    pub(crate) reading: Result<Reading, String>,
    pub(crate) sightings: Vec<Sighting>,
    /// Observations that earlier steps have worked on.
    pub(crate) from: usize,
    /// Where the next step begins, if there is one.
    pub(crate) next: Option<usize>,
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
        let reader = self.reader_in_force().await?;
        let mut reading = Vec::with_capacity(jobs.len());
        for job in jobs {
            let id = job.payload["report"]
                .as_i64()
                .map(ReportId)
                .ok_or_else(|| DeskError::Invalid(reasons::job_without_report(job.id, job.payload.to_string())))?;
            let report = reports::report(&mut &self.store, id).await?;
            let raw = Arc::new(self.store.get_raw(&report.raw_hash).await?);
            let from = job.payload["from"].as_u64().and_then(|from| usize::try_from(from).ok()).unwrap_or(0);
            let check = self.start_check(&report, &raw).await?;
            let task = start_reading(Arc::clone(&reader), Arc::clone(&raw), report.received_at, from);
            reading.push((job.clone(), report, from, raw, check, task));
        }
        let mut asked = Asked::default();
        let mut prepared = Vec::with_capacity(reading.len());
        for (job, report, from, raw, check, task) in reading {
            // The task only fails if its thread was taken away; a panic of the reader is caught within.
            let reading = task
                .await
                .map_err(|error| DeskError::State(reasons::reading_broke_off(report.id, error.to_string())))?;
            let mut reading = self.corrected(&report, from, reading).await?;
            let (mut seen, mut next) = (Vec::new(), None);
            if let Ok(reading) = &mut reading
                && is_due(&report, from)
            {
                let observations = std::mem::take(&mut reading.observations);
                next = (reading.rest > 0 && !observations.is_empty()).then_some(from + observations.len());
                seen = asked.note(observations, reading.written, report.received_at);
            }
            let findings = match check {
                Some(check) => check.await.ok(),
                None => None,
            };
            prepared.push((Prepared { job, report, raw, findings, reading, sightings: Vec::new(), from, next }, seen));
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

/// Whether a step is still to be done: the first one of a report that waits, a later one of a report that was begun.
pub(crate) fn is_due(report: &ReportRow, from: usize) -> bool {
    if from == 0 { report.state == "waiting" } else { matches!(report.state.as_str(), "read" | "dismissed") }
}

impl Asked {
    /// Notes the question about each observation; one that names no subject is left out. Gives the number of each question.
    fn note(
        &mut self,
        seen: Vec<Observation>,
        written: Option<Timestamp>,
        received: Timestamp,
    ) -> Vec<(Observation, usize)> {
        let number = |seen: &Observation, asked: &mut Self| {
            let subjects = seen.subjects();
            if subjects.is_empty() {
                return None;
            }
            let when = seen.at.clone().or_else(|| standing(seen, written, received));
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

/// A page, a domain or an account without a time was there when the report was written. An address alone was not: it may
/// have changed hands since.
fn standing(seen: &Observation, written: Option<Timestamp>, received: Timestamp) -> Option<EventTime> {
    let stands = seen.url.is_some() || seen.host().is_some() || seen.account.is_some();
    stands.then(|| {
        let span = looked(written, received);
        let half = span.latest.duration_since(span.earliest) / 2;
        let uncertainty_us = i64::try_from(half.as_micros()).unwrap_or(i64::MAX);
        EventTime { at: later(span.earliest, half), uncertainty_us, zone: None, original: None }
    })
}

/// When the reporter saw what he writes of: around the writing, by his own clock, and never after we received it. Where that
/// clock is not to be believed, any time from the writing to the receipt.
fn looked(written: Option<Timestamp>, received: Timestamp) -> TimeSpan {
    let wrote = written.filter(|at| *at <= received).unwrap_or(received);
    let came_straight = received.duration_since(wrote) <= ON_ITS_WAY;
    let latest = if came_straight { later(wrote, LOOKED).min(received) } else { received };
    TimeSpan { earliest: later(wrote, -LOOKED), latest }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

/// Reads on a thread of its own. A reader that panics spoils this report alone.
fn start_reading(
    reader: Arc<dyn ReportReader>,
    raw: Arc<Vec<u8>>,
    received: Timestamp,
    from: usize,
) -> tokio::task::JoinHandle<Result<Reading, String>> {
    tokio::task::spawn_blocking(move || {
        let read =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| reader.read_on(&raw, received, from, STEP)));
        read.map_err(|panic| {
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "the reader stopped".to_owned())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_time_was_seen_when_the_report_was_written() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let received = at("2026-11-22T09:00:00Z");
        for (written, earliest, latest) in [
            // Written two days before it came.
            (Some("2026-11-20T09:00:00Z"), "2026-11-19T21:00:00Z", "2026-11-20T21:00:00Z"),
            // Sent at once: nothing was seen after it came.
            (Some("2026-11-22T08:59:30Z"), "2026-11-21T20:59:30Z", "2026-11-22T09:00:00Z"),
            // A clock that is ahead says nothing, nor does a report without a date.
            (Some("2026-11-23T09:00:00Z"), "2026-11-21T21:00:00Z", "2026-11-22T09:00:00Z"),
            (None, "2026-11-21T21:00:00Z", "2026-11-22T09:00:00Z"),
            // Older than any mail on its way: kept somewhere, or the date is wrong.
            (Some("2026-01-01T00:00:00Z"), "2025-12-31T12:00:00Z", "2026-11-22T09:00:00Z"),
        ] {
            let wanted = TimeSpan { earliest: at(earliest), latest: at(latest) };
            assert_eq!(looked(written.map(at), received), wanted, "{written:?}");
            let mut page = Observation::new(model::Category::Phishing, 0.9);
            assert_eq!(standing(&page, written.map(at), received), None, "nothing that stands");
            page.url = Some("https://www.example.com/".to_owned());
            assert_eq!(standing(&page, written.map(at), received).map(|at| at.span()), Some(wanted));
        }
    }
}
