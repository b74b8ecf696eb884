//! Rules for single senders: written from a correction, tried on what the sender has sent before, then put in force.
//!
//! A rule is data in versions. At most one version of a name is in force; every change is journalled with its text, so that
//! what a report was read by can be told later, also of a rule that was removed.

mod propose;
mod replay;

use std::sync::Arc;

use model::{Permission, ReportReader, RuleFault, SenderRule};
use serde_json::json;
use store::StoreError;
use store::policy::{self, PolicyRow};

use crate::why::reasons;
use crate::{Actor, Desk, DeskError, Said};

pub use replay::{Replay, Replayed};

/// Kind of policy in the store.
const KIND: &str = "sender-rule";

/// A version of a rule, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleVersion {
    /// The rule, with its version.
    pub rule: SenderRule,
    /// Whether it is in force.
    pub active: bool,
    /// When it was written.
    pub written_at: jiff::Timestamp,
    /// Who wrote it.
    pub written_by: String,
    /// Who put it in force last.
    pub enabled_by: Option<String>,
}

impl RuleVersion {
    fn of(row: &PolicyRow) -> Result<Self, DeskError> {
        let rule: SenderRule = serde_json::from_str(&row.body).map_err(DeskError::unreadable)?;
        Ok(Self {
            rule: SenderRule { name: row.name.clone(), version: row.version, ..rule },
            active: row.active,
            written_at: row.created_at,
            written_by: row.created_by.clone(),
            enabled_by: row.approved_by.clone(),
        })
    }
}

impl Desk {
    /// Every version of every rule, by name, the newest first.
    pub async fn rules(&self) -> Result<Vec<RuleVersion>, DeskError> {
        policy::policies(&mut &self.store, KIND).await?.iter().map(RuleVersion::of).collect()
    }

    /// One version of a rule; the newest if none is named.
    pub async fn rule(&self, name: &str, version: Option<i64>) -> Result<RuleVersion, DeskError> {
        let row = match version {
            Some(version) => Some(policy::policy(&mut &self.store, KIND, name, version).await?),
            None => policy::newest(&mut &self.store, KIND, name).await?,
        };
        let row = row.ok_or_else(|| DeskError::Store(StoreError::NotFound { what: format!("{KIND} {name}") }))?;
        RuleVersion::of(&row)
    }

    /// Checks a rule and adds it as a version that is not in force. Returns its number.
    pub async fn write_rule(&self, actor: &Actor, rule: &SenderRule) -> Result<i64, DeskError> {
        actor.must(Permission::WorkCases)?;
        let rule = SenderRule { version: 0, ..rule.clone() };
        self.check_rule(&rule)?;
        let body = serde_json::to_string(&rule).map_err(DeskError::unreadable)?;
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let version = tx.add_policy(KIND, &rule.name, &body, &actor.name, now).await?;
        let detail = json!({ "rule": rule.name, "version": version, "body": rule });
        tx.journal_at_commit(now, &actor.name, "rule.written", None, detail);
        tx.commit().await?;
        Ok(version)
    }

    /// Puts a version in force, and with it out of force any other of its name.
    pub async fn enable_rule(&self, actor: &Actor, name: &str, version: i64) -> Result<(), DeskError> {
        actor.must(Permission::EditPolicy)?;
        let written = self.rule(name, Some(version)).await?;
        let mut all = self.rules_in_force().await?;
        all.retain(|rule| rule.name != name);
        all.push(written.rule);
        self.ready(&all)?;
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        tx.activate_policy(KIND, name, version, &actor.name).await?;
        tx.journal_at_commit(now, &actor.name, "rule.enabled", None, json!({ "rule": name, "version": version }));
        Ok(tx.commit().await?)
    }

    /// Puts a rule out of force: the sender's reports are read as anybody's. What stops a mistake needs no lead.
    pub async fn disable_rule(&self, actor: &Actor, name: &str) -> Result<(), DeskError> {
        actor.must(Permission::WorkCases)?;
        self.end_rule(actor, name, "rule.disabled", false).await
    }

    /// Takes a rule off the list, out of force if it was in force. Its texts stay in the journal.
    pub async fn remove_rule(&self, actor: &Actor, name: &str) -> Result<(), DeskError> {
        actor.must(Permission::EditPolicy)?;
        self.end_rule(actor, name, "rule.removed", true).await
    }

    async fn end_rule(&self, actor: &Actor, name: &str, kind: &str, remove: bool) -> Result<(), DeskError> {
        let mut tx = self.store.begin().await?;
        let ended = tx.deactivate_policy(KIND, name).await?;
        let removed = remove && tx.remove_policy(KIND, name).await?;
        if !(ended || removed) {
            return Err(DeskError::State(reasons::rule_not_in_force(name)));
        }
        tx.journal_at_commit(self.clock.now(), &actor.name, kind, None, json!({ "rule": name }));
        Ok(tx.commit().await?)
    }

    /// The rules in force, by name.
    pub(crate) async fn rules_in_force(&self) -> Result<Vec<SenderRule>, DeskError> {
        let rows = policy::active_policies(&mut &self.store, KIND).await?;
        rows.iter().map(|row| RuleVersion::of(row).map(|version| version.rule)).collect()
    }

    /// The reader with the rules in force. Rules that this program cannot use any more do not keep reports from being read.
    pub(crate) async fn reader_in_force(&self) -> Result<Arc<dyn ReportReader>, DeskError> {
        let rules = self.rules_in_force().await?;
        if rules.is_empty() {
            return Ok(Arc::clone(&self.reader));
        }
        Ok(self.reader.with_rules(&rules).unwrap_or_else(|fault| {
            tracing::error!(field = fault.field, value = fault.value, "the rules for senders cannot be used");
            Arc::clone(&self.reader)
        }))
    }

    fn check_rule(&self, rule: &SenderRule) -> Result<(), DeskError> {
        let fault = rule.fault().map_or(Ok(()), Err);
        fault
            .and_then(|()| self.reader.with_rules(std::slice::from_ref(rule)).map(drop))
            .map_err(|fault| refused(&fault))
    }

    fn ready(&self, rules: &[SenderRule]) -> Result<Arc<dyn ReportReader>, DeskError> {
        self.reader.with_rules(rules).map_err(|fault| refused(&fault))
    }
}

fn refused(fault: &RuleFault) -> DeskError {
    DeskError::Invalid(reasons::rule_wrong(Said::term("rule-field", fault.field), &fault.value))
}
