//! What a public list says about us, as the desk wrote it down when it took a version of the list: the raw evidence of a
//! listing. One document per version with news: `{"mimawari_listings":1,"list":…,"listings":[…]}`.
//!
//! A list that is private, undated or made in a way nobody publishes says only that something is listed: its word is
//! withheld from customers and is a bare claim (A58, A59). So is that of a union of other lists, which is no voice of its own
//! (A62).

use model::{Category, DetailKind, EventTime, Format, Observation, Provenance, Reading};
use serde::Deserialize;

use super::Entry;
use crate::input::{Input, Wanted};

/// The format's entry.
pub const ENTRY: Entry = Entry { name: "listing", format: Format::Listing, priority: 5, read };

/// Sureness about a stretch of addresses: that the whole is listed says little of one of them.
const STRETCH: f32 = 0.5;
/// Sureness about exactly what is listed.
const EXACT: f32 = 0.95;

/// A version with news.
#[derive(Deserialize)]
struct Document {
    #[serde(rename = "mimawari_listings")]
    _version: u32,
    list: String,
    /// Short name of who makes it: the voice.
    maintainer: String,
    maintainer_name: String,
    /// When the version was taken.
    version: jiff::Timestamp,
    /// Why a customer must not be shown it.
    #[serde(default)]
    withheld: Option<String>,
    /// Whether it is a union or a copy of others.
    #[serde(default)]
    second_hand: bool,
    category: Category,
    listings: Vec<Listing>,
}

/// Something of ours that the version has and the one before had not.
#[derive(Deserialize)]
struct Listing {
    /// `address`, `addresses`, `domain`, `url`, `as`.
    kind: String,
    subject: String,
    /// The first address of a stretch.
    #[serde(default)]
    address: Option<std::net::IpAddr>,
    #[serde(default)]
    first: Option<jiff::Timestamp>,
    #[serde(default)]
    last: Option<jiff::Timestamp>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    link: String,
    #[serde(default)]
    port: Option<u16>,
}

fn read(input: &Input<'_>, reading: &mut Reading) -> bool {
    // Bare JSON alone: a mail that carries such a document is a stranger's.
    let bare = input.json.first().filter(|_| input.mail.is_none());
    let Some(json) = bare.filter(|json| json.value.get("mimawari_listings").is_some()) else { return false };
    let Ok(document) = Document::deserialize(&json.value) else { return false };
    reading.automatic = true;
    reading.written = Some(document.version);
    reading.subject = Some(format!("{}: {}", document.maintainer_name, document.list));
    reading.report_id = Some(format!("{}@{}", document.list, document.version));
    reading.reporter.name = Some(document.maintainer_name.clone());
    // Lists of one maintainer are one voice, and nobody is written to there (RFC 2606).
    if !document.second_hand {
        reading.reporter.address = Some(format!("{}@lists.invalid", document.maintainer));
    }
    for (number, listing) in (1_u32..).zip(&document.listings) {
        match input.window.wants(reading.observations.len()) {
            Wanted::Passed => {}
            Wanted::Taken => reading.observations.extend(observation(&document, number, listing)),
            Wanted::Rest => reading.rest += 1,
        }
    }
    true
}

fn observation(document: &Document, number: u32, listing: &Listing) -> Option<Observation> {
    // What a list says beyond the listing counts only where it says when and how.
    let told = document.withheld.is_none() && !document.second_hand;
    let category = if told { document.category } else { Category::Blocklist };
    let sureness = if listing.kind == "addresses" || document.second_hand { STRETCH } else { EXACT };
    let mut seen = Observation::new(category, sureness);
    match listing.kind.as_str() {
        "address" => seen.ip = Some(listing.subject.parse().ok()?),
        "addresses" => seen.ip = Some(listing.address?),
        "domain" => seen.domain = Some(listing.subject.clone()),
        "url" => seen.url = Some(listing.subject.clone()),
        // An autonomous system is nobody's case.
        _ => return None,
    }
    seen.port = listing.port;
    // Else it is dated by the version: the address was in it then, whoever held it.
    let moment = listing.last.or(listing.first).filter(|at| told && *at <= document.version);
    let at = moment.unwrap_or(document.version);
    seen.at = Some(EventTime::zoned(at, "Z", &at.to_string()));
    for (kind, at) in [(DetailKind::FirstSeen, listing.first), (DetailKind::LastSeen, listing.last)] {
        if let Some(at) = at {
            seen.note(kind, &at.to_string());
        }
    }
    if !told {
        seen.note(DetailKind::Withheld, document.withheld.as_deref().unwrap_or("second-hand"));
    }
    let says = category != Category::Blocklist && !listing.reason.is_empty();
    seen.object = says.then(|| crate::charset::prefix(&listing.reason, 200).to_owned());
    let since = moment.map(|at| at.to_string()).unwrap_or_default();
    let parts = [document.list.as_str(), &listing.subject, &since, &listing.reason, &listing.link];
    let text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" | ");
    let text = text.chars().take(200).collect();
    seen.provenance = Some(Provenance { part: "0".to_owned(), line: number, text });
    Some(seen)
}
