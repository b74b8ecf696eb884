//! What every mailed report has, whatever its format: subject, ids, writer, date, readable text.

use std::borrow::Cow;

use model::{Reading, ReporterClaim};

use crate::extract::time;
use crate::input::Input;
use crate::mime::{Body, Field, Mail, Part};

/// Most message ids kept of References.
const MAX_IDS: usize = 50;

/// Fills what is known from the outer mail; fields that a format has set already stay.
pub(crate) fn fill(input: &Input<'_>, reading: &mut Reading) {
    let Some(mail) = &input.mail else {
        return;
    };
    reading.remarks.extend(mail.remarks.iter().cloned());
    reading.subject = mail.header("Subject").map(|text| crate::charset::prefix(text, 1000).to_owned());
    // The conversation is with whoever sent the mail that came in, also if it only passes the report on.
    let outer = input.wrapped.as_ref().map(|wrapped| &wrapped.outer);
    let arrived = outer.unwrap_or(mail);
    reading.message_id = arrived.header("Message-ID").and_then(|text| ids(text).into_iter().next());
    let mut answered = arrived.header("In-Reply-To").map(ids).unwrap_or_default();
    for id in arrived.header("References").map(ids).unwrap_or_default() {
        if !answered.contains(&id) && answered.len() < MAX_IDS {
            answered.push(id);
        }
    }
    reading.in_reply_to = answered;
    let date = mail.header("Date").and_then(|text| time::parse(text, &input.clock()));
    let date = date.or_else(|| arrived.header("Date").and_then(|text| time::parse(text, &input.clock())));
    reading.written = date.map(|event| event.at);
    reading.reporter = claim(mail);
    if let Some(wrapped) = &input.wrapped {
        reading.remarks.extend(wrapped.how.iter().cloned());
        reading.forwarder = Some(wrapped.forwarder.clone());
        if reading.reporter.address.is_none() {
            // Where the inner mail has no address, whoever passed it on is the way to its writer.
            reading.reporter.address.clone_from(&wrapped.forwarder.address);
            reading.reporter.domain.clone_from(&wrapped.forwarder.domain);
        }
    }
    reading.automatic = is_automatic(mail) || outer.is_some_and(is_automatic);
    reading.report_id = mail.header("X-Report-ID").or(mail.header("X-Ticket-ID")).map(str::to_owned);
    let body = readable(mail);
    crate::text::set(reading, &body);
    input.said(&reading.text).ask(reading);
}

/// Who wrote a mail, as it says itself: `Reply-To`, else `From`.
pub(crate) fn claim(mail: &Mail<'_>) -> ReporterClaim {
    let mut claim = ReporterClaim::default();
    let from = mail.header("From");
    if let Some((name, address)) = mail.header("Reply-To").and_then(mailbox).or_else(|| from.and_then(mailbox)) {
        claim.domain = address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
        claim.address = Some(address);
        claim.name = name;
    } else if let Some(name) = from.map(str::trim).filter(|name| !name.is_empty()) {
        // A mail passed on within one house may name its writer without an address.
        claim.name = Some(crate::charset::prefix(name, 200).to_owned());
    }
    if let Some((Some(name), _)) = from.and_then(mailbox) {
        claim.name = Some(name);
    }
    claim
}

/// The header of a mail without its parts.
pub(crate) fn head(mail: &Mail<'_>) -> Mail<'static> {
    let own = |field: &Field<'_>| Field {
        name: Cow::Owned(field.name.clone().into_owned()),
        value: Cow::Owned(field.value.clone().into_owned()),
    };
    Mail {
        fields: mail.fields.iter().take(500).map(own).collect(),
        kind: mail.kind.clone(),
        report_type: mail.report_type.clone(),
        ..Mail::default()
    }
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
                append(&mut out, html.visible());
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
