//! The demo's desk at work: people take cases, read answers and close them, as people would within days.
//!
//! Which case is closed when and how follows from its number alone, so the same seed tells the same year.

use anyhow::Result;
use desk::cases::{At, Closing, needs_incident_form};
use desk::{Actor, Desk, DeskError};
use jiff::SignedDuration;
use model::measure::Justification;
use model::{CaseState, CauseClass, Exit, LegalBasis, MeasureState, Role, Severity, UserId};
use store::cases::{self, CaseRow};
use store::mails::{self, MailState};
use store::{measures, people};

/// Who works the cases.
const WORKERS: [(&str, Role); 2] = [("sato", Role::Operator), ("suzuki", Role::Lead)];

/// Hours until somebody takes a case and sends the notice that waits for a person.
const UNTIL_TAKEN: i64 = 4;
/// What is known of a customer who was attacked (D44), as a colleague writes it down.
const INCIDENT: [(&str, &str); 6] = [
    ("target", "ウェブサイトの管理画面"),
    ("state", "停止済み。改ざんされたファイルは置き換え済み"),
    ("log", "あり(30日分)"),
    ("informed", "契約者と技術担当者"),
    ("source", "問い合わせ済み"),
    ("recovery", "更新のうえバックアップから復旧"),
];

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

    /// One day's work: notices that wait for a person go out, cases that are ripe are closed, proposals are decided.
    pub(super) async fn work(&mut self) -> Result<()> {
        let now = self.desk.clock.now();
        let filter = cases::Filter::default();
        let mut after = None;
        loop {
            let page = cases::page(&mut &self.desk.store, &filter, after, 200, now).await?;
            for mut case in page.cases {
                let age = now.duration_since(case.opened_at).as_hours();
                if age >= UNTIL_TAKEN {
                    self.send_drafts(&case).await?;
                    case = self.take(case).await?;
                }
                if age >= patience(&case) {
                    bearable(self.close(&case).await)?;
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        self.decide_measures().await
    }

    /// One of the team, always the same for a case, and a colleague.
    fn pair(&self, turn: usize) -> Option<[&(Actor, UserId); 2]> {
        let count = self.people.len().max(1);
        Some([self.people.get(turn % count)?, self.people.get((turn + 1) % count)?])
    }

    /// Most cases get an owner when they are first looked at; some wait for one.
    async fn take(&self, case: CaseRow) -> Result<CaseRow> {
        let Some([(actor, user), _]) = self.pair(dice(&case, 7)) else { return Ok(case) };
        if case.assignee.is_some() || dice(&case, 9).is_multiple_of(5) {
            return Ok(case);
        }
        Ok(bearable(self.desk.assign_case(actor, At::from(&case), Some(*user)).await)?.unwrap_or(case))
    }

    async fn send_drafts(&self, case: &CaseRow) -> Result<()> {
        let Some([(actor, _), _]) = self.pair(dice(case, 7)) else { return Ok(()) };
        let waiting = mails::mails_of(&mut &self.desk.store, case.id).await?;
        for mail in waiting.iter().filter(|mail| mail.state == MailState::Draft) {
            bearable(self.desk.release(actor, mail.id).await)?;
        }
        Ok(())
    }

    async fn close(&self, case: &CaseRow) -> Result<(), DeskError> {
        let Some([(actor, user), _]) = self.pair(dice(case, 7)) else { return Ok(()) };
        let told = cases::told_at(&mut &self.desk.store, case.id).await?.is_some();
        let closing = closing(case, told);
        let seconds = 60 + u32::try_from(dice(case, 3) % 400).unwrap_or(0);
        self.desk.touch_case(actor, case.id, seconds * 1000, 6).await?;
        let mut case = match case.assignee {
            Some(_) => case.clone(),
            None => self.desk.assign_case(actor, At::from(case), Some(*user)).await?,
        };
        if closing.exit == Exit::Cancelled {
            case = self.desk.set_cause(actor, At::from(&case), CauseClass::Deliberate, 0.9, "登録情報が虚偽").await?;
        }
        if needs_incident_form(case.category, closing.exit) {
            let answers = INCIDENT.map(|(question, answer)| (question.to_owned(), answer.to_owned()));
            self.desk.write_incident(case.id, &answers.into(), actor).await?;
            case = cases::case(&mut &self.desk.store, case.id).await?;
        }
        self.desk.close_case(actor, At::from(&case), &closing).await?;
        Ok(())
    }

    /// Decides what rules proposed a day ago or earlier: one writes the record, the other approves; some are not needed.
    async fn decide_measures(&self) -> Result<()> {
        let now = self.desk.clock.now();
        let proposed = measures::measures_in(&mut &self.desk.store, &[MeasureState::Proposed], 200).await?;
        for measure in proposed.iter().filter(|one| now.duration_since(one.proposed_at).as_hours() >= 24) {
            let turn = usize::try_from(measure.id.0).unwrap_or(0);
            let (Some((writer, _)), Some((approver, _))) = (self.people.first(), self.people.get(1)) else { break };
            if turn % 3 == 0 {
                let why = "お客様が先に対処されました。";
                bearable(self.desk.refuse_measure(measure.id, why, approver).await)?;
                continue;
            }
            let record = Justification {
                basis: Some(LegalBasis::Contract),
                reference: "利用規約 第12条".to_owned(),
                necessity: "連絡後も被害が続いており、範囲を絞った措置で止められます。".to_owned(),
                side_effects: "対象のほかのサービスには影響しません。".to_owned(),
                ends_at: Some(now + SignedDuration::from_hours(7 * 24)),
                ..measure.justification.clone()
            };
            if let Some(row) = bearable(self.desk.justify_measure(measure.id, measure.version, record, writer).await)? {
                bearable(self.desk.approve_measure(row.id, row.version, approver).await)?;
            }
        }
        Ok(())
    }
}

/// A step that the case does not allow is left to whoever tries the demo; a database that fails ends it.
fn bearable<T>(step: Result<T, DeskError>) -> Result<Option<T>> {
    match step {
        Ok(done) => Ok(Some(done)),
        Err(DeskError::Store(error)) => Err(error.into()),
        Err(why) => {
            tracing::debug!(%why, "left to a person");
            Ok(None)
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

fn closing(case: &CaseRow, told: bool) -> Closing {
    if case.contract.is_none() {
        return Closing::new(Exit::LacksData);
    }
    if case.state == CaseState::Triage {
        return Closing::new(Exit::Rejected);
    }
    let terms = |exit, clause: &str| Closing { exit, clause: Some(clause.to_owned()), note: None };
    match dice(case, 5) % 20 {
        0 => terms(Exit::Stopped, "利用規約 第12条"),
        1 | 2 if told => terms(Exit::WarnedThenStopped, "利用規約 第12条"),
        3 => terms(Exit::Cancelled, "利用規約 第15条"),
        4 => Closing::new(Exit::Rejected),
        _ => Closing::new(Exit::Fixed),
    }
}

/// A number that belongs to the case, different for each `salt`.
fn dice(case: &CaseRow, salt: usize) -> usize {
    case.number.bytes().fold(salt, |sum, byte| sum.wrapping_mul(131).wrapping_add(usize::from(byte))) >> 3
}
