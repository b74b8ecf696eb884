//! Rates in prose: `2,000 packets per second`, `300 pps`, `毎秒300回`, `1時間に4,000回`.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// What every rate has one of: most lines have none.
static SIGNS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::new([
        "per ",
        "pps",
        "rps",
        "qps",
        "cps",
        "/s",
        "/min",
        " a second",
        " every ",
        "毎",
        "秒",
        "分",
        "時間",
    ])
    .ok()
});

/// Longest part of a line that is looked at, in bytes.
const MAX_LOOK: usize = 1_000;

/// Spans of time that a rate is given for, in seconds; the longer word first.
const SPANS: &[(&str, i64)] = &[
    ("seconds", 1),
    ("second", 1),
    ("sec", 1),
    ("minutes", 60),
    ("minute", 60),
    ("min", 60),
    ("hours", 3_600),
    ("hour", 3_600),
    ("day", 86_400),
    ("s", 1),
    ("秒", 1),
    ("分", 60),
    // `間` is taken off with what else may stand in front of the number.
    ("時", 3_600),
    ("日", 86_400),
];

/// What is counted, in English, lower case.
const COUNTED: &[&str] = &[
    "packet",
    "request",
    "quer",
    "connection",
    "attempt",
    "hit",
    "message",
    "mail",
    "login",
    "access",
    "time",
    "syn",
    "req",
];

/// How many events in how many microseconds a line tells of.
pub fn rate(line: &str) -> Option<(u64, i64)> {
    // Most lines have no digit, and of the others most have no sign of a rate.
    let head = crate::charset::prefix(line, MAX_LOOK);
    if !crate::text::has_digit(head) || !SIGNS.as_ref()?.is_match(line) {
        return None;
    }
    let lower = head.to_lowercase();
    english(&lower).or_else(|| japanese(&lower)).map(|(count, seconds)| (count, seconds * 1_000_000))
}

/// `2,000 packets per second`, `40 requests/min`, `300 pps`.
fn english(lower: &str) -> Option<(u64, i64)> {
    numbers(lower).find_map(|(_, end, count)| {
        let rest = lower.get(end..)?.trim_start();
        if ["pps", "rps", "qps", "cps", "packets/s", "req/s"].iter().any(|unit| rest.starts_with(unit)) {
            return Some((count, 1));
        }
        let mut words = rest.split_whitespace().take(4);
        let counted = |word: &str| COUNTED.iter().any(|unit| word.starts_with(unit));
        let first =
            words.next().filter(|word| counted(word) || word.ends_with('p') || *word == "tcp" || *word == "udp")?;
        let (head, per) = match first.split_once('/') {
            Some((head, span)) => (head, Some(span)),
            None => (first, None),
        };
        let mut words = words.skip_while(|word| counted(word));
        let span = per.or_else(|| match words.next()? {
            "per" | "a" | "every" | "each" | "/" => words.next(),
            _ => None,
        })?;
        let named = |(word, seconds): &(&str, i64)| {
            (span.trim_matches(|c: char| !c.is_alphanumeric()) == *word).then_some(*seconds)
        };
        SPANS.iter().find_map(named).filter(|_| !head.is_empty()).map(|seconds| (count, seconds))
    })
}

/// `毎秒300回`, `1秒間に2,000`, `1時間に4,000回`.
fn japanese(lower: &str) -> Option<(u64, i64)> {
    if lower.is_ascii() {
        return None;
    }
    numbers(lower).find_map(|(start, end, count)| {
        let before = lower.get(..start)?.trim_end_matches([' ', '約', 'に', '間', 'あ', 'た', 'り', '当', '、']);
        let (word, seconds) =
            SPANS.iter().filter(|(word, _)| !word.is_ascii()).find(|(word, _)| before.ends_with(word))?;
        let each = before.strip_suffix(word)?;
        let one = each.ends_with('毎')
            || each.ends_with(['1', '一'])
                && !each.trim_end_matches(['1', '一']).ends_with(|c: char| c.is_ascii_digit());
        let rest = lower.get(end..)?.trim_start();
        let unit = ["回", "件", "通", "パケット", "リクエスト", "アクセス", "request", "packet", "クエリ"];
        (one && unit.iter().any(|unit| rest.starts_with(unit))).then_some((count, *seconds))
    })
}

/// Whole numbers in a line with where they start and end; a comma between groups of three digits belongs to them.
fn numbers(line: &str) -> impl Iterator<Item = (usize, usize, u64)> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        let bytes = line.as_bytes();
        let start = from + bytes.get(from..)?.iter().position(u8::is_ascii_digit)?;
        let mut end = start + bytes[start..].iter().take_while(|b| b.is_ascii_digit()).count();
        while bytes.get(end) == Some(&b',')
            && bytes.get(end + 1..end + 4).is_some_and(|group| group.iter().all(u8::is_ascii_digit))
        {
            end += 4;
        }
        from = end;
        let digits = bytes[start..end].iter().filter(|b| b.is_ascii_digit());
        let value = digits.fold(0_u64, |value, b| value.saturating_mul(10).saturating_add(u64::from(b - b'0')));
        Some((start, end, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_in_prose() {
        for (line, wanted) in [
            ("about 2,000 packets per second from 192.0.2.1", Some((2_000, 1))),
            ("40 requests/min", Some((40, 60))),
            ("UDP flood, 150000 pps", Some((150_000, 1))),
            ("12 login attempts per minute", Some((12, 60))),
            ("300 UDP packets per second", Some((300, 1))),
            ("当サイトへ毎秒300回を超えるアクセス", Some((300, 1))),
            ("1秒に2000 request 以上です", Some((2_000, 1))),
            ("1時間に4,000回以上", Some((4_000, 3_600))),
            ("毎分約60件", Some((60, 60))),
            ("21時間に4,000回", None),
            ("192.0.2.1 tried 5 times", None),
            ("10 packets were seen per our policy", None),
            ("3日に2件の報告", None),
        ] {
            assert_eq!(rate(line), wanted.map(|(count, seconds): (u64, i64)| (count, seconds * 1_000_000)), "{line}");
        }
    }
}
