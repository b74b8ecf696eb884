//! The fields of the form: what people write, what is wrong with it, and the report that comes of it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use model::{Category, Lang, SubjectKey};
use serde::{Deserialize, Serialize};

use super::sent::Picture;

/// What people may report, in the order of the list. The last one is what they choose who do not know.
pub(super) const KINDS: &[Category] = &[
    Category::Phishing,
    Category::Fraud,
    Category::Spam,
    Category::Malware,
    Category::LoginAttack,
    Category::PortScan,
    Category::VulnerabilityScan,
    Category::Ddos,
    Category::RemoteCompromise,
    Category::CompromisedAccount,
    Category::OpenService,
    Category::Impersonation,
    Category::Copyright,
    Category::BrandInfringement,
    Category::Defamation,
    Category::Harassment,
    Category::Obscene,
    Category::Csam,
    Category::Unknown,
];

/// Zones of the world by their distance from UTC, in minutes; Japan first.
const ZONES: &[i32] = &[
    540, 0, -720, -660, -600, -570, -540, -480, -420, -360, -300, -240, -210, -180, -120, -60, 60, 120, 180, 210, 240,
    270, 300, 330, 345, 360, 390, 420, 480, 525, 570, 600, 630, 660, 720, 765, 780, 840,
];

/// Longest values, in characters.
const MAX_URL: usize = 2048;
const MAX_DESCRIPTION: usize = 20_000;
const MAX_NAME: usize = 100;
const MAX_MAIL: usize = 254;
/// With neither a URL nor an address, the description has to say something.
const MIN_DESCRIPTION: usize = 20;
/// A reporter's clock may be wrong, but not by more than any zone.
const FUTURE: SignedDuration = SignedDuration::from_hours(26);

/// What a browser sends, and what the page shows again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    pub(super) kind: String,
    pub(super) url: String,
    pub(super) ip: String,
    pub(super) port: String,
    pub(super) date: String,
    pub(super) time: String,
    pub(super) zone: String,
    pub(super) description: String,
    pub(super) name: String,
    pub(super) mail: String,
    /// `yes` if the box is ticked.
    pub(super) answer: String,
    /// People do not see this field; robots fill in everything.
    pub(super) second_subject: String,
    /// See [`super::Guard`].
    pub(super) token: String,
}

/// What is wrong: catalogue key by field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Faults(BTreeMap<&'static str, &'static str>);

impl Faults {
    /// What is wrong with a field.
    pub(super) fn of(&self, field: &str) -> Option<&'static str> {
        self.0.get(field).copied()
    }

    fn add(&mut self, field: &'static str, key: &'static str) {
        self.0.entry(field).or_insert(key);
    }
}

/// The stored report: exactly what `reports::formats::form::FormReport` reads.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct FormReport {
    mimawari_form: u8,
    lang: &'static str,
    kind: &'static str,
    url: Option<String>,
    ip: Option<String>,
    port: Option<u16>,
    at: Option<String>,
    zone: Option<String>,
    description: String,
    reporter: FormReporter,
    answer_wanted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<Picture>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct FormReporter {
    name: String,
    mail: String,
}

impl Fields {
    /// An empty form. Japanese readers live in one zone; others choose theirs.
    pub(super) fn blank(lang: Lang) -> Self {
        let zone = if lang == Lang::Ja { zone_value(540) } else { String::new() };
        Self { zone, kind: Category::Unknown.name().to_owned(), ..Self::default() }
    }

    /// Whether something stands where only robots write.
    pub(super) fn is_a_robots(&self) -> bool {
        !self.second_subject.is_empty()
    }

    /// The bytes of the report, or what is wrong with the fields.
    pub(super) fn report(
        &self,
        lang: Lang,
        now: Timestamp,
        picture: Result<Option<Picture>, ()>,
    ) -> Result<Vec<u8>, Faults> {
        let mut faults = Faults::default();
        let picture = picture.unwrap_or_else(|()| {
            faults.add("picture", "form-fault-picture");
            None
        });
        let kind = KINDS.iter().find(|kind| kind.name() == self.kind).copied().unwrap_or(Category::Unknown);
        let url = self.checked_url(&mut faults);
        let ip = self.checked_ip(&mut faults);
        let port = self.checked_port(&mut faults);
        let at = self.checked_time(now, &mut faults);
        let description = self.description.trim().replace("\r\n", "\n");
        if description.chars().count() > MAX_DESCRIPTION {
            faults.add("description", "form-fault-long");
        }
        if url.is_none() && ip.is_none() && picture.is_none() && description.chars().count() < MIN_DESCRIPTION {
            faults.add("url", "form-fault-nothing");
        }
        let reporter = self.checked_reporter(&mut faults);
        if !faults.0.is_empty() {
            return Err(faults);
        }
        let zone = at.as_ref().and_then(|_| Some(self.zone.clone()).filter(|zone| !zone.is_empty()));
        let answer_wanted = !self.answer.is_empty();
        let lang = lang.tag();
        let kind = kind.name();
        let mimawari_form = 1;
        let report = FormReport {
            mimawari_form,
            lang,
            kind,
            url,
            ip,
            port,
            at,
            zone,
            description,
            reporter,
            answer_wanted,
            picture,
        };
        serde_json::to_vec(&report).map_err(|_| Faults::default())
    }

