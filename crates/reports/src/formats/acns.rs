//! ACNS (Automated Copyright Notice System) notices: one `Infringement` element in the text or attached, as often as not
//! broken by the mail around it.

use model::{Category, Format, Observation, Provenance, Reading};

use super::Entry;
use crate::extract::{defang, ip, port, time, url};
use crate::input::{Input, part_name};
use crate::xml::{self, Leaf};

/// The format's entry.
pub const ENTRY: Entry = Entry { name: "acns", format: Format::Acns, priority: 55, read };

/// Most notices in one mail.
const MAX_NOTICES: usize = 1_000;
/// Largest notice, bytes.
const MAX_NOTICE: usize = 2 << 20;

fn read(input: &Input<'_>, reading: &mut Reading) -> bool {
    let mut found = false;
    for mail in input.levels() {
        for (index, part) in mail.parts.iter().enumerate() {
            let Some(text) = part.text() else { continue };
            for (start, notice) in notices(&text) {
                let leaves = xml::leaves(notice);
                if xml::find(&leaves, "source/ip_address").or_else(|| xml::find(&leaves, "source/url_base")).is_none() {
                    continue;
                }
                if !found {
                    crate::envelope::fill(input, reading);
                }
                found = true;
                let line = |leaf: &Leaf| lines_before(&text, start + leaf.at);
                take(&leaves, &part_name(part, index), &line, input, reading);
            }
        }
        if found {
            // The text and the attachment of one mail say the same; a mail inside is another one.
            reading.automatic = true;
            return true;
        }
    }
    false
}

/// Where each notice starts, and its text to the end tag (or to the end, where that is lost).
fn notices(text: &str) -> Vec<(usize, &str)> {
    const OPEN: &str = "<Infringement";
    let starts: Vec<usize> = memchr::memmem::find_iter(text.as_bytes(), OPEN)
        .filter(|at| matches!(text.as_bytes().get(at + OPEN.len()), Some(b'>' | b' ' | b'\n' | b'\r' | b'\t')))
        .take(MAX_NOTICES)
        .collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| (*start, crate::charset::prefix(&text[*start..end], MAX_NOTICE)))
        .collect()
}

fn lines_before(text: &str, at: usize) -> u32 {
    let lines = memchr::memchr_iter(b'\n', text.get(..at).unwrap_or("").as_bytes()).count();
    u32::try_from(lines).unwrap_or(u32::MAX).saturating_add(1)
}

fn take(leaves: &[Leaf], part: &str, line: &dyn Fn(&Leaf) -> u32, input: &Input<'_>, reading: &mut Reading) {
    let get = |path: &str| xml::find(leaves, path).map(|leaf| leaf.text.as_str());
    let mut seen = Observation::new(category(leaves), 0.97);
    let address = xml::find(leaves, "source/ip_address");
    seen.ip = address.and_then(|leaf| ip::parse(&leaf.text)).filter(|ip| ip::is_public(*ip));
    seen.port = get("source/port").and_then(port::number);
    let stamp = get("source/timestamp").or_else(|| get("item/timestamp"));
    seen.at = stamp.and_then(|text| time::parse(text, &input.clock()));
    // A web page is named by its own URL; in file sharing the URL is a tracker's or nothing.
    let page = get("source/url_base").or_else(|| get("item/url"));
    let page = page.filter(|_| seen.category != Category::CopyrightP2p);
    seen.url = page.map(|page| url::canonical(&defang::refang(page)));
    if seen.ip.is_none() && seen.url.is_none() {
        reading.remarks.push("The notice names no address that could be read.".to_owned());
        return;
    }
    let work = get("item/title").or_else(|| get("item/filename"));
    seen.object = work.map(|text| crate::charset::prefix(text, 200).to_owned());
    let place = address.or_else(|| xml::find(leaves, "source/url_base"));
    seen.provenance = place.map(|leaf| Provenance {
        part: part.to_owned(),
        line: line(leaf),
        text: crate::charset::prefix(&leaf.text, 200).to_owned(),
    });
    if get("case/status").is_some_and(|status| status.eq_ignore_ascii_case("closed")) {
        reading.remarks.push("The reporter says that this case is closed.".to_owned());
    }
    reading.report_id = get("case/id").map(str::to_owned).or_else(|| reading.report_id.take());
    if let Some((_, address)) = get("complainant/email").and_then(crate::envelope::mailbox) {
        reading.reporter.domain = address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
        reading.reporter.address = Some(address);
    }
    if let Some(name) = get("complainant/entity") {
        reading.reporter.name = Some(crate::charset::prefix(name, 200).to_owned());
    }
    if !reading
        .observations
        .iter()
        .any(|other| (other.ip, other.port, &other.url, &other.at) == (seen.ip, seen.port, &seen.url, &seen.at))
    {
        reading.observations.push(seen);
    }
}

fn category(leaves: &[Leaf]) -> Category {
    let words = ["source/type", "source/subtype/@basetype", "source/subtype/@protocol", "source/subtype"];
    let says = |word: &str| {
        words
            .iter()
            .filter_map(|path| xml::find(leaves, path))
            .any(|leaf| leaf.text.to_ascii_lowercase().contains(word))
    };
    if says("p2p") || says("torrent") || says("edonkey") || says("gnutella") {
        Category::CopyrightP2p
    } else if says("usenet") || says("nntp") {
        Category::CopyrightUsenet
    } else {
        Category::Copyright
    }
}
