//! 100,000 random operations by random people, and not one act or look without a basis (D57).

#[path = "../../../tests/record/ground.rs"]
#[expect(dead_code, reason = "the tests outside use more of it")]
mod ground;

use anyhow::ensure;
use ground::Ground;
use jiff::{SignedDuration, Timestamp};
use model::measure::Justification;
use model::{LegalBasis, MeasureId, MeasureKind, MeasureState, Role};
use serde_json::json;
use store::measures::{self, MeasureRow};
use store::{Store, Tx, args};
use testkit::TempStore;

use super::person::eyes;
use crate::measures::{ConnectorSettings, NewMeasure};
use crate::registers::{Communications, Look, Personal};
use crate::{Actor, Settings};

/// A fixed sequence, so that a failure can be looked at again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        let index = self.roll(of.len() as u64);
        of[usize::try_from(index).unwrap()]
    }

    fn actor(&mut self) -> Actor {
        let name = self.one(&["user:a", "user:b", "user:c", "cli:a", "api:t", "rule:r", "job:measures"]);
        Actor::new(name, self.one(Role::ALL))
    }

    /// One field in eight is left empty.
    fn text(&mut self) -> String {
        if self.roll(8) == 0 { " ".to_owned() } else { "because".to_owned() }
    }

    fn basis(&mut self) -> Option<LegalBasis> {
        (self.roll(6) > 0).then(|| self.one(LegalBasis::ALL))
    }

    fn record(&mut self, now: Timestamp) -> Justification {
        let end = self.roll(60);
        Justification {
            basis: self.basis(),
            purpose: self.text(),
            reference: self.text(),
            necessity: self.text(),
            side_effects: self.text(),
            metrics: (self.roll(2) == 0).then(|| self.text()),
            reads_communications: self.roll(4) == 0,
            ends_at: (end > 2).then(|| now + SignedDuration::from_mins(i64::try_from(end).unwrap() * 30)),
        }
    }
}

struct Play {
    ground: Ground,
    dice: Dice,
    known: Vec<MeasureId>,
    begun: usize,
    granted: i64,
}

impl Play {
    async fn step(&mut self, tx: &mut Tx) -> anyhow::Result<()> {
        let actor = self.dice.actor();
        let (desk, dice) = (&self.ground.desk, &mut self.dice);
        let now = desk.clock.now();
        let id = if self.known.is_empty() {
            MeasureId(0)
        } else {
            self.known[self.known.len() - 1 - usize::try_from(dice.roll(8.min(self.known.len() as u64)))?]
        };
        let seen = measures::measure(tx, id).await.map_or(0, |row| row.version);
        match dice.roll(10) {
            0 => {
                let new = NewMeasure {
                    case: self.ground.case,
                    kind: dice.one(MeasureKind::ALL),
                    target: format!("url:https://shop.example.com/{}", dice.roll(1_000_000)),
                    params: json!({}),
                    connector: None,
                    justification: dice.record(now),
                };
                if let Ok(id) = desk.propose_measure(tx, new, &actor).await {
                    self.known.push(id);
                }
            }
            1 => {
                let record = dice.record(now);
                let _ = desk.justify_in(tx, id, seen, record, &actor).await;
            }
            2..=4 => {
                let _ = desk.approve_in(tx, id, seen, &actor).await;
            }
            5 => self.begun += usize::from(desk.claim_in(tx, id, &actor).await.is_ok()),
            6 => {
                let _ = desk.claim_undo_in(tx, id, "", &actor).await;
            }
            7 => {
                let reason = dice.text();
                let _ = desk.refuse_in(tx, id, &reason, &actor).await;
            }
            kind => {
                let look = Look {
                    case: self.ground.case,
                    basis: dice.basis(),
                    reference: (dice.roll(2) == 0).then(|| "J-2026-0001".to_owned()),
                    purpose: dice.text(),
                    fields: if dice.roll(4) == 0 { Vec::new() } else { vec!["ip".to_owned()] },
                };
                let granted = if kind == 8 {
                    desk.access_in::<Communications>(tx, &look, &actor).await.is_ok()
                } else {
                    desk.access_in::<Personal>(tx, &look, &actor).await.is_ok()
                };
                self.granted += i64::from(granted);
            }
        }
        if dice.roll(40) == 0 {
            self.ground.clock.advance(SignedDuration::from_mins(7));
        }
        Ok(())
    }
}

/// What must be true of a measure that anybody approved or began.
fn lawful(row: &MeasureRow) -> bool {
    let approved = row.approved_at;
    let begun = row.acted_at.is_some() || matches!(row.state, MeasureState::Acting | MeasureState::Undoing);
    if approved.is_none() {
        return !begun && row.state != MeasureState::Approved;
    }
    let people: std::collections::BTreeSet<_> = [Some(&row.proposed_by), Some(&row.written_by)]
        .into_iter()
        .chain([row.approved_by.as_ref(), row.second_by.as_ref()])
        .flatten()
        .filter_map(|name| eyes(name))
        .collect();
    approved.is_some_and(|at| row.justification.lacks(at).is_empty())
        && row.acted_at.is_none_or(|at| row.justification.lacks(at).is_empty())
        && (!row.kind.needs_four_eyes() || people.len() >= 2)
}

async fn play(store: &Store, operations: usize) -> anyhow::Result<()> {
    let panel = ConnectorSettings {
        name: "panel".to_owned(),
        plug: "command".to_owned(),
        kinds: MeasureKind::ALL.to_vec(),
        settings: json!({}),
    };
    let settings = Settings { connectors: vec![panel], measures_per_hour: u32::MAX, ..ground::acting() };
    let ground = Ground::new(store, settings).await?;
    let mut play = Play { ground, dice: Dice(7), known: Vec::new(), begun: 0, granted: 0 };
    for round in 0..operations / 500 {
        // A case of its own for each round, as long as cases are in life.
        let place = format!("site:s{round}.example.com");
        play.ground.case = ground::new_case(store, &place, Some("WEB"), |_| {}).await?;
        let mut tx = store.begin().await?;
        for _ in 0..500 {
            play.step(&mut tx).await?;
        }
        tx.commit().await?;
    }
    let rows = store.fetch("SELECT * FROM measure", args![]).await?;
    for row in &rows {
        let row = measures::measure_row(row)?;
        ensure!(lawful(&row), "{row:#?}");
    }
    let looks = store::registers::accesses(&mut &*store, None, i64::MAX).await?;
    ensure!(i64::try_from(looks.len())? == play.granted);
    for look in &looks {
        let carries = look.what == "personal" || look.basis.allows_communications_data();
        ensure!(carries && !look.purpose.trim().is_empty() && !look.fields.is_empty(), "{look:?}");
    }
    // The play went far enough to prove something.
    ensure!(
        play.begun > operations / 1000 && play.granted > i64::try_from(operations)? / 100,
        "{} {}",
        play.begun,
        play.granted
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_random_operations_and_none_without_a_basis() -> anyhow::Result<()> {
    play(&TempStore::sqlite().await?.store, 100_000).await?;
    play(&TempStore::postgres().await?.store, 5_000).await
}
