//! Who does something at the desk: a person with a role, or a rule, job or door of the program.

use model::{Permission, Role};

use crate::why::reasons;
use crate::{DeskError, Said};

/// Who acts, as the journal names it, and what he may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// `user:NAME`, `api:TOKEN`, `cli:NAME`, `rule:ID`, `job:KIND` or `door:NAME`.
    pub name: String,
    /// His role. The program itself has the role of an operator: it never approves or edits policies.
    pub role: Role,
}

impl Actor {
    /// A person or a token with a role.
    pub fn new(name: impl Into<String>, role: Role) -> Self {
        Self { name: name.into(), role }
    }

    /// The program itself: `rule:ID`, `job:KIND`, `door:NAME`.
    pub fn system(name: impl Into<String>) -> Self {
        Self { name: name.into(), role: Role::Operator }
    }

    /// Refuses whoever may not do this.
    pub fn must(&self, permission: Permission) -> Result<(), DeskError> {
        if self.role.may(permission) {
            return Ok(());
        }
        let what = serde_json::to_value(permission).ok().and_then(|value| value.as_str().map(str::to_owned));
        let what = Said::term("permission", &what.unwrap_or_default());
        Err(DeskError::NotAllowed(reasons::role_may_not(&self.name, self.role, what)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_may_not_work_and_the_program_may_not_approve() {
        assert!(Actor::new("user:a", Role::Auditor).must(Permission::WorkCases).is_err());
        assert!(Actor::system("rule:x").must(Permission::WorkCases).is_ok());
        assert!(Actor::system("rule:x").must(Permission::ApproveMeasure).is_err());
        assert!(Actor::system("rule:x").must(Permission::EditPolicy).is_err());
    }
}
