//! What a person writes when he corrects a reading: values as he types or copies them, checked and made an observation.

use std::net::IpAddr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::time::UNZONED_UNCERTAINTY_US;
use model::{Category, EventTime, Observation, ObservationId, Provenance, SubjectKey};
use serde::{Deserialize, Serialize};

use crate::why::reasons;
use crate::{Said, Why};

/// How far a time without seconds may be off, microseconds: somewhere within its minute.
const MINUTE_UNCERTAINTY_US: i64 = 60_000_000;
/// Longest value, bytes.
const MAX_VALUE: usize = 4096;
/// Most characters of a line that are kept as the place of a value.
const MAX_LINE: usize = 200;

/// One accused value as a person writes it. Defanged forms (`hxxp://`, `[.]`) are understood.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Accused {
    /// The observation of the machine that this one alters; what is not named here stays as it was read.
    pub of: Option<ObservationId>,
    /// Address.
    pub ip: Option<String>,
    /// Port.
    pub port: Option<String>,
    /// URL.
    pub url: Option<String>,
    /// Domain.
    pub domain: Option<String>,
    /// Mailbox or login name.
    pub account: Option<String>,
    /// When: RFC 3339, or `2026-11-22 14:05:03` in `zone`.
    pub at: Option<String>,
    /// Zone of `at`: `+09:00`, `UTC`, `JST`, `Asia/Tokyo`. Without it every zone is possible.
    pub zone: Option<String>,
    /// Category; that of the altered observation if absent.
    pub category: Option<String>,
}

impl Accused {
    /// Whether nothing is written in it.
    pub fn is_empty(&self) -> bool {
        [&self.ip, &self.url, &self.domain, &self.account].into_iter().all(Option::is_none)
    }

    /// An observation as a form shows it: defanged, its time in its own zone.
    pub fn shown(id: ObservationId, seen: &Observation) -> Self {
        let zone = seen.at.as_ref().and_then(|at| at.zone.clone()).filter(|zone| zone_of(zone).is_some());
        let at = seen.at.as_ref().map(|at| {
            let zone = zone.as_deref().and_then(zone_of).unwrap_or(TimeZone::UTC);
            at.at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
        });
        Self {
            of: Some(id),
            ip: seen.ip.map(|ip| ip.to_string()),
            port: seen.port.map(|port| port.to_string()),
            url: seen.url.as_deref().map(text::wording::defang_url),
            domain: seen.domain.as_deref().map(text::wording::defang_host),
            account: seen.account.clone(),
            at,
            zone,
            category: Some(seen.category.name().to_owned()),
        }
    }

    /// The observation that is meant; `base` is the one that is altered, `text` what the report says.
    pub(super) fn observation(&self, base: Option<&Observation>, text: &str) -> Result<Observation, Why> {
        let before = base.map(|seen| Self::shown(ObservationId(0), seen)).unwrap_or_default();
        let category = match (&self.category, base) {
            (Some(name), _) => name.parse().map_err(|_| reasons::value_wrong(field("category"), name))?,
            (None, Some(base)) => base.category,
            (None, None) => Category::Unknown,
        };
        let mut seen = base.cloned().unwrap_or_else(|| Observation::new(category, 1.0));
        (seen.category, seen.confidence) = (category, 1.0);
        // What stands as it was shown stays as it was read: showing it may have cut or masked it.
        if self.ip != before.ip {
            seen.ip =
                value(self.ip.as_deref(), "address", |text| text.parse::<IpAddr>().ok().map(|ip| ip.to_canonical()))?;
        }
        if self.port != before.port {
            seen.port = value(self.port.as_deref(), "port", |text| text.parse().ok().filter(|port| *port > 0))?;
        }
        if self.url != before.url {
            seen.url = value(self.url.as_deref(), "url", |text| {
                (!text.contains(char::is_whitespace)).then(|| text.to_owned())
            })?;
        }
        if self.domain != before.domain {
            seen.domain = value(self.domain.as_deref(), "domain", |text| match SubjectKey::domain(text) {
                Some(SubjectKey::Domain(name)) => Some(name),
                _ => None,
            })?;
        }
        if self.account != before.account {
            seen.account = value(self.account.as_deref(), "account", |text| {
                (!text.contains(char::is_whitespace)).then(|| text.to_lowercase())
            })?;
        }
        if (&self.at, &self.zone) != (&before.at, &before.zone) {
            seen.at = moment(self.at.as_deref(), self.zone.as_deref())?;
        }
        if seen.subjects().is_empty() {
            return Err(reasons::accuses_nobody());
        }
        if let Some((provenance, span)) = main_value(&seen).and_then(|value| locate(text, &value)) {
            (seen.provenance, seen.span) = (Some(provenance), Some(span));
        } else if base.is_none_or(|base| main_value(base) != main_value(&seen)) {
            (seen.provenance, seen.span) = (None, None);
        }
        Ok(seen)
    }
}

