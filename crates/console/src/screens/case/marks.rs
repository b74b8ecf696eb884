//! Where the accused values stand in the text of a report: pieces with and without a mark, each harmless by itself.

use std::ops::Range;

use model::Observation;

use crate::screens::view::harmless;

/// Most marks in one text.
const MOST: usize = 400;
/// Schemes that [`harmless`] takes the teeth from; a mark never begins or ends inside of one.
const SCHEMES: [&str; 3] = ["https://", "http://", "ftp://"];

/// A part of a text, marked or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// What is shown.
    pub(crate) text: String,
    /// The accused value that it is.
    pub(crate) mark: Option<Mark>,
}

/// How sure the reader is of a marked value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// In percent.
    pub(crate) percent: i64,
    /// Whether that suffices to act without a person.
    pub(crate) sure: bool,
}

impl Mark {
    /// Of one observation.
    pub(crate) fn of(seen: &Observation) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "a percentage")]
        let percent = (seen.confidence * 100.0).round() as i64;
        Self { percent, sure: seen.confidence >= Observation::SURE }
    }

    /// The class by which it is coloured.
    pub(crate) const fn class(self) -> &'static str {
        if self.sure { "sure" } else { "unsure" }
    }
}

/// The excerpt that an observation was read from, with the main value marked.
pub(crate) fn of_excerpt(seen: &Observation) -> Vec<Piece> {
    let Some((front, value, behind)) = seen.highlighted() else { return Vec::new() };
    let text = format!("{front}{value}{behind}");
    pieces(&text, &[(front.len()..front.len() + value.len(), Mark::of(seen))])
}

/// `text` with every value that `all` accuse marked where it stands; the place that the reader named comes first, and what
/// is written defanged is found all the same.
pub(crate) fn of_text<'a>(text: &str, all: impl Iterator<Item = &'a Observation>) -> Vec<Piece> {
    let folded = Folded::new(text);
    let mut found: Vec<(Range<usize>, Mark)> = Vec::new();
    for seen in all.take(MOST) {
        let mut add = |range: Option<Range<usize>>| {
            found.extend(range.map(|range| (range, Mark::of(seen))));
        };
        if let Some((front, value, _)) = seen.highlighted().filter(|(_, value, _)| !value.is_empty()) {
            add(folded.find(front, value).or_else(|| folded.find("", value)));
        }
        let ip = seen.ip.map(|ip| ip.to_string());
        let name = seen.url.as_ref().or(seen.domain.as_ref());
        for value in [ip.as_deref(), name.map(|name| name.trim_end_matches('/')), seen.account.as_deref()] {
            add(value.and_then(|value| folded.find("", value)));
        }
    }
    // Of two that overlap the one that begins first stays, of these the longer one.
    found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut last = 0;
    found.retain(|(range, _)| {
        let free = range.start >= last;
        last = if free { range.end } else { last };
        free
    });
    pieces(text, &found)
}

/// Cuts `text` at `marks`, which are in order and do not overlap.
fn pieces(text: &str, marks: &[(Range<usize>, Mark)]) -> Vec<Piece> {
    let mut out = Vec::with_capacity(marks.len() * 2 + 1);
    let mut done = 0;
    let mut push = |range: Range<usize>, mark: Option<Mark>| {
        if let Some(part) = text.get(range).filter(|part| !part.is_empty()) {
            out.push(Piece { text: harmless(part), mark });
        }
    };
    for (range, mark) in marks {
        let range = whole_scheme(text, range, done);
        push(done..range.start, None);
        done = range.end.max(done);
        push(range, Some(*mark));
    }
    push(done..text.len(), None);
    out
}

/// `range` widened to the scheme that it would cut in two: half of `http://` would pass as harmless.
fn whole_scheme(text: &str, range: &Range<usize>, least: usize) -> Range<usize> {
    let inside = |at: usize| {
        let from = at.saturating_sub(8);
        let schemes = (from..at).filter_map(|start| {
            let rest = text.get(start..)?.as_bytes();
            let is =
                |scheme: &&&str| rest.get(..scheme.len()).is_some_and(|is| is.eq_ignore_ascii_case(scheme.as_bytes()));
            let scheme = SCHEMES.iter().find(is)?;
            Some(start..start + scheme.len())
        });
        schemes.into_iter().find(|scheme| scheme.end > at)
    };
    let start = inside(range.start).map_or(range.start, |scheme| scheme.start).max(least);
    let end = inside(range.end).map_or(range.end, |scheme| scheme.end);
    start..end.max(start)
}

