//! Words around a value: do they accuse it, protect it, or only point to it?
//!
//! The nearest word decides, but a noun never overrules an adjective: in "our official web site:" it is `official` that
//! counts. All words are found in one pass over a short window.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::cue_words::{IP_WORDS, Says, URL_WORDS};
use super::japanese;

/// The words in front of a value up to the value before it, lower case, and those behind it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around<'a> {
    /// In front, at most 80 bytes, on the same line.
    pub(crate) before: &'a str,
    /// Behind, at most 50 bytes, on the same line.
    pub(crate) after: &'a str,
    /// The heading over the line, if it is an item under one.
    pub(crate) heading: &'a str,
}

struct Cues {
    matcher: Option<AhoCorasick>,
    /// Of each pattern: what it says, and whether it must begin a word.
    says: Vec<(Says, bool)>,
}

impl Cues {
    fn new(words: &[(Says, &[&str])], japanese: &[(Says, &[&str])]) -> Self {
        let words = || words.iter().chain(japanese);
        let all: Vec<(Says, &str)> =
            words().flat_map(|(says, words)| words.iter().map(move |word| (*says, *word))).collect();
        Self {
            matcher: AhoCorasick::new(all.iter().map(|(_, word)| word)).ok(),
            says: all
                .iter()
                // Latin words must begin a word: `our network` is not in `your network`.
                .map(|(says, word)| (*says, word.as_bytes()[0].is_ascii_alphabetic()))
                .collect(),
        }
    }

    /// Where the last word of each sort ends, and how long it is: of two words that end together the longer one is meant.
    fn last(&self, text: &str) -> [Option<(usize, usize)>; 5] {
        let mut ends = [None; 5];
        let Some(matcher) = self.matcher.as_ref().filter(|_| !text.is_empty()) else {
            return ends;
        };
        for found in matcher.find_overlapping_iter(text) {
            let Some((says, begins)) = self.says.get(found.pattern().as_usize()) else {
                continue;
            };
            if *begins && found.start() > 0 && text.as_bytes()[found.start() - 1].is_ascii_alphanumeric() {
                continue;
            }
            let slot = &mut ends[*says as usize];
            *slot = (*slot).max(Some((found.end(), found.len())));
        }
        ends
    }
}

static IP_CUES: LazyLock<Cues> = LazyLock::new(|| Cues::new(IP_WORDS, japanese::IP_WORDS));
static URL_CUES: LazyLock<Cues> = LazyLock::new(|| Cues::new(URL_WORDS, japanese::URL_WORDS));

const IP_TARGET_AFTER: &[&str] = &[
    "was attacked",
    "was scanned",
    "has been attacked",
    "were attacked",
    "(our",
    "(victim",
    "(target",
    "(dest",
    "is our",
    "was targeted",
];
const IP_SOURCE_AFTER: &[&str] = &[
    "has been",
    "was found",
    "attempted",
    "tried",
    "was observed",
    "is attacking",
    "attacking",
    "has attacked",
    "is being",
    "->",
    "=>",
    "→",
    "is scanning",
    "was blocked",
    "was detected",
    "which is",
    "is hosting",
    "which appears",
    "may be",
    "is infected",
    "からの",
    "より",
    "attacked",
    "has tried",
    "is trying",
    "performed",
    "is listed",
    "added to",
    "keeps",
    "continue",
    "made ",
    "has made",
    "has sent",
    "sent ",
    "is sending",
    "sends ",
    "delivered",
    "connected",
    "accessed",
    "scanned",
    "probed",
    "launched",
    "participated",
    "took part",
    "was seen",
    "was involved",
    "is involved",
    "was reported",
    "was used",
    "is used",
    "is being used",
    "is running",
    "is performing",
    "is part of",
];

/// How far the words speak for (positive) or against an address being the accused one.
pub(crate) fn ip(around: Around<'_>) -> i32 {
    let around = Around { before: japanese::sentence(around.before), ..around };
    let score = by_words(around);
    match japanese::address_before(around.after) {
        Some(true) => score.max(5),
        Some(false) => score.min(-6),
        None => score,
    }
}

/// What a heading says of the addresses under it.
fn of_heading(heading: &str) -> [Option<(usize, usize)>; 5] {
    let mut says = IP_CUES.last(telling(heading));
    if japanese::is_sentence(heading) || names_who_acts(heading) {
        says[Says::Other as usize] = None;
    }
    says
}

