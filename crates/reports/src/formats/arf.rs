//! The Abuse Reporting Format: RFC 5965, source ports (RFC 6692), authentication failures (RFC 6591), complaint feedback
//! loops (RFC 9477), use (RFC 6650), and what is sent under its name: reports without Source-IP or without the feedback
//! part, and complaints in `multipart/mixed` with the mail attached.

use std::borrow::Cow;
use std::net::IpAddr;

use model::{Category, EventTime, Format, Observation, Provenance, Reading};

use super::Entry;
use crate::extract::{ip, time, url};
use crate::input::{Input, part_name};
use crate::mime::{self, Body, Mail};
use crate::trace;

/// The format's entry.
pub const ENTRY: Entry = Entry { name: "arf", format: Format::Arf, priority: 50, read };

/// Most reported URIs and domains of one report.
const MAX_REPORTED: usize = 1_000;

/// The machine-readable part: fields in order, with the line of each.
struct Feedback {
    part: String,
    fields: Vec<(String, String, u32)>,
}

impl Feedback {
    fn get(&self, name: &str) -> Option<&str> {
        self.entry(name).map(|(_, value, _)| value.as_str())
    }

    fn entry(&self, name: &str) -> Option<&(String, String, u32)> {
        self.fields.iter().find(|(field, value, _)| field.eq_ignore_ascii_case(name) && !value.is_empty())
    }

    fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s (String, String, u32)> {
        self.fields.iter().filter(move |(field, value, _)| field.eq_ignore_ascii_case(name) && !value.is_empty())
    }
}

fn read(input: &Input<'_>, reading: &mut Reading) -> bool {
    for mail in input.levels() {
        let feedback = feedback(mail);
        let complaint = feedback.is_none() && is_bare_complaint(mail);
        let is_report = mail.report_type.as_deref() == Some("feedback-report");
        if feedback.is_none() && !complaint && !is_report {
            continue;
        }
        crate::envelope::fill(input, reading);
        let reported = reported_mail(mail);
        fill(mail, feedback.as_ref(), reported.as_deref(), input, reading);
        if reading.observations.is_empty() && reading.noise.is_none() {
            // The envelope is broken: the words may still say it.
            crate::generic::read_mail(input, reading);
        }
        return true;
    }
    false
}

/// The feedback part of `mail`, wherever the sender put it.
fn feedback(mail: &Mail<'_>) -> Option<Feedback> {
    mail.parts.iter().enumerate().find_map(|(index, part)| {
        let labelled = part.kind == "message/feedback-report";
        let text = if labelled {
            part.text().or_else(|| raw_text(&part.body))?
        } else if part.kind == "text/plain" && mail.report_type.is_some() {
            part.text().filter(|text| {
                text.trim_start().get(..14).is_some_and(|head| head.eq_ignore_ascii_case("Feedback-Type:"))
            })?
        } else {
            return None;
        };
        Some(Feedback { part: part_name(part, index), fields: fields(&text) })
    })
}

fn raw_text<'p>(body: &'p Body<'_>) -> Option<Cow<'p, str>> {
    match body {
        Body::Binary(bytes) => Some(String::from_utf8_lossy(bytes)),
        _ => None,
    }
}

/// Header-like lines, unfolded.
fn fields(text: &str) -> Vec<(String, String, u32)> {
    let mut out: Vec<(String, String, u32)> = Vec::new();
    for (number, line) in (1_u32..).zip(text.lines()).take(5_000) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value, _)) = out.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            out.push((name.trim().to_owned(), value.trim().to_owned(), number));
        }
    }
    out
}

/// Complaints of webmail providers: no feedback part, the mail attached, a subject that says so.
fn is_bare_complaint(mail: &Mail<'_>) -> bool {
    mail.kind == "multipart/mixed"
        && mail.nested().count() == 1
        && mail
            .header("Subject")
            .is_some_and(|subject| subject.to_ascii_lowercase().starts_with("complaint about message from"))
}

/// The reported mail: attached, or only its headers as text.
fn reported_mail<'m>(mail: &'m Mail<'_>) -> Option<Cow<'m, Mail<'m>>> {
    let attached = mail.parts.iter().find_map(|part| match &part.body {
        Body::Mail(inner) => Some(Cow::Borrowed(inner.as_ref())),
        _ => None,
    });
    attached.or_else(|| {
        let headers =
            mail.parts.iter().find(|part| part.kind == "text/rfc822-headers" || part.kind == "text/rfc822")?;
        mime::parse_embedded(&headers.text()?).map(Cow::Owned)
    })
}

