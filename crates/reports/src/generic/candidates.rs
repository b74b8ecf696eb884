//! Values in a report with the evidence for and against each of them being the accused.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher as _};
use std::net::IpAddr;

use jiff::tz::Offset;
use model::{Category, EventTime, Lang};

use super::contacts::{Contact, MAX_CONTACTS, Mark};
use super::reader::Reader;
use super::rows::Row;
use super::sections::{Kind, Section};
use crate::extract::time::{self, Clockwork};
use crate::extract::{ip, url};
use crate::input::Input;
use crate::mime::Mail;
use crate::words::Said;

/// Longest excerpt of a line, in bytes.
const MAX_EXCERPT: usize = 200;
/// Most lines of a text in which its zone is looked for.
const MAX_STATED: usize = 400;
/// Most distinct values of one report.
const MAX_VALUES: usize = 120_000;

/// What the reader knows before it reads the text.
pub(crate) struct Context {
    /// Clock of the report.
    pub(crate) clock: Clockwork,
    /// Category by words.
    pub(crate) category: Category,
    /// Domains of the people who write and get the mail, as [`url::holder`] names them.
    parties: HashSet<String>,
    /// Of them, those of who writes.
    writers: HashSet<String>,
    /// The text asks to take something down, in Japanese.
    pub(crate) asks_removal: bool,
    /// The mail was written by a form on a web site.
    pub(crate) is_form: bool,
    /// The text is in neither language of the product.
    pub(crate) is_abroad: bool,
    /// The address that a trap or gateway wrote into the header of a mail that it passes on as it came.
    pub(crate) trapped: Option<IpAddr>,
    /// Zone that the rule for the sender names, for times without one.
    zone: Option<(String, Offset)>,
}

impl Context {
    /// `said` is what the words of the report's `text`, which is in `lang`, say.
    pub(crate) fn new(input: &Input<'_>, text: &str, lang: Option<Lang>, said: Said) -> Self {
        let mut parties = HashSet::new();
        for mail in input.levels().into_iter().take(2) {
            for name in ["From", "Reply-To", "To", "Cc", "Sender", "Return-Path"] {
                for field in mail.headers(name) {
                    addresses(field, &mut parties);
                }
            }
        }
        let mut writers = HashSet::new();
        if let Some(mail) = &input.mail {
            ["From", "Reply-To"].into_iter().flat_map(|name| mail.headers(name)).for_each(|field| {
                addresses(field, &mut writers);
            });
        }
        let trapped = input.mail.as_ref().and_then(trapped);
        let is_form = input.mail.as_ref().is_some_and(is_form);
        let is_abroad = lang.is_none();
        let mut clock = input.clock();
        let date = input.mail.as_ref().and_then(|mail| mail.header("Date"));
        (clock.today, clock.written) = date.map_or((None, None), |date| time::of_letter(date, &clock));
        clock.day_first = is_abroad;
        let head = crate::charset::prefix(text, crate::words::MAX_LOOK);
        let asks_removal = [input.subject(), head].into_iter().any(super::japanese::asks_removal);
        let rule = input.rule.as_ref();
        let category = rule.and_then(|rule| rule.data.category).unwrap_or_else(|| category(input, said));
        let zone = rule.and_then(|rule| rule.zone.clone());
        Self { clock, category, parties, writers, asks_removal, is_form, is_abroad, trapped, zone }
    }

    /// Whether a host belongs to the people who write and get the mail.
    pub(crate) fn is_party(&self, host: &str) -> bool {
        self.parties.contains(url::holder(host)) || self.parties.contains(url::registrable(host))
    }

    /// Whether a host belongs to who writes the mail.
    pub(crate) fn is_writer(&self, host: &str) -> bool {
        self.writers.contains(url::holder(host)) || self.writers.contains(url::registrable(host))
    }

    /// Whether the report can be about a mailbox alone.
    pub(crate) fn is_about_people(&self) -> bool {
        matches!(
            self.category,
            Category::Spam
                | Category::BulkMessaging
                | Category::CompromisedAccount
                | Category::Harassment
                | Category::Impersonation
                | Category::Fraud
        )
    }

