//! When a list is asked next. Pure.

use blocklists::sources::forms::Form;
use blocklists::sources::{Own, Source};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::fetch::Trouble;

/// Longest pause between two questions, however often they failed.
const LONGEST: SignedDuration = SignedDuration::from_hours(48);

/// When a list is asked again after a good answer: as often as its maker allows, a little later by its name, so that lists of
/// one maker do not all come at once.
pub(super) fn after_answer(source: &Source, now: Timestamp) -> Timestamp {
    let minutes = i64::from(source.minutes);
    let spread = source.name.bytes().fold(0_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 600);
    // At most a tenth of the pause.
    let spread = spread.min(minutes * 6);
    later(now, SignedDuration::from_secs(minutes * 60 + spread))
}

/// When it is asked again after so many bad answers in a row: each time twice as late, not before the server wants it.
pub(super) fn after_trouble(source: &Source, now: Timestamp, failures: i64, trouble: &Trouble) -> Timestamp {
    let doubled = 1_i64 << failures.clamp(0, 10);
    let pause = SignedDuration::from_mins(i64::from(source.minutes).saturating_mul(doubled)).min(LONGEST);
    later(now, pause.max(trouble.wait.unwrap_or_default()))
}

fn later(now: Timestamp, pause: SignedDuration) -> Timestamp {
    now.saturating_add(pause).unwrap_or(Timestamp::MAX)
}

/// The addresses of a list, by part: of each part the first and its mirrors. `{as}` stands for each AS of ours, `{year}` and
/// `{month}` for those of last month.
pub(super) fn parts(source: &Source, own: &Own, now: Timestamp) -> Vec<Vec<String>> {
    let zoned = now.to_zoned(TimeZone::UTC);
    let month = zoned.date().first_of_month().checked_sub(1.day()).unwrap_or(zoned.date());
    let dated: Vec<String> = source
        .url
        .iter()
        .map(|url| entrance(source, url))
        .map(|url| {
            url.replace("{year}", &month.year().to_string()).replace("{month}", &format!("{:02}", month.month()))
        })
        .collect();
    if !dated.iter().any(|url| url.contains("{as}")) {
        return vec![dated];
    }
    let of = |number: &u32| dated.iter().map(|url| url.replace("{as}", &number.to_string())).collect();
    own.systems.iter().map(of).collect()
}

/// What names the events of a MISP feed.
const MANIFEST: &str = "/manifest.json";

/// Where the list is asked first: a MISP feed by its manifest.
fn entrance(source: &Source, url: &str) -> String {
    match source.form {
        Form::Misp if !url.ends_with(MANIFEST) => format!("{}{MANIFEST}", url.trim_end_matches('/')),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use blocklists::sources::Registry;

    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_767_596_400, 0);

    fn source(name: &str) -> &'static Source {
        Registry::built_in().find(name).unwrap().source
    }

    #[test]
    fn nobody_is_asked_more_often_than_he_allows() {
        for known in Registry::built_in().lists() {
            let pause = after_answer(known.source, NOW).duration_since(NOW);
            let least = SignedDuration::from_mins(i64::from(known.source.minutes));
            assert!(pause >= least && pause <= least * 11 / 10, "{}", known.source.name);
        }
    }

    #[test]
    fn bad_answers_are_followed_by_longer_and_longer_pauses() {
        let trouble = Trouble { word: "refused", detail: String::new(), wait: None };
        let minutes =
            |failures| after_trouble(source("blocklist_de"), NOW, failures, &trouble).duration_since(NOW).as_mins();
        assert_eq!([1, 2, 3, 4, 60].map(minutes), [60, 120, 240, 480, 2_880]);
        let wait = Trouble { wait: Some(SignedDuration::from_hours(20)), ..trouble };
        assert_eq!(after_trouble(source("blocklist_de"), NOW, 1, &wait).duration_since(NOW).as_hours(), 20);
    }

    #[test]
    fn what_stands_for_something_becomes_it() {
        let own = Own { systems: [64_500, 64_501].into(), ..Own::default() };
        assert_eq!(
            parts(source("cleantalk_as"), &own, NOW),
            [["https://cleantalk.org/blacklists/as64500"], ["https://cleantalk.org/blacklists/as64501"]]
        );
        assert!(parts(source("jpcert_phishurl"), &own, NOW)[0][0].ends_with("/2025/202512.csv"));
        assert_eq!(parts(source("spamhaus_drop"), &own, NOW)[0].len(), 2, "the mirror behind the first");
        assert!(parts(source("cleantalk_as"), &Own::default(), NOW).is_empty(), "without an AS nothing is asked");
    }
}