/// Whether a heading begins with what stands under it as the one who does something, whatever he does it to: `The
/// following addresses flood our site:`, but not `The following hosts were attacked:`.
fn names_who_acts(heading: &str) -> bool {
    let Some((_, rest)) = heading.split_once("following ") else { return false };
    let noun =
        ["address", "ip", "host", "system", "server", "machine", "source", "client", "device", "computer", "bot"]
            .iter()
            .filter_map(|noun| rest.find(noun))
            .min();
    let suffers = [" were ", " was ", " been ", " being ", " received ", " suffer", " of our", " in our"];
    noun.is_some_and(|at| at < 24) && rest.len() > 24 && !suffers.iter().any(|word| rest.contains(word))
}

fn by_words(around: Around<'_>) -> i32 {
    let [accused, mut other, weak, noun, _] = IP_CUES.last(around.before);
    // What a server is for counts against it, unless it is called somebody's right before: `貴社のメールサーバ`.
    let owned = |(end, length): (usize, usize)| accused.is_some_and(|(other, _)| other + "の".len() + length >= end);
    other = other.max(weak.filter(|weak| !owned(*weak)));
    let mut score = match (accused, other) {
        (Some(accused), Some(other)) if other >= accused => -6,
        (Some(_), _) => 5,
        (None, Some(_)) => -6,
        // `ip: …` says nothing by itself if the heading speaks of targets.
        (None, None) if noun.is_some() => match of_heading(around.heading) {
            [accused, Some(other), ..]
                if about_addresses(telling(around.heading)) && accused.is_none_or(|accused| other >= accused) =>
            {
                -6
            }
            _ => 5,
        },
        _ => 0,
    };
    if around.before.trim_matches(|c: char| !c.is_alphanumeric()).is_empty() && !around.heading.is_empty() {
        let [accused, other, _, noun, _] = of_heading(around.heading);
        score += match (accused, other) {
            (Some(accused), Some(other)) if other >= accused => -5,
            (Some(_), _) => 5,
            (None, Some(_)) => -5,
            (None, None) if noun.is_some() => 4,
            _ => 1,
        };
    }
    let behind = around.after.trim_start();
    if IP_TARGET_AFTER.iter().any(|word| behind.starts_with(word)) {
        score -= 5;
    } else if score <= 0 && IP_SOURCE_AFTER.iter().any(|word| behind.starts_with(word)) {
        score += 4;
    }
    score
}

/// Whether a heading opens a list of addresses.
fn about_addresses(heading: &str) -> bool {
    heading.ends_with(':')
        && [" ips", " ip ", "address", "target", "hosts", "server", "system", "machine"]
            .iter()
            .any(|word| heading.contains(word))
}

const URL_OTHER_AFTER: &[&str] = &[
    "(official",
    "(legit",
    "is the legit",
    "is the official",
    "is our",
    "(our",
    "(original",
    "is the original",
    "(real",
];

/// Behind a URL: that it is the reader's, or what it is, whatever was said in front of it.
const URL_ACCUSED_AFTER: &[&str] = &[
    "in your network",
    "on your network",
    "on your server",
    "hosted on your",
    "hosted by you",
    "hosted in your",
    "is a phishing",
    "is phishing",
    "is a fake",
    "is fake",
    "is fraudulent",
    "is malicious",
    "is infringing",
    "is a scam",
    "is impersonating",
    "es una estafa",
    "es falsa",
    "é um golpe",
    "é falso",
    "é falsa",
    "è una truffa",
    "est une arnaque",
    "est frauduleu",
    "ist betrug",
    "ist gefälscht",
    "is oplichting",
    "to oszustwo",
    "мошенническ",
    "是诈骗",
    "是假",
    "which impersonates",
    "distributes malware",
    "is distributing",
];
/// Behind a URL: what is said of the accused, unless it was called somebody else's.
const URL_RATHER_AFTER: &[&str] = &[
    "is hosted on",
    "is hosted at",
    "is hosted by",
    "resolves to",
    "without permission",
    "without our permission",
    "without authori",
    "sells my",
    "is selling",
    "infringes",
    "violates our",
    "offers counterfeit",
];

static URL_AFTER: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(URL_ACCUSED_AFTER.iter().chain(URL_RATHER_AFTER)).ok());

