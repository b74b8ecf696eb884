//! URLs that a mail program broke at the width of its lines.

use crate::extract::{ip, url};

/// How wide lines are that were broken by their width; the narrowest and the widest that mail programs write.
const WIDTH: std::ops::RangeInclusive<usize> = 70..=80;
/// Longest rest of a URL, in lines.
const MAX_LINES: usize = 4;

/// The text with URLs joined that a full line broke off; nothing if there is none.
///
/// The lines that held the rest stay, empty, so that the numbers of all lines are kept.
pub(super) fn joined(text: &str) -> Option<String> {
    let mut out: Option<String> = None;
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&text.as_bytes()[at..], b"://").map(|next| at + next) {
        let end = line_end(text, found);
        at = end;
        let start = memchr::memrchr(b'\n', &text.as_bytes()[..found]).map_or(0, |line| line + 1);
        let rest = rest(text, start, found, end);
        if rest.is_empty() {
            continue;
        }
        let out = out.get_or_insert_with(|| String::with_capacity(text.len()));
        out.push_str(text.get(copied..end)?.trim_end());
        for (from, to) in &rest {
            out.push_str(text.get(*from..*to)?.trim());
        }
        out.extend(std::iter::repeat_n('\n', rest.len()));
        at = rest.last().map_or(end, |(_, to)| *to);
        copied = at;
    }
    let mut out = out?;
    out.push_str(text.get(copied..)?);
    Some(out)
}

fn line_end(text: &str, from: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[from..]).map_or(text.len(), |end| from + end)
}

/// The lines behind the line `start..end` that go on with the URL whose `://` stands at `found`.
fn rest(text: &str, start: usize, found: usize, end: usize) -> Vec<(usize, usize)> {
    let mut lines = Vec::new();
    let mut line = text.get(start..end).unwrap_or("").trim_end_matches('\r');
    // The URL reaches the end of its line, and nobody encoded or marked up what it stands in.
    let ends =
        text.get(found..start + line.len()).is_some_and(|url| !url.contains([' ', '\t', '<', '>', '"', ')', ']']));
    let source = line.ends_with('=') || text.get(start..found).is_none_or(|before| before.contains(['<', '"', '=']));
    if !ends || source {
        return lines;
    }
    let mut end = end;
    while WIDTH.contains(&line.len()) && lines.len() < MAX_LINES && end < text.len() {
        let from = end + 1;
        let to = line_end(text, from);
        line = text.get(from..to).unwrap_or("").trim_end_matches('\r');
        if !is_rest(line) {
            break;
        }
        lines.push((from, to));
        end = to;
    }
    lines
}

/// Whether a line is one word that can only be the rest of a URL: with signs or digits in it, and no value of its own.
fn is_rest(line: &str) -> bool {
    let word = line.trim_end();
    !word.is_empty()
        && word.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'"' | b'|' | b'*' | b'@'))
        && word.contains(|c: char| c.is_ascii_digit() || matches!(c, '=' | '&' | '%' | '/' | '?'))
        && !word.ends_with(':')
        && !word.contains("://")
        && ip::parse(word).is_none()
        && !url::is_host_name(word.split('/').next().unwrap_or(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_was_broken_by_the_width_of_the_line_is_put_together() {
        let head = "http://www.example.com/videos/searchMovieList.do?type=movie&and=much-more-of-it";
        let text = format!("Copies:\n{}\n{}=2024&code=1\n\nhttp://www.example.net/\n", &head[..76], &head[76..]);
        let out = joined(&text).unwrap();
        assert_eq!(out, format!("Copies:\n{head}=2024&code=1\n\n\nhttp://www.example.net/\n"));
        assert_eq!(out.lines().count(), text.lines().count());
    }

    #[test]
    fn what_stands_under_a_url_is_not_its_rest() {
        let url = format!("http://www.example.com/{}", "a".repeat(53));
        for next in ["Regards", "192.0.2.1", "www.example.net", "IP:", "and 20 more", "", "https://example.org/1"] {
            assert_eq!(joined(&format!("{url}\n{next}\n")), None, "{next}");
        }
        assert_eq!(joined("http://www.example.com/short\nrest=1\n"), None);
        assert_eq!(joined(&format!("{url} ok\nrest=1\n")), None);
    }
}
