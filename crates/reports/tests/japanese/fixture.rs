//! The Japanese fixtures, read from their files (`fixtures/japanese/README.md` says how they are written).

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::render::{self, Directives};

/// One mail with what a person reads out of it.
pub(crate) struct Fixture {
    /// File it stands in, without its end: the style.
    pub(crate) style: String,
    pub(crate) name: String,
    /// The bytes as they arrive.
    pub(crate) raw: Vec<u8>,
    /// Not a report.
    pub(crate) noise: bool,
    /// What is accused.
    pub(crate) wanted: Vec<Wanted>,
    /// The subject as it was meant.
    pub(crate) subject: String,
    /// Language of the text, if it is one of the product's.
    pub(crate) lang: Option<model::Lang>,
}

/// One accused value.
pub(crate) struct Wanted {
    /// Names of the categories that are right.
    pub(crate) categories: Vec<String>,
    pub(crate) value: Value,
    /// The ports that are right; none if the mail names none.
    pub(crate) ports: Vec<u16>,
    pub(crate) at: Moment,
}

pub(crate) enum Value {
    Ip(std::net::IpAddr),
    /// A URL or a bare host name.
    Url(String),
    Account(String),
}

/// When it happened.
pub(crate) enum Moment {
    /// The mail does not say.
    Absent,
    /// Persons would differ.
    Open,
    /// Between two moments, and whether the mail names a zone; `None` where only dates are written.
    Within(Timestamp, Timestamp, Option<bool>),
}

impl Moment {
    /// Whether `read` is right.
    pub(crate) fn agrees(&self, read: Option<&model::EventTime>) -> bool {
        match (self, read) {
            (Self::Open, _) | (Self::Absent, None) => true,
            (Self::Within(from, to, zoned), Some(read)) => {
                let second = jiff::SignedDuration::from_secs(1);
                (*from..*to + second).contains(&read.at) && zoned.is_none_or(|zoned| zoned == read.zone.is_some())
            }
            (Self::Absent, Some(_)) | (Self::Within(..), None) => false,
        }
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent => f.write_str("no time"),
            Self::Open => f.write_str("any time"),
            Self::Within(from, to, zoned) => write!(f, "{from}..{to} zone {zoned:?}"),
        }
    }
}

/// All Japanese mails, in the order of the files. `JAPANESE_FIXTURES` names a folder of others, to measure how mails are
/// read that the reader was not made with.
pub(crate) fn all() -> Vec<Fixture> {
    let others = std::env::var_os("JAPANESE_FIXTURES").map(PathBuf::from);
    of_folder(&others.unwrap_or_else(|| fixtures("japanese")))
}

/// The mails in other languages.
pub(crate) fn of_others() -> Vec<Fixture> {
    of_folder(&fixtures("languages"))
}

fn fixtures(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder)
}

fn of_folder(folder: &Path) -> Vec<Fixture> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "txt"));
    paths.sort();
    let mut out = Vec::new();
    for path in paths {
        let style = path.file_stem().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        for mail in text.split("\n=== ").skip(1) {
            out.push(parse(style, mail));
        }
    }
    out
}

fn parse(style: &str, text: &str) -> Fixture {
    let (title, rest) = text.split_once('\n').unwrap();
    let (name, directives) = title.split_once(" | ").unwrap_or_else(|| panic!("{style}: {title}"));
    let (head, body) = rest.split_once("\n\n").unwrap_or_else(|| panic!("{style}/{name}: no body"));
    let mut fixture = Fixture {
        style: style.to_owned(),
        name: name.to_owned(),
        raw: Vec::new(),
        noise: false,
        wanted: Vec::new(),
        subject: String::new(),
        lang: Some(model::Lang::Ja),
    };
    let mut fields = Vec::new();
    for line in head.lines() {
        let Some(expectation) = line.strip_prefix("! ") else {
            fields.push(line.split_once(": ").unwrap_or_else(|| panic!("{style}/{name}: {line}")));
            continue;
        };
        match expectation.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["report"] => {}
            ["noise", ..] => fixture.noise = true,
            // Of a report that was passed on, the inner subject counts.
            ["subject", ..] => expectation["subject ".len()..].clone_into(&mut fixture.subject),
            ["lang", "en"] => fixture.lang = Some(model::Lang::En),
            ["lang", "other"] => fixture.lang = None,
            words => fixture.wanted.push(wanted(words).unwrap_or_else(|| panic!("{style}/{name}: {line}"))),
        }
    }
    let subject = fields.iter().find(|(name, _)| *name == "Subject").map_or("", |(_, value)| *value);
    if fixture.subject.is_empty() {
        fixture.subject = subject.replace('\u{301c}', "\u{ff5e}");
    }
    fixture.raw = render::mail(name, &fields, body.trim_end_matches('\n'), &Directives::parse(directives));
    fixture
}

fn wanted(words: &[&str]) -> Option<Wanted> {
    let [categories, value, rest @ ..] = words else {
        return None;
    };
    let categories: Vec<String> = categories.split('|').map(str::to_owned).collect();
    assert!(categories.iter().all(|name| name.parse::<model::Category>().is_ok()), "{categories:?}");
    let value = match (value.parse(), value.strip_prefix("account=")) {
        (Ok(ip), _) => Value::Ip(ip),
        (_, Some(account)) => Value::Account(account.to_owned()),
        _ => Value::Url((*value).to_owned()),
    };
    let mut out = Wanted { categories, value, ports: Vec::new(), at: Moment::Absent };
    for word in rest {
        if let Some(port) = word.strip_prefix('#') {
            out.ports = port.split('|').map(|port| port.parse().ok()).collect::<Option<_>>()?;
        } else {
            out.at = moment(word.strip_prefix('@')?)?;
        }
    }
    Some(out)
}

fn moment(text: &str) -> Option<Moment> {
    if text == "*" {
        return Some(Moment::Open);
    }
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    if let (Ok(from), Ok(to)) = (from.parse::<Timestamp>(), to.parse::<Timestamp>()) {
        return Some(Moment::Within(from, to, Some(true)));
    }
    if from.contains('T') {
        let utc = |text: &str| text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
        return Some(Moment::Within(utc(from)?, utc(to)?, Some(false)));
    }
    // A day in Japan, or the same day in UTC.
    let first = from.parse::<Date>().ok()?.in_tz("Asia/Tokyo").ok()?;
    let last = to.parse::<Date>().ok()?.tomorrow().ok()?.in_tz("UTC").ok()?;
    Some(Moment::Within(first.timestamp(), last.timestamp(), None))
}
