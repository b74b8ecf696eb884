//! A link is not a sender (D41): who is insulted, or made to look guilty, has his own page quoted in the mails. Where the
//! report itself says that the page has nothing to do with it, and accuses something else besides, the page goes free.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use model::{Observation, Reading};

/// What is said of a page that is only quoted, in lower case: in its sentence, or in the next one.
const SAYS: &[&str] = &[
    "nothing to do with",
    "not involved",
    "is innocent",
    "innocent site",
    "innocent owner",
    "innocent third party",
    "is the victim",
    "not responsible for",
    "is unrelated",
    "unrelated site",
    "joe job",
    "無関係",
    "関係ありません",
    "関係のない",
    "関係がない",
    "被害者です",
    "被害を受けている側",
    "濡れ衣",
];
static SAID: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(SAYS).ok());
/// Lines of the text that are looked at.
const MAX_LINES: usize = 500;

/// Takes pages out of `reading` that it says are innocent, if something else is accused.
pub(super) fn clear(reading: &mut Reading) {
    let is_page = |seen: &Observation| seen.ip.is_none() && seen.account.is_none() && seen.host().is_some();
    let seen = &reading.observations;
    if seen.len() > 50 || seen.iter().all(is_page) || !seen.iter().any(|seen| seen.host().is_some()) {
        return;
    }
    let text = crate::text::lines(&reading.text).take(MAX_LINES).collect::<Vec<_>>().join(" ");
    if !SAID.as_ref().is_some_and(|words| words.is_match(&text)) {
        return;
    }
    let folded = text.to_lowercase();
    let sentences: Vec<&str> = sentences(&folded);
    let freed = |host: &str| {
        let named = |text: &str| text.contains(host);
        sentences.iter().enumerate().any(|(at, sentence)| {
            let next = sentences.get(at + 1).copied().filter(|next| !next.contains("://")).unwrap_or_default();
            named(sentence) && SAYS.iter().any(|word| sentence.contains(word) || next.contains(word))
        })
    };
    let mut gone = 0;
    reading.observations.retain_mut(|seen| {
        if !seen.host().is_some_and(|host| freed(&host)) {
            return true;
        }
        gone += 1;
        // The address beside the link may be the sender's.
        let page = is_page(seen);
        (seen.url, seen.domain) = (None, None);
        !page
    });
    if gone > 0 {
        reading
            .remarks
            .push(format!("{gone} links were left out: the report says that their owner has no part in it."));
    }
}

/// Sentences: a full stop counts where white space follows, so that names and addresses stay whole.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut signs = text.char_indices().peekable();
    while let Some((at, c)) = signs.next() {
        let ends = c == '。' || (matches!(c, '.' | '!') && signs.peek().is_none_or(|(_, next)| next.is_whitespace()));
        if ends {
            found.push(&text[start..at + c.len_utf8()]);
            start = at + c.len_utf8();
        }
    }
    found.push(&text[start..]);
    found
}
