//! Pictures that people attach (E06): screens of a chat or an SMS, photos of a leaflet. QR codes in them are read; a picture
//! without one is named for a person, because no text is read from pictures here.
//!
//! Pictures are hostile too: their bytes, sides, pixels and number are bounded before anything is decoded, what is decoded
//! is scaled down before it is searched, and only one picture at a time is held decoded in the whole process.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use model::{Category, Format, Observation, Provenance, Reading};

use crate::extract::url;
use crate::input::{Input, part_name};
use crate::mime::Body;

mod gray;

use gray::Gray;

/// Most pictures of one report that are opened.
const MAX_PICTURES: usize = 6;
/// Most QR codes taken from one picture.
const MAX_CODES: usize = 4;
/// Sides from which a picture is more than a logo, pixels.
const NOTABLE: usize = 150;
/// Pixels that are searched at first, and if nothing was found.
const SEARCHED: [usize; 2] = [1_200_000, 4_000_000];
/// What a mail says that means a code in its picture.
const SPEAKS_OF_CODES: [&str; 4] = ["qr", "ＱＲ", "ｑｒ", "二次元"];
/// How sure a code in a picture is what the reporter means: it may as well be that of his own signature.
const CONFIDENCE: f32 = 0.8;

/// A picture in a report.
struct Picture<'a> {
    name: String,
    bytes: Cow<'a, [u8]>,
}

/// Adds what the pictures of a report show.
pub(crate) fn add(input: &Input<'_>, reading: &mut Reading) {
    if !reading.report || !matches!(reading.format, Format::Generic | Format::Form) {
        return;
    }
    // Pictures beside an attack or a complaint about rights are logos, or evidence for a person.
    let about_pages = |category: Category| {
        matches!(
            category,
            Category::Phishing | Category::Fraud | Category::Malware | Category::Spam | Category::Unknown
        )
    };
    if !reading.observations.iter().all(|seen| about_pages(seen.category)) {
        return;
    }
    let pictures = pictures(input);
    // Searching a picture costs more than reading a hundred mails: it is done where the words alone accuse nobody, or
    // send the reader to a code.
    if pictures.is_empty() || !reading.observations.is_empty() && !speaks_of_codes(reading) {
        return;
    }
    let mut without: Vec<String> = Vec::new();
    for picture in pictures.iter().take(MAX_PICTURES) {
        match look(&picture.bytes) {
            Looked::Codes(codes) => codes.iter().for_each(|code| take(code, &picture.name, input, reading)),
            Looked::Nothing => without.push(picture.name.clone()),
            Looked::Small => {}
        }
    }
    without.extend(pictures.iter().skip(MAX_PICTURES).map(|picture| picture.name.clone()));
    if !without.is_empty() {
        without.truncate(20);
        reading.remarks.push(format!(
            "No QR code was read in these pictures, and no text is read from pictures: a person must look at {}.",
            without.join(", ")
        ));
    }
}

/// Whether text or subject mention a code.
fn speaks_of_codes(reading: &Reading) -> bool {
    let texts = [reading.text.as_str(), reading.subject.as_deref().unwrap_or_default()];
    texts.iter().any(|text| {
        let text = text.to_ascii_lowercase();
        SPEAKS_OF_CODES.iter().any(|word| text.contains(word))
    })
}

/// The pictures of the mail itself and of what it encloses, or that of the form.
fn pictures<'m>(input: &'m Input<'_>) -> Vec<Picture<'m>> {
    if let Some(json) = input.json.first().filter(|_| input.mail.is_none()) {
        let field = |name: &str| json.value.get("picture")?.get(name)?.as_str();
        let bytes = field("data").and_then(|data| base64::engine::general_purpose::STANDARD.decode(data).ok());
        let name = crate::charset::prefix(field("name").unwrap_or("picture"), 100).to_owned();
        return bytes.map(|bytes| Picture { name, bytes: bytes.into() }).into_iter().collect();
    }
    let parts = input.levels().into_iter().flat_map(|mail| mail.parts.iter().enumerate());
    let picture = |(index, part): (usize, &'m crate::mime::Part<'_>)| match &part.body {
        Body::Binary(bytes) if part.kind.starts_with("image/") || gray::is_picture(bytes) => {
            let name = crate::charset::prefix(&part_name(part, index), 100).to_owned();
            Some(Picture { name, bytes: Cow::Borrowed(bytes.as_ref()) })
        }
        _ => None,
    };
    parts.filter_map(picture).take(100).collect()
}

