//! Carrying out what was decided: mails, proposals and entries in the journal, within the report's transaction.

use std::collections::BTreeSet;

use model::CaseId;
use serde_json::json;
use store::Tx;
use text::mail::Missing;

use super::Context;
use super::place::Placed;
use super::write::Report;
use crate::playbook::{Decision, Step};
use crate::{Desk, DeskError};

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
            if placed.act {
                self.act_on_case(tx, context, case, &placed.decision, &actor).await?;
            }
        }
        Ok(())
    }

    /// Carries out the steps of one decision that concern its case.
    pub(crate) async fn act_on_case(
        &self,
        tx: &mut Tx,
        context: &Context,
        case: CaseId,
        decision: &Decision,
        actor: &str,
    ) -> Result<(), DeskError> {
        for step in &decision.steps {
            let (kind, detail) = match step {
                // Told to the reporter, or said by the state of the case.
                Step::Receipt | Step::Ask { .. } | Step::InfoOnly { .. } => continue,
                Step::Notice { kind, mode } => {
                    let mode = mode.unwrap_or(self.settings.notices);
                    self.write_customer_mail(tx, case, *kind, mode, actor).await?;
                    continue;
                }
                Step::Outcome { exit } => {
                    self.write_outcomes(tx, case, *exit).await?;
                    continue;
                }
                Step::ProposeMeasure { kind, clause } => ("measure.wanted", json!({ "kind": kind, "clause": clause })),
                Step::Escalate => ("case.escalated", json!({ "rule": decision.rule })),
                Step::ContractStep => ("case.contract-step", json!({ "rule": decision.rule })),
                Step::ReferOut { to } => ("case.refer", json!({ "to": to })),
                Step::HostLog => ("case.host-log", json!({ "why": "maybe-forged" })),
            };
            tx.journal_at_commit(context.now, actor, kind, Some(case), detail);
        }
        Ok(())
    }
}
