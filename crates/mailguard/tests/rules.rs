//! What each built-in rule finds, and what it leaves alone.

use demo::{MmdbRecord, mmdb};
use jiff::tz::TimeZone;
use mailguard::alert::Action;
use mailguard::dialects::Reader;
use mailguard::place::Mmdb;
use mailguard::stamp::{Calendar, YearRule};
use mailguard::{Alert, DEFAULT, Guard, Position, Rules};

/// 192.0.2.0/25 is Japan, .128/25 Germany; 198.51.100.0/24 Brazil; 203.0.113.0/24 has a network for every four addresses.
fn places() -> Box<Mmdb> {
    let net = |text: &str| text.parse().expect("a network");
    let country = |range: &str, code: &str| (net(range), MmdbRecord::Country(code.to_owned()));
    let countries = [
        country("192.0.2.0/25", "JP"),
        country("192.0.2.128/25", "DE"),
        country("198.51.100.0/24", "BR"),
        country("203.0.113.0/24", "JP"),
    ];
    let network = |range: &str, number| (net(range), MmdbRecord::Network(number, "Example".to_owned()));
    let mut networks =
        vec![network("192.0.2.0/25", 64_496), network("192.0.2.128/25", 64_497), network("198.51.100.0/24", 64_498)];
    networks.extend((0..64_u32).map(|n| network(&format!("203.0.113.{}/30", n * 4), 65_536 + n)));
    Box::new(Mmdb::read(Some(&mmdb(&countries)), Some(&mmdb(&networks))).expect("databases"))
}

fn detect(lines: &[String]) -> Vec<Alert> {
    let mut guard = Guard::new(Rules::parse(DEFAULT).expect("rules"), places());
    let mut reader = Reader::new(Calendar::new(TimeZone::get("Asia/Tokyo").expect("a zone"), YearRule::First(2026)));
    let source = guard.source("mail.log");
    let mut alerts = Vec::new();
    for (line, number) in lines.iter().zip(1..) {
        if let Some(event) = reader.read(line.as_bytes()) {
            alerts.extend_from_slice(guard.see(&event, Position { source, line: number }));
        }
    }
    alerts
}