    fn checked_url(&self, faults: &mut Faults) -> Option<String> {
        let url = self.url.trim();
        if url.chars().count() > MAX_URL {
            faults.add("url", "form-fault-long");
        } else if url.contains(|c: char| c.is_control() || c.is_whitespace()) || !(url.is_empty() || url.contains('.'))
        {
            faults.add("url", "form-fault-url");
        }
        Some(url.to_owned()).filter(|url| !url.is_empty())
    }

    fn checked_ip(&self, faults: &mut Faults) -> Option<String> {
        let text = self.ip.trim().replace("[.]", ".").replace("[:]", ":");
        if text.is_empty() {
            return None;
        }
        match text.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
            Ok(ip) if is_local(ip) => faults.add("ip", "form-fault-ip-local"),
            Ok(ip) => return Some(ip.to_string()),
            Err(_) => faults.add("ip", "form-fault-ip"),
        }
        None
    }

    fn checked_port(&self, faults: &mut Faults) -> Option<u16> {
        let text = self.port.trim();
        let port = text.parse().ok().filter(|port| *port != 0);
        if !text.is_empty() && port.is_none() {
            faults.add("port", "form-fault-port");
        }
        port
    }

    /// Local time, with its zone where one was chosen.
    fn checked_time(&self, now: Timestamp, faults: &mut Faults) -> Option<String> {
        let (date, time) = (self.date.trim(), self.time.trim());
        if date.is_empty() && time.is_empty() {
            return None;
        }
        let parsed: Option<(Date, Time)> = date.parse().ok().zip(time.parse().ok());
        let minutes = ZONES.iter().find(|minutes| zone_value(**minutes) == self.zone).copied();
        if !self.zone.is_empty() && minutes.is_none() {
            faults.add("time", "form-fault-time");
        }
        let Some((date, time)) = parsed else {
            faults.add(if date.parse::<Date>().is_ok() { "time" } else { "date" }, "form-fault-time");
            return None;
        };
        let local = DateTime::from_parts(date, time);
        let offset = Offset::from_seconds(minutes.unwrap_or(0) * 60).unwrap_or(Offset::UTC);
        match local.to_zoned(TimeZone::fixed(offset)) {
            Ok(zoned) if zoned.timestamp().duration_since(now) <= FUTURE && date.year() >= 1990 => {}
            _ => faults.add("date", "form-fault-future"),
        }
        Some(local.strftime("%Y-%m-%dT%H:%M:%S").to_string() + &self.zone)
    }

    fn checked_reporter(&self, faults: &mut Faults) -> FormReporter {
        let (name, mail) = (self.name.trim(), self.mail.trim());
        if name.chars().count() > MAX_NAME || name.contains(char::is_control) {
            faults.add("name", "form-fault-long");
        }
        let plain = mail.len() <= MAX_MAIL
            && !mail.contains(|c: char| c.is_control() || c.is_whitespace() || "<>,;\"".contains(c));
        let readable = plain && mail.matches('@').count() == 1 && SubjectKey::mailbox(mail).is_some();
        if !mail.is_empty() && !readable {
            faults.add("mail", "form-fault-mail");
        }
        if mail.is_empty() && !self.answer.is_empty() {
            faults.add("mail", "form-fault-mail-needed");
        }
        FormReporter { name: name.to_owned(), mail: mail.to_owned() }
    }
}

/// An address that means something only inside somebody's own network.
fn is_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified() || ip.is_broadcast()
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// A zone as it is stored: `+09:00`.
fn zone_value(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// Value and label of each zone.
pub(super) fn zones() -> Vec<(String, String)> {
    ZONES
        .iter()
        .map(|minutes| {
            let value = zone_value(*minutes);
            let label = match minutes {
                540 => format!("UTC{value} (JST)"),
                0 => "UTC".to_owned(),
                _ => format!("UTC{value}"),
            };
            (value, label)
        })
        .collect()
}
