//! Facts built anew from the observations of a case: after a merge, a split or an undo.

use std::collections::{BTreeMap, BTreeSet};

use attribution::Answer;
use model::{Grade, Observation, ObservationId, Place, ReportId};
use store::cases::{self, CaseRow};
use store::observations::{self, ObservationRow};
use store::{Tx, reporters};

use super::group;
use crate::grade;
use crate::playbook::{Addition, Attributed, Facts, Service, Signal, Teller, signals};
use crate::reporters::ReporterKind;
use crate::{Desk, DeskError};

/// Observations that are read at once, and at most.
const PAGE: i64 = 2000;
const MAX_ROWS: usize = 50_000;

impl Desk {
    /// The facts of `case` as its observations say, with what a person settled and what only the mails said from `old`.
    pub(crate) async fn rebuild_facts(
        &self,
        tx: &mut Tx,
        case: &CaseRow,
        old: Option<&Facts>,
    ) -> Result<Facts, DeskError> {
        let place = parse_place(&case.place);
        let attributed = if case.contract.is_some() { Attributed::One } else { Attributed::NotOurs };
        let mut facts = Facts::new(case.lane, (&place).into(), attributed);
        if let Some(contract) = case.contract {
            facts.service = cases::contract_facts(tx, contract).await?.map(|is| Service {
                kind: is.service,
                control: is.control,
                since: is.from,
                resold: is.reseller.is_some(),
            });
        }
        let reports = observations::reports_of_case(tx, case.id).await?;
        let by_report = self.rows_by_report(tx, case).await?;
        for (report, rows) in by_report {
            let Some(row) = reports.get(&report) else { continue };
            let teller = match row.reporter {
                Some(id) => {
                    let known = reporters::reporter(tx, id).await?;
                    let kind = known.kind.parse().unwrap_or(ReporterKind::Person);
                    (id.0, Teller { kind, trust: known.trust })
                }
                None => (-report.0, Teller { kind: ReporterKind::Person, trust: 0.5 }),
            };
            let answers: Vec<Option<Answer>> = rows.iter().map(answer).collect();
            for answer in answers.iter().flatten().filter(|_| case.contract.is_none()) {
                facts.attributed = facts.attributed.min(group::attributed(answer));
            }
            let all = observations::of_report(tx, report).await?;
            let whole: Vec<&Observation> = all.iter().map(|row| &row.seen).collect();
            let of_all: Vec<Option<Answer>> = all.iter().map(answer).collect();
            let known: Vec<&Answer> = of_all.iter().flatten().collect();
            let flags = grade::flags(&whole, &known, row.received_at);
            let grade = row.grade.unwrap_or(Grade::Claim);
            let seen: Vec<&Observation> = rows.iter().map(|row| &row.seen).collect();
            let pairs = seen.iter().zip(&answers).filter_map(|(seen, answer)| Some((*seen, answer.as_ref()?)));
            facts.add(&Addition {
                grade,
                flags,
                teller,
                missing: group::missing(pairs, grade),
                signals: signals(&seen, &place, facts.service.as_ref(), ""),
                seen: seen.clone(),
            });
        }
        if let Some(old) = old {
            facts.settled = old.settled.clone();
            facts.earlier_cases = old.earlier_cases;
            facts.repeats = old.repeats;
            facts.told = old.told;
            // Said in the text of a mail, which has no observation of its own.
            facts.signals.extend(old.signals.intersection(&BTreeSet::from([Signal::LureWords])));
        }
        Ok(facts)
    }

    async fn rows_by_report(
        &self,
        tx: &mut Tx,
        case: &CaseRow,
    ) -> Result<BTreeMap<ReportId, Vec<ObservationRow>>, DeskError> {
        let mut by_report: BTreeMap<ReportId, Vec<ObservationRow>> = BTreeMap::new();
        let (mut after, mut count) = (ObservationId(0), 0);
        loop {
            let rows = observations::of_case(tx, case.id, after, PAGE).await?;
            let Some(last) = rows.last() else { return Ok(by_report) };
            after = last.id;
            count += rows.len();
            for row in rows {
                by_report.entry(row.report).or_default().push(row);
            }
            if count >= MAX_ROWS {
                return Ok(by_report);
            }
        }
    }
}

fn answer(row: &ObservationRow) -> Option<Answer> {
    serde_json::from_value(row.attribution.clone()?).ok()
}

/// The place as a case stores it.
pub(crate) fn parse_place(text: &str) -> Place {
    match text.split_once(':') {
        Some(("host", ip)) => ip.parse().map_or_else(|_| Place::Site(ip.to_owned()), Place::Host),
        Some(("account", name)) => Place::Account(name.to_owned()),
        Some((_, name)) => Place::Site(name.to_owned()),
        None => Place::Site(text.to_owned()),
    }
}