    /// Whether the report is about attacks on services, whose ports are what is attacked.
    pub(crate) fn is_attack(&self) -> bool {
        matches!(
            self.category,
            Category::LoginAttack
                | Category::PortScan
                | Category::Reconnaissance
                | Category::VulnerabilityScan
                | Category::SqlInjection
                | Category::Scraping
        )
    }

    /// Whether the report is about unwanted mail.
    pub(crate) fn is_spam(&self) -> bool {
        matches!(self.category, Category::Spam | Category::BulkMessaging)
    }

    /// Whether the report is about what one system did to another.
    pub(crate) fn is_between_systems(&self) -> bool {
        !self.is_content() && !self.is_spam()
    }

    /// Whether the report is about something that stands on the web.
    pub(crate) fn is_content(&self) -> bool {
        matches!(
            self.category,
            Category::Phishing
                | Category::Malware
                | Category::Fraud
                | Category::Csam
                | Category::Csem
                | Category::ExposedData
                | Category::BrandInfringement
                | Category::SuspiciousRegistration
                | Category::RemoteCompromise
                | Category::Copyright
                | Category::CopyrightCyberlocker
                | Category::CopyrightLinkSite
                | Category::CopyrightUgc
                | Category::Defamation
                | Category::Obscene
                | Category::Harassment
                | Category::Impersonation
                | Category::Unknown
        )
    }
}

/// `X-…-ConnectIP`, `X-Abuse-IP`: what a trap saw at its door. The fields of ordinary senders and webmailers, who write
/// their own users down, are not meant.
pub(crate) fn trapped(mail: &Mail<'_>) -> Option<IpAddr> {
    let field = mail.fields.iter().find(|field| {
        let by_end = |end: &[u8]| end.eq_ignore_ascii_case(b"ip");
        field.name.as_bytes().last_chunk::<2>().is_some_and(|end| by_end(end)) && {
            let name = field.name.to_ascii_lowercase();
            ["connect", "abuse", "attack", "offend"].iter().any(|word| name.contains(word))
        }
    })?;
    ip::parse(&field.value).filter(|ip| ip::is_public(*ip))
}

/// Whether a form on a web site wrote the mail, as its sender or subject says.
fn is_form(mail: &Mail<'_>) -> bool {
    let from = mail.header("From").unwrap_or("").to_ascii_lowercase();
    let subject = mail.header("Subject").unwrap_or("").to_lowercase();
    let accounts = ["form@", "www@", "www-data@", "wordpress@", "apache@", "nobody@", "cgi@", "noreply@", "no-reply@"];
    let form = accounts.iter().any(|name| from.contains(name))
        || ["フォーム", "問い合わせ", "問合せ", "申告", "通報", "contact", " form"]
            .iter()
            .any(|word| subject.contains(word));
    if !form {
        return false;
    }
    // What the form of somebody else's site notes is not the writer of the mail, but of whom he complains.
    let (mut writers, mut readers) = (HashSet::new(), HashSet::new());
    addresses(&from, &mut writers);
    mail.headers("To").for_each(|field| addresses(field, &mut readers));
    readers.is_empty() || writers.is_empty() || !writers.is_disjoint(&readers)
}

/// The category that the words of the report speak for. Who passes a report on often says no more than that he does:
/// then it is the report inside that speaks.
fn category(input: &Input<'_>, said: Said) -> Category {
    let inside = || {
        let said = |mail: &Mail<'_>| {
            crate::words::said_in_mail(mail.header("Subject").unwrap_or(""), &crate::envelope::readable(mail)).category
        };
        input.levels().into_iter().skip(1).take(2).map(said)
    };
    match said.category {
        Category::Unknown => inside().find(|found| *found != Category::Unknown).unwrap_or(Category::Unknown),
        known => known,
    }
}

