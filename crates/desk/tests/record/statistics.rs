//! Statistics on both databases, from planted rows; every figure is counted again by hand.

use crate::ground::{Ground, acting, new_case};
use anyhow::ensure;
use desk::Actor;
use desk::cases::At;
use desk::stats::{MonthRow, day_span, year_span};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use model::{CaseState, Category, Exit, Lang, Observation, ObservationId, ReportId, Role, UserId};
use store::observations::{ObservationRow, ReportRead};
use store::stats::Span;
use store::{Arg, Store, args};
use testkit::each_store;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// `count` reports of one group, spread over 2026 in Japan.
async fn plant(store: &Store, group: Option<&str>, state: &str, count: i64) -> anyhow::Result<()> {
    let span = year_span(2026)?;
    let (from, to) = (span.from.as_microsecond(), span.to.as_microsecond());
    let mut tx = store.begin().await?;
    let ids = tx.new_ids(count).await?;
    let rows: Vec<Vec<Arg>> = ids
        .zip(0..count)
        .map(|(id, number)| {
            let received = from + (to - from) / count * number;
            args![id, format!("{group:?}-{state}-{number}"), "lmtp", received, state, group]
        })
        .collect();
    let head = "INSERT INTO report (id, raw_hash, door, received_at, state, group_name) VALUES";
    tx.insert_many(head, rows, "").await?;
    tx.commit().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn thirteen_thousand_reports_give_exactly_the_table_and_say_what_the_parts_sum_to() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, acting()).await?;
        for (group, count) in [
            (Some("spam-phishing"), 4000),
            (Some("incident"), 4800),
            (Some("rights"), 3200),
            (Some("other-unlawful"), 800),
            (Some("unsorted"), 150),
        ] {
            plant(&store, group, "read", count).await?;
        }
        plant(&store, None, "set-aside", 50).await?;
        plant(&store, None, "noise", 400).await?;
        plant(&store, None, "reply", 300).await?;
        let report = ground.desk.year_report(2026, Lang::En).await?;
        let table: Vec<_> = report.groups.iter().map(|row| (row.group.name(), row.count)).collect();
        ensure!(
            table == [("spam-phishing", 4000), ("incident", 4800), ("rights", 3200), ("other-unlawful", 800)],
            "{table:?}"
        );
        ensure!((report.sorted, report.unsorted, report.total) == (12_800, 200, 13_000));
        let said = "The four rows sum to 12,800 of 13,000 reports; 200 could not be sorted into any of them.";
        ensure!(report.statement == said, "{}", report.statement);
        let ja = ground.desk.year_report(2026, Lang::Ja).await?;
        ensure!(ja.statement == "4項目の合計は12,800件で、全13,000件のうち200件はどの項目にも分類できませんでした。");
        for report in [&report, &ja] {
            ensure!(report.months.len() == 12 && report.months.iter().all(|month| month.total() > 900));
            ensure!(report.months.iter().map(MonthRow::total).sum::<i64>() == 13_000);
            ensure!(text::is_complete(&report.to_text()), "{}", report.to_text());
        }
        ensure!(ground.desk.year_report(2025, Lang::Ja).await?.total == 0);
        ensure!(ground.desk.year_report(2027, Lang::Ja).await?.total == 0);
        Ok(())
    })
    .await
}

/// `who` tells of `case` at `minute`, about `url`.
async fn tell(store: &Store, who: &str, case: model::CaseId, minute: i64, url: &str) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    let when = at("2026-03-01T00:00:00Z") + SignedDuration::from_mins(minute);
    let reporter = tx
        .see_reporter(store::reporters::Seen {
            address: who,
            name: None,
            domain: None,
            kind: "robot",
            trust: 0.5,
            at: when,
        })
        .await?;
    let report = ReportId(tx.new_id().await?);
    tx.execute(
        "INSERT INTO report (id, raw_hash, door, received_at, state) VALUES ($1, $2, 'lmtp', $3, 'waiting')",
        args![report, format!("{who}{case}{minute}{url}"), when],
    )
    .await?;
    let host = url.split('/').nth(2).unwrap_or_default();
    let mut seen = Observation::new(Category::Phishing, 1.0);
    seen.url = Some(url.to_owned());
    let row = ObservationRow {
        id: ObservationId(tx.new_id().await?),
        report,
        received_at: when,
        case: Some(case),
        place: Some(format!("site:{host}")),
        contract: None,
        attribution: None,
        fingerprint: report.to_string(),
        duplicate: false,
        seen,
    };
    tx.insert_observations(&[row]).await?;
    let read = ReportRead { state: "read", reporter: Some(reporter.id), case: Some(case), ..ReportRead::default() };
    tx.finish_reading(report, &read, when).await?;
    tx.commit().await?;
    Ok(())
}

