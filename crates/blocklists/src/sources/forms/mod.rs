//! Ways of writing a list, one file each. Each is a pure function: bytes in, lines out, within the collector's limits; what
//! cannot be read is counted and the first ones kept.

pub mod abuse_ch;
pub mod addresses;
pub mod columns;
mod fields;
pub mod html;
pub mod json;
pub mod misp;
pub mod names;
pub mod phishtank;
pub mod spamhaus;
pub mod stix;
pub mod stopforumspam;
pub mod threatfox;
pub mod tor;
pub mod urlhaus;

use serde::{Deserialize, Serialize};

pub use columns::Columns;
pub use json::Json;

use super::row::{Collector, Snapshot, What};
use crate::error::ListError;
use crate::parse::Limits;

/// How a list is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Addresses, prefixes and ranges, one a line, with the header of FireHOL or none (`.ipset`, `.netset`, CINS, Tor).
    Addresses,
    /// Host names or URLs, one a line, also as a hosts file.
    Names,
    /// A table in text whose columns are told by rules.
    Columns(Columns),
    /// JSON whose fields are told by rules.
    Json(Json),
    /// A table on a web page, whose columns are known by the words over them (blocklist.de and CleanTalk per AS).
    Html,
    /// PhishTank, CSV or JSON.
    Phishtank,
    /// URLhaus, CSV, JSON or text.
    Urlhaus,
    /// ThreatFox, CSV or JSON.
    Threatfox,
    /// The trackers of abuse.ch, Feodo and SSLBL, CSV or JSON.
    AbuseCh,
    /// StopForumSpam, addresses alone or with count and last time.
    Stopforumspam,
    /// DROP, as text or JSON, and ASN-DROP.
    Spamhaus,
    /// The exit addresses of Tor with their times.
    Tor,
    /// Events of a MISP feed.
    Misp,
    /// Indicators of a TAXII 2.1 collection or a STIX 2.1 bundle.
    Stix,
    /// Asked by DNS (RFC 5782), not downloaded.
    Dns,
    /// The http:BL of Project Honey Pot: asked by DNS, the answer says days, threat and kind.
    Httpbl,
    /// It comes by itself, as a report: Shadowserver and the like. Not downloaded.
    Report,
}

impl Form {
    /// Whether there is something to download.
    pub const fn is_file(&self) -> bool {
        !matches!(self, Self::Dns | Self::Httpbl | Self::Report)
    }

    /// The stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Addresses => "addresses",
            Self::Names => "names",
            Self::Columns(_) => "columns",
            Self::Json(_) => "json",
            Self::Html => "html",
            Self::Phishtank => "phishtank",
            Self::Urlhaus => "urlhaus",
            Self::Threatfox => "threatfox",
            Self::AbuseCh => "abuse-ch",
            Self::Stopforumspam => "stopforumspam",
            Self::Spamhaus => "spamhaus",
            Self::Tor => "tor",
            Self::Misp => "misp",
            Self::Stix => "stix",
            Self::Dns => "dns",
            Self::Httpbl => "httpbl",
            Self::Report => "report",
        }
    }
}

/// Reads one version of a list. Facts are kept about what `keep` says yes to.
pub fn read(
    form: &Form,
    bytes: &[u8],
    limits: &Limits,
    keep: &dyn Fn(&What<'_>) -> bool,
) -> Result<Snapshot, ListError> {
    read_parts(form, &[bytes], limits, keep)
}

/// Reads one version of a list that comes in parts: pages, events, one page per network.
pub fn read_parts<B: AsRef<[u8]>>(
    form: &Form,
    parts: &[B],
    limits: &Limits,
    keep: &dyn Fn(&What<'_>) -> bool,
) -> Result<Snapshot, ListError> {
    if parts.iter().map(|part| part.as_ref().len()).sum::<usize>() > limits.bytes {
        return Err(ListError::TooLarge { what: "bytes", limit: limits.bytes, line: 0 });
    }
    let mut all = Collector::new(*limits, keep);
    for part in parts {
        let bytes = part.as_ref();
        read_part(form, bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes), &mut all)?;
    }
    Ok(all.finish())
}

fn read_part(form: &Form, bytes: &[u8], all: &mut Collector<'_>) -> Result<(), ListError> {
    match form {
        // An error page instead of a list: the guard must see it, whatever the list is.
        _ if is_page(bytes) && !matches!(form, Form::Html) => {
            all.line()?;
            all.junk(b"<html>");
            Ok(())
        }
        Form::Addresses => addresses::read(bytes, all),
        Form::Names => names::read(bytes, all),
        Form::Columns(rules) => columns::read(rules, bytes, all),
        Form::Json(rules) => json::read(rules, bytes, all),
        Form::Html => html::read(bytes, all),
        Form::Phishtank => phishtank::read(bytes, all),
        Form::Urlhaus => urlhaus::read(bytes, all),
        Form::Threatfox => threatfox::read(bytes, all),
        Form::AbuseCh => abuse_ch::read(bytes, all),
        Form::Stopforumspam => stopforumspam::read(bytes, all),
        Form::Spamhaus => spamhaus::read(bytes, all),
        Form::Tor => tor::read(bytes, all),
        Form::Misp => misp::read(bytes, all),
        Form::Stix => stix::read(bytes, all),
        Form::Dns | Form::Httpbl | Form::Report => Ok(()),
    }
}

/// Whether it is a web page.
fn is_page(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    let begins = |word: &[u8]| start.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    begins(b"<!doctype html") || begins(b"<html")
}

/// The first byte that is no white space.
fn first_byte(bytes: &[u8]) -> Option<u8> {
    bytes.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Every line of a list as `what|first|last|reason|link|port`, and how many lines could not be read.
    pub(crate) fn lines(form: &Form, text: &str) -> (Vec<String>, usize) {
        let snapshot = read(form, text.as_bytes(), &Limits::default(), &|_| true).expect("within limits");
        let moment = |at: Option<jiff::Timestamp>| at.map_or(String::new(), |at| at.to_string());
        let line = |fact: &crate::sources::Fact| {
            let port = fact.port.map_or(String::new(), |port| port.to_string());
            [&fact.what, &moment(fact.first), &moment(fact.last), &fact.reason, &fact.link, &port]
                .map(String::as_str)
                .join("|")
        };
        assert_eq!(snapshot.facts.len(), snapshot.len(), "a fact for each entry");
        (snapshot.facts.iter().map(line).collect(), snapshot.entries.junk.lines)
    }

    #[test]
    fn an_error_page_is_no_list_in_any_form() {
        for form in [Form::Addresses, Form::Names, Form::Phishtank, Form::Misp, Form::Spamhaus] {
            let (lines, junk) = lines(&form, "\n<!DOCTYPE html><title>503</title>\n198.51.100.1\n");
            assert_eq!((lines.len(), junk), (0, 1), "{}", form.name());
        }
    }
}
