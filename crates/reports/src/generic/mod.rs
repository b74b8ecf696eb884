//! The generic reader: what a report accuses, read from its layout and its words, whoever wrote it.
//!
//! 1. [`sections`] lays the mail out as texts (subject, body, attachments, mail inside) with defanging undone.
//! 2. [`lines`] says what each line is: prose, log, table row, transport header, whois, signature.
//! 3. [`candidates`] finds addresses, URLs and names with the words around them, and [`cues`] weighs the words.
//! 4. [`choose`] takes the accused ones and [`assemble`] makes observations with time, port and confidence.

use model::{Observation, Reading};

use crate::input::Input;
use crate::mime::Mail;

mod assemble;
mod candidates;
mod choose;
mod cues;
mod lines;
mod sections;
mod tables;

use sections::Section;

/// Reads a mail generically into `reading`, whose envelope is already filled.
pub(crate) fn read_mail(input: &Input<'_>, reading: &mut Reading) {
    if let Some(mail) = &input.mail {
        read_sections(&sections::of_mail(mail), input, reading);
    }
}

/// Reads plain text generically.
pub(crate) fn read_text(text: &str, input: &Input<'_>, reading: &mut Reading) {
    read_sections(&sections::of_text(text), input, reading);
}

/// The words by which a mail is sorted into a category: its subject first.
pub(crate) fn category_text(mail: Option<&Mail<'_>>, text: &str) -> String {
    let subject = mail.and_then(|mail| mail.header("Subject")).unwrap_or("");
    format!("{subject}\n{}", crate::charset::prefix(text, 24 << 10))
}

fn read_sections(sections: &[Section<'_>], input: &Input<'_>, reading: &mut Reading) {
    let context = candidates::Context::new(input, reading);
    let found = candidates::collect(sections, &context);
    let chosen = choose::choose(found, &context);
    let mut observations: Vec<Observation> = assemble::observations(chosen, sections, &context, reading);
    if observations.len() > Reading::MAX_OBSERVATIONS {
        reading
            .remarks
            .push(format!("{} more observations were left out.", observations.len() - Reading::MAX_OBSERVATIONS));
        observations.truncate(Reading::MAX_OBSERVATIONS);
    }
    reading.observations.append(&mut observations);
}
