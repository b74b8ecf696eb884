//! The generic reader: what a report accuses, read from its layout and its words, whoever wrote it.
//!
//! 1. [`sections`] lays the mail out as texts (subject, body, attachments, mail inside) with defanging undone.
//! 2. [`lines`] says what each line is: prose, log, table row, transport header, whois, signature.
//! 3. [`candidates`] finds addresses, URLs and names with the words around them, and [`cues`] weighs the words.
//! 4. [`choose`] takes the accused ones (of several links for one thing the meant one: [`forms`]) and [`assemble`] makes observations with time, port and confidence.

use std::net::IpAddr;

use jiff::tz::Offset;
use model::{Observation, Reading};

use crate::input::Input;

mod abroad;
mod accounts;
mod addresses;
mod assemble;
mod candidates;
mod choose;
mod columns;
mod confidence;
mod contacts;
mod cue_words;
mod cues;
mod forms;
mod japanese;
mod lines;
mod object;
mod reader;
mod rows;
mod ruled;
mod sections;
mod shapes;
mod tables;
mod wrapped;

pub(crate) use candidates::trapped;
use sections::Section;
pub(crate) use tables::cells_of as cells;

/// The remark of a reading that accuses nobody.
pub(crate) const NOTHING_ACCUSED: &str = "No accused address, URL or domain was found.";

/// Reads a mail generically into `reading`, whose envelope is already filled.
pub(crate) fn read_mail(input: &Input<'_>, reading: &mut Reading) {
    if let Some(mail) = &input.mail {
        let mut sections = sections::of_mail(mail);
        if let Some(rule) = &input.rule {
            ruled::clear(rule, &mut sections);
            reading.rule = Some(rule.reference());
        }
        read_sections(&sections, input, reading);
    }
}

/// Reads plain text generically.
pub(crate) fn read_text(text: &str, input: &Input<'_>, reading: &mut Reading) {
    read_sections(&sections::of_text(text), input, reading);
}

/// Adds the address beside a URL, where a structured report names only the URL and the text around it says more.
pub(crate) fn supplement(input: &Input<'_>, reading: &mut Reading) {
    let lacks = |seen: &Observation| seen.ip.is_none() && seen.url.is_some();
    if input.mail.is_none() || !reading.observations.iter().any(lacks) || reading.observations.len() > 10 {
        return;
    }
    let mut text = Reading::new(reading.format);
    text.text.clone_from(&reading.text);
    text.lang = reading.lang;
    read_mail(input, &mut text);
    for seen in reading.observations.iter_mut().filter(|seen| lacks(seen)) {
        let beside = text.observations.iter().find(|other| other.url == seen.url && other.ip.is_some());
        if let Some(other) = beside {
            seen.ip = other.ip;
            seen.confidence = seen.confidence.min(other.confidence.max(0.6));
        }
    }
}

/// The connections of `address` that a log beside a structured report tells of: observations with its ports. What the log
/// does not say of its times is that they are of `zone`.
pub(crate) fn connections(
    log: &str,
    address: IpAddr,
    zone: Option<(String, Offset)>,
    input: &Input<'_>,
) -> Vec<Observation> {
    let mut reading = Reading::new(model::Format::Generic);
    let said = crate::words::said_in_mail(input.subject(), log);
    let mut context = candidates::Context::new(input, log, Some(model::Lang::En), said);
    context.clock.zone = zone;
    let sections = sections::of_text(log);
    let chosen = choose::choose(candidates::collect(&sections, &context), &context);
    let mut seen = assemble::observations(chosen, &sections, &context, &mut reading);
    seen.retain(|seen| seen.ip == Some(address) && seen.port.is_some());
    seen
}

fn read_sections(sections: &[Section<'_>], input: &Input<'_>, reading: &mut Reading) {
    let context = candidates::Context::new(input, &reading.text, reading.lang, input.said(&reading.text));
    let mut found = candidates::collect(sections, &context);
    let named = input.rule.as_ref().and_then(|rule| ruled::name(rule, sections, &mut found));
    if named.is_none() && input.rule.as_ref().is_some_and(|rule| !rule.data.accuse.is_empty()) {
        reading.remarks.push("The rule for this sender names labels that this report does not have.".to_owned());
    }
    let chosen = match &named {
        Some(named) => named.chosen(found),
        None => choose::choose(found, &context),
    };
    let mut observations: Vec<Observation> = assemble::observations(chosen, sections, &context, reading);
    if let Some(account) = named.and_then(|named| named.account) {
        ruled::accuse_account(&mut observations, account, context.category);
    }
    if let Some(object) = object::find(context.category, &reading.text) {
        for seen in &mut observations {
            seen.object.get_or_insert_with(|| object.clone());
        }
    }
    reading.observations.append(&mut observations);
}

/// Every candidate of a mail with its evidence, one a line, best first: for people who improve the reader.
pub(crate) fn explain(raw: &[u8], received: jiff::Timestamp) -> Vec<String> {
    let input = Input::open(raw, received);
    let mut reading = Reading::new(model::Format::Generic);
    crate::envelope::fill(&input, &mut reading);
    let Some(mail) = &input.mail else {
        return Vec::new();
    };
    let context = candidates::Context::new(&input, &reading.text, reading.lang, input.said(&reading.text));
    let sections = sections::of_mail(mail);
    let mut found = candidates::collect(&sections, &context);
    found.candidates.sort_by_key(|one| std::cmp::Reverse(one.best));
    let lines = found.candidates.iter().map(|one| {
        let place = if one.in_subject {
            "subject"
        } else if one.in_table {
            "table"
        } else {
            "text"
        };
        let above = sections.get(one.spot.section).map_or("", |section| {
            let lines = section.text.lines().take(one.spot.line.saturating_sub(1) as usize);
            lines.filter(|line| !line.trim().is_empty()).last().unwrap_or("").trim()
        });
        format!(
            "{:>3} {:>3} {place} {:?} | {} | {}",
            one.best,
            one.worst,
            one.value,
            crate::charset::prefix(above, 70),
            one.text
        )
    });
    std::iter::once(context.category.name().to_owned()).chain(lines).collect()
}
