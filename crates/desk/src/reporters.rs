//! What kind of reporter it is and how far to believe it. The grade of evidence is another thing (see `grade`).

use model::{Format, Permission, Reading, ReporterId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::reporters::{self, ReporterRow};

use crate::{Actor, Desk, DeskError};

model::names! {
    /// What kind of reporter.
    ReporterKind {
        /// A person who writes.
        Person "person",
        /// A machine or a service that reports in bulk.
        Robot "robot",
        /// A public body or a CSIRT.
        Authority "authority",
    }
}

/// Cases that an authority is taken to have been right about before its first report (and one it was wrong about).
const AUTHORITY_PRIOR: f64 = 4.0;
/// Domains below which only public bodies can register.
const PUBLIC_SUFFIXES: &[&str] =
    &["go.jp", "lg.jp", "gov", "mil", "europa.eu", "gov.uk", "gc.ca", "admin.ch", "bund.de"];
/// CSIRTs and hotlines whose domain says nothing.
const BODIES: &[&str] =
    &["jpcert.or.jp", "internethotline.jp", "saferinternet.or.jp", "cert.org", "ncsc.ch", "first.org"];

/// What kind of reporter wrote this. A header is no proof of a public body: the envelope must name the same domain, and a
/// decision never rests on the kind alone.
pub fn kind_of(reading: &Reading, envelope_from: Option<&str>) -> ReporterKind {
    let domain =
        |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.trim_end_matches('.').to_lowercase());
    let written = reading.reporter.address.as_deref().and_then(domain);
    let sent = envelope_from.and_then(domain);
    if let (Some(written), Some(sent)) = (&written, &sent)
        && is_public(written)
        && is_public(sent)
    {
        return ReporterKind::Authority;
    }
    let machine = !matches!(reading.format, Format::Form | Format::Generic);
    if reading.automatic || machine { ReporterKind::Robot } else { ReporterKind::Person }
}

fn is_public(domain: &str) -> bool {
    let below =
        |suffix: &&str| domain == *suffix || domain.strip_suffix(*suffix).is_some_and(|rest| rest.ends_with('.'));
    PUBLIC_SUFFIXES.iter().any(below) || BODIES.iter().any(below)
}

/// How far to believe a reporter whose cases proved true and untrue so often: the mean of a beta distribution that begins
/// at one half, for an authority at five sixths.
#[expect(clippy::cast_precision_loss, reason = "counts of cases")]
pub fn trust(kind: ReporterKind, confirmed: i64, rejected: i64) -> f64 {
    let head_start = if kind == ReporterKind::Authority { AUTHORITY_PRIOR } else { 0.0 };
    let (yes, no) = (confirmed.max(0) as f64 + head_start, rejected.max(0) as f64);
    (yes + 1.0) / (yes + no + 2.0)
}

/// The trust that a reporter's row must have.
pub fn trust_of(row: &ReporterRow) -> f64 {
    trust(row.kind.parse().unwrap_or(ReporterKind::Person), row.confirmed, row.rejected)
}

impl Desk {
    /// Notes whether a reporter agreed that customers are told who reported (D32). Nobody has until it is noted, and it
    /// counts only where the provider passes identities on at all.
    pub async fn share_reporter(
        &self,
        actor: &Actor,
        reporter: ReporterId,
        share: bool,
    ) -> Result<ReporterRow, DeskError> {
        actor.must(Permission::WorkCases)?;
        let mut tx = self.store.begin().await?;
        let before = reporters::reporter(&mut tx, reporter).await?;
        if before.share_identity == share {
            return Ok(before);
        }
        let row = tx.share_reporter(reporter, share).await?;
        let detail = json!({ "reporter": reporter, "share_identity": share });
        tx.journal_at_commit(self.clock.now(), &actor.name, "reporter.sharing", None, detail);
        tx.commit().await?;
        Ok(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str, automatic: bool) -> Reading {
        let mut reading = Reading::new(Format::Generic);
        reading.reporter.address = Some(address.to_owned());
        reading.automatic = automatic;
        reading
    }

    #[test]
    fn a_forged_header_makes_no_authority() {
        let letter = from("cyber@pref.example.lg.jp", false);
        assert_eq!(kind_of(&letter, Some("cyber@pref.example.lg.jp")), ReporterKind::Authority);
        assert_eq!(kind_of(&letter, Some("someone@example.net")), ReporterKind::Person);
        assert_eq!(kind_of(&letter, None), ReporterKind::Person);
        assert_eq!(kind_of(&from("a@notgo.jp", false), Some("a@notgo.jp")), ReporterKind::Person);
        assert_eq!(kind_of(&from("scan@example.org", true), None), ReporterKind::Robot);
    }

    #[test]
    fn trust_moves_with_what_proved_true() {
        assert!((trust(ReporterKind::Person, 0, 0) - 0.5).abs() < 1e-9);
        assert!(trust(ReporterKind::Authority, 0, 0) > 0.8);
        assert!(trust(ReporterKind::Robot, 9, 0) > 0.9);
        assert!(trust(ReporterKind::Robot, 0, 9) < 0.1);
        assert!(trust(ReporterKind::Robot, -3, 0) >= 0.5, "a taken back judgement cannot go below nothing");
    }
}
