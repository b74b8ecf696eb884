//! Everything else: noise is told from reports, and reports are read by layout and words.

use model::{Format, Reading};

use super::Entry;
use crate::input::Input;

/// The format's entry; it takes whatever no other format took.
pub const ENTRY: Entry = Entry { name: "generic", format: Format::Generic, priority: 255, read };

fn read(input: &Input<'_>, reading: &mut Reading) -> bool {
    crate::envelope::fill(input, reading);
    let Some(mail) = &input.mail else {
        let text = crate::charset::decode_unlabelled(&input.raw[..input.raw.len().min(1 << 20)]);
        reading.remarks.push("This is neither a mail nor a known JSON report; it was read as plain text.".to_owned());
        crate::text::set(reading, &text);
        input.said(&reading.text).ask(reading);
        if crate::charset::looks_like_text(text.as_bytes()) {
            crate::generic::read_text(&text, input, reading);
        }
        return true;
    };
    // Whose labels a rule names, he reports.
    let ruled = input.rule.as_ref().is_some_and(|rule| rule.speaks_of(&reading.text));
    if let Some(noise) = crate::noise::of(mail, &reading.text).filter(|_| !ruled) {
        reading.report = false;
        reading.noise = Some(noise);
        return true;
    }
    crate::generic::read_mail(input, reading);
    true
}
