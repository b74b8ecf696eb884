//! The year of a log line that has none: the only one that puts the line into the 31 days before the report, or none at
//! all. Properties, with reports that come around New Year and leap days more often than others.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use model::ReportReader as _;
use proptest::prelude::*;
use reports::Reader;
use reports::extract::time::{Clockwork, parse};

const DAY: i64 = 86_400;

/// A moment within three days of New Year, of the end of February, or anywhere; from 2000 to 2099.
fn moments() -> impl Strategy<Value = Timestamp> {
    let days = prop_oneof![Just((1_i8, 1_i8)), Just((3, 1)), Just((2, 28)), (1_i8..=12, 1_i8..=28)];
    (2000_i16..2099, days, -3 * DAY..3 * DAY).prop_map(|(year, (month, day), offset)| {
        let midnight = jiff::civil::date(year, month, day).to_zoned(TimeZone::UTC).unwrap().timestamp();
        midnight + SignedDuration::from_secs(offset)
    })
}

fn offsets() -> impl Strategy<Value = Offset> {
    (-11 * 4..=13 * 4_i32).prop_map(|quarters| Offset::from_seconds(quarters * 900).unwrap())
}

/// As syslog writes it (RFC 3164, section 4.1.2): no year, the day padded with a blank.
fn syslog(at: Timestamp, offset: Offset) -> String {
    offset.to_datetime(at).strftime("%b %e %H:%M:%S").to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// What happened in the month before the report is placed where it happened, whatever the zone and the season.
    #[test]
    fn a_recent_line_is_placed_right(received in moments(), offset in offsets(), ago in 0..31 * DAY) {
        let event = received - SignedDuration::from_secs(ago);
        let mut clock = Clockwork::new(received);
        clock.zone = Some((offset.to_string(), offset));
        let line = format!("{} host sshd[1]: Failed password", syslog(event, offset));
        prop_assert_eq!(parse(&line, &clock).map(|read| read.at), Some(event), "{}", line);
    }

    /// Whatever a line says, it is never placed outside of the month before the report (and the day of grace behind it),
    /// and always on the day and at the time that it names.
    #[test]
    fn no_line_is_placed_elsewhere(received in moments(), month in 1_i8..=12, day in 1_i8..=31, second in 0..DAY) {
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (hour, rest) = (second / 3600, second % 3600);
        let line = format!(
            "{} {day:>2} {hour:02}:{:02}:{:02} host x", names[usize::try_from(month - 1).unwrap()], rest / 60, rest % 60
        );
        let fits = |at: &Timestamp| {
            let ago = received.duration_since(*at).as_secs();
            (-DAY..=31 * DAY).contains(&ago)
        };
        let year = Offset::UTC.to_datetime(received).year();
        let candidates: Vec<Timestamp> = (year - 1..=year + 1)
            .filter_map(|year| jiff::civil::Date::new(year, month, day).ok())
            .map(|date| date.to_zoned(TimeZone::UTC).unwrap().timestamp() + SignedDuration::from_secs(second))
            .filter(fits)
            .collect();
        let read = parse(&line, &Clockwork::new(received)).map(|read| read.at);
        prop_assert_eq!(read, candidates.first().copied(), "{} at {}", line, received);
        prop_assert!(candidates.len() <= 1);
    }
}

/// A log line that no year puts into the month before the report: no time is guessed, and the report says what to ask.
#[test]
fn a_year_that_cannot_be_told_is_asked_for() {
    let read = |received: &str, stamp: &str| {
        let mail = format!(
            "From: a@example.org\r\nTo: abuse@isp.example.net\r\nSubject: ssh brute force\r\n\r\n\
             Attacks from your network:\r\n{stamp} host sshd[7]: Failed password for root from 192.0.2.7 port 40001 ssh2\r\n"
        );
        let reading = Reader.read(mail.as_bytes(), received.parse().unwrap());
        let asks = reading.remarks.iter().any(|remark| remark.contains("year"));
        let seen = reading.observations.first().expect("the address is accused whatever the year");
        assert_eq!((seen.ip.unwrap().to_string().as_str(), seen.port), ("192.0.2.7", Some(40001)));
        (seen.at.as_ref().map(|at| at.at.to_string()), asks)
    };
    for (received, stamp, at) in [
        ("2027-01-01T00:30:00Z", "Dec 31 23:59:59", Some("2026-12-31T23:59:59Z")),
        ("2026-12-31T23:30:00Z", "Jan  1 00:10:00", Some("2027-01-01T00:10:00Z")),
        ("2027-01-20T00:00:00Z", "Dec 15 12:00:00", None),
        ("2028-03-01T00:00:00Z", "Feb 29 12:00:00", Some("2028-02-29T12:00:00Z")),
        ("2027-03-01T00:00:00Z", "Feb 29 12:00:00", None),
        ("2028-02-29T00:00:00Z", "Jan 30 00:00:01", Some("2028-01-30T00:00:01Z")),
        ("2027-06-01T00:00:00Z", "Nov 11 11:11:11", None),
    ] {
        assert_eq!(read(received, stamp), (at.map(str::to_owned), at.is_none()), "{stamp} received {received}");
    }
}

/// The month before a report has 31 days, and a date just outside of it is not taken for one just inside.
#[test]
fn the_edges_of_the_month() {
    let received: Timestamp = "2027-01-10T12:00:00Z".parse().unwrap();
    let at = |back: jiff::Span| {
        let event = received.to_zoned(TimeZone::UTC).checked_sub(back).unwrap().timestamp();
        parse(&format!("{} host x", syslog(event, Offset::UTC)), &Clockwork::new(received)).map(|read| read.at == event)
    };
    assert_eq!(at(31.days()), Some(true));
    assert_eq!(at(31.days().seconds(1)), None);
    assert_eq!(at((-1).days()), Some(true));
    assert_eq!(at((-1).days().seconds(-1)), None);
}
