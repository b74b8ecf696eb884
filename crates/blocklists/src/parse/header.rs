//! What a list says about itself: the comment lines at the top, as FireHOL writes them, and dates in file names.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Serialize;

/// The comment lines `# Key : value` of a FireHOL list that anything is made of. Empty where a list says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Header {
    /// Its name: the first comment line that says anything.
    pub name: String,
    /// `Maintainer`.
    pub maintainer: String,
    /// `Maintainer URL`.
    pub maintainer_url: String,
    /// `List source URL`.
    pub source_url: String,
    /// `Category`: attacks, malware, abuse, spam, reputation, anonymizers, organizations, unroutable, geolocation.
    pub category: String,
    /// `Source File Date`: when the maintainer last changed the list.
    pub source_date: Option<Timestamp>,
    /// `Update Frequency`, as written.
    pub update_frequency: String,
    /// `Aggregation`, as written: `none`, or the window over which entries are kept.
    pub aggregation: String,
    /// Comment lines looked at.
    #[serde(skip)]
    seen: u8,
}

/// Comment lines that are looked at; a header has about thirty.
const MAX_COMMENTS: u8 = 100;
/// Longest value that is kept, in bytes.
const MAX_VALUE: usize = 300;

impl Header {
    /// Reads the comment lines at the top of a list, without the list; its first kilobytes are enough.
    pub fn read(bytes: &[u8]) -> Self {
        let mut header = Self::default();
        for line in bytes.split(|byte| *byte == b'\n') {
            match line.trim_ascii() {
                [] => {}
                line @ [b'#', ..] => header.comment(line, true),
                _ => break,
            }
        }
        header
    }

    /// Takes in a comment line. Below the first entry (`top` is false) there is no header any more.
    pub(super) fn comment(&mut self, line: &[u8], top: bool) {
        if !top || self.seen == MAX_COMMENTS {
            return;
        }
        self.seen += 1;
        let Ok(text) = std::str::from_utf8(line) else { return };
        let text = text.trim_start_matches('#').trim();
        let Some((key, value)) = text.split_once(':') else {
            if self.name.is_empty() && !text.is_empty() && text.len() <= MAX_VALUE {
                text.clone_into(&mut self.name);
            }
            return;
        };
        let value = value.trim();
        if value.len() > MAX_VALUE {
            return;
        }
        let field = match key.trim() {
            "Maintainer" => &mut self.maintainer,
            "Maintainer URL" => &mut self.maintainer_url,
            "List source URL" => &mut self.source_url,
            "Category" => &mut self.category,
            "Update Frequency" => &mut self.update_frequency,
            "Aggregation" => &mut self.aggregation,
            "Source File Date" => {
                self.source_date = c_date(value);
                return;
            }
            _ => return,
        };
        if field.is_empty() {
            value.clone_into(field);
        }
    }
}

/// `Tue Apr 23 09:56:08 UTC 2019`, what C's `asctime` and `date` in the C locale write; UTC only.
fn c_date(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut parts = text.split_ascii_whitespace().skip(1);
    let month = parts.next()?;
    let month = MONTHS.iter().position(|name| *name == month)?;
    let day = parts.next()?.parse().ok()?;
    let time: jiff::civil::Time = parts.next()?.parse().ok()?;
    if !matches!(parts.next()?, "UTC" | "GMT") {
        return None;
    }
    let year = parts.next()?.parse().ok()?;
    let date = jiff::civil::Date::new(year, i8::try_from(month + 1).ok()?, day).ok()?;
    at_utc(date.to_datetime(time))
}

fn at_utc(moment: DateTime) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(moment).ok()
}

/// The list and the moment that a file name tells: `tor@2019-01-05T07-00-00Z.ipset` is `tor` at that second. Without `@`
/// the whole name, less what follows its last dot, is the list's.
pub fn file_date(name: &str) -> (&str, Option<Timestamp>) {
    let stem = name.strip_suffix(".gz").unwrap_or(name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let dated = stem.split_once('@').and_then(|(list, date)| {
        let moment = DateTime::strptime("%Y-%m-%dT%H-%M-%SZ", date).ok()?;
        Some((list, at_utc(moment)?))
    });
    dated.map_or((stem, None), |(list, moment)| (list, Some(moment)))
}
