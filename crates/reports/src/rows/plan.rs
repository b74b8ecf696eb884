//! What the columns of a table mean: Shadowserver reports of any type, and the feeds of URLhaus and PhishTank.

use csv::ByteRecord;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use model::{Category, EventTime, Format, Observation, Provenance};

use super::shadowserver;
use crate::extract::time::{self, Clockwork};
use crate::extract::{ip, port, url};

/// Most characters of a row kept for the provenance.
const MAX_TEXT: usize = 200;

/// Places of the columns that mean something.
#[derive(Debug, Clone, Default)]
struct Columns {
    ip: Option<usize>,
    port: Option<usize>,
    /// Reverse name of the address.
    name: Option<usize>,
    url: Option<usize>,
    account: Option<usize>,
    /// A name, in reports that have nothing else.
    domain: Option<usize>,
    target_ip: Option<usize>,
    target_port: Option<usize>,
    transport: Option<usize>,
    time: Option<usize>,
    count: Option<usize>,
    /// Malware family, brand and the like; the first that is filled counts.
    objects: Vec<usize>,
    /// A word that says that the thing is gone.
    gone: Option<(usize, &'static str)>,
}

/// What a table is and where its columns are.
#[derive(Debug, Clone)]
pub struct Plan {
    format: Format,
    category: Category,
    columns: Columns,
    /// Named where no column names an object.
    object: Option<String>,
    clock: Clockwork,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            format: Format::Feed,
            category: Category::Unknown,
            columns: Columns::default(),
            object: None,
            clock: Clockwork::new(Timestamp::UNIX_EPOCH),
        }
    }
}

impl Plan {
    /// The plan of a table with these column names; `part` is the name of its file.
    pub fn of(names: &[String], part: &str, received: Timestamp) -> Option<Self> {
        let names: Vec<String> = names.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
        let at = |name: &str| names.iter().position(|known| known == name);
        let all = |wanted: &[&str]| wanted.iter().all(|name| at(name).is_some());
        let first = |wanted: &[&str]| wanted.iter().find_map(|name| at(name));
        let clock = Clockwork::new(received);
        if all(&["phish_id", "url"]) {
            let columns = Columns {
                url: at("url"),
                time: first(&["verification_time", "submission_time"]),
                objects: at("target").into_iter().collect(),
                gone: at("online").map(|at| (at, "no")),
                ..Columns::default()
            };
            return Some(Self { format: Format::Feed, category: Category::Phishing, columns, object: None, clock });
        }
        if all(&["dateadded", "url", "urlhaus_link"]) {
            let columns = Columns {
                url: at("url"),
                time: at("dateadded"),
                objects: ["tags", "threat"].iter().filter_map(|name| at(name)).collect(),
                gone: at("url_status").map(|at| (at, "offline")),
                ..Columns::default()
            };
            return Some(Self { format: Format::Feed, category: Category::Malware, columns, object: None, clock });
        }
        shadowserver_plan(&names, part, clock)
    }

    /// Which format it is.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Whether the row is one of data and not the head again.
    pub(super) fn is_row(&self, row: &ByteRecord) -> bool {
        let columns = &self.columns;
        [columns.ip, columns.url, columns.account, columns.domain]
            .into_iter()
            .flatten()
            .any(|at| row.get(at).is_some_and(|cell| !matches!(cell, b"" | b"ip" | b"src_ip" | b"url" | b"email")))
    }

    /// The observation of a row; `None` if it accuses nobody.
    pub(super) fn observation(&self, row: &ByteRecord, part: &str, line: u32) -> Option<Observation> {
        let columns = &self.columns;
        let cell =
            |at: Option<usize>| std::str::from_utf8(row.get(at?)?).ok().map(str::trim).filter(|text| !text.is_empty());
        let mut seen = Observation::new(self.category, 0.97);
        seen.ip = cell(columns.ip).and_then(address);
        if let Some(link) = cell(columns.url).filter(|link| link.contains("://")) {
            seen.url = Some(url::canonical(link));
        }
        seen.account = cell(columns.account).filter(|text| text.contains('@')).map(str::to_lowercase);
        seen.domain = cell(columns.domain).filter(|name| url::is_host_name(name)).map(str::to_lowercase);
        if seen.ip.is_none() && seen.url.is_none() && seen.account.is_none() && seen.domain.is_none() {
            return None;
        }
        if seen.url.is_none() {
            // The reverse name is kept as it is written; the accused is the address, so it is no `domain`.
            seen.url = cell(columns.name).filter(|name| url::is_host_name(name)).map(str::to_lowercase);
        }
        seen.port = cell(columns.port).and_then(port::number);
        seen.at = cell(columns.time).and_then(|text| self.moment(text));
        seen.target_ip = cell(columns.target_ip).and_then(address);
        seen.target_port = cell(columns.target_port).and_then(port::number);
        seen.transport = cell(columns.transport).and_then(port::transport);
        seen.count = cell(columns.count).and_then(|text| text.parse().ok());
        let named = columns.objects.iter().find_map(|at| cell(Some(*at)).filter(|text| !is_nothing(text)));
        seen.object =
            named.map(|text| crate::charset::prefix(text, MAX_TEXT).to_owned()).or_else(|| self.object.clone());
        if columns.gone.is_some_and(|(at, word)| cell(Some(at)).is_some_and(|text| text.eq_ignore_ascii_case(word))) {
            seen.confidence = 0.8;
        }
        seen.provenance = Some(Provenance { part: part.to_owned(), line, text: excerpt(row) });
        Some(seen)
    }

