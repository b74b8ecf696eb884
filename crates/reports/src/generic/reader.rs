//! Reads one section line by line into candidates.

use std::borrow::Cow;
use std::net::IpAddr;

use model::EventTime;

use super::accounts;
use super::candidates::{Clock, Context, Findings, Sighting, Spot, Value};
use super::contacts::{MAX_MARKS, Mark};
use super::lines::{self, LineKind, Walker};
use super::rows::Row;
use super::sections::{Kind, Section};
use super::shapes::{is_bullet, is_dated, lower, push_lower, tail, written};
use super::tables::{self, Column, Head};
use crate::extract::time::{self, Clockwork};
use crate::extract::{Found, MAX_LINE, ip, port, rate, url};
use crate::forward::{self, HeadField};

mod links;

/// Most lines read of one section.
const MAX_LINES: usize = 200_000;

/// Longest line in which names are looked for: programs write longer ones, and paragraphs are shorter.
const MAX_HOST_LINE: usize = 16 << 10;
/// Longest heading, in bytes; what is further away says nothing.
const MAX_HEADING: usize = 600;
/// Longest field in the head of a mail that is passed on, in bytes.
const MAX_HEAD_FIELD: usize = 200;
/// Most times and dates that are kept of one report.
const MAX_CLOCKS: usize = 1_000;
/// Most lines of one row whose cells were broken by the width of their columns.
const MAX_WRAPPED: usize = 4;
/// A line of this many bytes was broken by its width and not by its writer.
const FULL_LINE: usize = 45;

/// How long a line is, in bytes, that was broken by its width: kanji and kana are twice as wide, and three bytes long.
fn full_line(text: &str) -> usize {
    let wide = || text.chars().filter(|c| *c >= '\u{3000}').take(8).count();
    if text.is_ascii() || wide() < 8 { FULL_LINE } else { 2 * FULL_LINE }
}

/// Reads one section line by line.
pub(crate) struct Reader<'s> {
    index: usize,
    pub(super) section: &'s Section<'s>,
    pub(super) context: &'s Context,
    clock: &'s Clockwork,
    pub(super) found: &'s mut Findings,
    pub(super) walker: Walker,
    pub(super) heading: String,
    /// The heading may go on in the next line: its last line was full and ended no sentence.
    goes_on: bool,
    /// Scores of the last line that was nothing but a value: a list goes on as it began.
    pub(super) last_ip: Option<i32>,
    last_link: Option<i32>,
    head: Option<Head>,
    /// The cells of the row above.
    above: Vec<Cow<'s, str>>,
    /// Whether the text speaks of a proxy in front of its logs, once it was looked for.
    pub(super) proxied: std::cell::OnceCell<bool>,
    /// A port is named at the end of the line before; its number may stand in this one.
    open_port: Option<Spot>,
    misses: u32,
    row: u32,
    /// In the head of a mail that is passed on in the text: its date is no event's.
    in_head: bool,
    /// A date at the end of the line before: its time of day may stand in this one.
    open_date: Option<time::Written>,
    pub(super) ips: Vec<Found<IpAddr>>,
    urls: Vec<Found<String>>,
    hosts: Vec<Found<String>>,
    times: Vec<Found<time::Written>>,
}

impl<'s> Reader<'s> {
    /// A reader of `section`, the `index`-th of its report.
    pub(crate) fn new(
        index: usize,
        section: &'s Section<'s>,
        context: &'s Context,
        clock: &'s Clockwork,
        found: &'s mut Findings,
    ) -> Self {
        Self {
            index,
            section,
            context,
            clock,
            found,
            walker: Walker::default(),
            heading: String::new(),
            goes_on: false,
            last_ip: None,
            last_link: None,
            head: None,
            above: Vec::new(),
            proxied: std::cell::OnceCell::new(),
            open_port: None,
            misses: 0,
            row: 0,
            in_head: false,
            open_date: None,
            ips: Vec::new(),
            urls: Vec::new(),
            hosts: Vec::new(),
            times: Vec::new(),
        }
    }