/// What a look at a picture gave.
#[derive(Debug, PartialEq, Eq)]
enum Looked {
    /// The texts of its codes.
    Codes(Vec<String>),
    /// A picture in which a person may see something.
    Nothing,
    /// A logo, a dot.
    Small,
}

fn look(bytes: &[u8]) -> Looked {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let Some((width, height)) = gray::sides(bytes) else { return Looked::Nothing };
    if width.min(height) < 21 {
        return Looked::Small;
    }
    let _held = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    // The libraries promise not to panic; a picture that makes them do so has no code.
    let codes = catch_unwind(AssertUnwindSafe(|| codes(bytes))).unwrap_or_default();
    match codes {
        codes if !codes.is_empty() => Looked::Codes(codes),
        _ if width.min(height) < NOTABLE => Looked::Small,
        _ => Looked::Nothing,
    }
}

fn codes(bytes: &[u8]) -> Vec<String> {
    let Some(whole) = gray::decode(bytes) else { return Vec::new() };
    let mut last = 0;
    for pixels in SEARCHED {
        let picture = whole.scaled_to(pixels);
        if picture.pixels.len() == last {
            break;
        }
        last = picture.pixels.len();
        // Dark screens show codes in white on black.
        for picture in [&picture, &picture.inverted()] {
            let found = search(picture);
            if !found.is_empty() {
                return found;
            }
        }
    }
    Vec::new()
}

fn search(picture: &Gray) -> Vec<String> {
    let mut reader = quircs::Quirc::default();
    let found = reader.identify(picture.width, picture.height, &picture.pixels);
    let texts = found.filter_map(|code| code.ok()?.decode().ok()).map(|data| {
        let text = String::from_utf8(data.payload);
        let text = text.unwrap_or_else(|other| crate::charset::decode_unlabelled(other.as_bytes()).into_owned());
        crate::charset::prefix(text.trim(), 2_000).to_owned()
    });
    texts.filter(|text| !text.is_empty()).take(MAX_CODES).collect()
}

/// A code that leads to a page accuses it; what else a code says is for a person.
fn take(code: &str, name: &str, input: &Input<'_>, reading: &mut Reading) {
    let lower = code.to_ascii_lowercase();
    let is_link = lower.starts_with("http://") || lower.starts_with("https://");
    let is_link = is_link && !code.contains(char::is_whitespace);
    if !is_link {
        let said = crate::charset::prefix(code, 200).replace(char::is_control, " ");
        reading.remarks.push(format!("The QR code in {name} is no link: {said}"));
        return;
    }
    let category = reading.observations.first().map_or_else(|| category(input, reading), |seen| seen.category);
    let mut seen = Observation::new(category, CONFIDENCE);
    seen.url = Some(url::canonical(code));
    let own = reading
        .reporter
        .domain
        .as_deref()
        .zip(seen.host())
        .is_some_and(|(own, host)| host == own || host.strip_suffix(own).is_some_and(|front| front.ends_with('.')));
    if own || reading.observations.iter().any(|other| other.url == seen.url) {
        return;
    }
    let text = crate::charset::prefix(code, 200).to_owned();
    seen.span = u32::try_from(text.len()).ok().map(|end| (0, end));
    reading.remarks.retain(|remark| remark != crate::generic::NOTHING_ACCUSED);
    seen.provenance = Some(Provenance { part: format!("QR code in attachment {name}"), line: 0, text });
    reading.observations.push(seen);
}

/// The kind of abuse, as the form says it or the words of the mail do.
fn category(input: &Input<'_>, reading: &Reading) -> Category {
    let chosen = input.json.first().and_then(|json| json.value.get("kind")?.as_str()?.parse().ok());
    let chosen = chosen.filter(|kind| *kind != Category::Unknown);
    chosen.unwrap_or_else(|| input.said(&reading.text).category)
}

/// For fuzzing: any bytes as a picture.
pub(crate) fn fuzz(data: &[u8]) {
    let _ = look(data);
}
