//! Taking back what one entry of the journal did, if nothing of it was changed since.

use model::{CaseId, Exit};
use serde_json::{Map, Value, json};
use store::cases::{self, CaseRow};
use store::journal::Entry;

use super::merge::Undone;
use super::{At, Open};
use crate::pipeline::Context;
use crate::playbook::Settled;
use crate::why::reasons;
use crate::{Actor, Desk, DeskError, Said};

/// Entries whose change of the row can be taken back as it stands.
const PLAIN: &[&str] = &[
    "case.assigned",
    "case.snoozed",
    "case.seen",
    "case.category",
    "case.cause",
    "case.grade",
    "case.accepted",
    "case.closed",
    "case.reopened",
];

impl Desk {
    /// Takes back the entry `seq` of a case's timeline. What was sent stays sent; a correction is a new mail.
    pub async fn undo_case(&self, actor: &Actor, at: At, seq: i64) -> Result<CaseRow, DeskError> {
        // Read before the transaction: what is written to the case after this makes its version another.
        let timeline = self.store.journal_of(at.case).await?;
        let Open { mut tx, old, context } = self.open_case(actor, at).await?;
        let is_done = |entry: &Entry| entry.kind == "case.undone" && entry.detail["seq"].as_i64() == Some(seq);
        if timeline.iter().any(is_done) {
            return Err(DeskError::State(reasons::undone_already(seq)));
        }
        let entry = timeline.into_iter().find(|entry| entry.seq == seq);
        let entry = entry.ok_or_else(|| DeskError::Invalid(reasons::entry_of_other_case(seq, &old.number)))?;
        let saved = match entry.kind.as_str() {
            "case.merged" | "case.duplicate" => {
                let undone = moved(&entry, "from")?;
                self.unmerge(&mut tx, &context, actor, &old, &undone).await?
            }
            "case.split" => {
                let undone = moved(&entry, "into")?;
                self.unsplit(&mut tx, &context, actor, &old, &undone).await?
            }
            kind if PLAIN.contains(&kind) && entry.detail["before"].is_object() => {
                self.undo_plain(&mut tx, &context, actor, &old, &entry).await?
            }
            kind => {
                let what = Said::term("event", &kind.replace('.', "-"));
                return Err(DeskError::State(reasons::entry_stays(what)));
            }
        };
        tx.commit().await?;
        Ok(saved)
    }

    async fn undo_plain(
        &self,
        tx: &mut store::Tx,
        context: &Context,
        actor: &Actor,
        old: &CaseRow,
        entry: &Entry,
    ) -> Result<CaseRow, DeskError> {
        let (before, after) = (object(&entry.detail["before"]), object(&entry.detail["after"]));
        let now = super::fields(old)?;
        if let Some((name, _)) = after.iter().find(|(name, value)| now.get(*name) != Some(*value)) {
            return Err(DeskError::State(reasons::changed_since(&old.number, name)));
        }
        let mut new = super::patched(old, &before)?;
        if let Ok(settled) = serde_json::from_value::<Settled>(entry.detail["settled_before"].clone()) {
            let mut facts = self.facts_of(tx, old).await?;
            facts.settled = settled;
            let mut decided = new.clone();
            self.redecide(tx, context, &mut decided, facts).await?;
        }
        // Nobody is told twice that a case ended: a reopened case counts one more.
        if entry.kind == "case.closed" {
            new.reopened = old.reopened + 1;
        }
        let saved = self.write_change(tx, actor, "case.undone", old, new, json!({ "seq": entry.seq })).await?;
        let exit =
            |value: &Map<String, Value>| -> Option<Exit> { serde_json::from_value(value.get("exit")?.clone()).ok() };
        match entry.kind.as_str() {
            "case.closed" => {
                if let Some(exit) = exit(&after) {
                    self.judge_reporters(tx, old.id, exit, -1).await?;
                }
            }
            "case.reopened" => {
                if let Some(exit) = exit(&before) {
                    self.judge_reporters(tx, old.id, exit, 1).await?;
                }
            }
            _ => {}
        }
        Ok(cases::case(tx, saved.id).await?)
    }
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn moved(entry: &Entry, other: &str) -> Result<Undone, DeskError> {
    let detail = &entry.detail;
    let damaged = || DeskError::State(reasons::entry_tells_nothing(entry.seq));
    Ok(Undone {
        seq: entry.seq,
        other: detail[other].as_i64().map(CaseId).ok_or_else(damaged)?,
        observations: serde_json::from_value(detail["observations"].clone()).map_err(|_| damaged())?,
        repeats: detail["repeats"].as_i64().unwrap_or(0),
        restore: object(&detail["restore"]),
        before_unread: detail["before"]["unread"].as_bool(),
    })
}
