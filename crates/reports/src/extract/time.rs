//! Times in text: RFC 5322, ISO 8601, log formats, ctime, Japanese, with their zones.
//!
//! A line is cut into numbers, words and marks, and the tokens are fitted to a date and a time of day; no pattern is
//! tried twice. A year is guessed only for syslog lines and only in one way (see [`Clockwork::event`]).

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use model::EventTime;

use super::Found;

mod ago;
mod alone;
mod clock;
mod dates;
mod months;
mod tokens;
mod zone;

pub use ago::{Ago, ago};
pub use alone::{Alone, alone};
pub use zone::{Zone, named_zone, stated_zone, stated_zone_abroad, zone_of};

/// Days back within which a line without a year may lie.
const SYSLOG_DAYS: i64 = 31;

/// What is known about the clock of a report.
#[derive(Debug, Clone)]
pub struct Clockwork {
    /// When the desk received it.
    pub received: Timestamp,
    /// Zone named for the whole text ("Timezone: JST", "all times are UTC").
    pub zone: Option<(String, Offset)>,
    /// The day on which the report was written, where the writer lives.
    pub today: Option<Date>,
    /// When it was written, by the mail's own `Date`.
    pub written: Option<EventTime>,
    /// In `05/01/2024` the day comes first: so write all but Americans.
    pub day_first: bool,
}

/// A date and time as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Year, if one was written.
    pub year: Option<i16>,
    /// Month and day.
    pub month: i8,
    /// Day of the month.
    pub day: i8,
    /// Time of day, if one was written; seconds absent count as zero.
    pub time: Option<Time>,
    /// Days behind the date: `25時30分` is half past one of the next day.
    pub days_later: i8,
    /// Zone as written, and what it means.
    pub zone: Option<(String, Offset)>,
    /// Day and month could be exchanged.
    pub ambiguous: bool,
}

impl Clockwork {
    /// Nothing is known but when the report came.
    pub const fn new(received: Timestamp) -> Self {
        Self { received, zone: None, today: None, written: None, day_first: false }
    }

    /// The moment of a written time. A missing year is set only if exactly one candidate lies within the 31 days before
    /// the report was received.
    pub fn event(&self, written: &Written, original: &str) -> Option<EventTime> {
        let zone = written.zone.clone().or_else(|| self.zone.clone());
        let offset = zone.as_ref().map_or(Offset::UTC, |(_, offset)| *offset);
        let swapped = (written.ambiguous && written.day <= 12).then(|| Written {
            month: written.day,
            day: written.month,
            ..written.clone()
        });
        let at = match written.year {
            Some(year) => {
                let at = moment(year, written, offset)?;
                let other = swapped.and_then(|swapped| moment(year, &swapped, offset));
                // What has not happened yet is no event.
                let latest = self.received.checked_add(SignedDuration::from_hours(48)).ok()?;
                other.filter(|other| *other <= latest && (self.day_first || at > latest)).unwrap_or(at)
            }
            None => self.recent(written, offset)?,
        };
        let original = crate::charset::prefix(original, 100);
        let mut event = match &zone {
            Some((name, _)) => EventTime::zoned(at, name, original),
            None => EventTime::unzoned(at, original),
        };
        if written.time.is_none() {
            event.uncertainty_us += 12 * 3_600_000_000;
        }
        Some(event)
    }

    fn recent(&self, written: &Written, offset: Offset) -> Option<Timestamp> {
        let received = offset.to_datetime(self.received);
        let earliest = self.received.checked_sub(SignedDuration::from_hours(SYSLOG_DAYS * 24)).ok()?;
        // A day of grace: the reporter's clock may run ahead or be in another zone.
        let latest = self.received.checked_add(SignedDuration::from_hours(24)).ok()?;
        let mut fitting = [received.year() - 1, received.year(), received.year().saturating_add(1)]
            .into_iter()
            .filter_map(|year| moment(year, written, offset))
            .filter(|at| (earliest..=latest).contains(at));
        let only = fitting.next()?;
        fitting.next().is_none().then_some(only)
    }
}

