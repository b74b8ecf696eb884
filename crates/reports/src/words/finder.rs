//! Several lists of words in one text, each list for itself: where no word can begin, the text is passed over faster than by
//! an automaton of all words.

use aho_corasick::{AhoCorasick, Anchored, Input, MatchKind, StartKind};

/// Bytes of the beginning of a word by which it may be told; no word is shorter.
const HEAD: usize = 3;
/// Bits in the table of beginnings: five of each byte, which leave out the case of letters.
const SLOTS: usize = 1 << (5 * HEAD);

/// Lists of words; the case of Latin letters does not matter.
pub(super) struct Finder {
    /// Of each list: tells which of its words stands at a place in the text.
    lists: Vec<AhoCorasick>,
    /// A bit for each beginning that a word of any list has.
    heads: Box<[u64; SLOTS / 64]>,
}

/// A word in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// The number of its list.
    pub(super) list: usize,
    /// Its number in the list.
    pub(super) number: usize,
    /// Where it starts.
    pub(super) start: usize,
}

impl Finder {
    /// A finder of the words in `lists`, each of which has at least three bytes.
    pub(super) fn new(lists: &[&[&str]]) -> Option<Self> {
        let mut heads = Box::new([0; SLOTS / 64]);
        for word in lists.iter().flat_map(|words| words.iter()) {
            let head: &[u8; HEAD] = word.as_bytes().first_chunk()?;
            let slot = head.iter().fold(0, |before, byte| slot(before, *byte));
            heads[slot / 64] |= 1 << (slot % 64);
        }
        let lists: Option<Vec<AhoCorasick>> = lists.iter().map(|words| matcher(words)).collect();
        Some(Self { lists: lists?, heads })
    }

    /// Gives every word in `text` to `take`, from left to right; of those of one list that overlap the leftmost, and of
    /// those that begin together the longest.
    pub(super) fn each(&self, text: &str, mut take: impl FnMut(Word)) {
        let mut from = vec![0; self.lists.len()];
        let mut head = 0;
        for (at, byte) in text.bytes().enumerate() {
            head = slot(head, byte);
            if self.heads[head / 64] >> (head % 64) & 1 == 0 {
                continue;
            }
            let Some(start) = (at + 1).checked_sub(HEAD) else { continue };
            for (list, (matcher, from)) in self.lists.iter().zip(&mut from).enumerate() {
                let place = Input::new(text).span(start..text.len()).anchored(Anchored::Yes);
                if let Some(found) = Some(place).filter(|_| start >= *from).and_then(|place| matcher.find(place)) {
                    *from = found.end();
                    take(Word { list, number: found.pattern().as_usize(), start });
                }
            }
        }
    }
}

fn matcher(words: &[&str]) -> Option<AhoCorasick> {
    AhoCorasick::builder()
        .start_kind(StartKind::Anchored)
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(words)
        .ok()
}

/// Where the bit of a beginning is, of which `byte` is the last one behind those `before`.
fn slot(before: usize, byte: u8) -> usize {
    (before << 5 | usize::from(byte & 31)) % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_list_the_longest_word_at_the_leftmost_place_is_found() {
        let finder =
            Finder::new(&[&["phish", "port", "port scan", "scan", "攻撃", "攻撃元"], &["scanning", "元から"]]).unwrap();
        let found = |text| {
            let mut found = Vec::new();
            finder.each(text, |word| found.push((word.start, word.list, word.number)));
            found
        };
        assert_eq!(found("a PORT SCAN, a Scan; phiphish"), [(2, 0, 2), (15, 0, 3), (24, 0, 0)]);
        assert_eq!(found("port scanning"), [(0, 0, 2), (5, 1, 0)]);
        assert_eq!(found("この攻撃元からの攻撃"), [(6, 0, 5), (12, 1, 1), (24, 0, 4)]);
        assert!(found("").is_empty() && found("ph").is_empty() && found("nothing of it").is_empty());
        assert!(Finder::new(&[&["ab"]]).is_none(), "a word that is too short");
    }
}
