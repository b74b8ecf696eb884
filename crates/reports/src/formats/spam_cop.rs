//! SpamCop's mails: one or more blocks that name the source of a mail or a site it advertises, in SpamCop's own layout or
//! in front of an ARF report.

use model::{Category, EventTime, Format, Observation, Provenance, Reading};

use super::Entry;
use crate::extract::time::{self, Clockwork};
use crate::extract::{ip, url};
use crate::input::Input;
use crate::mime::{Body, Part};

/// The format's entry. Before ARF: where both are in one mail, the blocks say who is accused.
pub const ENTRY: Entry = Entry { name: "spam_cop", format: Format::SpamCop, priority: 48, read };

/// What stands over the blocks.
const MARK: &str = "[ SpamCop V";
/// Most lines between the mark and the reported mail.
const MAX_LINES: usize = 2_000;

fn read(input: &Input<'_>, reading: &mut Reading) -> bool {
    let holds = |text: &str| memchr::memmem::find(text.as_bytes(), MARK.as_bytes()).is_some();
    let marked = |part: &Part<'_>| match &part.body {
        Body::Text(text) => holds(text),
        Body::Html(html) => holds(html.source()),
        _ => false,
    };
    // Laying a mail out as text costs more than looking for the mark first.
    let found = input.levels().into_iter().filter(|mail| mail.parts.iter().any(marked)).find_map(|mail| {
        let text = crate::envelope::readable(mail);
        text.contains(MARK).then_some(text)
    });
    let Some(text) = found else {
        return false;
    };
    let mut seen = blocks(&text, &input.clock());
    if seen.is_empty() {
        return false;
    }
    crate::envelope::fill(input, reading);
    reading.automatic = true;
    reading.observations.append(&mut seen);
    let subject = reading.subject.as_deref().unwrap_or("");
    let id =
        subject.split_once(" id:").map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    reading.report_id = id.filter(|id| !id.is_empty()).or_else(|| reading.report_id.take());
    true
}

fn blocks(text: &str, clock: &Clockwork) -> Vec<Observation> {
    let mut out: Vec<Observation> = Vec::new();
    let lines = (1_u32..).zip(text.lines()).skip_while(|(_, line)| !line.contains(MARK)).take(MAX_LINES);
    for (number, line) in lines {
        let line = line.trim_start_matches(['>', ' ']).trim();
        if line.starts_with("[ Offending message ]") {
            break;
        }
        let place = || {
            Some(Provenance { part: "1".to_owned(), line: number, text: crate::charset::prefix(line, 200).to_owned() })
        };
        if let Some(rest) = line.strip_prefix("Email from ") {
            let (address, at) = rest.split_once(" / ").unwrap_or((rest, ""));
            if let Some(ip) = ip::parse(address).filter(|ip| ip::is_public(*ip)) {
                let mut seen = Observation::new(Category::Spam, 0.95);
                seen.ip = Some(ip);
                seen.at = moment(at, clock);
                seen.provenance = place();
                out.push(seen);
            }
        } else if let Some(site) = line.strip_prefix("Spamvertised web site: ") {
            let mut seen = Observation::new(Category::Spam, 0.93);
            seen.url = Some(url::canonical(site.split_whitespace().next().unwrap_or(site)));
            seen.provenance = place();
            if !out.iter().any(|other| other.url == seen.url) {
                out.push(seen);
            }
        } else if let Some((site, rest)) = line.rsplit_once(" is ") {
            // `<url> is <address>; <time>`: where the site was when it was looked up.
            let (address, at) = rest.split_once(';').unwrap_or((rest, ""));
            let site = url::canonical(site);
            let known = out.iter_mut().find(|seen| seen.url.as_deref() == Some(&site));
            if let (Some(seen), Some(ip)) = (known, ip::parse(address)) {
                seen.ip = Some(ip);
                seen.at = moment(at, clock);
            }
        }
    }
    out
}

fn moment(text: &str, clock: &Clockwork) -> Option<EventTime> {
    time::parse(text.trim(), clock)
}
