//! Where the groups of a report go: into an open case, into one that is opened again, or into a new one.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use model::calendar::days_before;
use model::{CaseId, CaseState, Category, Exit, Observation, ObservationId};
use serde_json::json;
use store::Tx;
use store::cases::{self, CaseRow};
use store::observations::{self, ObservationRow};

use super::Context;
use super::group::{self, Group, Sighting};
use super::write::Report;
use crate::playbook::{Addition, Attributed, Decision, Facts, Service, Step, Stored, decide, signals};
use crate::{Desk, DeskError};

/// Observations kept of one report in one case; the facts count them all.
const MAX_KEPT: usize = 2000;
/// Observations whose answers of attribution are kept whole in one case of one report: the rest say the same.
const MAX_ANSWERS: usize = 200;
/// Cases of a contract count towards the third (D43) for this long.
const MEMORY_DAYS: i64 = 365;

/// How a group came to its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    Opened,
    Reopened,
    Attached,
}

/// A group in its case.
pub(crate) struct Placed {
    /// The case; none for what is not ours.
    pub(crate) case: Option<CaseId>,
    pub(crate) how: How,
    pub(crate) category: Category,
    pub(crate) decision: Decision,
    /// Whether what is decided has to be carried out: it is new, or the rule is another, or it has happened again.
    pub(crate) act: bool,
    /// A page of it that this report names.
    pub(crate) url: Option<String>,
    /// Subjects for which somebody has now to look for a page, and had not before (A46).
    pub(crate) subjects: Vec<String>,
    /// What the journal says of it.
    pub(crate) kind: &'static str,
    pub(crate) detail: serde_json::Value,
}

impl Desk {
    pub(crate) async fn place_groups(
        &self,
        tx: &mut Tx,
        context: &Context,
        report: &Report<'_>,
        groups: &[Group],
    ) -> Result<Vec<Placed>, DeskError> {
        let places: BTreeSet<String> = groups.iter().map(|group| group.place.to_string()).collect();
        let places: Vec<String> = places.into_iter().collect();
        let since = days_before(context.now, i64::from(self.settings.reopen_days));
        let known = cases::cases_at_places(tx, &places, since).await?;
        let mut all: Vec<Placed> = Vec::with_capacity(groups.len());
        for group in groups {
            let mut existing = find(tx, &known, group, since).await?;
            if let Some(case) = &existing
                && all.iter().any(|placed| placed.case == Some(case.id))
            {
                // Another group of this report went into the same case, by a merge.
                existing = Some(cases::case(tx, case.id).await?);
            }
            all.push(self.place_group(tx, context, report, group, existing).await?);
        }
        Ok(all)
    }

    async fn place_group(
        &self,
        tx: &mut Tx,
        context: &Context,
        report: &Report<'_>,
        group: &Group,
        existing: Option<CaseRow>,
    ) -> Result<Placed, DeskError> {
        let sightings: Vec<&Sighting> =
            group.items.iter().filter_map(|index| report.prepared.sightings.get(*index)).collect();
        let mut facts = match &existing {
            Some(case) => self.facts_of(tx, case).await?,
            None => Facts::new(group.lane, (&group.place).into(), group.attributed),
        };
        let asked = facts.asks_for_site();
        let knew = facts.tellers.contains_key(&report.teller().0);
        self.complete(tx, context, &mut facts, group, existing.as_ref()).await?;
        let seen: Vec<&Observation> = sightings.iter().map(|one| &one.seen).collect();
        facts.add(&Addition {
            grade: report.grade,
            flags: report.flags.clone(),
            teller: report.teller(),
            missing: group::missing(sightings.iter().map(|one| (&one.seen, &one.answer)), report.grade),
            signals: signals(&seen, &group.place, facts.service.as_ref(), &report.reading.text),
            seen: seen.clone(),
        });
        let repeat = match &existing {
            Some(case) => is_repeat(tx, case, &seen).await?,
            None => None,
        };
        facts.told = repeat.is_some();
        facts.repeats += i64::from(repeat == Some(true));
        let decision = decide_now(&facts, context);
        let nothing_to_do = decision.state == CaseState::Closed && decision.exit == Some(Exit::NotOurs);
        if existing.is_none() && nothing_to_do {
            let detail = json!({});
            let how = How::Attached;
            return Ok(Placed {
                case: None,
                how,
                category: decision.category,
                decision,
                act: false,
                url: None,
                subjects: Vec::new(),
                kind: "report.dismissed",
                detail,
            });
        }
        let subjects = new_subjects(asked, &facts, &decision);
        let repeat = repeat == Some(true);
        let counted = match &existing {
            Some(case) if report.prepared.from > 0 => observations::is_in_case(tx, report.id, case.id).await?,
            _ => false,
        };
        let new =
            New { counted, report, group, sightings: &sightings, facts: &facts, decision, repeat, knew, subjects };
        match existing {
            Some(old) => self.attach(tx, context, &old, new).await,
            None => self.open(tx, context, new).await,
        }
    }