/// Domains of the mail addresses in `text`.
fn addresses(text: &str, out: &mut HashSet<String>) {
    let mut from = 0;
    while let Some(at) = text[from..].find('@').map(|at| from + at) {
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))).unwrap_or(rest.len());
        let host = rest[..end].trim_matches(['.', '-']).to_ascii_lowercase();
        if host.contains('.') && out.len() < 200 {
            out.insert(url::holder(&host).to_owned());
        }
        from = at + 1;
    }
}

/// A value that may be accused.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    Ip(IpAddr),
    Url(String),
    Host(String),
}

/// Where a value stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) section: usize,
    pub(crate) line: u32,
    /// Row of a table (0 = not in a table): values of one row belong together.
    pub(crate) row: u32,
    /// How many mails were opened around it: 0 is what the writer says himself, more is what he passes on.
    pub(crate) depth: u32,
}

/// What was attacked: address and port.
pub(crate) type Target = (Option<IpAddr>, Option<u16>);

/// All that was seen of one value.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "where and how it was seen: any of them may hold with any other")]
pub(crate) struct Candidate {
    pub(crate) value: Value,
    pub(crate) best: i32,
    /// Best score outside of tables.
    pub(crate) spoken: i32,
    pub(crate) worst: i32,
    pub(crate) in_subject: bool,
    /// Seen outside of the subject.
    pub(crate) in_text: bool,
    /// Seen disguised, so that nobody clicks it.
    pub(crate) defanged: bool,
    /// Seen alone in its line or behind a label.
    pub(crate) listed: bool,
    pub(crate) in_table: bool,
    pub(crate) times_seen: u32,
    pub(crate) spot: Spot,
    /// Bytes of `text` in which the value stands.
    pub(crate) span: Option<(u32, u32)>,
    /// Least depth at which it was seen.
    pub(crate) depth: u32,
    pub(crate) port: Option<u16>,
    pub(crate) at: Option<EventTime>,
    pub(crate) first: Option<EventTime>,
    pub(crate) target: Option<Target>,
    pub(crate) transport: Option<model::Transport>,
    pub(crate) count: Option<u64>,
    pub(crate) text: String,
    pub(crate) row_mates: Vec<Value>,
    /// Sightings of an address that port, time or place tell apart.
    pub(crate) contacts: Vec<Contact>,
    /// Slots of log lines and lists in which it stood.
    pub(crate) slots: Vec<u64>,
}

/// Least score of an address that a word accuses, not only its place.
const SPOKEN: i32 = 6;
/// Characters in front of a value that make its slot.
const SLOT: usize = 12;
/// Most slots that are kept of one value.
const MAX_SLOTS: usize = 4;

impl Candidate {
    /// Whether the value is a URL at a host of which `holds`.
    pub(crate) fn is_at(&self, holds: impl Fn(&str) -> bool) -> bool {
        matches!(&self.value, Value::Url(text) if url::host(text).is_some_and(holds))
    }

    /// Keeps the slot that the value stands in.
    pub(crate) fn stand_in(&mut self, slot: u64) {
        if self.slots.len() < MAX_SLOTS && !self.slots.contains(&slot) {
            self.slots.push(slot);
        }
    }
}

/// Everything found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) candidates: Vec<Candidate>,
    index: HashMap<Value, usize>,
    /// Times on lines of the writer's own, in order.
    pub(crate) times: Vec<(EventTime, bool)>,
    /// What labelled lines say of the event beside the accused.
    pub(crate) labels: Row,
    /// A log line had no year and could not be placed.
    pub(crate) yearless: bool,
    /// The mailbox that is named as the accused.
    pub(crate) account: Option<String>,
    /// Addresses that handed the evidence mail over, best first.
    pub(crate) hops: Vec<(IpAddr, Spot, String)>,
    /// `Date` of the mail that is complained about: when it was sent, by its writer's clock.
    pub(crate) mail_date: Option<EventTime>,
    /// Source ports in lines without an address.
    pub(crate) marks: Vec<Mark>,
    /// How many events in how many microseconds the text tells of.
    pub(crate) rate: Option<(u64, i64)>,
    /// The zone that is stated for the whole text.
    pub(crate) zone: Option<(String, Offset)>,
    /// Dates that stand without a time of day, all dates, and times of day without a date.
    pub(crate) dates: Vec<time::Written>,
    pub(crate) days: Vec<(Spot, time::Written)>,
    pub(crate) clocks: Vec<Clock>,
    /// Full times by the line they stand in.
    pub(crate) dated: Vec<(Spot, EventTime)>,
}

