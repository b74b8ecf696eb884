//! Times and durations: short for screens, in full for mails, always with the zone.

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, Zoned};
use model::{EventTime, Lang};

use crate::catalogue::ta;

/// The zone of the product's first users; a fixed UTC+9 should the zone data lack it.
pub fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap_or_else(|_| TimeZone::fixed(Offset::constant(9)))
}

/// For screens: `2026-11-22 14:05 JST`.
pub fn stamp(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// For screens where seconds matter: `2026-11-22 14:05:08 JST`.
pub fn stamp_seconds(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
}

/// For mails, to the minute: `2026年11月22日（日）14時05分（日本時間）`, `22 November 2026, 14:05 JST (UTC+9)`.
pub fn stamp_mail(lang: Lang, at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    let day = date(lang, &local);
    let zone = zone_name(lang, &local);
    match lang {
        Lang::Ja => format!("{day}{}{zone}", local.strftime("%H時%M分")),
        Lang::En => format!("{day}, {} {zone}", local.strftime("%H:%M")),
    }
}

/// For mails, to the second, as evidence needs it.
pub fn stamp_mail_seconds(lang: Lang, at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    let day = date(lang, &local);
    let zone = zone_name(lang, &local);
    match lang {
        Lang::Ja => format!("{day}{}{zone}", local.strftime("%H時%M分%S秒")),
        Lang::En => format!("{day}, {} {zone}", local.strftime("%H:%M:%S")),
    }
}

/// A day for subject lines: `2026年11月22日`, `22 November 2026`.
pub fn date_mail(lang: Lang, at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    match lang {
        Lang::Ja => local.strftime("%Y年%-m月%-d日").to_string(),
        Lang::En => date(lang, &local),
    }
}

fn date(lang: Lang, local: &Zoned) -> String {
    const DAYS: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];
    match lang {
        Lang::Ja => {
            let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
            let name = DAYS.get(day).copied().unwrap_or_default();
            format!("{}年{}月{}日（{name}）", local.year(), local.month(), local.day())
        }
        Lang::En => local.strftime("%-d %B %Y").to_string(),
    }
}

/// `（日本時間）`, `JST (UTC+9)`; zones without a name of their own show the offset only.
fn zone_name(lang: Lang, local: &Zoned) -> String {
    let name = local.strftime("%Z").to_string();
    let offset = offset(local.offset());
    match (lang, name.as_str()) {
        (Lang::Ja, "JST") => "（日本時間）".to_owned(),
        (Lang::Ja, "UTC") => "（協定世界時）".to_owned(),
        (Lang::En, "UTC") => "UTC".to_owned(),
        (Lang::Ja, _) if named(&name) => format!("（{name}、{offset}）"),
        (Lang::Ja, _) => format!("（{offset}）"),
        (Lang::En, _) if named(&name) => format!("{name} ({offset})"),
        (Lang::En, _) => offset,
    }
}

/// Zone data writes offsets as names (`+03`) where people use none.
fn named(zone: &str) -> bool {
    zone.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// `UTC+9`, `UTC+5:30`, `UTC`.
fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    if seconds == 0 {
        return "UTC".to_owned();
    }
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs() / 60);
    match minutes % 60 {
        0 => format!("UTC{sign}{}", minutes / 60),
        rest => format!("UTC{sign}{}:{rest:02}", minutes / 60),
    }
}

/// How the reporter wrote the time, in which zone, and how far off the true moment may be (D48).
///
/// `報告者の時刻表記: 22/Nov/2026:05:05:08 +0000（タイムゾーン +0000）、誤差 ±5秒`
pub fn zone_statement(lang: Lang, time: &EventTime) -> String {
    let error = duration(lang, SignedDuration::from_micros(time.uncertainty_us.max(0)));
    let original = time.original.as_deref().map(|text| super::clean(text, 80));
    let zone = time.zone.as_deref().map(|text| super::clean(text, 40));
    let key = match (&original, &zone) {
        (Some(_), Some(_)) => "time-stated",
        (Some(_), None) => "time-stated-no-zone",
        (None, Some(_)) => "time-zone-only",
        (None, None) => "time-error-only",
    };
    ta(
        lang,
        key,
        &[
            ("original", original.unwrap_or_default().into()),
            ("zone", zone.unwrap_or_default().into()),
            ("error", error.into()),
        ],
    )
}