    /// Reads to the end.
    pub(crate) fn read(mut self) {
        let section = self.section;
        let mut originals = section.original.as_deref().map(crate::text::lines);
        let mut received = String::new();
        for (number, line) in (1_u32..).zip(crate::text::lines(&section.text)).take(MAX_LINES) {
            let original = originals.as_mut().and_then(Iterator::next);
            let line = crate::charset::prefix(line, MAX_LINE);
            if section.kind == Kind::Subject {
                self.line(number, line, original, LineKind::Prose);
                continue;
            }
            let kind = self.walker.kind(line);
            if kind == LineKind::Header {
                self.header(number, line, &mut received);
                continue;
            }
            if self.table(number, line) {
                continue;
            }
            let blank = line.trim().is_empty();
            if matches!(kind, LineKind::Whois | LineKind::Quoted) {
                continue;
            }
            self.line(number, line, original, kind);
            self.remember(line);
            if !blank {
                if self.ips.is_empty() {
                    self.last_ip = None;
                }
                if self.urls.is_empty() {
                    self.last_link = None;
                }
            }
        }
        self.flush(&mut received, 0);
    }

    /// A transport header inside the text: folded Received lines are put together.
    fn header(&mut self, number: u32, line: &str, received: &mut String) {
        let text = line.trim_start_matches(['>', ' ', '\t']);
        let folded = line.trim_start_matches('>').starts_with([' ', '\t']) || !lines::is_header(text);
        if folded && !received.is_empty() && received.len() < 4_000 && !text.starts_with("Received:") {
            received.push(' ');
            received.push_str(text);
            return;
        }
        self.flush(received, number);
        if text.get(..9).is_some_and(|head| head.eq_ignore_ascii_case("received:")) {
            received.push_str(&text[9..]);
        } else if let Some((name, value)) = text.split_once(':')
            && let Some(ip) = crate::trace::stated_client(name, value)
        {
            self.found.hops.insert(0, (ip, self.spot(number), text.to_owned()));
        } else if text.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("date:")) {
            if self.found.mail_date.is_none() {
                self.found.mail_date = time::parse(&text[5..], self.clock);
            }
        } else if let Some(account) = accounts::of_header(text) {
            self.found.account.get_or_insert(account);
        }
    }

    fn flush(&mut self, received: &mut String, number: u32) {
        if !received.is_empty() {
            if let Some(ip) = crate::trace::handed_over(received) {
                let spot = self.spot(number);
                self.found.hops.push((ip, spot, received.trim().to_owned()));
            }
            received.clear();
        }
    }

    /// Where line `line` of this section stands.
    pub(super) const fn spot(&self, line: u32) -> Spot {
        Spot { section: self.index, line, row: 0, depth: self.section.depth + self.walker.depth() }
    }

    /// What can stand over a list: the last line, with the lines in front of it that it goes on from.
    fn remember(&mut self, line: &str) {
        let text = line.trim().trim_matches(['*', '_', '>', ' ', '#']);
        let goes_on = std::mem::replace(&mut self.goes_on, false);
        if text.is_empty() {
            return;
        }
        let is_item = !self.ips.is_empty() || !self.urls.is_empty() || !self.hosts.is_empty();
        if is_item && !text.ends_with([':', '：']) {
            // An item of a list keeps its heading; a sentence with a value in it ends the list.
            if text.split_whitespace().nth(8).is_some() {
                self.heading.clear();
            }
            return;
        }
        if !goes_on {
            self.heading.clear();
        } else if self.heading.len() > MAX_HEADING {
            let cut = self.heading.len() - tail(&self.heading, self.heading.len() / 2).len();
            self.heading.drain(..cut);
        }
        push_lower(&mut self.heading, tail(text, 400));
        self.goes_on = text.len() >= full_line(text) && !text.ends_with(['.', ':', ';', '!', '?', '。', '：']);
        if self.goes_on {
            self.heading.push(' ');
        }
    }

    /// Rows of a table; true if the line belonged to one.
    fn table(&mut self, number: u32, line: &'s str) -> bool {
        if line.trim().is_empty() {
            return false;
        }
        if let Some(head) = tables::head(line) {
            self.head = Some(head);
            self.above.clear();
            self.misses = 0;
            return true;
        }
        let Some(head) = self.head.take() else {
            return false;
        };
        let mut cells = head.cells(line);
        let repeats = tables::repeat(&mut cells, &self.above);
        let read = head.fits(&cells) && {
            let more = self.wrapped(&head, line, &mut cells);
            self.cells(&head, &cells, number, line, repeats || more)
        };
        if read {
            self.above = cells;
            self.misses = 0;
        } else {
            self.misses += 1;
        }
        let keep = if self.section.kind == Kind::Table { 50 } else { 4 };
        if self.misses < keep {
            self.head = Some(head);
        }
        read
    }

    /// Puts what the next lines go on with into the cells of a row that was too wide for its columns; whether there is any.
    fn wrapped(&self, head: &Head, line: &str, cells: &mut [Cow<'_, str>]) -> bool {
        let text = self.section.text.as_ref();
        let end = line.as_ptr().addr().wrapping_sub(text.as_ptr().addr()).wrapping_add(line.len());
        let Some(rest) = text.get(end..).filter(|_| head.is_drawn()) else { return false };
        let mut wrapped = false;
        for next in crate::text::lines(rest.trim_start_matches(['\r', '\n'])).take(MAX_WRAPPED) {
            let more = head.cells(next);
            if !head.goes_on(&more) {
                break;
            }
            for (cell, more) in cells.iter_mut().zip(more).filter(|(_, more)| !more.is_empty()) {
                *cell = Cow::Owned(format!("{cell} {more}"));
                wrapped = true;
            }
        }
        wrapped
    }

    /// Reads the cells of a row; `whole`: what the line lacks stands in its neighbours.
    fn cells(&mut self, head: &Head, cells: &[Cow<'_, str>], number: u32, line: &str, whole: bool) -> bool {
        let mut row = Row::default();
        // Cells that were laid out by hand are counted off only where none is missing.
        let counted = head.is_exact() || cells.len() == head.columns.len();
        for (column, cell) in head.columns.iter().zip(cells) {
            if counted || !matches!(column, Column::SourcePort | Column::Port | Column::TargetPort) {
                row.take(*column, cell, self.clock);
            }
        }
        row.settle_port(self.context.is_attack());
        row.any_time(line, self.clock);
        if !(whole && row.ip.is_some()) && (!head.is_exact() || row.ip.is_none()) {
            row.loose(head, line, self.clock);
        }
        row.join_times(head, cells, self.clock);
        if row.ip.is_none() && row.url.is_none() && row.host.is_none() {
            return false;
        }
        if self.is_answer(&row) {
            return true;
        }
        self.row += 1;
        let spot = Spot { row: self.row, ..self.spot(number) };
        if row.at.is_none() {
            self.row_clock(head, cells, spot);
        }
        let mut values: Vec<Value> = Vec::new();
        values.extend(row.ip.map(Value::Ip));
        values.extend(row.url.clone().map(Value::Url));
        if row.url.is_none() {
            values.extend(row.host.clone().map(Value::Host));
        }
        for (position, value) in values.iter().enumerate() {
            let score = if position == 0 || matches!(value, Value::Url(_)) { 8 } else { 7 };
            let sighting = Sighting {
                value: value.clone(),
                score,
                spot,
                line,
                bytes: written(line, value),
                port: if matches!(value, Value::Ip(_)) { row.port } else { None },
                at: row.at.as_ref(),
                target: row.target,
                record: false,
            };
            if let Some(candidate) = self.found.see(sighting, false) {
                candidate.in_table = true;
                candidate.transport = candidate.transport.or(row.transport);
                candidate.count = candidate.count.or(row.count);
                for mate in values.iter().filter(|mate| *mate != value) {
                    if candidate.row_mates.len() < 100 && !candidate.row_mates.contains(mate) {
                        candidate.row_mates.push(mate.clone());
                    }
                }
            }
        }
        true
    }

    /// A record of traffic to the accused: the attacked system answers, and so its address stands in the column of sources.
    fn is_answer(&self, row: &Row) -> bool {
        let (Some(source), Some((Some(target), _))) = (row.ip, row.target) else { return false };
        self.found.is_spoken(target) && !self.found.is_spoken(source)
    }

    /// The time of day of a row, whose date stands over the table.
    fn row_clock(&mut self, head: &Head, cells: &[Cow<'_, str>], spot: Spot) {
        let mut times = head.columns.iter().zip(cells).filter(|(column, _)| **column == Column::Time);
        let Some(found) = times.find_map(|(_, cell)| time::alone(cell)) else { return };
        if self.found.clocks.len() < MAX_CLOCKS {
            self.found.clocks.push(Clock { spot, time: found.value, text: String::new(), beside: true });
        }
    }

    fn line(&mut self, number: u32, line: &str, original: Option<&str>, kind: LineKind) {
        if let Some(spot) = self.open_port.take()
            && let Some(port) = port::continued(line)
            && self.found.marks.len() < MAX_MARKS
        {
            self.found.marks.push(Mark { port, at: None, spot });
        }
        self.ips.clear();
        self.urls.clear();
        self.hosts.clear();
        self.times.clear();
        self.label(number, line);
        if self.found.rate.is_none() && kind == LineKind::Prose {
            self.found.rate = rate::rate(line);
        }
        let western = memchr::memchr2(b'.', b':', line.as_bytes()).is_some();
        let told = western || is_dated(line) || (!line.is_ascii() && line.contains(['年', '月', '時']));
        if !told {
            self.open_date = None;
            self.mark(number, line, None);
            return;
        }
        if kind == LineKind::Prose
            && self.found.account.is_none()
            && let Some(account) = accounts::in_line(line, |host| self.context.is_party(host))
        {
            self.found.account = Some(account);
        }
        ip::scan(line, &mut self.ips);
        url::scan(line, &mut self.urls);
        if kind != LineKind::Log && self.hosts_matter(line) {
            url::scan_hosts(line, &self.urls, &mut self.hosts);
            let hosts = &mut self.hosts;
            self.ips.retain(|ip| !hosts.iter().any(|host| host.start < ip.end && ip.start < host.end));
        }
        self.ips.retain(|ip| !self.urls.iter().any(|url| url.start < ip.start && ip.end <= url.end));
        let at = self.time(number, line, kind);
        if self.ips.is_empty() {
            self.mark(number, line, at.as_ref());
        }
        if self.ips.is_empty() && self.urls.is_empty() && self.hosts.is_empty() {
            return;
        }
        let lower = lower(line);
        if !self.ips.is_empty() && port::is_open(&lower) {
            self.open_port = Some(self.spot(number));
        }
        self.addresses(number, line, &lower, kind, at.as_ref());
        self.links(number, line, &lower, original, kind, at.as_ref());
    }

    /// `Destination port: 22`: what a labelled line says of the event.
    fn label(&mut self, number: u32, line: &str) {
        // Forms set their values off by full-width blanks, too.
        let text = line.trim_start_matches(is_bullet);
        let found = text
            .split_once(':')
            .or_else(|| if line.is_ascii() { None } else { text.trim().split_once(['\u{3000}', '\t']) })
            // `<Port>4242</Port>`
            .or_else(|| text.strip_prefix('<')?.split_once('<')?.0.split_once('>'));
        let long = |key: &str| key.len() >= if key.is_ascii() { 30 } else { 60 };
        let Some((key, value)) = found.filter(|(key, value)| !long(key) && value.len() < 80) else {
            return;
        };
        let column = tables::column(key);
        if matches!(
            column,
            Column::SourcePort | Column::Port | Column::Target | Column::TargetPort | Column::Transport | Column::Count
        ) {
            self.found.labels.take(column, value, self.clock);
        }
        if column == Column::Port
            && self.found.marks.len() < MAX_MARKS
            && let Some(port) = port::number(value).filter(|port| *port >= 1024 || !self.context.is_attack())
        {
            let spot = self.spot(number);
            self.found.marks.push(Mark { port, at: None, spot });
        }
    }

    /// A source port in a line without an address.
    fn mark(&mut self, number: u32, line: &str, at: Option<&EventTime>) {
        if self.found.marks.len() >= MAX_MARKS || !(port::may_name_source(line) || self.context.is_abroad) {
            return;
        }
        let lower = line.to_ascii_lowercase();
        let Some(first) = self.source_port(&lower) else {
            return;
        };
        let spot = self.spot(number);
        // `送信元ポート：40001、40002`
        let more = lower.split(['、', ',']).skip(1).map_while(port::number);
        let ports: Vec<u16> = std::iter::once(first).chain(more).collect();
        self.found.marks.extend(ports.into_iter().map(|port| Mark { port, at: at.cloned(), spot }));
    }

    /// The port that a line, lower case, names as the source's.
    pub(super) fn source_port(&self, lower: &str) -> Option<u16> {
        port::of_source(lower).or_else(|| if self.context.is_abroad { port::of_source_abroad(lower) } else { None })
    }

    /// Host names are looked for where they can be the accused; long logs are passed over.
    fn hosts_matter(&self, line: &str) -> bool {
        line.len() < MAX_HOST_LINE && self.section.kind != Kind::Attachment
    }

    fn time(&mut self, number: u32, line: &str, kind: LineKind) -> Option<EventTime> {
        if self.is_date_of_head(line, kind) {
            return None;
        }
        self.times.extend(self.open_date.take().and_then(|date| time::continued(&date, line)));
        time::scan(line, &mut self.times);
        let unfinished = |one: &&Found<time::Written>| one.value.time.is_none() && line[one.end..].trim().is_empty();
        self.open_date = self.times.last().filter(unfinished).map(|one| one.value.clone());
        let spot = self.spot(number);
        let mut best: Option<EventTime> = None;
        for one in &self.times {
            let text = &line[one.start..one.end];
            match self.clock.event(&one.value, text) {
                Some(event) => {
                    let full = one.value.time.is_some();
                    if kind != LineKind::Signature {
                        self.found.keep_day(spot, &one.value);
                    }
                    if self.found.times.len() < 1_000 && kind != LineKind::Signature {
                        self.found.times.push((event.clone(), full));
                    }
                    if full && self.found.dated.len() < 1_000 {
                        self.found.dated.push((spot, event.clone()));
                    }
                    if full && best.is_none() {
                        best = Some(event);
                    }
                }
                None => self.found.yearless |= one.value.year.is_none() && one.value.time.is_some(),
            }
        }
        best.or_else(|| self.time_alone(line, spot, kind))
    }

    /// A time of day whose date is not beside it: on the date that the line has elsewhere, or counted from the day of
    /// writing; else it is kept until the whole text is read.
    fn time_alone(&mut self, line: &str, spot: Spot, kind: LineKind) -> Option<EventTime> {
        let room = MAX_CLOCKS - self.found.dates.len().min(MAX_CLOCKS);
        self.found.dates.extend(self.times.iter().map(|one| one.value.clone()).take(room));
        let full = self.found.clocks.len() >= MAX_CLOCKS;
        if matches!(kind, LineKind::Signature) || full || self.section.kind == Kind::Subject {
            return None;
        }
        let Some(one) = time::alone(line) else {
            // Programs write no such times.
            return if kind == LineKind::Prose { self.ago(line, spot) } else { None };
        };
        let date = self.times.first().map(|date| one.value.with(&date.value));
        let written = date.or_else(|| one.value.counted(self.clock.today?));
        let text = line.get(one.start..one.end).unwrap_or(line);
        let Some(event) = written.and_then(|written| self.clock.event(&written, text)) else {
            let beside = !(self.ips.is_empty() && self.urls.is_empty());
            self.found.clocks.push(Clock { spot, time: one.value, text: text.to_owned(), beside });
            return None;
        };
        Some(self.keep_time(event, spot))
    }

    /// A time that is counted back from the moment of writing.
    fn ago(&mut self, line: &str, spot: Spot) -> Option<EventTime> {
        let one = time::ago(line)?;
        let event = one.value.counted(self.clock.written.as_ref()?, line.get(one.start..one.end)?)?;
        Some(self.keep_time(event, spot))
    }

    fn keep_time(&mut self, event: EventTime, spot: Spot) -> EventTime {
        if self.found.times.len() < MAX_CLOCKS {
            self.found.times.push((event.clone(), true));
            self.found.dated.push((spot, event.clone()));
        }
        event
    }

    /// Whether a line tells when a mail was sent that is passed on in the text; keeps account of its head.
    fn is_date_of_head(&mut self, line: &str, kind: LineKind) -> bool {
        if !matches!(kind, LineKind::Prose | LineKind::Signature) || line.len() > MAX_HEAD_FIELD {
            self.in_head = false;
            return false;
        }
        let field = forward::head_field(line);
        self.in_head = field == Some(HeadField::From) || self.in_head && field.is_some();
        self.in_head && field == Some(HeadField::Date)
    }
}