/// The value by which an observation is known.
fn main_value(seen: &Observation) -> Option<String> {
    let url = seen.url.clone().or_else(|| seen.domain.clone());
    url.or_else(|| seen.ip.map(|ip| ip.to_string())).or_else(|| seen.account.clone())
}

/// What reporters and screens put in so that nobody clicks, taken out again.
fn refang(text: &str) -> String {
    let mut out = text.replace("[.]", ".").replace("(.)", ".").replace("[@]", "@").replace("[:]", ":");
    for (written, meant) in [("hxxp", "http"), ("hXXp", "http"), ("fxp://", "ftp://")] {
        out = out.replace(written, meant);
    }
    out
}

/// A field's name as a person reads it.
fn field(name: &str) -> Said {
    Said::term("accused", name)
}

fn value<T>(text: Option<&str>, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Why> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let wrong = || reasons::value_wrong(field(name), text::wording::clean(text, 100));
    if text.len() > MAX_VALUE {
        return Err(wrong());
    }
    read(&refang(text)).map(Some).ok_or_else(wrong)
}

/// A moment with what is known of its zone.
fn moment(at: Option<&str>, zone: Option<&str>) -> Result<Option<EventTime>, Why> {
    let Some(text) = at.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Some(EventTime::zoned(at, "Z", text)));
    }
    let wrong = || reasons::value_wrong(field("time"), text::wording::clean(text, 100));
    let local: DateTime = text.replace('/', "-").parse().map_err(|_| wrong())?;
    let zone = zone.map(str::trim).filter(|zone| !zone.is_empty());
    let known = match zone {
        Some(name) => {
            zone_of(name).ok_or_else(|| reasons::value_wrong(field("zone"), text::wording::clean(name, 40)))?
        }
        None => TimeZone::UTC,
    };
    let at = local.to_zoned(known).map_err(|_| wrong())?.timestamp();
    let mut event = match zone {
        Some(name) => EventTime::zoned(at, name, text),
        None => EventTime { uncertainty_us: UNZONED_UNCERTAINTY_US, ..EventTime::unzoned(at, text) },
    };
    if zone.is_some() && text.matches(':').count() < 2 {
        event.uncertainty_us = MINUTE_UNCERTAINTY_US;
    }
    Ok(Some(event))
}

/// A zone as people write it: an offset, a name of the tz database, `JST`.
fn zone_of(name: &str) -> Option<TimeZone> {
    match name.to_ascii_uppercase().as_str() {
        "Z" | "UTC" | "GMT" => return Some(TimeZone::UTC),
        "JST" | "ASIA/TOKYO" => return Some(text::wording::tokyo()),
        _ => {}
    }
    let offset = || -> Option<TimeZone> {
        let (sign, rest) = match name.split_at_checked(1)? {
            ("+", rest) => (1, rest),
            ("-", rest) => (-1, rest),
            _ => return None,
        };
        let digits: String = rest.chars().filter(|c| *c != ':').collect();
        let (hours, minutes) = match digits.len() {
            2 => (digits.parse::<i64>().ok()?, 0),
            4 => (digits[..2].parse().ok()?, digits[2..].parse::<i64>().ok()?),
            _ => return None,
        };
        let seconds = sign * (hours * 3600 + minutes * 60);
        let offset = jiff::tz::Offset::from_seconds(i32::try_from(seconds).ok()?).ok()?;
        let within = SignedDuration::from_secs(seconds.abs()) <= SignedDuration::from_hours(14);
        within.then(|| TimeZone::fixed(offset))
    };
    offset().or_else(|| TimeZone::get(name).ok())
}

/// The line in which a value stands by itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PlaceOf {
    /// Number of the line, from 1.
    number: u32,
    /// The line, with what defangs it taken out.
    pub(crate) line: String,
    /// Where in it the value begins, in bytes.
    pub(crate) at: usize,
    /// The last line above it that is not empty.
    pub(crate) above: String,
}

