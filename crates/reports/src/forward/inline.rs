//! A mail that was passed on as text: where it starts, its header, its text without the quoting.

use super::words::{self, Key, Mark};

/// Most lines in which a passed-on mail is looked for.
const MAX_LINES: usize = 400;
/// Most lines of its header.
const MAX_HEADER: usize = 40;

/// A passed-on mail in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Inline {
    /// Whether only a forward looks like this.
    pub(super) certain: bool,
    /// Whether a ticket system wrapped it.
    pub(super) ticket: bool,
    /// What whoever passed it on wrote above it.
    pub(super) note: String,
    /// Its header fields, RFC 5322 names.
    pub(super) fields: Vec<(&'static str, String)>,
    /// Its text.
    pub(super) body: String,
}

/// The first passed-on mail in `text`.
pub(super) fn find(text: &str) -> Option<Inline> {
    let lines: Vec<&str> = crate::text::lines(text).collect();
    let mut mark = None;
    for (at, line) in lines.iter().enumerate().take(MAX_LINES) {
        let (depth, bare) = unquote(line);
        if let Some(found) = words::mark(bare) {
            mark = Some((at, found));
            continue;
        }
        if let Some((from, _)) = mark
            && at > from + 6
        {
            mark = None;
        }
        if words::field(bare).is_none_or(|(key, _)| key == Key::Other && !is_ticket_start(bare)) {
            if let Some(found) = comment(&lines, at).or_else(|| quoted(&lines, at)) {
                return Some(found);
            }
            continue;
        }
        let Some(block) = block(&lines, at, depth) else { continue };
        let start = mark.map_or(at, |(from, _)| from);
        return Some(Inline {
            certain: matches!(mark, Some((_, Mark::Forward))) || block.ticket,
            ticket: block.ticket,
            note: join(&lines[..start], 0),
            fields: block.fields,
            body: body(&lines[block.end..], depth),
        });
    }
    None
}

fn is_ticket_start(line: &str) -> bool {
    line.trim_start().get(..12).is_some_and(|head| head.eq_ignore_ascii_case("transaction:"))
}

