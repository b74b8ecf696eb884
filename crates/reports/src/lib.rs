//! Report bytes to a [`model::Reading`]: every known format by its own file, everything else by layout and words.
//!
//! Pure and bounded: no I/O, no clock, no panic on any input. [`Reader`] is the door; [`formats::ALL`] is the list of
//! formats, tried from the most to the least explicit one; [`score`] measures readings against a labelled corpus.

use jiff::Timestamp;
use std::sync::Arc;

use model::{Format, Reading, ReportReader, RuleFault, SenderRule};

pub mod extract;
pub mod formats;
pub mod forward;
#[doc(hidden)]
pub mod fuzz;
pub mod html;
pub mod input;
pub mod mime;
pub mod rows;
pub mod rules;
pub mod score;
pub mod trace;
pub mod unpack;
pub mod xarf;

mod charset;
mod details;
mod encoded_words;
mod envelope;
mod flowed;
mod generic;
mod noise;
mod pictures;
mod text;
mod transfer;
mod words;
mod xml;

/// Reads reports. Holds nothing, costs nothing to make, may be shared between threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reader;

impl ReportReader for Reader {
    fn read(&self, raw: &[u8], received: Timestamp) -> Reading {
        whole(raw, received, &rules::RuledReader::default())
    }

    fn read_on(&self, raw: &[u8], received: Timestamp, from: usize, most: usize) -> Reading {
        guarded(raw, received, from, most, &rules::RuledReader::default())
    }

    fn with_rules(&self, rules: &[SenderRule]) -> Result<Arc<dyn ReportReader>, RuleFault> {
        Ok(rules::RuledReader::shared(rules)?)
    }
}

/// Reads all that is kept at once.
fn whole(raw: &[u8], received: Timestamp, rules: &rules::RuledReader) -> Reading {
    let mut reading = guarded(raw, received, 0, Reading::MAX_OBSERVATIONS, rules);
    if reading.rest > 0 {
        reading.remarks.push(format!("{} more observations were left out.", reading.rest));
    }
    reading
}

/// Reads; should a reader panic, a person gets the report. None does on any input that the tests could think of.
fn guarded(raw: &[u8], received: Timestamp, from: usize, most: usize, rules: &rules::RuledReader) -> Reading {
    let most = most.min(Reading::MAX_OBSERVATIONS);
    std::panic::catch_unwind(|| read(raw, received, from, most, rules)).unwrap_or_else(|_| {
        let mut reading = Reading::new(Format::Generic);
        reading.remarks.push("The reader failed on this report: a person must read it.".to_owned());
        reading
    })
}

fn read(raw: &[u8], received: Timestamp, from: usize, most: usize, rules: &rules::RuledReader) -> Reading {
    let mut input = input::Input::open(raw, received);
    input.rule = rules.of(&input);
    for entry in formats::by_priority() {
        input.window = input::Window::new(from, most);
        let mut reading = Reading::new(entry.format);
        if (entry.read)(&input, &mut reading) {
            details::add(&input, &mut reading);
            pictures::add(&input, &mut reading);
            input.window.cut(&mut reading);
            if let Some(rule) = &input.rule {
                rules::settle(rule, &mut reading);
            }
            finish(&mut reading);
            return reading;
        }
    }
    Reading::new(Format::Generic)
}

/// What holds for every reading, whatever the format.
fn finish(reading: &mut Reading) {
    if !reading.report {
        reading.observations.clear();
        reading.rest = 0;
    }
    reading.remarks.truncate(50);
}

/// What the generic reader weighed in a mail, best first; for people who improve it.
#[doc(hidden)]
pub fn explain(raw: &[u8], received: Timestamp) -> Vec<String> {
    generic::explain(raw, received)
}