fn moment(year: i16, written: &Written, offset: Offset) -> Option<Timestamp> {
    let date = Date::new(year, written.month, written.day).ok()?;
    let time = written.time.unwrap_or(Time::midnight());
    let mut civil = DateTime::from_parts(date, time);
    if written.time.is_none() {
        civil = civil.checked_add(12.hours()).ok()?;
    }
    civil = civil.checked_add(i32::from(written.days_later).days()).ok()?;
    offset.to_timestamp(civil).ok()
}

/// Parses a header or field value that is one time.
pub fn parse(text: &str, clock: &Clockwork) -> Option<EventTime> {
    if let Ok(at) = text.trim().parse::<Timestamp>() {
        let zone = zone_text(text.trim());
        return Some(EventTime::zoned(at, zone, crate::charset::prefix(text.trim(), 100)));
    }
    if let Some(at) = super::stamps::whole(text.trim()) {
        return Some(EventTime::zoned(at, "UTC", crate::charset::prefix(text.trim(), 100)));
    }
    let mut found = Vec::new();
    scan_all(text, &mut found);
    let first = found.first()?;
    clock.event(&first.value, text.get(first.start..first.end).unwrap_or(text).trim())
}

fn zone_text(text: &str) -> &str {
    if text.ends_with(['Z', 'z']) {
        return "Z";
    }
    text.rfind(['+', '-']).filter(|at| *at > 10).map_or("Z", |at| text[at..].split('[').next().unwrap_or("Z"))
}

/// The day that the `Date` field of a mail names, by its writer's own clock, and the moment, if its zone is named.
pub fn of_letter(field: &str, clock: &Clockwork) -> (Option<Date>, Option<EventTime>) {
    let mut found = Vec::new();
    scan_all(field, &mut found);
    let Some(Found { value: written, .. }) = found.first() else { return (None, None) };
    let day = written.year.and_then(|year| Date::new(year, written.month, written.day).ok());
    (day, clock.event(written, "").filter(|_| written.zone.is_some() && written.time.is_some()))
}

/// Every date of an event (with its time of day and zone) in `line`; the date of a letter, and dates by which the writer
/// names an earlier letter, are passed over.
pub fn scan(line: &str, found: &mut Vec<Found<Written>>) {
    let known = found.len();
    scan_all(line, found);
    let mut at = 0;
    found.retain(|one| {
        at += 1;
        at <= known || one.value.time.is_some() || !is_of_a_letter(line, one)
    });
}

/// The time of day at the start of `line` for a date at the end of the line before it: text is wrapped anywhere in Japanese.
pub fn continued(date: &Written, line: &str) -> Option<Found<Written>> {
    let head = crate::charset::prefix(line, 200);
    let tokens = tokens::tokens(head);
    let (value, next) = clock::with_time(&tokens, date.clone(), 0, 0);
    let end = tokens.get(next.checked_sub(1)?)?.end;
    value.time.is_some().then_some(Found { value, start: 0, end })
}

/// Every date in `line`.
fn scan_all(line: &str, found: &mut Vec<Found<Written>>) {
    // Without two digits there is no date; most lines of prose end here.
    if line.bytes().filter(u8::is_ascii_digit).take(2).count() < 2 {
        return;
    }
    let stamp = super::stamps::leading(line);
    let tokens = tokens::tokens(line);
    let first = found.len();
    let mut at = stamp.as_ref().map_or(0, |stamp| tokens.partition_point(|token| token.start < stamp.end));
    found.extend(stamp);
    while at < tokens.len() {
        if let Some((written, next)) = dates::date(&tokens, at) {
            let start = tokens[at].start;
            let (written, next) = clock::with_time(&tokens, written, next, at);
            found.push(Found { value: written, start, end: tokens[next - 1].end });
            at = next;
        } else {
            at += 1;
        }
    }
    share_zones(line, found.get_mut(first..).unwrap_or_default());
}

/// `2024-05-01 10:00 〜 2024-05-01 12:00 (JST)`: the zone at the end of a range holds for its beginning.
fn share_zones(line: &str, found: &mut [Found<Written>]) {
    for at in 1..found.len() {
        let between = line.get(found[at - 1].end..found[at].start).unwrap_or("").trim();
        let range = matches!(between, "〜" | "～" | "~" | "-" | "–" | "から" | "to" | "until" | "までの間");
        if range && found[at - 1].value.zone.is_none() {
            let zone = found[at].value.zone.clone();
            found[at - 1].value.zone = zone;
        }
    }
}

