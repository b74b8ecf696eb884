//! What the house's own public web form stores as a raw report: one JSON object.

use model::{Category, Format, Lang, Observation, Provenance, Reading};
use serde::{Deserialize, Serialize};

use super::Entry;
use crate::extract::{ip, time, url};
use crate::input::Input;

/// The form's entry.
pub const ENTRY: Entry = Entry { name: "form", format: Format::Form, priority: 10, read };

/// The stored envelope. The console writes this JSON; the reader accepts fields that are missing or empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FormReport {
    /// Version of the envelope, 1.
    pub mimawari_form: u8,
    /// Language of the page: `ja` or `en`.
    #[serde(default)]
    pub lang: String,
    /// Name of a [`Category`], or `unknown`.
    #[serde(default)]
    pub kind: String,
    /// Reported URL.
    #[serde(default)]
    pub url: Option<String>,
    /// Reported address.
    #[serde(default)]
    pub ip: Option<String>,
    /// Its port.
    #[serde(default)]
    pub port: Option<u16>,
    /// When it happened: RFC 3339, or local time with `zone`.
    #[serde(default)]
    pub at: Option<String>,
    /// Zone of a local `at`: `JST`, `+09:00`, `UTC`.
    #[serde(default)]
    pub zone: Option<String>,
    /// What happened, in the reporter's words.
    #[serde(default)]
    pub description: String,
    /// Who reports.
    #[serde(default)]
    pub reporter: FormReporter,
    /// Whether an answer is wanted.
    #[serde(default)]
    pub answer_wanted: bool,
    /// A picture: a screen, a QR code.
    #[serde(default)]
    pub picture: Option<FormPicture>,
}

/// A picture that a form brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormPicture {
    /// Name of the file.
    pub name: String,
    /// The bytes, in Base64.
    pub data: String,
}

/// The person behind a form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FormReporter {
    /// Name, may be empty.
    #[serde(default)]
    pub name: String,
    /// Mail address, may be empty.
    #[serde(default)]
    pub mail: String,
}

fn read(input: &Input<'_>, reading: &mut Reading) -> bool {
    let Some(json) = input.json.first().filter(|_| input.mail.is_none()) else {
        return false;
    };
    if json.value.get("mimawari_form").and_then(serde_json::Value::as_u64) != Some(1) {
        return false;
    }
    let form: FormReport = match serde_json::from_value(json.value.clone()) {
        Ok(form) => form,
        Err(error) => {
            reading.remarks.push(format!("The form's data is damaged: {error}."));
            return true;
        }
    };
    fill(&form, input, reading);
    true
}

fn fill(form: &FormReport, input: &Input<'_>, reading: &mut Reading) {
    let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    reading.lang = form.lang.parse::<Lang>().ok();
    reading.answer_wanted = form.answer_wanted;
    reading.reporter.address = filled(&form.reporter.mail);
    reading.reporter.name = filled(&form.reporter.name);
    reading.reporter.domain = form.reporter.mail.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
    reading.written = Some(input.received);
    crate::text::set(reading, &form.description);
    let said = crate::words::said(&form.description);
    said.ask(reading);
    reading.answer_wanted |= form.answer_wanted;
    let named = form.kind.parse::<Category>().unwrap_or(Category::Unknown);
    let category = if named == Category::Unknown { said.category } else { named };
    let mut seen = Observation::new(category, 0.9);
    if let Some(text) = form.ip.as_deref().and_then(filled) {
        seen.ip = ip::parse(&crate::extract::defang::refang(&text));
        if seen.ip.is_none() {
            reading.remarks.push(format!("The address `{}` could not be read.", crate::charset::prefix(&text, 80)));
        }
    }
    seen.port = form.port.filter(|port| *port != 0);
    let link = form.url.as_deref().and_then(filled);
    if let Some(text) = &link {
        let text = crate::extract::defang::refang(text);
        let text = url::canonical(crate::charset::prefix(&text, 4096));
        if !text.contains("://") && url::is_host_name(&text) {
            seen.domain = Some(text.clone());
        }
        seen.url = Some(text);
    }
    if let Some(text) = form.at.as_deref().and_then(filled) {
        let mut clock = input.clock();
        clock.zone = form.zone.as_deref().and_then(|zone| time::stated_zone(&format!("timezone: {zone}"), 1));
        seen.at = time::parse(&text, &clock);
        if seen.at.is_none() {
            reading.remarks.push("The time of the event could not be read.".to_owned());
        }
    }
    if seen.ip.is_none() && seen.url.is_none() {
        // The person wrote it all into the description.
        crate::generic::read_text(&form.description, input, reading);
        for observation in &mut reading.observations {
            observation.at = observation.at.take().or_else(|| seen.at.clone());
            if named != Category::Unknown {
                observation.category = named;
            }
        }
        return;
    }
    let value = link.or_else(|| form.ip.clone()).unwrap_or_default();
    seen.provenance = Some(Provenance {
        part: if seen.url.is_some() { "url" } else { "ip" }.to_owned(),
        line: 0,
        text: crate::charset::prefix(&value, 200).to_owned(),
    });
    reading.observations.push(seen);
}
