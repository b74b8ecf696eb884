//! Which mail in a report is the one that is complained about: attached, as headers alone, pasted into the text, or
//! none, and then the report itself is looked at.

use std::borrow::Cow;

use model::trace::Carried;

use crate::charset::prefix;
use crate::mime::{self, Body, Mail};

/// Most levels that are gone down.
const MAX_LEVELS: usize = 5;
/// Most bytes of pasted headers that are read.
const MAX_PASTED: usize = 64 << 10;

/// The mail to be traced: the innermost one with `Received` fields of its own, else `mail`.
pub fn evidence<'m>(mail: &'m Mail<'_>) -> (Carried, Cow<'m, Mail<'m>>) {
    let (mut place, mut inner) = (Carried::Whole, mail);
    for _ in 0..MAX_LEVELS {
        let Some(next) = inner.nested().find(|next| has_way(next) || next.nested().any(has_way)) else { break };
        (place, inner) = (Carried::Attached, next);
    }
    if let Some(header) = header(inner) {
        return (Carried::Header, Cow::Owned(header));
    }
    (place, Cow::Borrowed(inner))
}

fn has_way(mail: &Mail<'_>) -> bool {
    mail.header("Received").is_some()
}

/// The header of a mail in a part of its own, or pasted into the text.
fn header(mail: &Mail<'_>) -> Option<Mail<'static>> {
    let texts = || mail.parts.iter().filter(|part| !matches!(part.body, Body::Mail(_)));
    let labelled = texts().find(|part| part.kind.starts_with("text/rfc822")).and_then(|part| {
        let read = mime::parse_embedded(prefix(&part.text()?, MAX_PASTED))?;
        has_way(&read).then_some(read)
    });
    labelled.or_else(|| texts().find_map(|part| pasted(prefix(&part.text()?, MAX_PASTED))))
}

/// Header lines in running text, quoted or not, from the first one on.
fn pasted(text: &str) -> Option<Mail<'static>> {
    if !text.contains("eceived:") {
        return None;
    }
    let bare = |line: &str| {
        line.trim_start_matches(['>', '|']).strip_prefix(' ').map_or_else(
            || line.trim_start_matches(['>', '|']).to_owned(),
            |rest| if line.starts_with(['>', '|']) { rest.to_owned() } else { line.to_owned() },
        )
    };
    let lines: Vec<String> = text.lines().map(bare).collect();
    let first = lines.iter().position(|line| is_field(line, &["Received", "Return-Path", "Delivered-To"]))?;
    let indent = lines[first].len() - lines[first].trim_start().len();
    let block: String = lines[first..]
        .iter()
        .map(|line| line.get(indent..).filter(|_| line[..indent].trim().is_empty()).unwrap_or(line))
        .take_while(|line| line.starts_with([' ', '\t']) || is_any_field(line))
        .fold(String::new(), |block, line| block + line + "\n");
    let read = mime::parse_embedded(&(block + "\n"))?;
    has_way(&read).then_some(read)
}

fn is_any_field(line: &str) -> bool {
    let name = line.split(':').next().unwrap_or("");
    name.len() < line.len() && !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic())
}

fn is_field(line: &str, names: &[&str]) -> bool {
    let line = line.trim_start();
    names.iter().any(|name| {
        line.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name))
            && line[name.len()..].starts_with(':')
    })
}