/// Whether a Japanese date without a time of day is that of a letter: alone on its line, `…付` or `…にご連絡した`.
fn is_of_a_letter(line: &str, one: &Found<Written>) -> bool {
    let (before, after) = (line.get(..one.start).unwrap_or(""), line.get(one.end..).unwrap_or(""));
    if !line.get(one.start..one.end).is_some_and(|text| text.ends_with('日')) && !after.starts_with('に') {
        return false;
    }
    let alone = after.trim().is_empty() && matches!(before.trim(), "" | "令和" | "平成" | "西暦" | "R" | "H");
    let head: String = after.chars().take(12).collect();
    let told =
        head.starts_with('に') && ["連絡", "知らせ", "送り", "送付", "通知し"].iter().any(|word| head.contains(word));
    alone || head.starts_with('付') || told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let clock = Clockwork::new("2024-05-20T00:00:00Z".parse().unwrap());
        parse(text, &clock).map(|event| event.at.to_string())
    }

    #[test]
    fn every_common_spelling() {
        for (text, utc) in [
            ("Wed, 01 May 2024 12:34:56 +0900", "2024-05-01T03:34:56Z"),
            ("2024-05-01T12:34:56.5+09:00", "2024-05-01T03:34:56.5Z"),
            ("2024-05-01 12:34:56 JST", "2024-05-01T03:34:56Z"),
            ("2024-05-01 12:34:56", "2024-05-01T12:34:56Z"),
            ("[01/May/2024:12:34:56 -0700] \"GET", "2024-05-01T19:34:56Z"),
            ("Wed May  1 12:34:56 EST 2024", "2024-05-01T17:34:56Z"),
            ("Sat Jan 07 2023 12:48:36 GMT-0500 (Eastern)", "2023-01-07T17:48:36Z"),
            ("2/14/2025 6:52:57 AM (UTC-06:00) Central", "2025-02-14T12:52:57Z"),
            ("2023-05-15 at 02:36 PM UTC", "2023-05-15T14:36:00Z"),
            ("01.05.2024 12:34:56 CEST", "2024-05-01T10:34:56Z"),
            ("2024年5月1日 12時34分56秒 JST", "2024-05-01T03:34:56Z"),
            ("令和6年5月1日 12:34", "2024-05-01T12:34:00Z"),
            ("03 Apr 23 14:13 UTC", "2023-04-03T14:13:00Z"),
            ("May 19 16:36:45 host sshd[1]:", "2024-05-19T16:36:45Z"),
            ("May 21, 2018, a total", "2018-05-21T12:00:00Z"),
            ("[PDT Apr 30 21:05:29] error", "2024-05-01T04:05:29Z"),
            ("[02/sept./2015:00:11:31 +0200] \"GET", "2015-09-01T22:11:31Z"),
            ("令和元年5月1日 午後9時半（日本時間）", "2019-05-01T12:30:00Z"),
            ("R6.5.1 14:05:06（JST）", "2024-05-01T05:05:06Z"),
            ("2024年5月1日（水）午前0時15分 日本標準時", "2024-04-30T15:15:00Z"),
            ("2024年5月1日 25時30分（日本時間）", "2024-05-01T16:30:00Z"),
            ("2024/05/01のAM1:58（日本時間）", "2024-04-30T16:58:00Z"),
            ("2024年5月1日0時（日本時間）頃", "2024-04-30T15:00:00Z"),
            ("2024/05/01 10:00～12:00 (JST)", "2024-05-01T01:00:00Z"),
            ("2024-05-01 10:00 ～ 2024-05-02 12:00 (JST)", "2024-05-01T01:00:00Z"),
            ("5月1日 18:05（日本時間）", "2024-05-01T09:05:00Z"),
            ("5/1 13:45", "2024-05-01T13:45:00Z"),
            ("20240501T032109Z", "2024-05-01T03:21:09Z"),
            ("2024년 5월 1일 수요일 오후 2:05", "2024-05-01T14:05:00Z"),
            ("2024年5月1日(星期三) 上午9:05", "2024-05-01T09:05:00Z"),
            ("2024/5/1, Wed 14:05", "2024-05-01T14:05:00Z"),
            ("date=2024-05-01 time=12:34:56 tz=\"+0900\"", "2024-05-01T03:34:56Z"),
            ("2024/05/01 12:34:56,192.0.2.1,NG", "2024-05-01T12:34:56Z"),
            ("2024-05-01 12:34:56,789 INFO", "2024-05-01T12:34:56.789Z"),
            ("5月1日正午（日本時間）", "2024-05-01T03:00:00Z"),
            ("5月1日の夜10時半頃（日本時間）", "2024-05-01T13:30:00Z"),
            ("5月1日 朝6時20分", "2024-05-01T06:20:00Z"),
            ("5月1日深夜1時", "2024-05-01T01:00:00Z"),
            ("5月1日昼12時10分", "2024-05-01T12:10:00Z"),
            ("5月1日午後0時30分", "2024-05-01T12:30:00Z"),
            ("5月1日 20:00 から 21:00 まで (Japan time)", "2024-05-01T11:00:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(utc), "{text}");
        }
    }

    #[test]
    fn a_year_is_guessed_in_one_way_or_not_at_all() {
        assert_eq!(read("Apr 25 10:00:00 host x").as_deref(), Some("2024-04-25T10:00:00Z"));
        assert_eq!(read("Mar  1 10:00:00 host x"), None);
        assert_eq!(read("Dec 31 10:00:00 host x"), None);
    }

    #[test]
    fn addresses_and_versions_are_no_dates() {
        for text in ["192.0.2.1", "10.11.2024.5", "v1.2.2024", "12:34:56", "AS64496", "", "5/1", "192.0.2.0/24 10:00"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_wrapped_date_goes_on_in_the_next_line() {
        let mut found = Vec::new();
        scan("、時刻は2024年5月1日", &mut found);
        let whole = continued(&found[0].value, "2時2分50秒（日本時間）です。").unwrap();
        let clock = Clockwork::new("2024-05-20T00:00:00Z".parse().unwrap());
        assert_eq!(clock.event(&whole.value, "").unwrap().at.to_string(), "2024-04-30T17:02:50Z");
        assert!(continued(&found[0].value, "です。10:00").is_none());
    }

    #[test]
    fn the_date_of_a_letter_is_no_event() {
        let count = |line| {
            let mut found = Vec::new();
            scan(line, &mut found);
            found.len()
        };
        for line in ["　　　　令和6年5月1日", "2024年5月1日", "令和6年4月30日付回答書", "5月1日にご連絡した件"]
        {
            assert_eq!(count(line), 0, "{line}");
        }
        for line in ["発生日 2024年5月1日", "5月1日に判明しました", "2024年5月1日 10:00"] {
            assert_eq!(count(line), 1, "{line}");
        }
    }

    #[test]
    fn zones_stated_for_a_text() {
        for (line, seconds) in [
            ("Note: Local timezone is +0900 (JST)", 32_400),
            ("Our Timezone is GMT +8. Please", 28_800),
            ("Times are GMT -0600:", -21_600),
            ("All timestamps mentioned are in UTC.", 0),
            ("(time zone is UTC).", 0),
            ("時刻は日本時間です", 32_400),
            ("以下の時刻は協定世界時（UTC）です。", 0),
            ("時刻はJSTです。", 32_400),
            ("以下のとおりです（タイムスタンプは UTC です）。", 0),
            ("検知日時(JST),URL", 32_400),
            ("192.0.2.1:41550 -> 198.51.100.8:80 (JST)", 32_400),
        ] {
            assert_eq!(stated_zone(line, 1).map(|(_, offset)| offset.seconds()), Some(seconds), "{line}");
        }
        assert!(stated_zone("please take the time to read", 1).is_none());
        assert!(stated_zone("the zone\nis read\n(UTC)", 2).is_none());
        assert!(stated_zone("the zone\nis read\n(UTC)", 3).is_some());
        let clock = stated_zone("Server time: 2024-08-31 02:11:28 UTC IP: 192.0.2.1", 1);
        assert_eq!(clock.map(|(_, offset)| offset.seconds()), Some(0));
    }
}
