//! Playbooks in the store: written by one person, put in force by another (C09).

use model::Permission;
use model::calendar::Calendar;
use serde_json::json;
use store::Query;
use store::policy::{self, PolicyRow};

use super::rule::Playbook;
use crate::{Actor, Desk, DeskError};

/// Kind of policy in the store.
const KIND: &str = "playbook";
/// The one playbook that decides.
const NAME: &str = "default";

impl Desk {
    /// The playbook in force and its version; version 0 is the one that the program brings.
    pub async fn playbook(&self) -> Result<(Playbook, i64), DeskError> {
        match policy::active_policy(&mut &self.store, KIND, NAME).await? {
            Some(row) => Ok((Playbook::parse(NAME, &row.body)?, row.version)),
            None => Ok((Playbook::built_in()?, 0)),
        }
    }

    /// The calendar of the playbook in force: what a mail promises and what a case counts are the same days.
    pub(crate) async fn calendar(&self, query: &mut impl Query) -> Result<Calendar, DeskError> {
        match policy::active_policy(query, KIND, NAME).await? {
            Some(row) => Playbook::parse(NAME, &row.body)?.working_days(),
            // The one that the program brings closes on the usual days.
            None => Ok(Calendar::default()),
        }
    }

    /// Checks a playbook and adds it as a version that is not in force.
    pub async fn write_playbook(&self, actor: &Actor, body: &str) -> Result<i64, DeskError> {
        actor.must(Permission::EditPolicy)?;
        Playbook::parse(NAME, body)?;
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let version = tx.add_policy(KIND, NAME, body, &actor.name, now).await?;
        tx.journal_at_commit(now, &actor.name, "playbook.written", None, json!({ "version": version, "body": body }));
        tx.commit().await?;
        Ok(version)
    }

    /// Puts a version in force. Whoever wrote it cannot: four eyes.
    pub async fn activate_playbook(&self, actor: &Actor, version: i64) -> Result<(), DeskError> {
        actor.must(Permission::EditPolicy)?;
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let row = policy::policy(&mut tx, KIND, NAME, version).await?;
        if row.created_by == actor.name {
            return Err(DeskError::SamePerson(actor.name.clone()));
        }
        Playbook::parse(NAME, &row.body)?;
        let before = policy::active_version(&mut tx, KIND, NAME).await?;
        tx.activate_policy(KIND, NAME, version, &actor.name).await?;
        let detail = json!({ "version": version, "before": before, "written_by": row.created_by });
        tx.journal_at_commit(now, &actor.name, "playbook.activated", None, detail);
        tx.commit().await?;
        Ok(())
    }

    /// All versions, the newest first.
    pub async fn playbooks(&self) -> Result<Vec<PolicyRow>, DeskError> {
        Ok(policy::policies(&mut &self.store, KIND).await?)
    }
}
