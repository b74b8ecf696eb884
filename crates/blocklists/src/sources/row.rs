//! What a line of a list says, and what is kept of all of them.

use std::net::IpAddr;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::error::ListError;
use crate::parse::{Entries, Item, Limits, item};
use crate::sets::{Prefix, Range, Width as _};

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What<'a> {
    /// IPv4 addresses.
    V4(Range<u32>),
    /// IPv6 addresses.
    V6(Range<u128>),
    /// A host name or domain, in lower case.
    Domain(&'a str),
    /// A URL, as written.
    Url(&'a str),
    /// An autonomous system.
    As(u32),
}

impl From<Item> for What<'_> {
    fn from(item: Item) -> Self {
        match item {
            Item::V4(range) => Self::V4(range),
            Item::V6(range) => Self::V6(range),
        }
    }
}

impl From<IpAddr> for What<'_> {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(Range::single(address.into())),
            IpAddr::V6(address) => Self::V6(Range::single(address.into())),
        }
    }
}

impl<'a> What<'a> {
    /// Reads a value of whatever kind: address, prefix, range, `AS64496`, URL or host name.
    pub fn read(text: &'a str) -> Option<Self> {
        let text = text.trim();
        if text.contains("://") {
            return (text.len() <= MAX_NAME).then_some(Self::Url(text));
        }
        if let Some(item) = item(text.as_bytes()) {
            return Some(item.into());
        }
        if let Some(number) = text.strip_prefix("AS").or(text.strip_prefix("as"))
            && let Ok(number) = number.parse()
        {
            return Some(Self::As(number));
        }
        is_name(text).then_some(Self::Domain(text))
    }

    /// What it says as text, for facts and keys.
    fn text(self) -> String {
        match self {
            Self::V4(range) => spelled(range.prefixes(), range.first.address(), range.last.address()),
            Self::V6(range) => spelled(range.prefixes(), range.first.address(), range.last.address()),
            Self::Domain(name) => name.to_lowercase(),
            Self::Url(url) => url.to_owned(),
            Self::As(number) => format!("AS{number}"),
        }
    }
}

/// A range in its shortest spelling.
pub(crate) fn spelled(mut prefixes: impl Iterator<Item = Prefix>, first: IpAddr, last: IpAddr) -> String {
    match (prefixes.next(), prefixes.next()) {
        (Some(prefix), None) => format!("{prefix:#}"),
        _ => format!("{first}-{last}"),
    }
}

/// Longest name or URL that is taken; longer ones are junk.
const MAX_NAME: usize = 2_048;
/// Longest text of a fact that is kept, in characters.
const MAX_TEXT: usize = 300;

/// Whether it may be a host name: labels of letters, digits, hyphens and underscores, with a dot between.
fn is_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' || byte >= 0x80)
    };
    let text = text.strip_suffix('.').unwrap_or(text);
    text.len() <= 253
        && text.contains('.')
        && text.split('.').all(label)
        // What ends in digits only is a broken address.
        && !text.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()))
}

/// One line of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// What is listed.
    pub what: What<'a>,
    /// Since when, as the list says.
    pub first: Option<Timestamp>,
    /// Seen last when, as the list says.
    pub last: Option<Timestamp>,
    /// Why; empty where the list does not say.
    pub reason: &'a str,
    /// Where the evidence is; empty where the list does not say.
    pub link: &'a str,
    /// Port, where the list says.
    pub port: Option<u16>,
}

impl<'a> Row<'a> {
    /// A line that says no more than what is listed.
    pub const fn of(what: What<'a>) -> Self {
        Self { what, first: None, last: None, reason: "", link: "", port: None }
    }
}

/// What a list says about one of those asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What is listed, as text.
    pub what: String,
    /// Since when.
    pub first: Option<Timestamp>,
    /// Seen last when.
    pub last: Option<Timestamp>,
    /// Why, cut.
    pub reason: String,
    /// Where the evidence is, cut.
    pub link: String,
    /// Port.
    pub port: Option<u16>,
}

/// One version of a list, whatever it lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// Addresses, lines and what could not be read.
    pub entries: Entries,
    /// Host names and URLs, in the order of the list.
    pub names: Vec<Box<str>>,
    /// Autonomous systems.
    pub systems: Vec<u32>,
    /// What is said about those asked for.
    pub facts: Vec<Fact>,
}

impl Snapshot {
    /// How many lines list something.
    pub const fn len(&self) -> usize {
        self.entries.v4.len() + self.entries.v6.len() + self.names.len() + self.systems.len()
    }

    /// Whether nothing is listed.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same for the guard and the history, which know addresses only: a name stands as an address of 100::/8, which
    /// nobody has (RFC 6666 uses one prefix of it to throw packets away), by its SHA-256.
    #[must_use]
    pub fn hashed(self) -> Entries {
        let Self { mut entries, names, systems, .. } = self;
        let stand_in = |text: &str| {
            let digest = Sha256::digest(text.as_bytes());
            let number = digest.first_chunk::<16>().map_or(0, |bytes| u128::from_be_bytes(*bytes));
            Range::single(number >> 8 | 1 << 120)
        };
        entries.v6.extend(names.iter().map(|name| stand_in(name)));
        entries.v6.extend(systems.iter().map(|number| stand_in(&format!("AS{number}"))));
        entries
    }
}

/// Gathers the lines of a list, within limits.
pub struct Collector<'k> {
    snapshot: Snapshot,
    limits: Limits,
    names_bytes: usize,
    keep: &'k dyn Fn(&What<'_>) -> bool,
}