/// A length of time in its largest whole unit: `3日`, `5 h`. Less than a second counts as none.
pub fn duration(lang: Lang, length: SignedDuration) -> String {
    let (key, count) = largest_unit(length);
    ta(lang, &format!("duration-{key}"), &[("n", count.into())])
}

/// Time left until `deadline`, or by how much it is over: `残り5時間`, `5 h left`; `2日超過`, `2 days overdue`.
pub fn left(lang: Lang, now: Timestamp, deadline: Timestamp) -> String {
    let rest = now.duration_until(deadline);
    let key = if rest.is_negative() { "time-overdue" } else { "time-left" };
    ta(lang, key, &[("length", duration(lang, rest).into())])
}

fn largest_unit(length: SignedDuration) -> (&'static str, i64) {
    let seconds = length.as_secs().saturating_abs();
    match seconds {
        172_800.. => ("days", seconds / 86_400),
        7_200.. => ("hours", seconds / 3_600),
        120.. => ("minutes", seconds / 60),
        _ => ("seconds", seconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn times_are_shown_with_their_zone() {
        let moment = at("2026-11-22T05:05:08Z");
        assert_eq!(stamp(moment, &tokyo()), "2026-11-22 14:05 JST");
        assert_eq!(stamp_seconds(moment, &TimeZone::UTC), "2026-11-22 05:05:08 UTC");
        assert_eq!(stamp_mail(Lang::Ja, moment, &tokyo()), "2026年11月22日（日）14時05分（日本時間）");
        assert_eq!(stamp_mail(Lang::En, moment, &tokyo()), "22 November 2026, 14:05 JST (UTC+9)");
        assert_eq!(stamp_mail_seconds(Lang::En, moment, &TimeZone::UTC), "22 November 2026, 05:05:08 UTC");
        assert_eq!(date_mail(Lang::Ja, moment, &tokyo()), "2026年11月22日");
        let nepal = TimeZone::get("Asia/Kathmandu").unwrap();
        assert_eq!(stamp_mail(Lang::Ja, moment, &nepal), "2026年11月22日（日）10時50分（UTC+5:45）");
        let new_york = TimeZone::get("America/New_York").unwrap();
        assert_eq!(stamp_mail(Lang::En, moment, &new_york), "22 November 2026, 00:05 EST (UTC-5)");
        assert_eq!(stamp_mail(Lang::Ja, moment, &new_york), "2026年11月22日（日）00時05分（EST、UTC-5）");
    }

    #[test]
    fn deadlines_count_down_and_then_up() {
        let now = at("2026-11-22T05:00:00Z");
        for (deadline, ja, en) in [
            ("2026-11-25T05:00:00Z", "残り3日", "3 days left"),
            ("2026-11-22T10:30:00Z", "残り5時間", "5 h left"),
            ("2026-11-22T05:30:00Z", "残り30分", "30 min left"),
            ("2026-11-22T05:00:00Z", "残り0秒", "0 s left"),
            ("2026-11-20T04:00:00Z", "2日超過", "2 days overdue"),
        ] {
            assert_eq!(left(Lang::Ja, now, at(deadline)), ja);
            assert_eq!(left(Lang::En, now, at(deadline)), en);
        }
    }

    #[test]
    fn skew_is_stated_with_the_writers_own_characters() {
        let moment = at("2026-11-22T05:05:08Z");
        let zoned = EventTime::zoned(moment, "+0000", "22/Nov/2026:05:05:08 +0000");
        assert_eq!(
            zone_statement(Lang::Ja, &zoned),
            "報告者の時刻表記: 22/Nov/2026:05:05:08 +0000（タイムゾーン +0000）、誤差 ±5秒"
        );
        let bare = EventTime::unzoned(moment, "Nov 22 05:05:08\r\nBcc: x");
        assert_eq!(
            zone_statement(Lang::En, &bare),
            "Time as reported: Nov 22 05:05:08 Bcc: x (no zone given, taken as UTC), error ±14 h"
        );
    }
}