/// Who told of which case in 2026: address, cases, alone, first of several.
async fn told(ground: &Ground) -> anyhow::Result<Vec<(String, i64, i64, i64)>> {
    let table = ground.desk.source_table(year_span(2026)?).await?;
    Ok(table.sources.into_iter().map(|row| (row.address, row.cases, row.only, row.first)).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn tellings_go_with_the_observations_when_cases_are_merged_and_taken_apart() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, acting()).await?;
        let other = new_case(&store, "site:blog.example.com", Some("WEB"), |_| {}).await?;
        tell(&store, "a@example.org", ground.case, 10, "http://shop.example.com/a").await?;
        tell(&store, "b@example.org", other, 5, "http://blog.example.com/a").await?;
        tell(&store, "b@example.org", other, 6, "http://blog.example.com/b").await?;
        let row = |name: &str, cases, alone, first| (format!("{name}@example.org"), cases, alone, first);
        let apart = [row("a", 1, 1, 0), row("b", 1, 1, 0)];
        ensure!(told(&ground).await? == apart, "{:?}", told(&ground).await?);

        let anna = Actor::new("user:anna", Role::Lead);
        let (into, from) = (ground.case().await?, store::cases::case(&mut &store, other).await?);
        let merged = ground.desk.merge_cases(&anna, At::from(&into), At::from(&from)).await?;
        let one = told(&ground).await?;
        ensure!(one == [row("a", 1, 0, 0), row("b", 1, 0, 1)], "one case, of which b told first: {one:?}");
        let all = ground.desk.source_table(year_span(2026)?).await?.all_cases;
        ensure!(all == 1, "{all} cases");

        let entries = store.journal_of(merged.id).await?;
        let merge = entries.iter().find(|entry| entry.kind == "case.merged").map(|entry| entry.seq);
        let Some(seq) = merge else { anyhow::bail!("no merge in the journal") };
        ground.desk.undo_case(&anna, At::from(&merged), seq).await?;
        ensure!(told(&ground).await? == apart, "taken apart: {:?}", told(&ground).await?);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_without_group_or_category_counts_as_unsorted_and_unknown() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, acting()).await?;
        plant(&store, Some("a-group-of-later"), "read", 24).await?;
        plant(&store, None, "waiting", 12).await?;
        plant(&store, None, "reply", 5).await?;
        let report = ground.desk.year_report(2026, Lang::En).await?;
        ensure!((report.sorted, report.unsorted, report.total) == (0, 36, 36), "{report:?}");
        let trend = ground.desk.trend(2026).await?;
        ensure!(trend.reports.iter().all(|cell| cell.name == "unknown"), "{trend:?}");
        ensure!(trend.reports.iter().map(|cell| cell.count).sum::<i64>() == 36, "{trend:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_show_what_only_they_told_who_was_first_and_how_many_there_may_be() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, acting()).await?;
        let mut cases = Vec::new();
        for number in 0..20 {
            let place = format!("site:s{number}.example.com");
            cases.push(new_case(&store, &place, Some("WEB"), |row| row.opened_at = at("2026-03-01T00:00:00Z")).await?);
        }
        // A tells of 0–9, B of 5–19: five in common, 20 in all. B is first with 5, 6, 7.
        for (number, case) in cases.iter().enumerate() {
            let url = format!("http://s{number}.example.com/a");
            if number < 10 {
                tell(&store, "a@example.org", *case, 10, &url).await?;
                tell(&store, "a@example.org", *case, 40, &format!("{url}/again")).await?;
            }
            if number >= 5 {
                tell(&store, "b@example.org", *case, if number < 8 { 1 } else { 20 }, &url).await?;
            }
        }
        let table = ground.desk.source_table(year_span(2026)?).await?;
        let rows: Vec<_> = table
            .sources
            .iter()
            .map(|row| (row.address.as_str(), row.cases, row.only, row.shared(), row.first, row.observations))
            .collect();
        ensure!(rows == [("b@example.org", 15, 10, 5, 3, 15), ("a@example.org", 10, 5, 5, 2, 20)], "{rows:?}");
        ensure!(table.all_cases == 20 && table.overlaps.len() == 1 && table.overlaps[0].cases == 5);
        let Some(estimate) = table.estimate else { anyhow::bail!("no estimate") };
        ensure!((estimate.total - 28.333).abs() < 0.01 && estimate.low > 20.0 && estimate.high > 28.4, "{estimate:?}");
        ensure!(table.sites.len() == 1 && (table.sites[0].sites, table.sites[0].urls) == (20, 30), "{:?}", table.sites);
        let empty = ground.desk.source_table(year_span(2020)?).await?;
        ensure!(empty.sources.is_empty() && empty.estimate.is_none());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_urls_on_nineteen_sites_count_nineteen() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, acting()).await?;
        for number in 0..50 {
            let url = format!("http://s{}.example.com/kit/{number}", number % 19);
            tell(&store, "list@example.org", ground.case, number, &url).await?;
        }
        let table = ground.desk.source_table(year_span(2026)?).await?;
        ensure!((table.sites[0].sites, table.sites[0].urls) == (19, 50));
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn speed_endings_load_and_repeats_are_counted() -> anyhow::Result<()> {
    each_store(|store| async move {
        let ground = Ground::new(&store, acting()).await?;
        // Friday 5 June 2026, 10:00 in Japan; hours until the first action and the end, how it ended, by whom.
        let opened = at("2026-06-05T01:00:00Z");
        let planted = [
            (1, 24, Exit::Fixed, Some(1)),
            (2, 72, Exit::Stopped, Some(1)),
            (3, 100, Exit::Rejected, Some(2)),
            (4, 144, Exit::Fixed, Some(2)),
            (200, 240, Exit::ReferredOut, None),
        ];
        for (number, (act, end, exit, user)) in planted.into_iter().enumerate() {
            let hours = |hours| Some(opened + SignedDuration::from_hours(hours));
            new_case(&store, &format!("site:x{number}.example.com"), Some("WEB"), |row| {
                row.opened_at = opened;
                row.first_action_at = hours(act);
                row.closed_at = hours(end);
                row.state = CaseState::Closed;
                row.exit = Some(exit);
                row.assignee = user.map(UserId);
                row.work_ms = 120_000 * (i64::try_from(number).unwrap() + 1);
                row.clicks = 10;
                row.category = Category::Spam;
            })
            .await?;
        }
        let span = Span { from: at("2026-06-01T00:00:00Z"), to: at("2026-07-01T00:00:00Z") };
        let speed = ground.desk.speed(span).await?;
        ensure!(speed.opened == 5);
        let hour = 3_600_000_000_i64;
        let first =
            speed.first_action.elapsed.map(|spread| (spread.count, spread.median_us / hour, spread.p90_us / hour));
        ensure!(first == Some((5, 3, 200)), "{first:?}");
        let fix = speed.fix.elapsed.map(|spread| (spread.count, spread.median_us / hour, spread.p90_us / hour));
        ensure!(fix == Some((3, 72, 144)), "{fix:?}");
        // Fixed on Saturday, Monday and Thursday: 0, 1 and 4 business days.
        let kept: Vec<_> = speed.fix.within.iter().map(|row| (row.days, row.calendar, row.business)).collect();
        ensure!(kept == [(1, 1, 2), (3, 2, 2), (5, 2, 3)], "{kept:?}");
        ensure!((speed.fix.median_business_days, speed.fix.p90_business_days) == (Some(1), Some(4)));

        let june = day_span(date(2026, 6, 1), date(2026, 6, 30))?;
        ensure!((june.from, june.to) == (at("2026-05-31T15:00:00Z"), at("2026-06-30T15:00:00Z")), "days of Japan");
        ensure!(day_span(date(2026, 6, 2), date(2026, 6, 1)).is_err());
        let none = Span { from: at("2020-01-01T00:00:00Z"), to: at("2020-02-01T00:00:00Z") };
        let never = ground.desk.speed(none).await?;
        ensure!(never.opened == 0 && never.fix.elapsed.is_none() && never.fix.median_business_days.is_none());

        ground.clock.advance(SignedDuration::from_hours(15 * 24));
        let work = ground.desk.work_report(span).await?;
        // 1 to 16 June 2026: two weeks and two days, without holidays.
        ensure!((work.opened, work.business_days) == (5, 12), "{work:?}");
        ensure!((work.outcomes.closed, work.outcomes.handled) == (5, 4) && work.outcomes.rate() == Some(0.8));
        ensure!(work.outcomes.endings[0].exit == Exit::Fixed && work.outcomes.endings[0].count == 2);
        let people: Vec<_> = work.people.iter().map(|row| (row.user.map(|user| user.0), row.cases)).collect();
        ensure!(people.contains(&(Some(1), 2)) && people.contains(&(None, 1)), "{people:?}");
        let first = work.people.iter().find(|row| row.user == Some(UserId(1)));
        ensure!(
            first.is_some_and(|row| (row.minutes_per_case - 3.0).abs() + (row.clicks_per_case - 10.0).abs() < 1e-9),
            "{first:?}"
        );
        let back: Vec<_> = work.repeaters.iter().map(|row| (row.key.as_str(), row.cases)).collect();
        ensure!(back == [("WEB", 4)], "a rejected report is no repeat: {back:?}");

        let trend = ground.desk.trend(2026).await?;
        let june: Vec<_> = trend.cases.iter().filter(|cell| cell.month == 6).collect();
        ensure!(june.len() == 1 && (june[0].name.as_str(), june[0].count) == ("spam", 5), "{trend:?}");
        let coverage = ground.desk.coverage(2026).await?;
        ensure!((coverage.told, coverage.found, coverage.entered, coverage.found_share) == (6, 0, 0, Some(0.0)));
        new_case(&store, "host:192.0.2.10", Some("WEB"), |row| row.origin = "found".to_owned()).await?;
        new_case(&store, "host:192.0.2.11", Some("WEB"), |row| row.origin = "person".to_owned()).await?;
        let coverage = ground.desk.coverage(2026).await?;
        ensure!((coverage.told, coverage.found, coverage.entered, coverage.found_share) == (6, 1, 1, Some(0.125)));
        Ok(())
    })
    .await
}
