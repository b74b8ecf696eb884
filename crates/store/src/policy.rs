//! Policies: playbooks and templates as text, in versions. Who writes one is not the one who puts it in force (C09).

use jiff::Timestamp;

use crate::{Query, Row, StoreError, Tx, args};

/// One version of one policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRow {
    /// `playbook`, `template`, `sender-rule`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Version, from 1.
    pub version: i64,
    /// The text.
    pub body: String,
    /// Whether it is in force.
    pub active: bool,
    /// When it was written.
    pub created_at: Timestamp,
    /// Who wrote it.
    pub created_by: String,
    /// Who put it in force.
    pub approved_by: Option<String>,
}

fn policy_row(row: &Row) -> Result<PolicyRow, StoreError> {
    Ok(PolicyRow {
        kind: row.text("kind")?,
        name: row.text("name")?,
        version: row.int("version")?,
        body: row.text("body")?,
        active: row.flag("active")?,
        created_at: row.time("created_at")?,
        created_by: row.text("created_by")?,
        approved_by: row.opt_text("approved_by")?,
    })
}

/// The version in force, if one is.
pub async fn active_policy(query: &mut impl Query, kind: &str, name: &str) -> Result<Option<PolicyRow>, StoreError> {
    let sql = "SELECT * FROM policy WHERE kind = $1 AND name = $2 AND active = 1";
    query.fetch_opt(sql, args![kind, name]).await?.as_ref().map(policy_row).transpose()
}

/// Version and name of the one in force, without its text: a cheap look whether a cached one is still right.
pub async fn active_version(query: &mut impl Query, kind: &str, name: &str) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT version FROM policy WHERE kind = $1 AND name = $2 AND active = 1";
    query.fetch_opt(sql, args![kind, name]).await?.map(|row| row.int("version")).transpose()
}

/// One version.
pub async fn policy(query: &mut impl Query, kind: &str, name: &str, version: i64) -> Result<PolicyRow, StoreError> {
    let sql = "SELECT * FROM policy WHERE kind = $1 AND name = $2 AND version = $3";
    let row = query.fetch_opt(sql, args![kind, name, version]).await?;
    row.as_ref()
        .map(policy_row)
        .transpose()?
        .ok_or_else(|| StoreError::NotFound { what: format!("{kind} {name} version {version}") })
}

/// The newest version of a name.
pub async fn newest(query: &mut impl Query, kind: &str, name: &str) -> Result<Option<PolicyRow>, StoreError> {
    let sql = "SELECT * FROM policy WHERE kind = $1 AND name = $2 ORDER BY version DESC LIMIT 1";
    query.fetch_opt(sql, args![kind, name]).await?.as_ref().map(policy_row).transpose()
}

/// The versions of a kind that are in force, by name.
pub async fn active_policies(query: &mut impl Query, kind: &str) -> Result<Vec<PolicyRow>, StoreError> {
    let sql = "SELECT * FROM policy WHERE kind = $1 AND active = 1 ORDER BY name";
    query.fetch(sql, args![kind]).await?.iter().map(policy_row).collect()
}

/// All versions of a kind, by name, the newest first.
pub async fn policies(query: &mut impl Query, kind: &str) -> Result<Vec<PolicyRow>, StoreError> {
    let sql = "SELECT * FROM policy WHERE kind = $1 ORDER BY name, version DESC";
    query.fetch(sql, args![kind]).await?.iter().map(policy_row).collect()
}

impl Tx {
    /// Adds a version that is not in force and returns its number.
    pub async fn add_policy(
        &mut self,
        kind: &str,
        name: &str,
        body: &str,
        by: &str,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let version = self.next_number(&format!("policy:{kind}:{name}")).await?;
        self.execute(
            "INSERT INTO policy (kind, name, version, body, active, created_at, created_by) \
             VALUES ($1, $2, $3, $4, 0, $5, $6)",
            args![kind, name, version, body, now, by],
        )
        .await?;
        Ok(version)
    }

    /// Puts one version in force and all others of its name out of force.
    pub async fn activate_policy(&mut self, kind: &str, name: &str, version: i64, by: &str) -> Result<(), StoreError> {
        self.execute("UPDATE policy SET active = 0 WHERE kind = $1 AND name = $2 AND active = 1", args![kind, name])
            .await?;
        let changed = self
            .execute(
                "UPDATE policy SET active = 1, approved_by = $4 WHERE kind = $1 AND name = $2 AND version = $3",
                args![kind, name, version, by],
            )
            .await?;
        if changed == 1 {
            Ok(())
        } else {
            Err(StoreError::NotFound { what: format!("{kind} {name} version {version}") })
        }
    }

    /// Puts a name out of force; says whether a version was in force.
    pub async fn deactivate_policy(&mut self, kind: &str, name: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE policy SET active = 0 WHERE kind = $1 AND name = $2 AND active = 1";
        Ok(self.execute(sql, args![kind, name]).await? > 0)
    }

    /// Takes a name with all its versions away; says whether it was there. Its number goes on where it stood.
    pub async fn remove_policy(&mut self, kind: &str, name: &str) -> Result<bool, StoreError> {
        Ok(self.execute("DELETE FROM policy WHERE kind = $1 AND name = $2", args![kind, name]).await? > 0)
    }
}