struct Block {
    fields: Vec<(&'static str, String)>,
    ticket: bool,
    end: usize,
}

/// The header fields from line `start` on: a sender with a subject or a date, each key in the table of words.
fn block(lines: &[&str], start: usize, depth: usize) -> Option<Block> {
    let mut found: Vec<(Key, String)> = Vec::new();
    let mut at = start;
    while at < lines.len().min(start + MAX_HEADER) {
        let (level, line) = unquote(lines[at]);
        if level < depth {
            break;
        }
        if let Some((key, value)) = words::field(line) {
            found.push((key, value.to_owned()));
        } else if line.trim().is_empty() {
            // HTML turned to text may have empty lines between the fields; one, and only before another field.
            let next = lines.get(at + 1).map(|line| unquote(line).1);
            if next.is_none_or(|next| words::field(next).is_none()) {
                break;
            }
        } else if let Some((_, value)) = found.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
            if value.len() < 2_000 {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((_, value)) = found.last_mut().filter(|(_, value)| value.is_empty()) {
            value.push_str(line.trim());
        } else {
            break;
        }
        at += 1;
    }
    let has = |key: Key| found.iter().any(|(known, value)| *known == key && !value.is_empty());
    let ticket = has(Key::Requester) && has(Key::Other) && !has(Key::From);
    if !(ticket || has(Key::From) && (has(Key::Subject) || has(Key::Date))) {
        return None;
    }
    let mut fields: Vec<(&'static str, String)> = Vec::new();
    for (key, value) in found {
        if let Some(name) =
            key.name().filter(|name| !value.is_empty() && !fields.iter().any(|(known, _)| known == name))
        {
            let value = if name == "From" || name == "Reply-To" { address(&value) } else { value };
            fields.push((name, value));
        }
    }
    Some(Block { fields, ticket, end: at })
}

/// `Name [mailto:a@example.org]`, `Name <a@example.org<mailto:…>>`, `a@example.org, b@example.org`.
fn address(value: &str) -> String {
    let value = value.replace("<mailto:", "[mailto:");
    match value.split_once("[mailto:") {
        Some((before, rest)) => {
            let mail = rest.split([']', '>']).next().unwrap_or("");
            let name = before.split('<').next().unwrap_or("").trim().trim_matches('*');
            if name.is_empty() || name.contains('@') { mail.to_owned() } else { format!("{name} <{mail}>") }
        }
        None => value.replace('*', ""),
    }
}

/// A ticket system's conversation: `##- type your reply above this line -##` on top, a rule, `Name, date`, the text.
fn comment(lines: &[&str], at: usize) -> Option<Inline> {
    let rule = lines[at].trim();
    if rule.len() < 20
        || rule.bytes().any(|b| b != b'-')
        || !lines.iter().take(8).any(|line| line.trim_start().starts_with("##-"))
    {
        return None;
    }
    let (offset, author) = lines[at + 1..].iter().enumerate().take(3).find(|(_, line)| !line.trim().is_empty())?;
    let (name, date) = author.split_once(',')?;
    let mut times = Vec::new();
    crate::extract::time::scan(date, &mut times);
    if times.is_empty() || name.len() > 100 {
        return None;
    }
    let date = date.trim().trim_end_matches([':', ' ']).to_owned();
    let end = lines[at + 2 + offset..]
        .iter()
        .position(|line| line.trim() == rule)
        .map_or(lines.len(), |end| at + 2 + offset + end);
    let note = lines[..at].iter().filter(|line| !line.trim_start().starts_with("##-")).copied().collect::<Vec<_>>();
    Some(Inline {
        certain: true,
        ticket: true,
        note: join(&note, 0),
        fields: vec![("From", name.trim().to_owned()), ("Date", date)],
        body: join(lines.get(at + 2 + offset..end).unwrap_or_default(), 0),
    })
}

/// A mail quoted whole under a line such as `On Wed, 1 May 2024 at 21:05, Name <name@example.org> wrote:`, in whichever
/// language: a date and an address in front of a colon, then quoting.
fn quoted(lines: &[&str], at: usize) -> Option<Inline> {
    let line = lines[at].trim();
    if !line.ends_with([':', '：']) || !line.contains('@') || line.len() > 300 {
        return None;
    }
    let (name, address) = crate::envelope::mailbox(line)?;
    let rest = lines.get(at + 1..)?;
    // The quoting ends at a line of the one who passes it on: his signature.
    let end = rest.iter().position(|line| !line.trim().is_empty() && unquote(line).0 == 0).unwrap_or(rest.len());
    let (inner, below) = rest.split_at(end);
    inner.iter().find(|line| !line.trim().is_empty())?;
    let mut times = Vec::new();
    crate::extract::time::scan(line, &mut times);
    let time = times.first()?;
    // The writer's name stands between the date and his address.
    let name =
        name.as_deref().and_then(|name| name.rsplit([',', '，', '日', '、']).next()).map(str::trim).unwrap_or_default();
    Some(Inline {
        certain: false,
        ticket: false,
        note: join(&lines[..at], 0) + &join(below, 0),
        fields: vec![
            ("From", if name.is_empty() || name.contains(':') { address } else { format!("{name} <{address}>") }),
            ("Date", line.get(time.start..time_of_day(line, time.end))?.to_owned()),
        ],
        body: join(inner, 1),
    })
}

/// Where a date ends whose end the scanner took out of the middle of a time of day, as it does without a year: `02 May 07`
/// of `02 May 07:41`.
fn time_of_day(line: &str, end: usize) -> usize {
    let clock = |b: &u8| b.is_ascii_digit() || *b == b':';
    let start = line.as_bytes()[..end].iter().rev().take_while(|b| clock(b)).count();
    let digits = line.as_bytes()[end..].iter().take_while(|b| clock(b)).count();
    if start > 0 && digits > 0 { end + digits } else { end }
}

/// The text behind the header, down to the end mark, with `depth` levels of quoting taken off. Programs that quote only
/// the text and not the header quote all of it.
fn body(lines: &[&str], depth: usize) -> String {
    let end = lines.iter().position(|line| words::is_end(unquote(line).1)).unwrap_or(lines.len());
    let lines = &lines[..end];
    let all_quoted = lines.iter().filter(|line| !line.trim().is_empty()).all(|line| unquote(line).0 > depth);
    join(lines, depth + usize::from(all_quoted && !lines.is_empty()))
}

fn join(lines: &[&str], depth: usize) -> String {
    let mut out = String::new();
    for line in lines {
        let mut line = *line;
        for _ in 0..depth {
            line = strip_quote(line).unwrap_or(line);
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// How deep a line is quoted, and what stands behind the quoting.
fn unquote(line: &str) -> (usize, &str) {
    let (mut depth, mut rest) = (0, line);
    while let Some(inner) = strip_quote(rest).filter(|_| depth < 10) {
        (depth, rest) = (depth + 1, inner);
    }
    (depth, rest)
}

fn strip_quote(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(' ').strip_prefix(['>', '|', '＞'])?;
    Some(rest.strip_prefix(' ').unwrap_or(rest))
}