/// A text in lower case without what reporters put in so that nobody clicks, and where each character of it stood.
struct Folded<'t> {
    original: &'t str,
    text: String,
    /// For each byte of `text`, the byte of the original at which its character begins.
    from: Vec<usize>,
}

impl<'t> Folded<'t> {
    fn new(original: &'t str) -> Self {
        let (mut text, mut from) = (String::with_capacity(original.len()), Vec::with_capacity(original.len() + 1));
        for (at, c) in original.char_indices() {
            if matches!(c, '[' | ']' | '(' | ')' | '{' | '}' | '\\') {
                continue;
            }
            // Full-width forms of ASCII, as input methods write them.
            let narrow = match u32::from(c) {
                code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(c),
                _ => c,
            };
            let start = text.len();
            text.extend(narrow.to_lowercase());
            from.resize(from.len() + text.len() - start, at);
        }
        let text = text.replace("hxxp", "http");
        Self { original, text, from }
    }

    /// Where `value` stands behind `front`, as a value of its own and no part of a longer one.
    fn find(&self, front: &str, value: &str) -> Option<Range<usize>> {
        let (front, value) = (Folded::new(front).text, Folded::new(value).text);
        if value.is_empty() {
            return None;
        }
        let wanted = format!("{front}{value}");
        let places = self.text.match_indices(&wanted).map(|(at, _)| at + front.len()..at + wanted.len());
        let free = |range: &Range<usize>| {
            let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let (before, behind) = (&self.text[..range.start], &self.text[range.end..]);
            // A full stop ends a sentence; one with a letter or digit behind it goes on.
            let goes_on = behind.strip_prefix('.').is_some_and(|rest| rest.starts_with(part));
            !before.ends_with(part) && !before.ends_with('.') && !behind.starts_with(part) && !goes_on
        };
        let range = places.into_iter().find(free)?;
        let start = *self.from.get(range.start)?;
        let last = *self.from.get(range.end - 1)?;
        let end = last + self.original.get(last..)?.chars().next()?.len_utf8();
        Some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use model::{Category, Provenance};

    use super::*;

    fn seen(ip: &str, confidence: f32) -> Observation {
        Observation { ip: ip.parse().ok(), ..Observation::new(Category::Phishing, confidence) }
    }

    fn marked(pieces: &[Piece]) -> Vec<(&str, &'static str)> {
        pieces.iter().filter_map(|piece| Some((piece.text.as_str(), piece.mark?.class()))).collect()
    }

    #[test]
    fn values_are_marked_where_they_stand_and_nothing_is_lost() {
        let text = "From 192.0.2.10 to 192.0.2.1.\nSee hxxp://bad[.]example[.]com/x and １９２．０．２．９\n";
        let mut link = seen("192.0.2.9", 0.97);
        link.url = Some("http://bad.example.com/x".to_owned());
        let all = [seen("192.0.2.1", 0.85), link];
        let cut = of_text(text, all.iter());
        let wanted =
            [("192.0.2.1", "unsure"), ("hxxp://bad[.]example[.]com/x", "sure"), ("１９２．０．２．９", "sure")];
        assert_eq!(marked(&cut), wanted);
        assert_eq!(cut.iter().map(|piece| piece.text.as_str()).collect::<String>(), text);
    }

    #[test]
    fn the_place_that_the_reader_named_comes_first() {
        let text = "Our host 192.0.2.5 is fine.\nSource: 192.0.2.5\n";
        let mut one = seen("192.0.2.5", 0.97);
        one.provenance = Some(Provenance { part: "1".to_owned(), line: 2, text: "Source: 192.0.2.5".to_owned() });
        one.span = Some((8, 17));
        let cut = of_text(text, std::iter::once(&one));
        assert_eq!(cut[cut.len() - 2].mark, Some(Mark { percent: 97, sure: true }));
        assert_eq!(cut[cut.len() - 3].text.lines().last(), Some("Source: "));
        let excerpt = of_excerpt(&one);
        assert_eq!(excerpt.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>(), ["Source: ", "192.0.2.5"]);
    }

    #[test]
    fn a_mark_never_lets_a_live_link_through() {
        let mut one = seen("192.0.2.5", 0.5);
        one.provenance = Some(Provenance { part: "1".to_owned(), line: 2, text: "x http://a.example/ y".to_owned() });
        for span in [(4, 8), (2, 5), (0, 4), (9, 18), (0, 21)] {
            one.span = Some(span);
            let all: String = of_excerpt(&one).iter().map(|piece| piece.text.as_str()).collect();
            assert_eq!(all, "x hxxp://a.example/ y", "{span:?}");
        }
    }
}
