//! What a report tells beside its accusation: the subjects of the mails that were sent (A46) and the record of a
//! honeypot about an address (A47). Kept with the observation as they stood; what follows from them is the desk's matter.

use model::{Category, DetailKind, Format, Observation, Reading};

use crate::input::Input;
use crate::mime::{self, Mail};

mod chat;
mod innocent;
mod sighting;

/// Most subjects that are kept of one report.
const MAX_SUBJECTS: usize = 20;
/// Lines of the text that are searched for subjects.
const MAX_LINES: usize = 2_000;
/// How the subject of a mail is written in the text of a report.
const SUBJECT_LABELS: &[&str] =
    &["subject", "件名", "題名", "表題", "betreff", "objet", "asunto", "oggetto", "assunto", "onderwerp", "tema"];

/// Adds what the report tells to the observations that `reading` has.
pub(crate) fn add(input: &Input<'_>, reading: &mut Reading) {
    // A table or a feed tells it in its columns; the mails in a bulk X-ARF report are reports themselves.
    if !reading.report || matches!(reading.format, Format::Feed | Format::Listing | Format::Shadowserver | Format::XArf)
    {
        return;
    }
    if reading.format == Format::Generic {
        chat::add(input, reading);
        innocent::clear(reading);
        sighting::add(reading);
    }
    if reading.observations.iter().any(|seen| is_mailed(seen.category)) {
        let (subjects, samples) = subjects(input, reading);
        let accused = |seen: &Observation| (seen.address(), seen.account.clone());
        let mut sent = reading.observations.iter_mut().filter(|seen| is_mailed(seen.category)).peekable();
        let first = sent.peek().map(|seen| accused(seen));
        let mut sent: Vec<&mut Observation> = sent.collect();
        // Of several senders it is not known which one sent which of several mails.
        if samples > 1 && sent.iter().any(|seen| Some(accused(seen)) != first) {
            return;
        }
        for seen in &mut sent {
            for subject in &subjects {
                seen.note(DetailKind::Subject, subject);
            }
        }
    }
}

/// Whether it is about something that came by mail.
const fn is_mailed(category: Category) -> bool {
    matches!(category, Category::Spam | Category::BulkMessaging | Category::Fraud | Category::CompromisedAccount)
}

/// Subjects of the mails that are shown, and how many mails there are.
fn subjects(input: &Input<'_>, reading: &Reading) -> (Vec<String>, usize) {
    let mut found: Vec<String> = Vec::new();
    let mut push = |text: &str| {
        // Passed on by SpamCop, a subject has the number of the report in front.
        let text = text.trim().strip_prefix("[SpamCop").and_then(|rest| Some(rest.split_once(']')?.1)).unwrap_or(text);
        let text = text.trim().trim_matches(['"', '“', '”', '「', '」']).trim();
        let own = reading.subject.as_deref().map(str::trim);
        if !text.is_empty() && Some(text) != own && found.len() < MAX_SUBJECTS && !found.iter().any(|one| one == text) {
            found.push(crate::charset::prefix(text, 400).to_owned());
        }
    };
    let mut samples = 0;
    for mail in input.levels().into_iter().skip(1) {
        samples += 1;
        mail.header("Subject").into_iter().for_each(&mut push);
    }
    for headers in input.levels().into_iter().flat_map(header_blocks) {
        samples += 1;
        headers.header("Subject").into_iter().for_each(&mut push);
    }
    // XARF v4 has a field for it.
    input.json.iter().filter_map(|json| json.value.get("subject")?.as_str()).for_each(&mut push);
    let mut in_list = false;
    for line in crate::text::lines(&reading.text).take(MAX_LINES) {
        let line = line.trim_start_matches(['>', '|', ' ', '\t', '\u{3000}']).trim_end();
        let item = || line.strip_prefix(['-', '*', '•', '・', '●']).or_else(|| numbered(line));
        match labelled(line) {
            Some("") => in_list = true,
            Some(subject) => {
                samples += usize::from(samples == 0);
                push(subject);
            }
            None if in_list => match item() {
                Some(subject) => push(subject),
                None => in_list = line.is_empty(),
            },
            None => {}
        }
    }
    (found, samples)
}

/// The header of a mail that stands as a part of its own.
fn header_blocks<'m>(mail: &'m Mail<'_>) -> impl Iterator<Item = Mail<'static>> + 'm {
    let is_headers = |kind: &str| matches!(kind, "text/rfc822-headers" | "text/rfc822");
    let parts = mail.parts.iter().filter(move |part| is_headers(&part.kind)).take(MAX_SUBJECTS);
    parts.filter_map(|part| mime::parse_embedded(&part.text()?))
}

/// What stands behind `Subject:` or `Subject lines:`; empty where a list follows.
fn labelled(line: &str) -> Option<&str> {
    // Most lines have no colon; a full-width one begins with this byte.
    memchr::memchr2(b':', 0xef, line.as_bytes())?;
    let (label, rest) = line.split_once([':', '：'])?;
    if label.len() > 60 {
        return None;
    }
    let (label, rest) = (label.trim(), rest.trim());
    let exact = || SUBJECT_LABELS.iter().any(|known| label.eq_ignore_ascii_case(known));
    let list = || {
        let label = label.to_lowercase();
        SUBJECT_LABELS.iter().take(4).any(|known| label.contains(known))
    };
    (exact() || rest.is_empty() && list()).then_some(rest)
}

/// `3. text` → `text`.
fn numbered(line: &str) -> Option<&str> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 3 { None } else { line[digits..].strip_prefix(['.', ')', '．']) }
}
