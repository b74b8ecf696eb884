//! Carrying out what was decided: mails, proposals and entries in the journal, within the report's transaction.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use model::measure::Justification;
use model::{CaseId, LegalBasis, MeasureId, MeasureKind, Place, SubjectKey};
use serde_json::json;
use store::{Tx, cases};
use text::mail::Missing;

use super::Context;
use super::place::Placed;
use super::rebuild::parse_place;
use super::write::Report;
use crate::measures::{MAX_TARGET, NewMeasure};
use crate::playbook::{Decision, Step};
use crate::{Actor, Desk, DeskError};

impl Desk {
    /// Carries out the steps of every case that a report touched; receipts and questions once for the whole report.
    pub(crate) async fn carry_out(
        &self,
        tx: &mut Tx,
        context: &Context,
        report: &Report<'_>,
        placed: &[Placed],
    ) -> Result<(), DeskError> {
        let steps = || placed.iter().flat_map(|placed| &placed.decision.steps);
        let missing: BTreeSet<Missing> = steps()
            .filter_map(|step| if let Step::Ask { missing } = step { Some(missing) } else { None })
            .flatten()
            .copied()
            .collect();
        if !missing.is_empty() {
            let missing: Vec<Missing> = missing.into_iter().collect();
            self.write_ask(tx, report.id, &missing).await?;
        } else if steps().any(|step| *step == Step::Receipt) {
            self.write_receipt(tx, report.id).await?;
        }
        for placed in placed {
            let Some(case) = placed.case else { continue };
            let actor = format!("rule:{}", placed.decision.rule);
            tx.journal_at_commit(context.now, &actor, placed.kind, Some(case), placed.detail.clone());
            if !placed.subjects.is_empty() {
                let detail = json!({ "report": report.id, "text": placed.subjects.join(" / ") });
                tx.journal_at_commit(context.now, &actor, "case.look-for-site", Some(case), detail);
            }
            if placed.act {
                self.act_on_case(tx, context, case, &placed.decision, placed.url.as_deref(), &actor).await?;
            }
        }
        Ok(())
    }

    /// Carries out the steps of one decision that concern its case. `url` is a page of it, for measures that need one.
    pub(crate) async fn act_on_case(
        &self,
        tx: &mut Tx,
        context: &Context,
        case: CaseId,
        decision: &Decision,
        url: Option<&str>,
        actor: &str,
    ) -> Result<(), DeskError> {
        for step in &decision.steps {
            let (kind, detail) = match step {
                // Told to the reporter, said by the state of the case, or journalled with the report that asks for it.
                Step::Receipt | Step::Ask { .. } | Step::InfoOnly { .. } | Step::LookForSite => continue,
                Step::Notice { kind, mode } => {
                    let mode = mode.unwrap_or(self.settings.notices);
                    self.write_customer_mail(tx, case, *kind, mode, actor).await?;
                    continue;
                }
                Step::Outcome { exit } => {
                    self.write_outcomes(tx, case, *exit).await?;
                    continue;
                }
                Step::ProposeMeasure { kind, clause } => {
                    let purpose = decision.why.ja.clone();
                    let wanted = Wanted { kind: *kind, clause: clause.as_deref(), url, purpose };
                    if self.propose(tx, case, wanted, actor).await?.is_some() {
                        continue;
                    }
                    ("measure.wanted", json!({ "kind": kind, "clause": clause }))
                }
                Step::Escalate => ("case.escalated", json!({ "rule": decision.rule })),
                Step::ContractStep => ("case.contract-step", json!({ "rule": decision.rule })),
                Step::ReferOut { to } => ("case.refer", json!({ "to": to })),
                Step::HostLog => ("case.host-log", json!({ "why": "maybe-forged" })),
            };
            tx.journal_at_commit(context.now, actor, kind, Some(case), detail);
        }
        Ok(())
    }

    /// Writes a measure down for approval. Not where the contract is unknown: there a person has to look first.
    pub(crate) async fn propose(
        &self,
        tx: &mut Tx,
        case: CaseId,
        wanted: Wanted<'_>,
        actor: &str,
    ) -> Result<Option<MeasureId>, DeskError> {
        let row = cases::case(tx, case).await?;
        let Some(contract) = row.contract else { return Ok(None) };
        let Some(is) = cases::contract_facts(tx, contract).await? else { return Ok(None) };
        let clause = wanted.clause.unwrap_or_default().to_owned();
        let new = NewMeasure {
            case,
            kind: wanted.kind,
            target: target(&wanted, &parse_place(&row.place), &is.key),
            params: json!({}),
            connector: None,
            // What a rule cannot know (necessity, side effects, often the clause) a person writes before it is approved.
            justification: Justification {
                basis: (!clause.is_empty()).then_some(LegalBasis::Contract),
                purpose: wanted.purpose,
                reference: clause,
                necessity: String::new(),
                side_effects: String::new(),
                metrics: None,
                reads_communications: false,
                ends_at: self.clock.now().checked_add(FIRST_END).ok(),
            },
        };
        self.propose_measure(tx, new, &Actor::system(actor)).await.map(Some)
    }
}

/// When a proposed measure ends if nobody names another date.
const FIRST_END: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A measure that a rule or the clock asks for.
pub(crate) struct Wanted<'a> {
    pub(crate) kind: MeasureKind,
    /// Clause of the terms, where the rule names one.
    pub(crate) clause: Option<&'a str>,
    /// A page that it is about.
    pub(crate) url: Option<&'a str>,
    /// What it is for, as it stands in the record.
    pub(crate) purpose: String,
}

/// The narrowest thing that the measure can be done to; the contract where nothing narrower is known.
fn target(wanted: &Wanted<'_>, place: &Place, contract: &str) -> String {
    let whole = || format!("contract:{contract}");
    match wanted.kind {
        MeasureKind::Suspend | MeasureKind::Cancel => whole(),
        MeasureKind::QuarantinePath => {
            wanted.url.filter(|url| url.len() < MAX_TARGET - 4).map_or_else(whole, |url| format!("url:{url}"))
        }
        MeasureKind::LockAccount | MeasureKind::ForcePassword | MeasureKind::LimitMail | MeasureKind::BlockPort => {
            let key = match place {
                Place::Account(name) => SubjectKey::mailbox(name).or_else(|| SubjectKey::account(name)),
                Place::Site(name) => SubjectKey::domain(name),
                Place::Host(ip) => Some(SubjectKey::address(*ip)),
            };
            key.map_or_else(whole, |key| key.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_aims_at_the_narrowest_thing() {
        let wanted = |kind, url| Wanted { kind, clause: None, url, purpose: String::new() };
        let site = Place::Site("example.com".to_owned());
        let page = Some("http://example.com/a/b");
        for (kind, url, place, is) in [
            (MeasureKind::Suspend, page, site.clone(), "contract:K"),
            (MeasureKind::QuarantinePath, page, site.clone(), "url:http://example.com/a/b"),
            (MeasureKind::QuarantinePath, None, site.clone(), "contract:K"),
            (MeasureKind::LockAccount, None, Place::Account("taro@example.com".to_owned()), "mailbox:taro@example.com"),
            (MeasureKind::LockAccount, None, Place::Account("web01".to_owned()), "account:web01"),
            (MeasureKind::BlockPort, None, Place::Host([192, 0, 2, 1].into()), "ip:192.0.2.1/32"),
            (MeasureKind::LimitMail, None, site, "domain:example.com"),
        ] {
            assert_eq!(target(&wanted(kind, url), &place, "K"), is);
        }
    }
}
