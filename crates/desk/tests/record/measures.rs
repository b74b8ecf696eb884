//! Measures on both databases: no basis no measure, two people, one act under one key whatever crashes, an end by itself.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use crate::ground::{self, Ground, acting, lead, operator};
use anyhow::{bail, ensure};
use desk::cases::{At, Closing};
use desk::measures::{Answer, Asked, Connector, ConnectorSettings, Connectors, NewMeasure, Order, Verb, Worked};
use desk::{Actor, Desk, DeskError, Mode, Settings};
use jiff::{SignedDuration, Timestamp};
use model::measure::{Justification, Lack};
use model::{CaseState, CauseClass, Exit, LegalBasis, MeasureId, MeasureKind, MeasureState, Role};
use serde_json::json;
use store::StoreError;
use store::measures::{self, MeasureRow};
use testkit::each_store;

/// Empties one field of a record; the record then lacks this.
type Spoil = (fn(&mut Justification), Lack);

/// What the panel does when it is next asked.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Next {
    /// Dies before anything is done.
    DieBefore,
    /// Does it, and dies before it can answer.
    DieAfter,
    /// Gives no usable answer, and has done nothing.
    Vague,
    /// Will not.
    Refuse,
}

/// A control panel of another maker: it keeps its keys and what is in force.
#[derive(Default)]
struct Panel {
    script: Mutex<VecDeque<(Verb, Next)>>,
    in_force: Mutex<BTreeSet<String>>,
    /// Rings when it has died over a question.
    died: tokio::sync::Notify,
    /// How often each key really did something, and how often it was asked.
    done: Mutex<BTreeMap<(String, Verb), (u32, u32)>>,
}

struct Line(Arc<Panel>);

impl Connector for Line {
    fn ask<'a>(&'a self, verb: Verb, order: &'a Order) -> Asked<'a> {
        Box::pin(async move {
            let next = self.0.scripted(verb);
            match next {
                Some(Next::DieBefore) => self.0.die().await,
                Some(Next::Vague) => return Answer::Unknown("502".to_owned()),
                Some(Next::Refuse) => return Answer::Refused("no such account".to_owned()),
                Some(Next::DieAfter) | None => {}
            }
            let answer = self.0.carry_out(verb, order);
            if next == Some(Next::DieAfter) {
                self.0.die().await;
            }
            answer
        })
    }
}

impl Panel {
    async fn die(&self) {
        self.died.notify_one();
        std::future::pending::<()>().await;
    }

    fn scripted(&self, verb: Verb) -> Option<Next> {
        let next = self.script.lock().unwrap().pop_front_if(|(asked, _)| *asked == verb);
        next.map(|(_, next)| next)
    }

    fn carry_out(&self, verb: Verb, order: &Order) -> Answer {
        let mut in_force = self.in_force.lock().unwrap();
        let mut done = self.done.lock().unwrap();
        let entry = done.entry((order.key.clone(), verb)).or_default();
        entry.1 += 1;
        match verb {
            Verb::Plan => Answer::Done(format!("would {} {}", order.kind, order.target)),
            Verb::Verify if in_force.contains(&order.target) => Answer::Done("in force".to_owned()),
            Verb::Verify => Answer::Refused("not in force".to_owned()),
            Verb::Act | Verb::Undo if entry.0 > 0 => Answer::DoneBefore("known key".to_owned()),
            Verb::Act => {
                entry.0 += 1;
                in_force.insert(order.target.clone());
                Answer::Done("locked".to_owned())
            }
            Verb::Undo => {
                entry.0 += 1;
                in_force.remove(&order.target);
                Answer::Done("unlocked".to_owned())
            }
        }
    }

    fn next(&self, verb: Verb, next: Next) {
        self.script.lock().unwrap().push_back((verb, next));
    }

    /// How often `verb` really did something, over all keys.
    fn acts(&self, verb: Verb) -> u32 {
        self.done.lock().unwrap().iter().filter(|((_, done), _)| *done == verb).map(|(_, count)| count.0).sum()
    }

    fn asked(&self, verb: Verb) -> u32 {
        self.done.lock().unwrap().iter().filter(|((_, done), _)| *done == verb).map(|(_, count)| count.1).sum()
    }