    /// The facts as stored with the decision, else built anew from the observations.
    pub(crate) async fn facts_of(&self, tx: &mut Tx, case: &CaseRow) -> Result<Facts, DeskError> {
        let stored = cases::decision(tx, case.id).await?;
        match stored.and_then(|value| serde_json::from_value::<Stored>(value).ok()) {
            Some(stored) => Ok(stored.facts),
            None => self.rebuild_facts(tx, case, None).await,
        }
    }

    /// Adds what the inventory and the history know.
    async fn complete(
        &self,
        tx: &mut Tx,
        context: &Context,
        facts: &mut Facts,
        group: &Group,
        existing: Option<&CaseRow>,
    ) -> Result<(), DeskError> {
        let Some((contract, _)) = group.contract else { return Ok(()) };
        facts.attributed = Attributed::One;
        let since = days_before(context.now, MEMORY_DAYS);
        facts.earlier_cases =
            cases::earlier_cases(tx, contract, group.lane, since, existing.map(|case| case.id)).await?;
        if facts.service.is_none() {
            facts.service = cases::contract_facts(tx, contract).await?.map(|is| Service {
                kind: is.service,
                control: is.control,
                since: is.from,
                resold: is.reseller.is_some(),
            });
        }
        Ok(())
    }

    async fn open(&self, tx: &mut Tx, context: &Context, new: New<'_>) -> Result<Placed, DeskError> {
        let now = context.now;
        let year = now.to_zoned(context.calendar.zone().clone()).year();
        let id = CaseId(tx.new_id().await?);
        let serial = tx.next_number(&format!("case:{year}")).await?;
        let decision = &new.decision;
        let closed = decision.state == CaseState::Closed;
        let mut case = CaseRow {
            id,
            number: format!("M-{year}-{serial:06}"),
            lane: new.group.lane,
            place: new.group.place.to_string(),
            contract: new.group.contract.map(|(contract, _)| contract),
            customer: new.group.contract.map(|(_, customer)| customer),
            split: None,
            state: decision.state,
            severity: decision.severity,
            category: decision.category,
            grade: decision.grade,
            cause: decision.cause.class,
            cause_confidence: decision.cause.confidence,
            cause_reason: None,
            exit: decision.exit,
            exit_clause: if closed { decision.clause.clone() } else { None },
            exit_note: None,
            opened_at: now,
            updated_at: now,
            first_event: None,
            last_event: None,
            deadline_at: decision.deadline,
            deadline_kind: decision.deadline.map(|_| "desk".to_owned()),
            assignee: None,
            reports: 0,
            reporters: 0,
            observations: 0,
            duplicates: 0,
            repeats: 0,
            reopened: 0,
            merged_into: None,
            version: 1,
            rule: None,
            own_data_read: false,
            origin: "told".to_owned(),
            snoozed_until: None,
            first_action_at: closed.then_some(now),
            closed_at: closed.then_some(now),
            work_ms: 0,
            clicks: 0,
            unread: true,
            summary: new.report.reading.subject.as_ref().map(|subject| subject.chars().take(200).collect()),
        };
        let kept = self.keep(tx, id, &new, &BTreeSet::new()).await?;
        new.count(&mut case, &kept);
        apply(&mut case, &new);
        tx.insert_case(&case, Some(&stored(&new, now)?)).await?;
        Ok(new.placed(id, How::Opened, true, "case.opened", &case))
    }