fn rules(alerts: &[Alert]) -> Vec<&str> {
    let mut rules: Vec<&str> = alerts.iter().map(|alert| alert.rule.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

fn stamp(minute: u32) -> String {
    let date = jiff::civil::date(2026, 2, 1).at(0, 0, 0, 0) + jiff::SignedDuration::from_mins(i64::from(minute));
    date.strftime("%b %e %H:%M:%S").to_string()
}

fn login(minute: u32, user: &str, address: &str) -> String {
    format!(
        "{} mx dovecot: imap-login: Login: user=<{user}>, method=PLAIN, rip={address}, lip=192.0.2.10",
        stamp(minute)
    )
}

fn failure(minute: u32, user: &str, address: &str) -> String {
    format!(
        "{} mx postfix/smtpd[7]: warning: h[{address}]: SASL LOGIN authentication failed: x, sasl_username={user}",
        stamp(minute)
    )
}

/// A mail to `count` recipients, of which every `bad`th does not exist.
fn mail(minute: u32, user: &str, address: &str, count: usize, bad: usize) -> Vec<String> {
    let (stamp, id) = (stamp(minute), format!("{minute:010X}"));
    let mut lines = vec![
        format!("{stamp} mx postfix/smtpd[7]: {id}: client=h[{address}], sasl_method=PLAIN, sasl_username={user}"),
        format!("{stamp} mx postfix/qmgr[7]: {id}: from=<{user}>, size=1, nrcpt={count} (queue active)"),
    ];
    lines.extend((0..count).map(|n| {
        let status = if n % bad == bad - 1 { "bounced" } else { "sent" };
        format!("{stamp} mx postfix/smtp[7]: {id}: to=<r{n:04}@example.org>, relay=r, dsn=2.0.0, status={status} (x)")
    }));
    lines
}

/// Ten days at home.
fn home(user: &str) -> Vec<String> {
    (0..10)
        .flat_map(|day| (9..20).map(move |hour| (day, hour)))
        .map(|(day, hour)| login(day * 1440 + hour * 60, user, "192.0.2.1"))
        .collect()
}

const LATER: u32 = 10 * 1440;

#[test]
fn a_usual_life_is_no_finding() {
    let mut lines = home("taro");
    lines.extend((0..10).flat_map(|day| mail(LATER + day * 60, "taro", "192.0.2.1", 2, 100)));
    assert_eq!(detect(&lines), []);
}

#[test]
fn a_jump_to_the_other_side_of_the_earth_is_seen_and_a_known_vpn_is_not() {
    let mut lines = home("taro");
    lines.push(login(LATER, "taro", "192.0.2.1"));
    lines.push(login(LATER + 60, "taro", "198.51.100.1"));
    let alerts = detect(&lines);
    assert_eq!(rules(&alerts), ["travel"]);
    assert!(alerts[0].value > 8_000.0 && alerts[0].action == Action::Watch);
    assert!(alerts[0].inputs.contains(&("to", "BR".to_owned())), "{:?}", alerts[0].inputs);
    let mut lines = home("taro");
    for day in 0..10 {
        lines.push(login(LATER + day * 1440, "taro", "192.0.2.1"));
        lines.push(login(LATER + day * 1440 + 30, "taro", "198.51.100.1"));
    }
    let jumps = detect(&lines).iter().filter(|alert| alert.detector == "travel").count();
    assert!(jumps <= 2, "the exit of a VPN is no news after two days: {jumps}");
}

#[test]
fn going_forth_and_back_all_day_is_seen() {
    let mut lines = home("taro");
    for hour in 0..8 {
        lines.push(login(LATER + hour * 60, "taro", if hour % 2 == 0 { "192.0.2.1" } else { "192.0.2.200" }));
    }
    let alerts = detect(&lines);
    let alert = alerts.iter().find(|alert| alert.rule == "ping_pong").expect("ping-pong");
    assert!(alert.inputs.contains(&("hypothesis", "stolen".to_owned())));
}

#[test]
fn failures_alone_never_lock_and_a_right_password_after_many_wrong_ones_does() {
    let mut lines = home("victim");
    lines.extend((0..40).map(|n| failure(LATER + n / 4, &format!("u{n}"), "198.51.100.7")));
    lines.extend((0..40).map(|n| failure(LATER + 20, "victim", &format!("198.51.100.{n}"))));
    let alerts = detect(&lines);
    assert_eq!(rules(&alerts), ["stuffing-source", "stuffing-target"]);
    assert!(alerts.iter().all(|alert| alert.action != Action::Lock));
    assert_eq!(alerts[0].subject.as_deref(), Some("198.51.100.7"));
    lines.push(login(LATER + 30, "victim", "198.51.100.7"));
    assert!(rules(&detect(&lines)).contains(&"stuffing-success"));
}

#[test]
fn people_who_mistype_behind_one_address_are_no_attack() {
    let mut lines = Vec::new();
    for n in 0..60 {
        lines.push(failure(600 + n, &format!("u{n}"), "203.0.113.9"));
        lines.push(login(600 + n, &format!("u{n}"), "203.0.113.9"));
    }
    assert_eq!(detect(&lines), []);
}

#[test]
fn a_burst_from_home_with_many_returned_is_locked_and_a_clean_mailing_is_not() {
    let burst = |bad: usize| {
        let mut lines = home("taro");
        lines.extend((0..10).flat_map(|part| mail(LATER + 180 + part, "taro", "192.0.2.1", 40, bad)));
        detect(&lines)
    };
    assert!(burst(5).iter().any(|alert| alert.action == Action::Lock), "{:?}", rules(&burst(5)));
    assert!(burst(100).iter().all(|alert| alert.action == Action::Watch), "{:?}", rules(&burst(100)));
}

#[test]
fn bounces_of_mails_that_were_never_sent_are_a_joe_job_and_no_hijack() {
    let mut lines = home("taro@example.jp");
    for n in 0..150 {
        let (stamp, id) = (stamp(LATER + n / 10), format!("{n:010X}"));
        lines.push(format!("{stamp} mx postfix/qmgr[7]: {id}: from=<>, size=1, nrcpt=1 (queue active)"));
        lines.push(format!(
            "{stamp} mx postfix/lmtp[7]: {id}: to=<taro@example.jp>, relay=l, dsn=2.0.0, status=sent (x)"
        ));
    }
    let alerts = detect(&lines);
    assert_eq!(rules(&alerts), ["joe-job"]);
    assert_eq!((alerts[0].action, alerts[0].account.as_deref()), (Action::Watch, Some("taro@example.jp")));
}

#[test]
fn the_api_without_pages_is_locked_and_a_browser_is_not() {
    let call = |minute: u32, method: &str, path: &str| {
        let at = format!("2026-02-11T{:02}:{:02}:00+09:00", minute / 60, minute % 60);
        format!(
            r#"{{"time":"{at}","user":"taro","remote_addr":"192.0.2.1","method":"{method}","path":"{path}","status":200,"recipients":5}}"#
        )
    };
    let sends: Vec<String> = (0..6).map(|n| call(60 + n, "POST", "/api/v1/send")).collect();
    let alerts = detect(&sends);
    assert_eq!(rules(&alerts), ["api"]);
    assert!((alerts[0].value - 20.0).abs() < 1e-9 && alerts[0].action == Action::Lock);
    let mut browsed = vec![call(50, "GET", "/mail/inbox")];
    browsed.extend(sends);
    assert_eq!(detect(&browsed), []);
}

#[test]
fn every_week_another_network_at_night_is_seen_within_six_weeks() {
    let mut lines = home("taro");
    for week in 0..5_u32 {
        for day in 0..7 {
            let noon = LATER + week * 10_080 + day * 1440 + 720;
            lines.push(login(noon, "taro", "192.0.2.1"));
            if day == 3 {
                lines.push(login(noon + 300, "taro", &format!("203.0.113.{}", week * 8)));
                lines.push(login(noon + 600, "taro", "192.0.2.1"));
            }
        }
    }
    assert_eq!(rules(&detect(&lines)), ["weekly-network"]);
}