/// A time of day whose date stands elsewhere.
#[derive(Debug)]
pub(crate) struct Clock {
    pub(crate) spot: Spot,
    pub(crate) time: time::Alone,
    pub(crate) text: String,
    /// An address or URL stands in its line.
    pub(crate) beside: bool,
}

/// One sighting of a value.
pub(crate) struct Sighting<'l> {
    pub(crate) value: Value,
    pub(crate) score: i32,
    pub(crate) spot: Spot,
    pub(crate) line: &'l str,
    /// Bytes of `line` in which the value stands.
    pub(crate) bytes: std::ops::Range<usize>,
    pub(crate) port: Option<u16>,
    pub(crate) at: Option<&'l EventTime>,
    pub(crate) target: Option<Target>,
    /// The line is nothing but a label and the value: what stands in the lines beside it belongs to it.
    pub(crate) record: bool,
}

impl Findings {
    /// Whether an address has been accused in words by what was read so far.
    pub(crate) fn is_accused(&self, ip: IpAddr) -> bool {
        self.index.get(&Value::Ip(ip)).and_then(|at| self.candidates.get(*at)).is_some_and(|one| one.best >= SPOKEN)
    }

    /// Keeps the day of a date; of many in a row it is kept once.
    pub(crate) fn keep_day(&mut self, spot: Spot, date: &time::Written) {
        const MOST: usize = 1_000;
        let same = |(before, day): &(Spot, time::Written)| {
            before.section == spot.section && (day.year, day.month, day.day) == (date.year, date.month, date.day)
        };
        if self.days.len() < MOST && !self.days.last().is_some_and(same) {
            self.days.push((spot, date.clone()));
        }
    }

    /// Whether words, and not a table, have accused an address by what was read so far.
    pub(crate) fn is_spoken(&self, ip: IpAddr) -> bool {
        let known = self.index.get(&Value::Ip(ip)).and_then(|at| self.candidates.get(*at));
        known.is_some_and(|one| one.spoken >= SPOKEN)
    }

    /// Adds a sighting; `None` if there are too many values already.
    pub(crate) fn see(&mut self, sighting: Sighting<'_>, in_subject: bool) -> Option<&mut Candidate> {
        let Sighting { value, score, spot, line, bytes, port, at, target, record } = sighting;
        let at_index = if let Some(index) = self.index.get(&value) {
            *index
        } else {
            if self.candidates.len() >= MAX_VALUES {
                return None;
            }
            self.index.insert(value.clone(), self.candidates.len());
            self.candidates.push(Candidate {
                value,
                best: i32::MIN,
                spoken: i32::MIN,
                worst: i32::MAX,
                in_subject: false,
                in_text: false,
                defanged: false,
                listed: false,
                in_table: false,
                times_seen: 0,
                spot,
                span: None,
                depth: spot.depth,
                port: None,
                at: None,
                first: None,
                target: None,
                transport: None,
                count: None,
                text: String::new(),
                row_mates: Vec::new(),
                contacts: Vec::new(),
                slots: Vec::new(),
            });
            self.candidates.len() - 1
        };
        let candidate = self.candidates.get_mut(at_index)?;
        if score > 0 && (port.is_some() || record) && candidate.contacts.len() < MAX_CONTACTS {
            let (text, span) = excerpt(line, bytes.clone());
            candidate.contacts.push(Contact { port, at: at.cloned(), spot, text, span, target });
        }
        candidate.target = candidate.target.or(target);
        if score > candidate.best || candidate.text.is_empty() {
            candidate.spot = spot;
            (candidate.text, candidate.span) = excerpt(line, bytes);
        }
        candidate.depth = candidate.depth.min(spot.depth);
        candidate.best = candidate.best.max(score);
        if spot.row == 0 {
            candidate.spoken = candidate.spoken.max(score);
        }
        candidate.worst = candidate.worst.min(score);
        candidate.in_subject |= in_subject;
        candidate.in_text |= !in_subject;
        candidate.times_seen += 1;
        candidate.port = candidate.port.or(port);
        if let Some(at) = at {
            if candidate.first.as_ref().is_none_or(|first| at.at < first.at) {
                candidate.first = Some(at.clone());
            }
            if candidate.at.as_ref().is_none_or(|known| at.at > known.at) {
                candidate.at = Some(at.clone());
            }
        }
        Some(candidate)
    }
}

