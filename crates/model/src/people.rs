//! People of the desk: roles and what each may do.

use serde::{Deserialize, Serialize};

use crate::case::names;

names! {
    /// A role. Each sees and does only what its work needs.
    Role {
        /// Looks at statistics and the journal; personal data is masked.
        Auditor "auditor",
        /// Works cases.
        Operator "operator",
        /// Also approves suspensions and cancellations, edits playbooks.
        Lead "lead",
        /// Also keeps users, configuration and imports.
        Admin "admin",
    }
}

/// One thing a person may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// See queues and cases.
    ViewCases,
    /// See names and addresses of customers and reporters unmasked.
    ViewPersonal,
    /// Change cases: assign, answer, close, merge.
    WorkCases,
    /// Write down a measure.
    ProposeMeasure,
    /// Approve a measure that needs four eyes.
    ApproveMeasure,
    /// Import and change inventory.
    EditInventory,
    /// Change playbooks and templates.
    EditPolicy,
    /// Keep users and tokens.
    ManageUsers,
    /// Read the journal.
    ViewJournal,
}

impl Role {
    /// Whether this role has `permission`.
    pub const fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::ViewCases | Permission::ViewJournal => true,
            Permission::ViewPersonal | Permission::WorkCases | Permission::ProposeMeasure => {
                !matches!(self, Self::Auditor)
            }
            Permission::ApproveMeasure | Permission::EditPolicy => matches!(self, Self::Lead | Self::Admin),
            Permission::EditInventory | Permission::ManageUsers => matches!(self, Self::Admin),
        }
    }
}