    async fn attach(&self, tx: &mut Tx, context: &Context, old: &CaseRow, new: New<'_>) -> Result<Placed, DeskError> {
        let now = context.now;
        let fingerprints: Vec<String> = new.sightings.iter().map(|one| one.fingerprint.clone()).collect();
        let known = observations::known_fingerprints(tx, &[old.id], &fingerprints).await?;
        let known = known.into_iter().map(|(_, fingerprint)| fingerprint).collect();
        let kept = self.keep(tx, old.id, &new, &known).await?;
        let mut case = old.clone();
        new.count(&mut case, &kept);
        case.updated_at = now;
        case.unread = true;
        let was_closed = old.state == CaseState::Closed;
        let reopens = was_closed && reopens(old, &new);
        let (how, kind) = if reopens { (How::Reopened, "case.reopened") } else { (How::Attached, "case.report") };
        let changed_rule = old.rule.as_deref() != Some(&new.decision.rule);
        if reopens {
            case.state = new.decision.state;
            case.reopened += 1;
            (case.exit, case.exit_clause, case.exit_note, case.closed_at) = (None, None, None, None);
            case.snoozed_until = None;
            set_deadline(&mut case, &new.decision);
        } else if !was_closed {
            advance(&mut case, old, &new);
        }
        if reopens || !was_closed {
            apply(&mut case, &new);
        }
        let saved = tx.save_case(old, &case).await?;
        tx.set_decision(old.id, &stored(&new, now)?).await?;
        let act = reopens || (!was_closed && (changed_rule || new.repeat));
        Ok(new.placed(old.id, how, act, kind, &saved))
    }

    /// Writes the observations of a group; says how many, and how many of them said nothing new.
    async fn keep(
        &self,
        tx: &mut Tx,
        case: CaseId,
        new: &New<'_>,
        known: &BTreeSet<String>,
    ) -> Result<Kept, DeskError> {
        let mut seen = known.clone();
        let mut rows = Vec::with_capacity(new.sightings.len().min(MAX_KEPT));
        for (index, one) in new.sightings.iter().take(MAX_KEPT).enumerate() {
            let whole = index < MAX_ANSWERS;
            rows.push(ObservationRow {
                id: ObservationId(tx.new_id().await?),
                report: new.report.id,
                received_at: new.report.prepared.report.received_at,
                case: Some(case),
                place: Some(new.group.place.to_string()),
                contract: one.answer.one().map(|one| one.contract),
                attribution: if whole { serde_json::to_value(&one.answer).ok() } else { None },
                fingerprint: one.fingerprint.clone(),
                duplicate: !seen.insert(one.fingerprint.clone()),
                seen: one.seen.clone(),
            });
        }
        tx.insert_observations(&rows).await?;
        let duplicates = rows.iter().filter(|row| row.duplicate).count();
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        Ok(Kept { rows: count(rows.len()), duplicates: count(duplicates) })
    }
}

/// Decides with the playbook in force.
pub(crate) fn decide_now(facts: &Facts, context: &Context) -> Decision {
    let decision = decide(facts, &context.playbook, &context.calendar, context.now);
    Decision { version: context.version, ..decision }
}

/// What a report brings to a case.
struct New<'a> {
    report: &'a Report<'a>,
    group: &'a Group,
    sightings: &'a [&'a Sighting],
    facts: &'a Facts,
    decision: Decision,
    repeat: bool,
    /// Whether this reporter had reported to this case before.
    knew: bool,
    /// See [`Placed::subjects`].
    subjects: Vec<String>,
    /// Whether an earlier step of this report has come to this case.
    counted: bool,
}

/// How many observations were kept.
struct Kept {
    rows: i64,
    duplicates: i64,
}

impl New<'_> {
    fn count(&self, case: &mut CaseRow, kept: &Kept) {
        case.reports += i64::from(!self.counted);
        case.reporters += i64::from(!self.knew);
        case.observations += kept.rows;
        case.duplicates += kept.duplicates;
        case.repeats = self.facts.repeats;
        case.first_event = self.facts.first;
        case.last_event = self.facts.last;
    }

    fn placed(self, case: CaseId, how: How, act: bool, kind: &'static str, row: &CaseRow) -> Placed {
        let detail = json!({
            "report": self.report.id,
            "number": row.number,
            "place": row.place,
            "contract": row.contract,
            "rule": self.decision.rule,
            "playbook": self.decision.version,
            "severity": self.decision.severity,
            "points": self.decision.score.points,
            "category": self.decision.category,
            "grade": self.decision.grade,
            "cause": self.decision.cause,
            "flags": self.report.flags,
            "repeat": self.repeat,
            "state": row.state,
            "version": row.version,
        });
        let url = self.sightings.iter().find_map(|one| one.seen.url.clone());
        Placed {
            case: Some(case),
            how,
            category: self.decision.category,
            decision: self.decision,
            act,
            url,
            subjects: self.subjects,
            kind,
            detail,
        }
    }
}

/// The subjects for which somebody has to look for a page, if nobody had to before.
fn new_subjects(asked: bool, facts: &Facts, decision: &Decision) -> Vec<String> {
    if asked || !decision.steps.contains(&Step::LookForSite) {
        return Vec::new();
    }
    facts.marks.iter().filter(|mark| mark.asks_for_site()).map(|mark| mark.text.clone()).collect()
}

