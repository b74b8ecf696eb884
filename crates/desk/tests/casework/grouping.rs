//! Properties of grouping: the same reports in any order, one by one or together, give the same cases.

use std::collections::BTreeSet;

use crate::room::{Room, host, page, reading};
use model::{Category, Observation, Reading};
use proptest::prelude::*;
use store::cases::{self, Filter, View};
use store::observations;
use testkit::TempStore;

/// A report as a choice of its sender and its subjects by number.
type Chosen = (u8, Vec<(u8, u8, u8)>);

fn a_report() -> impl Strategy<Value = Chosen> {
    (0..5_u8, prop::collection::vec((0..3_u8, 0..4_u8, 0..6_u8), 1..4))
}

fn observation((kind, subject, detail): (u8, u8, u8)) -> Observation {
    match kind {
        0 => page(
            if detail == 0 { Category::Malware } else { Category::Phishing },
            &format!("http://s{subject}.example.com/p{detail}"),
        ),
        1 => host(
            Category::LoginAttack,
            &format!("192.0.2.{}", 10 + subject),
            &format!("2026-04-05T2{}:00:00Z", detail % 4),
        ),
        _ => page(Category::Copyright, &format!("http://s{subject}.example.com/song{detail}.mp3")),
    }
}

fn readings(reports: &[Chosen]) -> Vec<Reading> {
    let each = reports.iter().enumerate().map(|(number, (sender, seen))| {
        let mut reading = reading(&format!("r{sender}@example.org"), seen.iter().copied().map(observation).collect());
        reading.report_id = Some(format!("{number}"));
        reading
    });
    each.collect()
}

/// Everything about the cases that must not depend on the order.
async fn cases_of(readings: &[Reading], together: i64) -> anyhow::Result<BTreeSet<String>> {
    let temp = TempStore::sqlite().await?;
    let room = Room::new(&temp.store).await?;
    for reading in readings {
        room.accept(reading).await?;
    }
    for done in room.work(together).await? {
        anyhow::ensure!(done.error.is_none(), "{done:?}");
    }
    let filter = Filter { view: View::All, ..Filter::default() };
    let page = cases::page(&mut &temp.store, &filter, None, 200, model::Clock::now(&*room.clock)).await?;
    let mut all = BTreeSet::new();
    for case in page.cases {
        let tally = observations::tally(&mut &temp.store, case.id).await?;
        let counted = (case.reports, case.reporters, case.observations, case.duplicates);
        anyhow::ensure!(counted == (tally.reports, tally.reporters, tally.observations, tally.duplicates), "{case:?}");
        let contract = temp
            .store
            .fetch_opt("SELECT key FROM contract WHERE id = $1", store::args![case.contract])
            .await?
            .map(|row| row.text("key"))
            .transpose()?;
        all.insert(format!(
            "{} {} {contract:?} {:?} {counted:?} {} {} {} {:?} {:?}..{:?}",
            case.lane,
            case.place,
            case.state,
            case.category,
            case.severity,
            case.grade,
            case.cause_reason,
            case.first_event,
            case.last_event
        ));
    }
    temp.store.close().await;
    Ok(all)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_order_gives_the_same_cases(reports in prop::collection::vec(a_report(), 1..9), seed in any::<u64>()) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let straight = readings(&reports);
        let mut shuffled = straight.clone();
        let mut state = seed | 1;
        for index in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(index, usize::try_from(state >> 33).unwrap() % (index + 1));
        }
        let (one_by_one, together) = runtime.block_on(async {
            (cases_of(&straight, 1).await.unwrap(), cases_of(&shuffled, 64).await.unwrap())
        });
        prop_assert_eq!(one_by_one, together);
    }
}
