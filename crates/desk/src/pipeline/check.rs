//! Has the sender of a mail verified when it comes, beside its reading: whom an answer may go to rests on it, and keys are
//! changed and taken away.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use model::findings::{Arrival, Envelope, Findings, SenderCheck};
use model::trace::HeaderTracer;
use store::checks;
use store::reports::ReportRow;
use tokio::task::JoinHandle;

use crate::{Desk, DeskError};

/// Doors through which a mail comes at once; what a file holds may be of any age.
const DOORS: &[&str] = &["lmtp", "smtp", "maildir"];
/// Older mails are not looked at: the keys of that time may be gone, and what the DNS says now misleads.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

impl Desk {
    /// Begins to verify the sender of a mail that nobody has looked at, if senders are verified at all.
    pub(super) async fn start_check(
        &self,
        report: &ReportRow,
        raw: &Arc<Vec<u8>>,
    ) -> Result<Option<JoinHandle<Findings>>, DeskError> {
        let Some(checker) = &self.checker else { return Ok(None) };
        let fresh = self.clock.now().duration_since(report.received_at) <= FRESH;
        if !fresh || !DOORS.contains(&report.door.as_str()) || report.state != "waiting" {
            return Ok(None);
        }
        if checks::findings(&mut &self.store, report.id).await?.is_some() {
            return Ok(None);
        }
        let (checker, tracer, raw) = (Arc::clone(checker), Arc::clone(&self.tracer), Arc::clone(raw));
        let (at, sender) = (report.received_at, report.envelope_from.clone());
        Ok(Some(tokio::spawn(look(checker, tracer, raw, at, sender))))
    }
}

async fn look(
    checker: Arc<dyn SenderCheck>,
    tracer: Arc<dyn HeaderTracer>,
    raw: Arc<Vec<u8>>,
    at: Timestamp,
    sender: Option<String>,
) -> Findings {
    // On a thread of its own: a large mail keeps nobody waiting, and a tracer that panics leaves this mail unverified.
    let arrival = tokio::task::spawn_blocking(move || arrival(&*tracer, raw, at, sender)).await;
    let Ok(arrival) = arrival else { return Findings::default() };
    checker.check(arrival).await
}

/// How the mail `raw` came in at `at`: what is verified of it. `sender` is the one of the envelope.
pub fn arrival(tracer: &dyn HeaderTracer, raw: Arc<Vec<u8>>, at: Timestamp, sender: Option<String>) -> Arrival {
    let way = tracer.trace(&raw, at, &[]).map(|traces| traces.report);
    // The address that brought the mail in, as our own server saw it: for the policy of the sender.
    let seen = way.as_ref().and_then(|way| way.injection.as_ref()).filter(|one| !one.private && !one.believed);
    // A Maildir has no envelope; whoever delivered into it wrote the sender down.
    let noted = || Some(way.as_ref()?.return_path.as_deref()?.trim_matches(['<', '>', ' ']).to_owned());
    let envelope = Envelope {
        client: seen.and_then(|one| one.address),
        helo: seen.and_then(|one| one.helo.clone()),
        sender: sender.or_else(noted),
    };
    Arrival { attached: tracer.attached(&raw, at).map(Arc::new), raw, envelope, at }
}