fn stored(new: &New<'_>, at: Timestamp) -> Result<String, DeskError> {
    let stored = Stored { facts: new.facts.clone(), decision: new.decision.clone(), at };
    serde_json::to_string(&stored).map_err(DeskError::unreadable)
}

/// What the decision says about a case that is open.
fn apply(case: &mut CaseRow, new: &New<'_>) {
    let decision = &new.decision;
    case.severity = decision.severity;
    case.category = decision.category;
    case.grade = decision.grade;
    case.rule = Some(decision.rule.clone());
    if new.facts.settled.cause.is_none() {
        case.cause = decision.cause.class;
        case.cause_confidence = decision.cause.confidence;
        let names: Vec<&str> = decision.cause.signals.iter().map(|signal| signal.name()).collect();
        case.cause_reason = (!names.is_empty()).then(|| names.join(" "));
    }
    if case.state == CaseState::Closed && decision.exit == Some(Exit::InfoOnly) {
        let reason = decision.steps.iter().find_map(|step| match step {
            Step::InfoOnly { reason } => *reason,
            _ => None,
        });
        case.exit_note = reason.map(|reason| reason.name().to_owned());
    }
}

/// What a new report changes on an open case.
fn advance(case: &mut CaseRow, old: &CaseRow, new: &New<'_>) {
    let decided = new.decision.state;
    if new.repeat && !matches!(old.state, CaseState::Triage) {
        // It happened again after he was told: somebody has to act.
        case.state = CaseState::Open;
        set_deadline(case, &new.decision);
    } else if old.state == CaseState::Triage && decided == CaseState::Open {
        case.state = CaseState::Open;
        set_deadline(case, &new.decision);
    } else if new.decision.severity > old.severity && old.deadline_kind.as_deref() != Some("customer") {
        case.deadline_at = old.deadline_at.into_iter().chain(new.decision.deadline).min();
        case.deadline_kind = case.deadline_at.map(|_| "desk".to_owned());
    }
}

fn set_deadline(case: &mut CaseRow, decision: &Decision) {
    case.deadline_at = decision.deadline;
    case.deadline_kind = decision.deadline.map(|_| "desk".to_owned());
}

/// Whether a report opens a closed case again.
fn reopens(old: &CaseRow, new: &New<'_>) -> bool {
    if new.decision.state == CaseState::Closed {
        return false;
    }
    let mended = matches!(old.exit, Some(Exit::Fixed | Exit::Stopped | Exit::WarnedThenStopped | Exit::Cancelled));
    // A late report of what was mended since is no relapse.
    let before =
        |seen: &Observation| old.closed_at.zip(seen.at.as_ref()).is_some_and(|(closed, at)| at.span().latest <= closed);
    !(mended && new.sightings.iter().all(|one| before(&one.seen)))
}

/// The case to which a group belongs: open, or closed lately; the one that it was merged into, if it was.
async fn find(tx: &mut Tx, known: &[CaseRow], group: &Group, since: Timestamp) -> Result<Option<CaseRow>, DeskError> {
    let contract = group.contract.map(|(contract, _)| contract);
    let place = group.place.to_string();
    let fits = |case: &&CaseRow| {
        case.lane == group.lane && case.place == place && case.contract == contract && case.split.is_none()
    };
    let open = known.iter().filter(fits).find(|case| case.state != CaseState::Closed);
    let Some(found) = open.or_else(|| known.iter().find(fits)) else { return Ok(None) };
    if found.merged_into.is_none() {
        return Ok(Some(found.clone()));
    }
    let root = cases::merged_root(tx, found.id).await?;
    let alive = root.state != CaseState::Closed || root.closed_at.is_some_and(|closed| closed >= since);
    let same = root.lane == group.lane && (root.contract == contract || contract.is_none());
    Ok((alive && same).then_some(root))
}

/// Whether one of these events happened after the customer was told; nothing if he was not told.
async fn is_repeat(tx: &mut Tx, case: &CaseRow, seen: &[&Observation]) -> Result<Option<bool>, DeskError> {
    let Some(told) = cases::told_at(tx, case.id).await? else { return Ok(None) };
    // Clocks differ and mails travel: what may have happened before he could read it does not count.
    let told = told.saturating_add(SignedDuration::from_mins(1)).unwrap_or(told);
    Ok(Some(seen.iter().filter_map(|one| one.at.as_ref()).any(|at| at.span().earliest > told)))
}