impl std::fmt::Debug for Collector<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Collector").field("snapshot", &self.snapshot).finish_non_exhaustive()
    }
}

impl<'k> Collector<'k> {
    /// Most facts kept: nobody has more of his own in one list, and if he has, the first ones say enough.
    const FACTS: usize = 100_000;

    /// Facts are kept about what `keep` says yes to.
    pub fn new(limits: Limits, keep: &'k dyn Fn(&What<'_>) -> bool) -> Self {
        Self { snapshot: Snapshot::default(), limits, names_bytes: 0, keep }
    }

    /// Takes a line in.
    pub fn row(&mut self, row: &Row<'_>) -> Result<(), ListError> {
        let too_many = |what, limit, line| Err(ListError::TooLarge { what, limit, line });
        if self.snapshot.len() >= self.limits.entries {
            return too_many("entries", self.limits.entries, self.snapshot.entries.lines);
        }
        match row.what {
            What::V4(range) => self.snapshot.entries.v4.push(range),
            What::V6(range) => self.snapshot.entries.v6.push(range),
            What::As(number) => self.snapshot.systems.push(number),
            What::Domain(name) | What::Url(name) => {
                self.names_bytes += name.len();
                if self.names_bytes > self.limits.bytes {
                    return too_many("bytes", self.limits.bytes, self.snapshot.entries.lines);
                }
                let name = if let What::Domain(_) = row.what { name.to_lowercase() } else { name.to_owned() };
                self.snapshot.names.push(name.into());
            }
        }
        if self.snapshot.facts.len() < Self::FACTS && (self.keep)(&row.what) {
            let cut = |text: &str| text.trim().chars().take(MAX_TEXT).collect();
            self.snapshot.facts.push(Fact {
                what: row.what.text(),
                first: row.first,
                last: row.last,
                reason: cut(row.reason),
                link: cut(row.link),
                port: row.port,
            });
        }
        Ok(())
    }

    /// Counts a line, of whatever kind; its number, from 1.
    pub fn line(&mut self) -> Result<usize, ListError> {
        let lines = &mut self.snapshot.entries.lines;
        *lines += 1;
        if *lines > self.limits.lines {
            return Err(ListError::TooLarge { what: "lines", limit: self.limits.lines, line: *lines });
        }
        Ok(*lines)
    }

    /// Notes what could not be read, on the line at hand.
    pub fn junk(&mut self, text: &[u8]) {
        let number = self.snapshot.entries.lines;
        self.snapshot.entries.junk.add(number, text);
    }

    /// What was gathered.
    pub fn finish(self) -> Snapshot {
        self.snapshot
    }

    pub(super) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Takes in a whole list of addresses at once.
    pub(super) fn entries(&mut self, entries: Entries) {
        for range in &entries.v4 {
            self.bare(What::V4(*range));
        }
        for range in &entries.v6 {
            self.bare(What::V6(*range));
        }
        let known = &mut self.snapshot.entries;
        if known.lines == 0 {
            *known = entries;
        } else {
            known.v4.extend(entries.v4);
            known.v6.extend(entries.v6);
            known.lines += entries.lines;
        }
    }

    fn bare(&mut self, what: What<'_>) {
        if self.snapshot.facts.len() < Self::FACTS && (self.keep)(&what) {
            let fact = Fact {
                what: what.text(),
                first: None,
                last: None,
                reason: String::new(),
                link: String::new(),
                port: None,
            };
            self.snapshot.facts.push(fact);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_told_by_its_shape() {
        let kind = |text| match What::read(text) {
            Some(What::V4(_)) => "v4",
            Some(What::V6(_)) => "v6",
            Some(What::Domain(_)) => "name",
            Some(What::Url(_)) => "url",
            Some(What::As(_)) => "as",
            None => "none",
        };
        for (text, wanted) in [
            ("192.0.2.1", "v4"),
            (" 192.0.2.0/24 ", "v4"),
            ("192.0.2.1-192.0.2.9", "v4"),
            ("2001:db8::/32", "v6"),
            ("AS64500", "as"),
            ("shop.example.co.jp", "name"),
            ("http://192.0.2.1/x", "url"),
            ("192.0.2.300", "none"),
            ("1.2.3", "none"),
            ("nothing", "none"),
            ("", "none"),
            ("two words.example", "none"),
        ] {
            assert_eq!(kind(text), wanted, "{text}");
        }
    }

    #[test]
    fn limits_hold_for_every_kind() {
        let limits = Limits { bytes: 30, lines: 2, entries: 2 };
        let mut all = Collector::new(limits, &|_| true);
        assert!(all.row(&Row::of(What::Domain("shop.Example.jp"))).is_ok());
        assert!(all.row(&Row::of(What::Url("http://example.org/12345"))).is_err(), "39 bytes of names");
        assert!(all.row(&Row::of(What::As(64_500))).is_ok());
        assert!(all.row(&Row::of(What::As(64_501))).is_err(), "more than two entries");
        assert!(all.line().is_ok() && all.line().is_ok() && all.line().is_err());
        let got = all.finish();
        assert_eq!(&*got.names[0], "shop.example.jp");
        assert_eq!(got.facts.len(), 2, "what was refused is no fact");
    }

    #[test]
    fn names_have_stand_ins_outside_all_address_space() {
        let snapshot = Snapshot { names: vec!["a.example.jp".into()], systems: vec![64_500], ..Snapshot::default() };
        let entries = snapshot.hashed();
        assert_eq!(entries.v6.len(), 2);
        assert!(entries.v6.iter().all(|range| range.first >> 120 == 1 && range.first == range.last));
    }
}