    /// Times of these tables are UTC where they name no zone.
    fn moment(&self, text: &str) -> Option<EventTime> {
        plain(text)
            .map(|at| EventTime::zoned(at, "UTC", text))
            .or_else(|| time::parse(text, &self.clock))
            .map(|at| if at.zone.is_some() { at } else { EventTime::zoned(at.at, "UTC", text) })
    }
}

/// Shadowserver: a time, and an address, a URL or a mailbox, beside at least one of the columns that enrich every report.
fn shadowserver_plan(names: &[String], part: &str, clock: Clockwork) -> Option<Plan> {
    let at = |name: &str| names.iter().position(|known| known == name);
    let first = |wanted: &[&str]| wanted.iter().find_map(|name| at(name));
    let kind = shadowserver::kind_of_file(part);
    let enriched = ["asn", "src_asn", "http_referer_asn", "naics", "src_naics", "severity", "geo"];
    let known = enriched.iter().filter(|name| at(name).is_some()).count();
    if at("timestamp").is_none() || (kind.is_none() && known < 2) {
        return None;
    }
    let (base, category) = kind.map_or((None, Category::Unknown), |kind| {
        let base = shadowserver::base(kind);
        let category = shadowserver::category(&base);
        (Some(base), category)
    });
    // Victims of an attack stand where else the attacker does.
    let source = if shadowserver::is_about_victims(base.as_deref()) { "dst_" } else { "src_" };
    let prefixed = |name: &str| at(&format!("{source}{name}"));
    let scan = at("ip").is_some();
    let mut columns = Columns {
        ip: at("ip")
            .or_else(|| at("http_referer_ip"))
            .or_else(|| prefixed("ip"))
            .or_else(|| first(&["src_ip", "dst_ip"])),
        port: at("port").filter(|_| scan).or_else(|| at("http_referer_port")).or_else(|| prefixed("port")),
        name: at("hostname"),
        url: at("url"),
        account: at("email"),
        domain: None,
        target_ip: at("dst_ip").filter(|_| source == "src_"),
        target_port: at("dst_port").filter(|_| source == "src_"),
        transport: at("protocol"),
        time: at("timestamp"),
        count: at("count"),
        objects: ["family", "infection", "ransomware", "reason", "tag"].iter().filter_map(|name| at(name)).collect(),
        gone: None,
    };
    if columns.ip.is_none() && columns.url.is_none() && columns.account.is_none() {
        columns.domain = first(&["website", "request", "domain"]);
    }
    let accuses = [columns.ip, columns.url, columns.account, columns.domain].iter().any(Option::is_some);
    accuses.then_some(Plan { format: Format::Shadowserver, category, columns, object: base, clock })
}

fn address(text: &str) -> Option<std::net::IpAddr> {
    text.parse()
        .map(|ip: std::net::IpAddr| ip.to_canonical())
        .ok()
        .or_else(|| ip::parse(text))
        .filter(|ip| ip::is_public(*ip))
}

fn is_nothing(text: &str) -> bool {
    ["other", "none", "unknown", "n/a", "-"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// `2024-05-01 12:34:56`, with a blank or a T: what nearly every row has, read without a search.
fn plain(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    if bytes.len() != 19 || !matches!(bytes[10], b' ' | b'T') {
        return None;
    }
    let number = |from: usize, to: usize| {
        bytes[from..to]
            .iter()
            .try_fold(0_i16, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0')))
    };
    let small = |from: usize| i8::try_from(number(from, from + 2)?).ok();
    let marks = bytes[4] == b'-' && bytes[7] == b'-' && bytes[13] == b':' && bytes[16] == b':';
    let at = DateTime::new(number(0, 4)?, small(5)?, small(8)?, small(11)?, small(14)?, small(17)?, 0).ok()?;
    if marks { Offset::UTC.to_timestamp(at).ok() } else { None }
}

/// The row as text, cut; cells apart by commas.
fn excerpt(row: &ByteRecord) -> String {
    let mut out = String::with_capacity(MAX_TEXT);
    for (index, cell) in row.iter().enumerate() {
        let room = MAX_TEXT.saturating_sub(out.len() + 1);
        if room == 0 {
            break;
        }
        if index > 0 {
            out.push(',');
        }
        match std::str::from_utf8(cell) {
            Ok(text) => out.push_str(crate::charset::prefix(text, room)),
            Err(_) => out.push_str(crate::charset::prefix(&String::from_utf8_lossy(cell), room)),
        }
    }
    out
}
