//! People of the desk: roles and what each may do.

use serde::{Deserialize, Serialize};

use crate::case::names;

names! {
    /// A role. Each sees and does only what its work needs.
    Role {
        /// A program that only hands in reports and asks what became of them.
        Reporter "reporter",
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

names! {
    /// One thing a person or program may be allowed to do.
    Permission {
        /// Hand in reports.
        SubmitReports "submit-reports",
        /// See queues and cases.
        ViewCases "view-cases",
        /// See names and addresses of customers and reporters unmasked.
        ViewPersonal "view-personal",
        /// Change cases: assign, answer, close, merge.
        WorkCases "work-cases",
        /// Write down a measure.
        ProposeMeasure "propose-measure",
        /// Approve a measure that needs four eyes.
        ApproveMeasure "approve-measure",
        /// Import and change inventory.
        EditInventory "edit-inventory",
        /// Change playbooks and templates.
        EditPolicy "edit-policy",
        /// Keep users and tokens.
        ManageUsers "manage-users",
        /// Read the journal.
        ViewJournal "view-journal",
    }
}

impl Role {
    /// Whether this role has `permission`.
    pub const fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::SubmitReports => !matches!(self, Self::Auditor),
            Permission::ViewCases | Permission::ViewJournal => !matches!(self, Self::Reporter),
            Permission::ViewPersonal | Permission::WorkCases | Permission::ProposeMeasure => {
                !matches!(self, Self::Reporter | Self::Auditor)
            }
            Permission::ApproveMeasure | Permission::EditPolicy => matches!(self, Self::Lead | Self::Admin),
            Permission::EditInventory | Permission::ManageUsers => matches!(self, Self::Admin),
        }
    }
}