/// The first line of a text that holds `value` by itself and not as a part of another.
pub(crate) fn place_of(text: &str, value: &str) -> Option<PlaceOf> {
    let free = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
    let mut above = "";
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim();
        let plain = refang(line);
        let ends = |at: usize| plain[at + value.len()..].chars().next();
        let found =
            plain.match_indices(value).find(|(at, _)| free(plain[..*at].chars().next_back()) && free(ends(*at)));
        if let Some((at, _)) = found {
            return Some(PlaceOf { number, line: plain, at, above: above.to_owned() });
        }
        above = if line.is_empty() { above } else { line };
    }
    None
}

/// The same as a reader keeps it.
fn locate(text: &str, value: &str) -> Option<(Provenance, (u32, u32))> {
    let place = place_of(text, value)?;
    let kept: String = place.line.chars().take(MAX_LINE).collect();
    let (start, end) = (u32::try_from(place.at).ok()?, u32::try_from(place.at + value.len()).ok()?);
    let whole = place.at + value.len() <= kept.len();
    whole.then(|| (Provenance { part: "text".to_owned(), line: place.number, text: kept }, (start, end)))
}

#[cfg(test)]
mod tests {
    use model::Lang;

    use super::*;

    fn typed(change: impl FnOnce(&mut Accused)) -> Result<Observation, Why> {
        let mut accused = Accused { category: Some("phishing".to_owned()), ..Accused::default() };
        change(&mut accused);
        accused.observation(None, "Hello,\nsource: hxxp://bad[.]example[.]com/x (192.0.2.1)\n")
    }

    #[test]
    fn what_is_typed_defanged_is_read_and_found_in_the_text() {
        let seen = typed(|a| {
            a.url = Some("hxxp://bad[.]example[.]com/x".to_owned());
            a.ip = Some(" 192[.]0.2.1 ".to_owned());
            (a.at, a.zone) = (Some("2026-11-22 14:05:03".to_owned()), Some("+0900".to_owned()));
        })
        .unwrap();
        assert_eq!(seen.url.as_deref(), Some("http://bad.example.com/x"));
        assert_eq!(seen.ip, "192.0.2.1".parse().ok());
        assert_eq!(seen.at.as_ref().map(|at| at.at.to_string()).as_deref(), Some("2026-11-22T05:05:03Z"));
        assert_eq!(seen.highlighted(), Some(("source: ", "http://bad.example.com/x", " (192.0.2.1)")));
        assert!((seen.confidence - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_shown_and_sent_back_unchanged_is_what_was_read() {
        let mut base = Observation::new(Category::Malware, 0.6);
        base.url = Some("HTTP://Bad.example.com/?a=[.]&b=hxxp".to_owned());
        base.port = Some(25);
        base.at = Some(EventTime::zoned("2026-11-22T05:05:03.25Z".parse().unwrap(), "JST", "14:05"));
        let again = Accused::shown(ObservationId(7), &base).observation(Some(&base), "").unwrap();
        assert_eq!(again, Observation { confidence: 1.0, ..base });
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        let no_subject = typed(|a| a.port = Some("25".to_owned())).unwrap_err();
        assert_eq!(no_subject, reasons::accuses_nobody());
        for (change, word) in [
            (
                Box::new(|a: &mut Accused| a.ip = Some("300.1.1.1".to_owned())) as Box<dyn FnOnce(&mut Accused)>,
                "300.1.1.1",
            ),
            (Box::new(|a: &mut Accused| a.domain = Some("192.0.2.1".to_owned())), "192.0.2.1"),
            (Box::new(|a: &mut Accused| a.url = Some("two words".to_owned())), "two words"),
            (
                Box::new(|a: &mut Accused| (a.ip, a.at) = (Some("192.0.2.1".into()), Some("yesterday".into()))),
                "yesterday",
            ),
            (Box::new(|a: &mut Accused| a.category = Some("sorcery".to_owned())), "sorcery"),
        ] {
            let why = typed(change).unwrap_err();
            assert!(why.text(Lang::En).contains(word) && why.text(Lang::Ja).contains(word), "{why}");
        }
        let unzoned = typed(|a| (a.ip, a.at) = (Some("192.0.2.1".into()), Some("2026-11-22 14:05".into()))).unwrap();
        assert_eq!(unzoned.at.map(|at| (at.zone, at.uncertainty_us)), Some((None, UNZONED_UNCERTAINTY_US)));
    }
}