fn fill(
    mail: &Mail<'_>,
    feedback: Option<&Feedback>,
    reported: Option<&Mail<'_>>,
    input: &Input<'_>,
    reading: &mut Reading,
) {
    let kind = feedback.and_then(|feedback| feedback.get("Feedback-Type")).unwrap_or("abuse").to_ascii_lowercase();
    if kind == "not-spam" {
        reading.report = false;
        reading.noise = Some(model::Noise::Housekeeping);
        reading.remarks.push("The reporter says that the mail is not spam (RFC 6430): nobody is accused.".to_owned());
        return;
    }
    let category = category(&kind, mail, reading);
    let mut seen = Observation::new(category, 0.95);
    let source = feedback.and_then(|feedback| feedback.entry("Source-IP"));
    match source.and_then(|(_, value, _)| ip::parse(value)).filter(|ip| ip::is_public(*ip)) {
        Some(address) => {
            seen.ip = Some(address);
            seen.provenance = source.zip(feedback).map(|((_, value, line), feedback)| Provenance {
                part: feedback.part.clone(),
                line: *line,
                text: crate::charset::prefix(value, 200).to_owned(),
            });
        }
        None => without_source(mail, reported, &mut seen, reading),
    }
    seen.port = feedback.and_then(|feedback| feedback.get("Source-Port")).and_then(crate::extract::port::number);
    seen.at = arrival(feedback, reported, input);
    seen.count = feedback.and_then(|feedback| feedback.get("Incidents")).and_then(|text| text.trim().parse().ok());
    seen.account = reported.and_then(trace::login);
    // RFC 9477 section 3.2: by this the sender of the mail finds its recipient and its campaign again.
    seen.object =
        [Some(mail), reported].into_iter().flatten().find_map(|mail| mail.header("CFBL-Feedback-ID")).map(short);
    if let Some(feedback) = feedback {
        reading.report_id =
            reading.report_id.take().or_else(|| feedback.get("Original-Envelope-Id").map(str::to_owned));
        if kind == "auth-failure" {
            // The reported domain is the one whose name was misused (RFC 6591 section 3.1): the object, not the accused.
            let why = feedback.get("Auth-Failure").unwrap_or("authentication");
            let whose = feedback.get("Reported-Domain").unwrap_or("");
            seen.object = Some(short(format!("{why} {whose}").trim()));
        }
        reported_uris(feedback, kind == "auth-failure", &seen, reading);
    }
    if seen.ip.is_some() && !reading.observations.iter().any(|other| other.ip == seen.ip) {
        reading.observations.insert(0, seen);
    }
}

/// No Source-IP: the first hop from outside in the reported mail, else an address in the report's subject.
fn without_source(mail: &Mail<'_>, reported: Option<&Mail<'_>>, seen: &mut Observation, reading: &mut Reading) {
    let hop = reported.and_then(trace::injector).or_else(|| reported.and_then(trace::origin));
    let named = mail.header("Subject").and_then(|subject| {
        let mut found = Vec::new();
        ip::scan(subject, &mut found);
        found.first().map(|one| one.value)
    });
    let bare = is_bare_complaint(mail);
    let chosen: Option<(IpAddr, &str)> = if bare { named.map(|ip| (ip, "Subject")) } else { None }
        .or_else(|| hop.map(|ip| (ip, "Received")))
        .or_else(|| named.map(|ip| (ip, "Subject")));
    if let Some((address, place)) = chosen {
        seen.ip = Some(address);
        // A subject of the form in which a feedback loop names its source says it in so many words, as does one that names
        // the address which the reported mail came from. Anything else is concluded.
        let said = named == Some(address) && (bare || hop == Some(address));
        if !said {
            seen.confidence = 0.85;
        }
        seen.provenance = Some(Provenance { part: place.to_owned(), line: 0, text: address.to_string() });
        if place == "Received" {
            reading.remarks.push(
                "The report has no Source-IP; the first hop from outside in the reported mail was taken.".to_owned(),
            );
        }
    }
}

fn category(kind: &str, mail: &Mail<'_>, reading: &Reading) -> Category {
    match kind {
        "fraud" => Category::Phishing,
        "virus" => Category::InfectedHost,
        "opt-out" | "opt-out-list" => Category::BulkMessaging,
        "xarf" | "other" => {
            let words = format!("{}\n{}", mail.header("Subject").unwrap_or(""), reading.text);
            match crate::words::category(&words) {
                Category::Unknown => Category::Spam,
                category => category,
            }
        }
        // A failed authentication under the customer's name or from his host: mail that should not be.
        _ => Category::Spam,
    }
}

fn arrival(feedback: Option<&Feedback>, reported: Option<&Mail<'_>>, input: &Input<'_>) -> Option<EventTime> {
    let clock = input.clock();
    let stated = feedback
        .and_then(|feedback| feedback.get("Arrival-Date").or_else(|| feedback.get("Received-Date")))
        .and_then(|text| time::parse(text, &clock));
    stated.or_else(|| {
        let reported = reported?;
        let hop = reported.header("Received").and_then(|hop| hop.rsplit_once(';')).map(|(_, date)| date);
        hop.or_else(|| reported.header("Date")).and_then(|text| time::parse(text, &clock))
    })
}

fn short(text: &str) -> String {
    crate::charset::prefix(text.trim(), 200).to_owned()
}

/// URIs and domains that the report names beside the address (RFC 5965 section 3.2).
fn reported_uris(feedback: &Feedback, only_uris: bool, base: &Observation, reading: &mut Reading) {
    let uris = feedback.all("Reported-URI").map(|entry| (entry, true));
    let domains = feedback.all("Reported-Domain").filter(|_| !only_uris).map(|entry| (entry, false));
    for ((_, value, line), is_uri) in uris.chain(domains).take(MAX_REPORTED) {
        let value = crate::extract::defang::refang(value);
        let value = value.trim();
        if value.is_empty()
            || value.eq_ignore_ascii_case("unknown")
            || value.to_ascii_lowercase().starts_with("mailto:")
        {
            continue;
        }
        let mut seen = base.clone();
        seen.account = None;
        let canonical = url::canonical(value);
        if !is_uri {
            if !url::is_host_name(value) {
                continue;
            }
            seen.domain = Some(canonical.clone());
        }
        seen.url = Some(canonical);
        seen.provenance = Some(Provenance {
            part: feedback.part.clone(),
            line: *line,
            text: crate::charset::prefix(value, 200).to_owned(),
        });
        if !reading.observations.iter().any(|other| other.url == seen.url) {
            reading.observations.push(seen);
        }
    }
}
