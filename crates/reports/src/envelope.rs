//! What every mailed report has, whatever its format: subject, ids, writer, date, readable text.

use model::Reading;

use crate::extract::time;
use crate::input::Input;
use crate::mime::{Body, Mail, Part};

/// Most message ids kept of References.
const MAX_IDS: usize = 50;

/// Fills what is known from the outer mail; fields that a format has set already stay.
pub(crate) fn fill(input: &Input<'_>, reading: &mut Reading) {
    let Some(mail) = &input.mail else {
        return;
    };
    reading.remarks.extend(mail.remarks.iter().cloned());
    reading.subject = mail.header("Subject").map(|text| crate::charset::prefix(text, 1000).to_owned());
    reading.message_id = mail.header("Message-ID").and_then(|text| ids(text).into_iter().next());
    let mut answered = mail.header("In-Reply-To").map(ids).unwrap_or_default();
    for id in mail.header("References").map(ids).unwrap_or_default() {
        if !answered.contains(&id) && answered.len() < MAX_IDS {
            answered.push(id);
        }
    }
    reading.in_reply_to = answered;
    reading.written = mail.header("Date").and_then(|text| time::parse(text, &input.clock())).map(|event| event.at);
    let sender = mail.header("Reply-To").and_then(mailbox).or_else(|| mail.header("From").and_then(mailbox));
    if let Some((name, address)) = sender {
        reading.reporter.domain = address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
        reading.reporter.address = Some(address);
        reading.reporter.name = name;
    }
    if let Some((Some(name), _)) = mail.header("From").and_then(mailbox) {
        reading.reporter.name = Some(name);
    }
    reading.automatic = is_automatic(mail);
    reading.report_id = mail.header("X-Report-ID").or(mail.header("X-Ticket-ID")).map(str::to_owned);
    let body = readable(mail);
    crate::words::requests(&body, reading);
    crate::text::set(reading, &body);
}

/// Message ids in angle brackets, without them; a bare id is taken as it is.
fn ids(text: &str) -> Vec<String> {
    let bracketed: Vec<String> = text
        .split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(id, _)| id.trim().to_owned())
        .filter(|id| !id.is_empty() && id.len() <= 998)
        .take(MAX_IDS)
        .collect();
    if bracketed.is_empty() && !text.trim().is_empty() && !text.trim().contains(char::is_whitespace) {
        return vec![crate::charset::prefix(text.trim(), 998).to_owned()];
    }
    bracketed
}

/// Display name and address of the first mailbox in an address field.
pub(crate) fn mailbox(text: &str) -> Option<(Option<String>, String)> {
    let (name, address) = if let Some((name, address)) =
        text.rsplit_once('<').and_then(|(name, rest)| Some((name, rest.split_once('>')?.0)))
    {
        (name, address)
    } else {
        let address = text.split([',', ' ', ';']).find(|word| word.contains('@'))?;
        ("", address)
    };
    let address = address.trim().trim_matches(['"', '\'', '(', ')']);
    if !address.contains('@') || address.len() > 320 || address.contains(char::is_whitespace) {
        return None;
    }
    let name = name.trim().trim_matches(['"', '\'']).trim();
    Some(((!name.is_empty()).then(|| crate::charset::prefix(name, 200).to_owned()), address.to_owned()))
}

/// Whether a machine wrote the mail (RFC 3834 section 5, list headers, null sender).
pub(crate) fn is_automatic(mail: &Mail<'_>) -> bool {
    mail.header("Auto-Submitted").is_some_and(|text| !text.trim().eq_ignore_ascii_case("no"))
        || mail.header("Precedence").is_some_and(|text| {
            ["bulk", "junk", "list", "auto_reply"].iter().any(|word| text.trim().eq_ignore_ascii_case(word))
        })
        || mail.header("List-Id").is_some()
        || mail.header("List-Unsubscribe").is_some()
        || mail.header("X-Auto-Response-Suppress").is_some()
        || mail.header("Return-Path").is_some_and(|text| text.trim() == "<>")
        || mail.report_type.is_some()
}

/// The text a person would read: the plain parts of the mail, else its HTML as text.
pub(crate) fn readable(mail: &Mail<'_>) -> String {
    let plain = |part: &&Part<'_>| !part.attached && part.kind == "text/plain";
    let mut out = String::new();
    for part in mail.parts.iter().filter(plain) {
        if let Body::Text(text) = &part.body {
            append(&mut out, text);
        }
    }
    if out.trim().len() < 60 {
        // A stub for mail readers without HTML is no text.
        let stub = std::mem::take(&mut out);
        for part in mail.parts.iter().filter(|part| !part.attached) {
            if let Body::Html(html) = &part.body {
                append(&mut out, &crate::html::to_text(html));
            }
        }
        if out.trim().len() <= stub.trim().len() * 3 {
            return stub;
        }
    }
    out
}

fn append(out: &mut String, text: &str) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    out.push_str(crate::charset::prefix(text, crate::text::MAX_TEXT));
}
