//! The record that a honeypot keeps of an address (A47): where it is, when it was first and last seen, how many mails came
//! from it and how many were a dictionary attack, and what the honeypot says against its own evidence.
//!
//! Known by its labels, whoever keeps it; a label stands in front of its value or on the line above.

use jiff::{SignedDuration, Timestamp};
use model::{Category, DetailKind, EventTime, Observation, Reading};

use DetailKind as D;

/// Labels in lower case, as they begin a line.
const LABELS: &[(&str, DetailKind)] = &[
    ("geographic location", D::Geography),
    ("geography", D::Geography),
    ("location", D::Geography),
    ("所在地", D::Geography),
    ("地域", D::Geography),
    ("first received", D::FirstSeen),
    ("first seen", D::FirstSeen),
    ("初回の受信", D::FirstSeen),
    ("初回受信", D::FirstSeen),
    ("最初の受信", D::FirstSeen),
    ("last received", D::LastSeen),
    ("last seen", D::LastSeen),
    ("最終受信", D::LastSeen),
    ("最後の受信", D::LastSeen),
    ("number received", D::Mails),
    ("mails received", D::Mails),
    ("受信通数", D::Mails),
    ("受信数", D::Mails),
    ("dictionary attacks", D::DictionaryAttacks),
    ("辞書攻撃", D::DictionaryAttacks),
];
/// Labels of different kinds without which it is no such record.
const ENOUGH: usize = 3;
/// Lines of the text that are looked at.
const MAX_LINES: usize = 500;
/// Words of a disclaimer: what may have happened, and that it only may.
const TAKEN: &[&str] = &["hijack", "compromised", "stolen", "without the owner", "乗っ取", "踏み台", "悪用され"];
const MAYBE: &[&str] = &["may ", "might ", "could ", "possib", "necessarily", "可能性", "おそれ", "恐れ", "場合"];

/// Adds the record in the text of `reading` to its observation.
pub(super) fn add(reading: &mut Reading) {
    // A record is of one address.
    let mut addresses = reading.observations.iter().filter(|seen| seen.ip.is_some());
    if addresses.next().is_none() || addresses.next().is_some() {
        return;
    }
    let found = fields(&reading.text);
    let kinds: std::collections::BTreeSet<DetailKind> = found.iter().map(|(kind, _)| *kind).collect();
    // Two of the labels alone stand over many a log.
    if kinds.len() < ENOUGH || !(kinds.contains(&D::Mails) || kinds.contains(&D::DictionaryAttacks)) {
        return;
    }
    let (written, disclaimer) = (reading.written, disclaimer(&reading.text));
    let Some(seen) = reading.observations.iter_mut().find(|seen| seen.ip.is_some()) else { return };
    for (kind, text) in &found {
        seen.note(*kind, text);
    }
    if let Some(text) = disclaimer {
        seen.note(D::Disclaimer, &text);
    }
    complete(seen, &found, written);
}

/// What the record says in terms of an observation, where nothing else did.
fn complete(seen: &mut Observation, found: &[(DetailKind, String)], written: Option<Timestamp>) {
    let value = |wanted| found.iter().find(|(kind, _)| *kind == wanted).map(|(_, text)| text.as_str());
    seen.count = seen.count.or_else(|| number(value(D::Mails)?));
    if seen.category == Category::Unknown {
        seen.category = Category::Spam;
    }
    if seen.at.is_none() {
        seen.at = written.zip(value(D::LastSeen)).and_then(|(written, text)| ago(text, written));
    }
}

fn fields(text: &str) -> Vec<(DetailKind, String)> {
    let mut found = Vec::new();
    let mut open = None;
    for line in crate::text::lines(text).take(MAX_LINES) {
        let line = line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '|' | '*' | '-' | '・'));
        let label = LABELS.iter().find(|(label, _)| crate::text::begins(line, label));
        match label {
            Some((label, kind)) => {
                let value = value(&line[label.len()..]);
                if value.is_empty() {
                    open = Some(*kind);
                } else {
                    found.push((*kind, value.to_owned()));
                    open = None;
                }
            }
            _ if line.is_empty() => {}
            _ => {
                if let Some(kind) = open.take().filter(|_| line.len() <= 200) {
                    found.push((kind, line.to_owned()));
                }
            }
        }
    }
    found
}