    fn in_force(&self) -> usize {
        self.in_force.lock().unwrap().len()
    }
}

fn panel() -> (Arc<Panel>, Arc<Connectors>) {
    let panel = Arc::new(Panel::default());
    let connectors = Connectors::default().with("panel", Box::new(Line(Arc::clone(&panel))));
    (panel, Arc::new(connectors))
}

fn settings() -> Settings {
    let panel = ConnectorSettings {
        name: "panel".to_owned(),
        plug: "command".to_owned(),
        kinds: MeasureKind::ALL.to_vec(),
        settings: json!({}),
    };
    Settings { connectors: vec![panel], ..acting() }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn record() -> Justification {
    Justification {
        basis: Some(LegalBasis::Contract),
        purpose: "stop phishing".to_owned(),
        reference: "約款第12条".to_owned(),
        necessity: "the page is live and the customer cannot be reached".to_owned(),
        side_effects: "mail of this account stops".to_owned(),
        metrics: None,
        reads_communications: false,
        ends_at: Some(at("2026-06-08T01:00:00Z")),
    }
}

fn new(ground: &Ground, kind: MeasureKind) -> NewMeasure {
    NewMeasure {
        case: ground.case,
        kind,
        target: "mailbox:info@shop.example.com".to_owned(),
        params: json!({}),
        connector: None,
        justification: record(),
    }
}

async fn propose(desk: &Desk, new: NewMeasure, actor: &Actor) -> Result<MeasureRow, DeskError> {
    desk.propose_checked_measure(new, actor).await
}

/// As a rule does it, inside the transaction of a report.
async fn propose_by_rule(desk: &Desk, new: NewMeasure) -> Result<MeasureRow, DeskError> {
    let mut tx = desk.store.begin().await?;
    let id = desk.propose_measure(&mut tx, new, &Actor::system("rule:phishing")).await?;
    tx.commit().await?;
    Ok(measures::measure(&mut &desk.store, id).await?)
}

async fn row(desk: &Desk, id: MeasureId) -> anyhow::Result<MeasureRow> {
    Ok(measures::measure(&mut &desk.store, id).await?)
}

/// A lock that is proposed and approved.
async fn approved(ground: &Ground) -> anyhow::Result<MeasureRow> {
    let row = propose(&ground.desk, new(ground, MeasureKind::LockAccount), &operator("taro")).await?;
    Ok(ground.desk.approve_measure(row.id, row.version, &lead("hanako")).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_empty_field_of_the_record_stops_the_approval() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, settings()).await?;
        let desk = &ground.desk;
        let blank = Justification {
            basis: None,
            purpose: " ".to_owned(),
            reference: String::new(),
            necessity: String::new(),
            side_effects: String::new(),
            ends_at: None,
            ..record()
        };
        let mut row = propose(
            desk,
            NewMeasure { justification: blank, ..new(&ground, MeasureKind::LockAccount) },
            &operator("taro"),
        )
        .await?;
        let lead = lead("hanako");
        let Err(DeskError::NoBasis(lacks)) = desk.approve_measure(row.id, row.version, &lead).await else {
            bail!("approved")
        };
        ensure!(lacks == [Lack::Basis, Lack::Purpose, Lack::Reference, Lack::Necessity, Lack::SideEffects, Lack::End]);
        let wrong: [Spoil; 8] = [
            (|record| record.basis = None, Lack::Basis),
            (|record| record.purpose.clear(), Lack::Purpose),
            (|record| record.reference.clear(), Lack::Reference),
            (|record| record.necessity.clear(), Lack::Necessity),
            (|record| record.side_effects.clear(), Lack::SideEffects),
            (|record| record.basis = Some(LegalBasis::ServiceImpact), Lack::Metrics),
            (|record| record.reads_communications = true, Lack::CommunicationsData),
            (|record| record.ends_at = Some(at(ground::NOW)), Lack::End),
        ];
        for (spoil, lack) in wrong {
            let mut record = record();
            spoil(&mut record);
            row = desk.justify_measure(row.id, row.version, record, &operator("taro")).await?;
            let error = desk.approve_measure(row.id, row.version, &lead).await.unwrap_err();
            ensure!(matches!(&error, DeskError::NoBasis(lacks) if *lacks == [lack]), "{error:?}");
        }
        let complete = Justification {
            basis: Some(LegalBasis::ServiceImpact),
            metrics: Some("queue 4,000, 3 users refused".to_owned()),
            ..record()
        };
        row = desk.justify_measure(row.id, row.version, complete, &operator("taro")).await?;
        let seen = row.version;
        row = desk.approve_measure(row.id, row.version, &lead).await?;
        ensure!(row.state == MeasureState::Approved && row.approved_by.as_deref() == Some("user:hanako"));
        let stale = desk.approve_measure(row.id, seen, &lead).await;
        ensure!(matches!(stale, Err(DeskError::Store(StoreError::Stale { .. }))));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_measure_tells_the_customer_at_once_also_where_notices_wait() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, Settings { notices: Mode::Ask, ..settings() }).await?;
        let (_, connectors) = panel();
        let limit = Justification { purpose: "stop the spam".to_owned(), ..record() };
        for (kind, justification) in [(MeasureKind::LockAccount, record()), (MeasureKind::LimitMail, limit)] {
            let wanted = NewMeasure { justification, ..new(&ground, kind) };
            let row = propose(&ground.desk, wanted, &operator("taro")).await?;
            ground.desk.approve_measure(row.id, row.version, &lead("hanako")).await?;
            ground.desk.work_measures(&connectors).await?;
            ground.clock.advance(SignedDuration::from_mins(1));
        }
        let mails = store::mails::mails_of(&mut &store, ground.case).await?;
        ensure!(mails.len() == 2, "{} mails for two measures", mails.len());
        ensure!(mails.iter().all(|mail| mail.kind == "customer-measure"));
        ensure!(mails.iter().all(|mail| mail.state == store::mails::MailState::Queued), "told within minutes (B31)");
        ensure!(mails[0].body.contains("stop phishing") && mails[1].body.contains("stop the spam"));
        // A dry run of the notices shows the mail and sends nothing.
        let dry = ground.with(|settings| settings.notices = Mode::DryRun);
        let row = propose(&dry, new(&ground, MeasureKind::ForcePassword), &operator("taro")).await?;
        dry.approve_measure(row.id, row.version, &lead("hanako")).await?;
        dry.work_measures(&connectors).await?;
        let mails = store::mails::mails_of(&mut &store, ground.case).await?;
        ensure!(mails.len() == 3 && mails[2].state == store::mails::MailState::Draft);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn four_eyes_are_two_people_whatever_door_they_come_through() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, settings()).await?;
        let desk = &ground.desk;
        for kind in [MeasureKind::Suspend, MeasureKind::Cancel] {
            let row = propose(desk, new(&ground, kind), &lead("hanako")).await?;
            let same = [lead("hanako"), Actor::new("cli:Hanako", Role::Admin)];
            for actor in &same {
                let error = desk.approve_measure(row.id, row.version, actor).await.unwrap_err();
                ensure!(matches!(error, DeskError::SamePerson(_)), "{error:?}");
            }
            for actor in [operator("jiro"), Actor::new("api:panel", Role::Lead), Actor::system("rule:x")] {
                let error = desk.approve_measure(row.id, row.version, &actor).await.unwrap_err();
                ensure!(matches!(error, DeskError::NotAllowed(_)), "{error:?}");
            }
            // Who rewrites the record becomes its writer; the first proposer is no second person either.
            let rewritten = desk.justify_measure(row.id, row.version, record(), &lead("jiro")).await?;
            for name in ["hanako", "jiro"] {
                let error = desk.approve_measure(row.id, rewritten.version, &lead(name)).await.unwrap_err();
                ensure!(matches!(error, DeskError::SamePerson(_)), "{error:?}");
            }
            let done = desk.approve_measure(row.id, rewritten.version, &lead("saburo")).await?;
            ensure!(done.state == MeasureState::Approved);
            desk.refuse_measure(row.id, "only a test", &lead("saburo")).await?;
        }
        // What a rule proposed needs two approvals, by two people.
        let row = propose_by_rule(desk, new(&ground, MeasureKind::Suspend)).await?;
        let first = desk.approve_measure(row.id, row.version, &lead("hanako")).await?;
        ensure!(first.state == MeasureState::Proposed && first.approved_at.is_none());
        let error = desk.approve_measure(row.id, first.version, &lead("hanako")).await.unwrap_err();
        ensure!(matches!(error, DeskError::SamePerson(_)));
        let second = desk.approve_measure(row.id, first.version, &lead("jiro")).await?;
        ensure!(second.state == MeasureState::Approved && second.second_by.as_deref() == Some("user:jiro"));
        // One approval is gone when the text it approved is gone.
        let row = NewMeasure { target: "contract:WEB".to_owned(), ..new(&ground, MeasureKind::Suspend) };
        let row = propose_by_rule(desk, row).await?;
        let first = desk.approve_measure(row.id, row.version, &lead("hanako")).await?;
        let again = desk.justify_measure(row.id, first.version, record(), &operator("taro")).await?;
        ensure!(again.approved_by.is_none());
        ensure!(desk.approve_measure(row.id, again.version, &lead("hanako")).await?.state == MeasureState::Approved);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_measure_acts_once_contains_the_case_tells_the_customer_and_ends_by_itself() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, settings()).await?;
        let (panel, connectors) = panel();
        let desk = &ground.desk;
        let id = approved(&ground).await?.id;
        ensure!(desk.work_measures(&connectors).await? == Worked { active: 1, ..Worked::default() });
        ensure!(desk.work_measures(&connectors).await? == Worked::default());
        let case = ground.case().await?;
        ensure!(case.state == CaseState::Contained && case.first_action_at == Some(at(ground::NOW)));
        let mails = store::mails::mails_of(&mut &store, ground.case).await?;
        ensure!(mails.len() == 1 && mails[0].kind == "customer-measure" && mails[0].to == "taro@example.com");
        ensure!(mails[0].state == store::mails::MailState::Queued && mails[0].body.contains("約款第12条"));
        let wait = mails[0].not_before.duration_since(desk.clock.now());
        ensure!(wait < SignedDuration::from_mins(2), "told within minutes (B31), not after {wait}");
        ensure!(row(desk, id).await?.state == MeasureState::Active && panel.in_force() == 1);

        ground.clock.advance(SignedDuration::from_hours(24 * 7));
        ensure!(desk.work_measures(&connectors).await? == Worked { ended: 1, ..Worked::default() });
        let ended = row(desk, id).await?;
        ensure!(ended.state == MeasureState::Ended && ended.ended_by.as_deref() == Some("job:measures"));
        ensure!(panel.in_force() == 0 && (panel.acts(Verb::Act), panel.acts(Verb::Undo)) == (1, 1));
        let case = ground.case().await?;
        ensure!(case.state == CaseState::Open && case.unread);
        let kinds = ground.kinds().await?;
        let own: Vec<_> = kinds.iter().filter(|kind| kind.starts_with("measure.")).map(String::as_str).collect();
        ensure!(
            own == [
                "measure.proposed",
                "measure.approved",
                "measure.acting",
                "measure.active",
                "measure.undoing",
                "measure.ended"
            ],
            "{kinds:?}"
        );
        let entries = store.journal_after(0, 1000).await?;
        let lines = entries.iter().map(|entry| serde_json::to_string(entry).unwrap());
        store::journal::verify(lines)?;
        ensure!(
            !entries.iter().any(|entry| entry.detail.to_string().contains("info@shop")),
            "no mailbox in the journal"
        );
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_step_is_resumed_under_the_same_key_and_acts_once() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, settings()).await?;
        let (panel, connectors) = panel();
        let desk = &ground.desk;
        let id = approved(&ground).await?.id;
        let crashes = [
            (Verb::Act, Next::DieBefore),
            (Verb::Act, Next::DieAfter),
            (Verb::Verify, Next::DieBefore),
            (Verb::Verify, Next::DieAfter),
        ];
        for (verb, next) in crashes {
            panel.next(verb, next);
            tokio::select! {
                worked = desk.work_measures(&connectors) => bail!("{verb} {next:?} came to {worked:?}"),
                () = panel.died.notified() => {}
            }
            let left = row(desk, id).await?;
            ensure!(left.state == MeasureState::Acting && left.owner.is_some(), "{left:?}");
            // Somebody else does not take it while its worker may be alive.
            ensure!(desk.work_measures(&connectors).await? == Worked::default());
            let error = desk.carry_out_measure(&connectors, id, &lead("hanako")).await.unwrap_err();
            ensure!(matches!(error, DeskError::State(_)));
            ground.clock.advance(SignedDuration::from_mins(6));
        }
        ensure!(desk.work_measures(&connectors).await? == Worked { active: 1, ..Worked::default() });
        ensure!((panel.acts(Verb::Act), panel.asked(Verb::Act)) == (1, 4), "one act, asked again under its key");
        ensure!(row(desk, id).await?.idem.len() > 32);
        for (verb, next) in [(Verb::Undo, Next::DieBefore), (Verb::Undo, Next::DieAfter)] {
            panel.next(verb, next);
            let taro = operator("taro");
            tokio::select! {
                undone = desk.undo_measure(&connectors, id, "fixed", &taro) => bail!("{verb} {next:?} came to {undone:?}"),
                () = panel.died.notified() => {}
            }
            ensure!(row(desk, id).await?.state == MeasureState::Undoing);
            ground.clock.advance(SignedDuration::from_mins(6));
        }
        ensure!(desk.work_measures(&connectors).await? == Worked { ended: 1, ..Worked::default() });
        ensure!(panel.acts(Verb::Undo) == 1 && panel.in_force() == 0);
        ensure!(row(desk, id).await?.ended_by.as_deref() == Some("user:taro"), "who asked for it, not who finished it");
        let told = store::mails::mails_of(&mut &store, ground.case).await?;
        ensure!(told.len() == 1, "{}", told.len());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_stop_and_vague_answers_are_never_taken_for_done() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, settings()).await?;
        let (panel, connectors) = panel();
        let desk = &ground.desk;
        let id = approved(&ground).await?.id;
        panel.next(Verb::Act, Next::Refuse);
        ensure!(desk.work_measures(&connectors).await?.failed == 1);
        let refused = row(desk, id).await?;
        ensure!(refused.state == MeasureState::Failed && refused.ended_at.is_some());
        ensure!(refused.error.as_deref() == Some("no such account") && ground.case().await?.unread);
        ensure!(desk.undo_measure(&connectors, id, "", &operator("taro")).await.is_err(), "nothing to undo");

        // Vague eight times: a person must look. It may be in force, so it is undone at its end all the same.
        let id = approved(&ground).await?.id;
        for attempt in 1..=8 {
            panel.next(Verb::Act, Next::Vague);
            let worked = desk.work_measures(&connectors).await?;
            let expected = if attempt < 8 { (1, 0) } else { (0, 1) };
            ensure!((worked.again, worked.failed) == expected, "{attempt}: {worked:?}");
            ensure!(desk.work_measures(&connectors).await? == Worked::default(), "not before its time");
            ground.clock.advance(SignedDuration::from_mins(11));
        }
        ensure!(ground.case().await?.state == CaseState::Open && panel.acts(Verb::Act) == 0);
        ensure!(store::mails::mails_of(&mut &store, ground.case).await?.is_empty());
        ground.clock.advance(SignedDuration::from_hours(24 * 7));
        // The other side cannot lift it at first; it is tried again each hour until it can.
        panel.next(Verb::Undo, Next::Refuse);
        ensure!(desk.work_measures(&connectors).await?.failed == 1);
        ensure!(desk.work_measures(&connectors).await? == Worked::default());
        ground.clock.advance(SignedDuration::from_mins(61));
        ensure!(desk.work_measures(&connectors).await?.ended == 1);
        ensure!(row(desk, id).await?.state == MeasureState::Ended);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verification_that_fails_is_put_before_a_person() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, settings()).await?;
        let (panel, connectors) = panel();
        let id = approved(&ground).await?.id;
        panel.next(Verb::Verify, Next::Refuse);
        let done = ground.desk.carry_out_measure(&connectors, id, &operator("taro")).await?;
        ensure!(done.state == MeasureState::Failed && done.ended_at.is_none());
        ensure!(ground.case().await?.state == CaseState::Open);
        let lifted = ground.desk.undo_measure(&connectors, id, "to be sure", &operator("taro")).await?;
        ensure!(lifted.state == MeasureState::Ended && panel.in_force() == 0);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_only_plans_and_is_the_default() -> anyhow::Result<()> {
    ensure!(Settings::default().measures == Mode::DryRun);
    each_store(|store| async move {
        let ground = Ground::new(&store, settings()).await?;
        let (panel, connectors) = panel();
        let desk = ground.with(|settings| settings.measures = Mode::DryRun);
        let id = approved(&ground).await?.id;
        ensure!(desk.work_measures(&connectors).await? == Worked { ended: 1, ..Worked::default() });
        let tried = row(&desk, id).await?;
        ensure!(tried.dry_run && tried.acted_at.is_none() && tried.state == MeasureState::Ended);
        let plan = "dry run: would lock-account mailbox:info@shop.example.com";
        ensure!(tried.result.as_deref() == Some(plan), "{:?}", tried.result);
        ensure!((panel.asked(Verb::Act), panel.asked(Verb::Verify), panel.in_force()) == (0, 0, 0));
        ensure!(ground.case().await?.state == CaseState::Open);
        ensure!(store::mails::mails_of(&mut &store, ground.case).await?.is_empty());
        ensure!(ground.kinds().await?.contains(&"measure.dry-run".to_owned()));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hourly_limit_holds_when_many_workers_begin_at_once() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, Settings { measures_per_hour: 3, measures: Mode::Ask, ..settings() }).await?;
        let (panel, connectors) = panel();
        let mut ids = Vec::new();
        for number in 0..12 {
            let url = format!("url:https://shop.example.com/{number}");
            let page = NewMeasure { target: url, ..new(&ground, MeasureKind::QuarantinePath) };
            let row = propose(&ground.desk, page, &operator("taro")).await?;
            ids.push(ground.desk.approve_measure(row.id, row.version, &lead("hanako")).await?.id);
        }
        ensure!(
            ground.desk.work_measures(&connectors).await? == Worked::default(),
            "`ask`: a person presses the button"
        );
        let mut workers = tokio::task::JoinSet::new();
        for id in ids.clone() {
            let (desk, connectors) = (ground.desk.clone(), Arc::clone(&connectors));
            workers.spawn(async move { desk.carry_out_measure(&connectors, id, &operator("taro")).await });
        }
        let (mut done, mut limited) = (0, 0);
        while let Some(result) = workers.join_next().await {
            match result? {
                Ok(row) if row.state == MeasureState::Active => done += 1,
                Err(DeskError::Limit { limit: 3 }) => limited += 1,
                other => bail!("{other:?}"),
            }
        }
        ensure!((done, limited, panel.acts(Verb::Act)) == (3, 9, 3), "{done} {limited}");
        // The worker waits for the hour to pass, and says so once.
        let desk = ground.with(|settings| settings.measures = Mode::Act);
        ensure!(desk.work_measures(&connectors).await?.limited == 9);
        ground.clock.advance(SignedDuration::from_mins(2));
        ensure!(desk.work_measures(&connectors).await?.limited == 9);
        let limited = ground.kinds().await?.iter().filter(|kind| *kind == "measure.limited").count();
        ensure!(limited == 9, "{limited}");
        ground.clock.advance(SignedDuration::from_mins(60));
        let worked = desk.work_measures(&connectors).await?;
        ensure!((worked.active, worked.limited) == (3, 6), "{worked:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_to_somebody_else_is_never_stopped() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, settings()).await?;
        let (panel, connectors) = panel();
        let desk = &ground.desk;
        // 192.0.2.10 was this contract's until May; it is another customer's now.
        for target in ["ip:192.0.2.10", "contract:VPS", "mailbox:nobody@example.org", "domain:example.org"] {
            let new = NewMeasure { target: target.to_owned(), ..new(&ground, MeasureKind::BlockPort) };
            ensure!(propose(desk, new.clone(), &operator("taro")).await.is_err(), "{target}");
            // A rule may write it down; a person cannot approve it.
            let row = propose_by_rule(desk, new).await?;
            ensure!(desk.approve_measure(row.id, row.version, &lead("hanako")).await.is_err(), "{target}");
        }
        for target in ["192.0.2.10", "phone:1", "contract:", "url:nowhere", "ip:192.0.2.10\n"] {
            let new = NewMeasure { target: target.to_owned(), ..new(&ground, MeasureKind::BlockPort) };
            let error = propose_by_rule(desk, new).await.unwrap_err();
            ensure!(matches!(error, DeskError::Invalid(_)), "{target:?} {error:?}");
        }
        // It changes hands between approval and act.
        let id = approved(&ground).await?.id;
        let mut tx = store.begin().await?;
        tx.execute("UPDATE holding SET valid_to = $1 WHERE subject NOT LIKE 'ip:%'", store::args![at(ground::NOW)])
            .await?;
        tx.commit().await?;
        ground.clock.advance(SignedDuration::from_secs(1));
        ensure!(desk.work_measures(&connectors).await?.failed == 1);
        ensure!(row(desk, id).await?.error.unwrap_or_default().starts_with("not begun: "));
        ensure!(panel.asked(Verb::Act) == 0);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_contract_stays_cancelled_and_late_measures_lapse() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, settings()).await?;
        let (panel, connectors) = panel();
        let desk = &ground.desk;
        let mut tx = store.begin().await?;
        let case = store::cases::case(&mut tx, ground.case).await?;
        let judged = store::cases::CaseRow { cause: CauseClass::Deliberate, ..case.clone() };
        tx.save_case(&case, &judged).await?;
        tx.commit().await?;
        let cancel = NewMeasure { target: "contract:WEB".to_owned(), ..new(&ground, MeasureKind::Cancel) };
        let row_ = propose(desk, cancel, &operator("taro")).await?;
        let cancel = desk.approve_measure(row_.id, row_.version, &lead("hanako")).await?;
        ensure!(desk.carry_out_measure(&connectors, cancel.id, &operator("taro")).await?.state == MeasureState::Active);
        let mails = store::mails::mails_of(&mut &store, ground.case).await?;
        ensure!(mails.len() == 1 && mails[0].kind == "customer-cancel", "{mails:?}");
        let late = approved(&ground).await?.id;
        ground.clock.advance(SignedDuration::from_hours(24 * 8));
        ensure!(desk.work_measures(&connectors).await? == Worked { ended: 2, ..Worked::default() });
        ensure!(row(desk, cancel.id).await?.state == MeasureState::Ended && panel.in_force() == 1);
        ensure!(panel.acts(Verb::Act) == 1 && row(desk, late).await?.acted_at.is_none());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_was_only_proposed_lapses_with_its_case_and_what_is_in_force_stays() -> anyhow::Result<()> {
    each_store(async |store| {
        let ground = Ground::new(&store, settings()).await?;
        let kept = approved(&ground).await?;
        let only_proposed = propose_by_rule(&ground.desk, new(&ground, MeasureKind::ForcePassword)).await?;
        let seen = At::from(&ground.case().await?);
        ground.desk.close_case(&operator("taro"), seen, &Closing::new(Exit::Fixed)).await?;
        let lapsed = row(&ground.desk, only_proposed.id).await?;
        ensure!(lapsed.state == MeasureState::Refused && lapsed.ended_by.as_deref() == Some("user:taro"), "{lapsed:?}");
        ensure!(row(&ground.desk, kept.id).await?.state == kept.state);
        ensure!(ground.kinds().await?.iter().filter(|kind| *kind == "measure.lapsed").count() == 1);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn many_nodes_at_one_measure_act_once_and_none_fails() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, settings()).await?;
        let (panel, connectors) = panel();
        let id = approved(&ground).await?.id;
        for (state, hours) in [(MeasureState::Active, 0), (MeasureState::Ended, 24 * 7)] {
            ground.clock.advance(SignedDuration::from_hours(hours));
            let mut nodes = tokio::task::JoinSet::new();
            for _ in 0..6 {
                let (desk, connectors) = (ground.desk.clone(), Arc::clone(&connectors));
                nodes.spawn(async move { desk.work_measures(&connectors).await });
            }
            while let Some(worked) = nodes.join_next().await {
                worked??;
            }
            ensure!(row(&ground.desk, id).await?.state == state);
        }
        ensure!((panel.asked(Verb::Act), panel.asked(Verb::Undo)) == (1, 1));
        Ok(())
    })
    .await
}
