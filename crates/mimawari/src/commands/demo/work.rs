//! The demo's desk at work: people take cases, read answers and close them, as people would within days.
//!
//! Which case is closed when and how follows from its number alone, so the same seed tells the same year.

use anyhow::Result;
use desk::cases::{At, Closing};
use desk::{Actor, Desk, DeskError};
use model::{CaseState, CauseClass, Exit, Role, Severity, UserId};
use store::cases::{self, CaseRow};
use store::people;

/// Who works the cases.
const WORKERS: [(&str, Role); 2] = [("sato", Role::Operator), ("suzuki", Role::Lead)];

/// The people who work.
pub(super) struct Team {
    desk: Desk,
    people: Vec<(Actor, UserId)>,
}

impl Team {
    pub(super) async fn new(desk: &Desk) -> Result<Self> {
        let mut team = Vec::new();
        for (name, role) in WORKERS {
            if let Some(user) = people::user_by_name(&mut &desk.store, name).await? {
                team.push((Actor::new(format!("user:{name}"), role), user.id));
            }
        }
        Ok(Self { desk: desk.clone(), people: team })
    }

    /// One day's work.
    pub(super) async fn work(&mut self) -> Result<()> {
        let now = self.desk.clock.now();
        let filter = cases::Filter::default();
        let mut after = None;
        loop {
            let page = cases::page(&mut &self.desk.store, &filter, after, 200, now).await?;
            for case in &page.cases {
                let age = now.duration_since(case.opened_at).as_hours();
                if age >= patience(case) {
                    self.close(case).await?;
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn close(&self, case: &CaseRow) -> Result<()> {
        let Some((actor, user)) = self.people.get(dice(case, 7) % self.people.len().max(1)) else { return Ok(()) };
        let steps = async {
            self.desk
                .touch_case(actor, case.id, 60_000 + u32::try_from(dice(case, 3) % 400).unwrap_or(0) * 1000, 6)
                .await?;
            let case = self.desk.assign_case(actor, At::from(case), Some(*user)).await?;
            let closing = closing(&case);
            let case = if closing.exit == Exit::Cancelled {
                self.desk.set_cause(actor, At::from(&case), CauseClass::Deliberate, 0.9, "登録情報が虚偽").await?
            } else {
                case
            };
            self.desk.close_case(actor, At::from(&case), &closing).await
        };
        match steps.await {
            // The case asks for more than a made-up colleague can give: it stays open, for whoever tries the demo.
            Ok(_) | Err(DeskError::State(_) | DeskError::Invalid(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Hours until a case is closed: grave ones sooner, some linger.
fn patience(case: &CaseRow) -> i64 {
    let base = match case.severity {
        Severity::Critical | Severity::High => 20,
        Severity::Medium => 44,
        Severity::Low | Severity::Info => 68,
    };
    let spread = [0, 0, 8, 24, 24, 48, 72, 120, 240, 480];
    base + spread.get(dice(case, 1) % spread.len()).copied().unwrap_or(0)
}

fn closing(case: &CaseRow) -> Closing {
    if case.contract.is_none() {
        return Closing::new(Exit::LacksData);
    }
    if case.state == CaseState::Triage {
        return Closing::new(Exit::Rejected);
    }
    let terms = |exit, clause: &str| Closing { exit, clause: Some(clause.to_owned()), note: None };
    match dice(case, 5) % 20 {
        0 => terms(Exit::Stopped, "利用規約 第12条"),
        1 | 2 => terms(Exit::WarnedThenStopped, "利用規約 第12条"),
        3 => terms(Exit::Cancelled, "利用規約 第15条"),
        4 => Closing::new(Exit::Rejected),
        _ => Closing::new(Exit::Fixed),
    }
}

/// A number that belongs to the case, different for each `salt`.
fn dice(case: &CaseRow, salt: usize) -> usize {
    case.number.bytes().fold(salt, |sum, byte| sum.wrapping_mul(131).wrapping_add(usize::from(byte))) >> 3
}
