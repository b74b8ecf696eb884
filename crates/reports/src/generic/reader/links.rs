//! The links and names of a line, with what speaks for and against each.

use model::{Category, EventTime};

use super::Reader;
use crate::extract::{Found, url};
use crate::generic::candidates::{Sighting, Value};
use crate::generic::choose;
use crate::generic::cues::{self, Around};
use crate::generic::lines::LineKind;
use crate::generic::sections::Kind;
use crate::generic::shapes::{contains_ignore_case, is_alone, is_item, is_pair, window_after, window_before};

/// Whether a link is where a site sends its visitors, by its label in front or over it.
fn leads_away(around: Around<'_>) -> bool {
    let label = if around.before.trim().is_empty() { around.heading } else { around.before };
    label.chars().count() < 16 && ["誘導先", "転送先", "リダイレクト先"].iter().any(|word| label.contains(word))
}

/// Whether a link is what another one leads to: the site that is meant, or the owner's that a trap sends its victims back to.
fn leads_on(around: Around<'_>) -> bool {
    const WORDS: &[&str] =
        &["redirects to", "redirect to", "redirecting to", "redirected to", "リダイレクト", "転送先"];
    WORDS
        .iter()
        .any(|word| around.before.contains(word) || around.before.trim().is_empty() && around.heading.contains(word))
}

impl Reader<'_> {
    pub(super) fn links(
        &mut self,
        number: u32,
        line: &str,
        lower: &str,
        original: Option<&str>,
        kind: LineKind,
        at: Option<&EventTime>,
    ) {
        let subject = self.section.kind == Kind::Subject;
        let spot = self.spot(number);
        let mut all: Vec<(Found<String>, bool)> = self.urls.drain(..).map(|one| (one, true)).collect();
        all.extend(self.hosts.drain(..).map(|one| (one, false)));
        all.sort_by_key(|(one, _)| one.start);
        // `example.jp ['192.0.2.1']`: names with the addresses they have; of several in a row the last may have none behind.
        let pairs = |one: &Found<String>| self.ips.iter().any(|ip| is_pair(line.get(one.end..ip.start)));
        let paired = all.iter().filter(|(one, is_url)| !is_url && pairs(one)).take(2).count();
        let mut previous = 0;
        for (one, is_url) in &all {
            let from = previous;
            previous = one.end;
            let host = url::host(&one.value).unwrap_or("").to_owned();
            if is_url == &false && self.context.is_party(&host) && !subject {
                continue;
            }
            let around = Around {
                before: window_before(lower, from, one.start),
                after: window_after(lower, one.end),
                heading: &self.heading,
            };
            let path = one.value.split_once("://").map_or(one.value.as_str(), |(_, rest)| rest);
            let has_path = path.contains('/');
            let deep = path.split_once('/').is_some_and(|(_, rest)| {
                rest.len() > 12 && rest.contains(|c: char| c.is_ascii_digit() || "?.-".contains(c))
            });
            // Nobody defangs his own links.
            let defanged = original.is_some_and(|original| !contains_ignore_case(original, &host));
            let mut score = self.link_score(&host, deep, around, kind, subject);
            if self.context.category == Category::RemoteCompromise && leads_away(around) {
                // The visitors of a site that was broken into are sent to somebody else's.
                score -= 8;
            } else if defanged && leads_on(around) {
                // Nor those that a lure leads to.
                score = score.max(5);
            }
            if defanged {
                score += 4;
            }
            if line.as_bytes().get(one.start.wrapping_sub(1)) == Some(&b'<') && from > 0 && !subject {
                score -= 3;
            }
            // A link in brackets under a link tells what that one was taken from.
            let aside = lower.get(..one.start).is_some_and(|before| before.trim() == "（");
            if aside && self.last_link.is_some_and(|last| last > 0) {
                score -= 12;
            }
            if !is_url {
                score -= 2;
                if paired > 1 || pairs(one) {
                    score += 3;
                }
            }
            if all.len() == 1
                && !subject
                && is_alone(lower, one.start, one.end)
                && let Some(last) = self.last_link
                && score > -5
            {
                let own = self.context.is_writer(&host);
                score = if last <= 0 {
                    score.min(last)
                } else if own {
                    score
                } else {
                    score.max(last)
                };
            }
            if !aside {
                self.last_link = Some(score).filter(|_| all.len() == 1 && !subject);
            }
            let value =
                if *is_url || has_path { Value::Url(one.value.clone()) } else { Value::Host(one.value.clone()) };
            let bytes = one.start..one.end;
            let sighting = Sighting { value, score, spot, line, bytes, port: None, at, target: None, record: false };
            if let Some(candidate) = self.found.see(sighting, subject) {
                candidate.defanged |= defanged;
                candidate.listed |= !subject && is_item(lower, one.start, one.end, if *is_url { 60 } else { 100 });
            }
        }
        // Put back what `remember` asks for.
        self.urls.extend(all.into_iter().map(|(one, _)| one));
    }

    fn link_score(&self, host: &str, deep: bool, around: Around<'_>, kind: LineKind, subject: bool) -> i32 {
        let cue = cues::url(around);
        let mut score = cue
            + match self.context.category {
                Category::Unknown | Category::Cve | Category::OpenService | Category::Misconfiguration => 0,
                _ if self.context.is_content() => 2,
                Category::Spam | Category::BulkMessaging => -1,
                // A report of an attack names the attacked site; what it is called says nothing.
                _ => -2,
            };
        if subject {
            // The subject of a report of an attack may name the site that was attacked.
            score += if self.context.is_content() || self.context.is_spam() || score > 0 { 8 } else { 2 };
        }
        match kind {
            LineKind::Log => score -= 6,
            // A signature holds the writer's home page; what is deep in a site is rather a list behind the signature.
            LineKind::Signature => score -= if deep { 2 } else { 6 },
            _ => {}
        }
        if choose::is_reference(host) {
            score -= 8;
        }
        // The name of a vocabulary looks like a URL and is none.
        if ["xmlns", "schemalocation", "<!doctype"].iter().any(|word| around.before.contains(word)) {
            score -= 20;
        }
        // The source of a mail that is quoted as it was encoded: its links are evidence.
        if ["=3d\"", "=3d'"].iter().any(|sign| around.before.ends_with(sign)) {
            score -= 8;
        }
        if self.context.is_party(host) {
            // The report may go to the owner of the accused site, too.
            let accused = cue >= 5 && !self.context.is_writer(host);
            score -= match (subject, accused) {
                (true, _) => 12,
                (false, true) => 0,
                (false, false) => 7,
            };
        }
        score
    }
}