/// Whether the words behind a URL accuse it; `rather`: those count, too, that do so only where nothing speaks against it.
fn accused_behind(after: &str, rather: bool) -> bool {
    let Some(words) = URL_AFTER.as_ref().filter(|_| after.len() > 8) else { return false };
    words.find_overlapping_iter(after).any(|found| rather || found.pattern().as_usize() < URL_ACCUSED_AFTER.len())
}

/// How far the words speak for (positive) or against a URL being the accused one.
pub(crate) fn url(around: Around<'_>) -> i32 {
    let mut score = weigh_url(japanese::sentence(sentence(around.before)), 0);
    if score < 5 && (japanese::accuses_url_before(around.after) || accused_behind(around.after, score > -5)) {
        score = 5;
    }
    let alone = around.before.trim_matches(|c: char| !c.is_alphanumeric()).len() <= 2;
    if alone || score == 0 && is_numbered_label(around.before) {
        score += weigh_url(telling(around.heading), 1);
    }
    if URL_OTHER_AFTER.iter().any(|word| around.after.trim_start().starts_with(word)) {
        score -= 6;
    }
    score
}

/// `3. 画像の配信元:`: an item of a list with a name of its own, which says nothing; then the heading does.
fn is_numbered_label(before: &str) -> bool {
    before.trim_end().ends_with([':', '：'])
        && before.trim_start().starts_with(|c: char| c.is_ascii_digit() || matches!(c, '・' | '-' | '*' | '(' | '（'))
}

/// Words that announce a list.
const ANNOUNCING: &[&str] =
    &["following", "below", "folgende", "suivant", "siguiente", "seguinte", "seguenti", "下記", "以下", "次の"];

/// The sentence of a heading that speaks of what stands under it: the last one that announces a list, else the last.
fn telling(heading: &str) -> &str {
    let heading = japanese::last_sentence(japanese::without_aside(heading));
    let announcing = |sentence: &&str| ANNOUNCING.iter().any(|word| sentence.contains(word));
    heading.rsplit(". ").find(announcing).unwrap_or_else(|| sentence(heading))
}

/// The last sentence of a text that says anything.
fn sentence(text: &str) -> &str {
    text.rsplit(". ").find(|part| part.len() > 3).unwrap_or(text)
}

fn weigh_url(text: &str, nothing: i32) -> i32 {
    let [accused, other, weak, noun, info] = URL_CUES.last(text);
    if info.is_some() {
        return -5;
    }
    match (accused, other) {
        (Some(accused), Some(other)) if other >= accused => -5,
        (Some(_), Some(_)) => 3,
        (None, Some(_)) => -5,
        // `Remove it under the act, see https://…`: what stands right behind such a word is a reference.
        (Some(accused), None)
            if weak.is_some_and(|weak| weak > accused && text.len() <= weak.0 + 1 && !text.ends_with(':')) =>
        {
            -1
        }
        (Some(accused), None) if weak.is_some_and(|weak| weak > accused) => 2,
        (Some(_), None) => 5,
        (None, None) => match (weak, noun) {
            (Some(_), Some(_)) => -1,
            (Some(_), None) => -4,
            (None, Some(_)) => 4,
            (None, None) => nothing,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around<'a>(before: &'a str, after: &'a str, heading: &'a str) -> Around<'a> {
        Around { before, after, heading }
    }

    #[test]
    fn addresses() {
        for (before, after, heading, positive) in [
            ("an attack from ", " to our server", "", true),
            ("from 203.0.113.1 to our server ", "", "", false),
            ("source ip: ", "", "", true),
            ("destination ip address: ", "", "", false),
            ("", "", "the following systems have attacked our systems:", true),
            ("", "", "the following addresses were attacked from your network:", false),
            ("送信元ipアドレス：", "", "", true),
            ("", " -> ", "", true),
            ("ip address: ", "", "", true),
        ] {
            assert_eq!(ip(around(before, after, heading)) > 0, positive, "{before} | {heading}");
        }
        assert_eq!(ip(around(" ", ";", "attacker ip source:")), 5);
    }

    #[test]
    fn urls() {
        for (before, heading, positive) in [
            ("phishing url: ", "", true),
            ("our official website url is ", "", false),
            ("for more information see ", "", false),
            ("", "the infringing material is at:", true),
            ("", "the original works are at the following urls:", false),
            ("url: ", "", true),
            ("", "material that is infringing above trademark:", true),
        ] {
            assert_eq!(url(around(before, "", heading)) > 0, positive, "{before} | {heading}");
        }
    }
}
