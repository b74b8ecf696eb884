//! Dates in kanji numerals: `十一月十九日の夜九時半`, `令和八年一一月一九日`.

/// Kanji numerals, each at the place of its value.
const NUMERALS: &str = "〇一二三四五六七八九十";
/// What they count in a date and a time of day.
const UNITS: &[char] = &['年', '月', '日', '時', '分', '秒'];

/// Whether `text` has a day of a month in kanji numerals.
pub(super) fn dated(text: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), "月").any(|at| is_day(text, at))
}

/// Whether the `月` at byte `at` stands between numerals, with a `日` behind.
fn is_day(text: &str, at: usize) -> bool {
    let numeral = |c: char| NUMERALS.contains(c);
    text[..at].ends_with(numeral) && {
        let behind = &text[at + '月'.len_utf8()..];
        behind.starts_with(numeral) && behind.trim_start_matches(numeral).starts_with('日')
    }
}

/// The text with the numerals of dates and times of day as digits, in lines that have such a date: elsewhere `一時` is a
/// while and `十分` is enough.
pub(super) fn arabic(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if !dated(line) {
            out.push_str(line);
            continue;
        }
        let mut rest = line;
        while let Some(start) = rest.find(|c| NUMERALS.contains(c)) {
            let (before, from) = rest.split_at(start);
            let end = from.find(|c| !NUMERALS.contains(c)).unwrap_or(from.len());
            let (run, behind) = from.split_at(end);
            out.push_str(before);
            match value(run).filter(|_| behind.starts_with(UNITS)) {
                Some(value) => out.push_str(&value.to_string()),
                None => out.push_str(run),
            }
            rest = behind;
        }
        out.push_str(rest);
    }
    out
}

/// `二十九`, `一九`, `二〇二六`.
fn value(run: &str) -> Option<u32> {
    let digit = |c: char| NUMERALS.chars().position(|known| known == c).and_then(|value| u32::try_from(value).ok());
    match run.split_once('十') {
        Some((tens, ones)) => {
            let tens = if tens.is_empty() {
                1
            } else {
                tens.chars().next().and_then(digit).filter(|_| tens.chars().count() == 1)?
            };
            let ones = if ones.is_empty() {
                0
            } else {
                ones.chars().next().and_then(digit).filter(|_| ones.chars().count() == 1)?
            };
            (ones < 10).then_some(tens * 10 + ones)
        }
        None if run.chars().count() <= 4 => run.chars().try_fold(0, |sum, c| Some(sum * 10 + digit(c)?)),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_kanji() {
        for (text, read) in [
            ("十一月十九日の夜九時半に", "11月19日の夜9時半に"),
            ("令和八年一一月一九日二二時二二分", "令和8年11月19日22時22分"),
            ("二〇二六年十月二十日", "2026年10月20日"),
            ("一時停止\n五月三日", "一時停止\n5月3日"),
            ("一月十日に三人", "1月10日に三人"),
        ] {
            assert!(dated(text));
            assert_eq!(arabic(text), read);
        }
        for text in ["一ヶ月", "今月一日", "一時的に停止", "十分"] {
            assert!(!dated(text), "{text}");
        }
    }
}
