//! Report bytes to a [`model::Reading`]: every known format by its own file, everything else by layout and words.
//!
//! Pure and bounded: no I/O, no clock, no panic on any input. [`Reader`] is the door; [`formats::ALL`] is the list of
//! formats, tried from the most to the least explicit one; [`score`] measures readings against a labelled corpus.

use jiff::Timestamp;
use model::{Format, Reading, ReportReader};

pub mod extract;
pub mod formats;
pub mod forward;
#[doc(hidden)]
pub mod fuzz;
pub mod html;
pub mod input;
pub mod mime;
pub mod rows;
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
        let mut reading = self.read_on(raw, received, 0, Reading::MAX_OBSERVATIONS);
        if reading.rest > 0 {
            reading.remarks.push(format!("{} more observations were left out.", reading.rest));
        }
        reading
    }

    fn read_on(&self, raw: &[u8], received: Timestamp, from: usize, most: usize) -> Reading {
        // The readers do not panic on any input the tests could think of; should one do so, a person gets the report.
        let most = most.min(Reading::MAX_OBSERVATIONS);
        std::panic::catch_unwind(|| read(raw, received, from, most)).unwrap_or_else(|_| {
            let mut reading = Reading::new(Format::Generic);
            reading.remarks.push("The reader failed on this report: a person must read it.".to_owned());
            reading
        })
    }
}

fn read(raw: &[u8], received: Timestamp, from: usize, most: usize) -> Reading {
    let mut input = input::Input::open(raw, received);
    for entry in formats::by_priority() {
        input.window = input::Window::new(from, most);
        let mut reading = Reading::new(entry.format);
        if (entry.read)(&input, &mut reading) {
            details::add(&input, &mut reading);
            pictures::add(&input, &mut reading);
            input.window.cut(&mut reading);
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