/// What stands behind a label: `: value`, `<tab>value`, `From  value`, `数: 値`.
fn value(rest: &str) -> &str {
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '|');
    let rest = rest.strip_prefix("From").or_else(|| rest.strip_prefix("from")).unwrap_or(rest);
    let rest = rest.strip_prefix(['数', '日', '時']).unwrap_or(rest);
    rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '|')).trim_end()
}

fn number(text: &str) -> Option<u64> {
    let at = text.find(|c: char| c.is_ascii_digit())?;
    let digits: String =
        text[at..].chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(|c| *c != ',').collect();
    digits.parse().ok()
}

/// "approximately 3 weeks ago", "within 1 week", "約3週間前", "1週間以内": the interval that is meant.
fn ago(text: &str, written: Timestamp) -> Option<EventTime> {
    const UNITS: &[(&str, i64)] = &[
        ("minute", 60),
        ("hour", 3_600),
        ("day", 86_400),
        ("week", 7 * 86_400),
        ("month", 30 * 86_400),
        ("year", 365 * 86_400),
        ("時間", 3_600),
        ("分", 60),
        ("日", 86_400),
        ("週間", 7 * 86_400),
        ("か月", 30 * 86_400),
        ("ヶ月", 30 * 86_400),
        ("年", 365 * 86_400),
    ];
    let folded = text.to_lowercase();
    let within = ["within", "less than", "以内"].iter().any(|word| folded.contains(word));
    if !(within || folded.contains("ago") || folded.contains('前')) {
        return None;
    }
    let count = i64::try_from(number(&folded)?).ok().filter(|count| *count <= 1_000)?;
    let behind = &folded[folded.find(|c: char| c.is_ascii_digit()).unwrap_or(0)..];
    let behind = behind.trim_start_matches(|c: char| c.is_ascii_digit() || c.is_whitespace());
    let (_, unit) = UNITS.iter().find(|(name, _)| behind.starts_with(name))?;
    // Within a week: from a week before until now. Three weeks ago: half a week to either side.
    let (middle, half) = if within { (count * unit / 2, count * unit / 2) } else { (count * unit, unit / 2) };
    let at = written.checked_sub(SignedDuration::from_secs(middle)).ok()?;
    let original = Some(crate::charset::prefix(text.trim(), 200).to_owned());
    Some(EventTime { at, uncertainty_us: half * 1_000_000, zone: None, original })
}

/// The sentence in which the source says that the machine may itself be hijacked.
fn disclaimer(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().take(MAX_LINES).map(str::trim).collect();
    let paragraphs: Vec<String> = lines.split(|line| line.is_empty()).map(|lines| lines.join(" ")).collect();
    let sentences = paragraphs.iter().flat_map(|text| text.split_inclusive(['.', '。', '!'])).map(str::trim);
    let says = |sentence: &&str| {
        let folded = sentence.to_lowercase();
        TAKEN.iter().any(|word| folded.contains(word)) && MAYBE.iter().any(|word| folded.contains(word))
    };
    sentences.filter(says).find(|sentence| sentence.len() <= 1_000).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_lie_back_are_intervals() {
        let written: Timestamp = "2026-04-22T00:00:00Z".parse().unwrap();
        for (text, at, hours) in [
            ("approximately 3 weeks ago", "2026-04-01T00:00:00Z", 84),
            ("within 1 week", "2026-04-18T12:00:00Z", 84),
            ("約3週間前", "2026-04-01T00:00:00Z", 84),
            ("1週間以内", "2026-04-18T12:00:00Z", 84),
            ("2 days ago", "2026-04-20T00:00:00Z", 12),
        ] {
            let event = ago(text, written).unwrap();
            assert_eq!((event.at, event.uncertainty_us), (at.parse().unwrap(), hours * 3_600_000_000), "{text}");
        }
        assert_eq!(ago("2026-04-01 10:00", written), None);
        assert_eq!(ago("99999999999999999999 weeks ago", written), None);
    }
}
