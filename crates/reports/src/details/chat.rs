//! What people copy out of a chat (E06): `[21/04/2026, 10:16:40] Name: text`, `10:16<tab>Name<tab>text`. Each line looks like one of a
//! log, but what is reported is what the other side wrote.

use model::{Category, Observation, Provenance, Reading};

use crate::extract::url;
use crate::input::Input;

/// How sure it is that a link in a chat is what is meant.
const CONFIDENCE: f32 = 0.75;
/// Lines that are looked at, and links that are taken.
const MAX_LINES: usize = 2_000;
const MAX_LINKS: usize = 20;
/// Lines of a chat without which it is none.
const ENOUGH: usize = 2;

/// Adds the links of a chat, if nothing else was found and somebody complains of them.
pub(super) fn add(input: &Input<'_>, reading: &mut Reading) {
    if !reading.observations.is_empty() {
        return;
    }
    let category = input.said(&reading.text).category;
    if !matches!(category, Category::Phishing | Category::Fraud | Category::Malware | Category::Spam) {
        return;
    }
    let chat: Vec<(u32, &str)> =
        (1_u32..).zip(reading.text.lines()).take(MAX_LINES).filter(|(_, line)| is_message(line)).collect();
    if chat.len() < ENOUGH {
        return;
    }
    let mut found: Vec<Observation> = Vec::new();
    for (number, line) in chat {
        let line = crate::extract::defang::refang(line);
        let mut links = Vec::new();
        url::scan(&line, &mut links);
        for link in links {
            let page = url::canonical(&link.value);
            if found.len() == MAX_LINKS || found.iter().any(|seen| seen.url.as_ref() == Some(&page)) {
                continue;
            }
            let mut seen = Observation::new(category, CONFIDENCE);
            seen.url = Some(page);
            let text = crate::charset::prefix(&line, 200).to_owned();
            seen.provenance = Some(Provenance { part: "1".to_owned(), line: number, text });
            found.push(seen);
        }
    }
    if !found.is_empty() {
        reading.remarks.retain(|remark| remark != crate::generic::NOTHING_ACCUSED);
        reading.observations = found;
    }
}

/// A time of day at the beginning of the line or in brackets there, then a name, then what was said.
fn is_message(line: &str) -> bool {
    let line = line.trim_start_matches(['>', ' ', '\u{200e}']);
    let (stamp, rest) = match line.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((stamp, rest)) if stamp.len() <= 40 => (stamp, rest),
            _ => return false,
        },
        // Exports of some programs: `21/04/2026, 10:16 - Name: text`.
        None => match line.split_once(" - ").or_else(|| line.split_once('\t')) {
            Some((stamp, rest)) if stamp.len() <= 30 => (stamp, rest),
            _ => return false,
        },
    };
    let clock = stamp.bytes().filter(|b| *b == b':').count() >= 1 && stamp.bytes().any(|b| b.is_ascii_digit());
    let (name, said) = rest.split_once([':', '\t']).unwrap_or(("", ""));
    clock && !name.trim().is_empty() && name.chars().count() <= 60 && !said.trim().is_empty()
}
