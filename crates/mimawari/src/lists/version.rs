//! One version of a list, from its bytes to what the desk is told: read, guarded, held against what is ours, compared with
//! what the list had of ours before; all that follows from it in one transaction.

use std::collections::BTreeMap;

use anyhow::Result;
use blocklists::guard::{self, Fault};
use blocklists::sources::registry::Known;
use blocklists::sources::{Fact, Hit, Subject, hits, read_parts};
use blocklists::{History, Limits};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::blocklists::{self as table, Listing};
use store::reports::NewReport;
use store::{Store, Tx};

use super::ground::Ground;

/// Who writes into the journal.
pub(super) const ACTOR: &str = "job:watch-lists";
/// The door of the reports that come of lists.
const DOOR: &str = "list";
/// Most listings in one report; more go into several, so that each stays a document that is read whole.
const PER_REPORT: usize = 2_000;

/// A version as it came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Version<'a> {
    pub(crate) known: Known<'a>,
    /// Whether it opens cases: the list is rated (A37).
    pub(crate) acts: bool,
    /// Whether it repeats what others say, and is no voice of its own (A62).
    pub(crate) second_hand: bool,
    pub(crate) at: Timestamp,
    pub(crate) parts: &'a [Vec<u8>],
}

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) entries: usize,
    /// Of ours: came, went, stayed.
    pub(crate) new: usize,
    pub(crate) gone: usize,
    pub(crate) still: usize,
    /// What is wrong with it, the gravest first.
    pub(crate) faults: Vec<Fault>,
    /// Whether it is in the history.
    pub(crate) kept: bool,
    /// Whether it is another one than the version before.
    pub(crate) changed: bool,
    /// Reports that the desk got.
    pub(crate) reports: usize,
}

impl Taken {
    /// The gravest fault that keeps the version from opening and closing anything.
    pub(crate) fn muted(&self) -> Option<Fault> {
        self.faults.iter().copied().find(|fault| fault.holds_back())
    }
}

/// Takes a version: into the history, into the table of listings, and to the desk.
pub(crate) async fn take(
    store: &Store,
    ground: &Ground,
    history: &mut History,
    version: &Version<'_>,
) -> Result<Taken> {
    let source = version.known.source;
    let limits = Limits { bytes: source.bytes, ..Limits::default() };
    let snapshot = read_parts(&source.form, version.parts, &limits, &|what| ground.own.holds(what))?;
    let hits = hits(&ground.own, &snapshot);
    let mut taken = Taken { entries: snapshot.len(), ..Taken::default() };
    let entries = snapshot.hashed();
    taken.faults = guard::check(history, version.at, &entries, &ground.protected);
    if taken.faults.iter().any(|fault| fault.refused()) {
        return Ok(taken);
    }
    let before = history.changes().count();
    history.push(version.at, entries)?;
    taken.kept = true;
    taken.changed = history.changes().count() > before;
    if taken.muted().is_some() {
        return Ok(taken);
    }
    let mut tx = store.begin().await?;
    settle(&mut tx, version, &hits, &mut taken).await?;
    tx.commit().await?;
    Ok(taken)
}

/// Brings the table of listings up to the version, and tells the desk what it has not heard of.
async fn settle(tx: &mut Tx, version: &Version<'_>, hits: &[Hit], taken: &mut Taken) -> Result<()> {
    let list = version.known.source.name.as_str();
    let open = table::open_listings(tx, list).await?;
    let known: BTreeMap<&str, &Listing> = open.iter().map(|listing| (listing.subject.as_str(), listing)).collect();
    let said: BTreeMap<String, &Hit> = hits.iter().map(|hit| (hit.subject.to_string(), hit)).collect();
    let new: Vec<(String, Value)> = said
        .iter()
        .filter(|(subject, _)| !known.contains_key(subject.as_str()))
        .map(|(subject, hit)| (subject.clone(), detail(hit)))
        .collect();
    let gone: Vec<i64> =
        open.iter().filter(|listing| !said.contains_key(&listing.subject)).map(|listing| listing.id).collect();
    (taken.new, taken.gone, taken.still) = (new.len(), gone.len(), open.len() - gone.len());
    if !new.is_empty() {
        tx.begin_listings(list, version.at, &new).await?;
    }
    tx.end_listings(&gone, version.at).await?;
    // Also what came while the list was on trial.
    let untold = open.iter().any(|listing| listing.report.is_none() && !gone.contains(&listing.id));
    if version.acts && (untold || !new.is_empty()) {
        taken.reports = tell(tx, version).await?;
    }
    Ok(())
}

/// Hands every listing of which the desk has not heard to it, as reports with their reading jobs.
async fn tell(tx: &mut Tx, version: &Version<'_>) -> Result<usize> {
    let known = &version.known;
    let open = table::open_listings(tx, &known.source.name).await?;
    let untold: Vec<&Listing> = open.iter().filter(|listing| listing.report.is_none()).collect();
    let mut reports = 0;
    for chunk in untold.chunks(PER_REPORT) {
        let details: Vec<&Value> = chunk.iter().map(|listing| &listing.detail).collect();
        let document = json!({
            "mimawari_listings": 1,
            "list": known.source.name,
            "maintainer": known.maintainer,
            "maintainer_name": known.maintainer_name,
            "site": known.site,
            "version": version.at,
            "withheld": known.why_not_showable(),
            "second_hand": version.second_hand,
            "category": known.source.says,
            "listings": details,
        });
        let raw = serde_json::to_vec(&document)?;
        let new = NewReport { raw: &raw, door: DOOR, envelope_from: None, envelope_to: None, received: version.at };
        let receipt = tx.accept_report(new).await?;
        let ids: Vec<i64> = chunk.iter().map(|listing| listing.id).collect();
        tx.report_listings(&ids, receipt.report).await?;
        reports += 1;
    }
    Ok(reports)
}

/// What the list says, as it is kept and handed on.
fn detail(hit: &Hit) -> Value {
    let Fact { what, first, last, reason, link, port } = &hit.fact;
    let (kind, address) = match &hit.subject {
        Subject::Address(_) => ("address", None),
        Subject::Addresses(first, _) => ("addresses", Some(*first)),
        Subject::Domain(_) => ("domain", None),
        Subject::Url(_) => ("url", None),
        Subject::As(_) => ("as", None),
    };
    json!({
        "kind": kind, "subject": hit.subject.to_string(), "address": address, "listed": what, "first": first,
        "last": last, "reason": reason, "link": link, "port": port,
    })
}