/// The shape of what stands in front of a value, digits aside: lines that one program wrote have the value in one slot.
pub(crate) fn slot(before: &str) -> u64 {
    let mut hash = DefaultHasher::new();
    let tail = before.char_indices().rev().nth(SLOT - 1).map_or(before, |(at, _)| before.get(at..).unwrap_or(""));
    tail.trim_start_matches(|c: char| c.is_ascii_digit())
        .bytes()
        .filter(|b| !b.is_ascii_digit())
        .for_each(|b| hash.write_u8(b));
    hash.finish()
}

/// The part of a line that a person is shown, and where in it the value stands.
pub(crate) fn excerpt(line: &str, bytes: std::ops::Range<usize>) -> (String, Option<(u32, u32)>) {
    let lead = line.len() - line.trim_start().len();
    // A value far to the right of a long line is shown with what stands just in front of it.
    let mut from =
        if bytes.end > lead + MAX_EXCERPT { bytes.start.saturating_sub(MAX_EXCERPT / 4).max(lead) } else { lead };
    while !line.is_char_boundary(from) {
        from += 1;
    }
    let text = crate::charset::prefix(line.get(from..).unwrap_or("").trim_end(), MAX_EXCERPT).to_owned();
    let (start, end) = (bytes.start.saturating_sub(from), bytes.end.saturating_sub(from).min(text.len()));
    let span = u32::try_from(start).ok().zip(u32::try_from(end).ok()).filter(|_| start < end);
    (text, span)
}

/// Collects every value of every section.
pub(crate) fn collect(sections: &[Section<'_>], context: &Context) -> Findings {
    let mut clock = context.clock.clone();
    clock.zone = sections
        .iter()
        .filter(|section| matches!(section.kind, Kind::Body | Kind::Attachment))
        .find_map(|section| {
            let abroad = || time::stated_zone_abroad(&section.text, MAX_STATED);
            time::stated_zone(&section.text, MAX_STATED).or_else(|| if context.is_abroad { abroad() } else { None })
        })
        .or_else(|| context.zone.clone())
        .or(clock.zone);
    let mut found = Findings { zone: clock.zone.clone(), ..Findings::default() };
    for (index, section) in sections.iter().enumerate() {
        match section.kind {
            Kind::EvidenceHeader => hops(index, section, &mut found),
            _ => Reader::new(index, section, context, &clock, &mut found).read(),
        }
    }
    found
}

/// Trace fields of the mail that is complained about.
fn hops(index: usize, section: &Section<'_>, found: &mut Findings) {
    for (number, line) in (1_u32..).zip(crate::text::lines(&section.text)) {
        let Some((name, value)) = line.split_once(": ") else {
            continue;
        };
        let spot = Spot { section: index, line: number, row: 0, depth: section.depth };
        if let Some(account) = super::accounts::of_header(line) {
            found.account.get_or_insert(account);
        } else if name.eq_ignore_ascii_case("received") {
            if let Some(ip) = crate::trace::handed_over(value) {
                found.hops.push((ip, spot, line.to_owned()));
            }
        } else if let Some(ip) = crate::trace::stated_client(name, value) {
            found.hops.insert(0, (ip, spot, line.to_owned()));
        }
    }
}
