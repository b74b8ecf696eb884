//! What a rule for the sender names: values behind its labels and in its columns.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use model::{Category, Observation};

use super::candidates::{Candidate, Findings, Sighting, Spot, Value};
use super::choose::Chosen;
use super::sections::{Kind, Section};
use super::tables;
use crate::extract::{Found, MAX_LINE, ip, port, url};
use crate::rules::Rule;

/// How sure a value is that a rule names: a person has tried the rule on this sender's reports before he put it in force.
pub(super) const RULED: f32 = 0.95;
/// Score of such a value: more than any word gives.
const SCORE: i32 = 40;
/// Most lines of a section in which labels are looked for.
const MAX_LINES: usize = 50_000;

/// What a rule names in one report.
#[derive(Debug, Default)]
pub(super) struct Named {
    values: HashSet<Value>,
    /// The mailbox behind a label.
    pub(super) account: Option<String>,
}

/// Takes out of the texts what the rule passes over.
pub(super) fn clear(rule: &Rule, sections: &mut [Section<'_>]) {
    for section in sections.iter_mut().filter(|section| section.kind != Kind::Subject) {
        if let Some(text) = rule.cleared(&section.text) {
            section.text = Cow::Owned(text);
        }
    }
}

/// Notes every value that the rule names among what was found; nothing if the report has none of its labels.
pub(super) fn name(rule: &Rule, sections: &[Section<'_>], found: &mut Findings) -> Option<Named> {
    if rule.data.accuse.is_empty() {
        return None;
    }
    let mut named = Named::default();
    for (index, section) in sections.iter().enumerate() {
        if section.kind != Kind::EvidenceHeader {
            Walk { rule, index, section, found: &mut *found, named: &mut named }.lines();
        }
    }
    (!named.values.is_empty() || named.account.is_some()).then_some(named)
}

impl Named {
    /// The accused among what was found.
    pub(super) fn chosen(&self, found: Findings) -> Chosen {
        let named = |one: &&Candidate| self.values.contains(&one.value);
        let accused = found.candidates.iter().filter(named).map(|one| (one.clone(), RULED)).collect();
        Chosen { accused, found }
    }
}

/// Puts the mailbox behind a label with the one thing that is accused, or accuses it alone.
pub(super) fn accuse_account(seen: &mut Vec<Observation>, account: String, category: Category) {
    match seen.as_mut_slice() {
        [only] => only.account = Some(account),
        [] => seen.push(Observation { account: Some(account), ..Observation::new(category, RULED) }),
        _ => {}
    }
}

struct Walk<'w, 's> {
    rule: &'w Rule,
    index: usize,
    section: &'w Section<'s>,
    found: &'w mut Findings,
    named: &'w mut Named,
}

impl Walk<'_, '_> {
    fn lines(&mut self) {
        let section = self.section;
        // A label with nothing behind it: its values stand in the lines below, up to a line without one or, behind the
        // first, an empty line.
        let (mut open, mut listed) = (false, false);
        let mut column: Option<(char, usize)> = None;
        for (number, line) in (1_u32..).zip(crate::text::lines(&section.text)).take(MAX_LINES) {
            let line = crate::charset::prefix(line, MAX_LINE);
            if let Some(head) = self.rule.column(line) {
                (open, listed, column) = (false, false, Some(head));
            } else if let Some(from) = self.rule.behind_label(line) {
                open = self.take(number, line, from..line.len()) == 0 && is_bare(&line[from..]);
                (listed, column) = (false, None);
            } else if let Some((sign, at)) = column {
                match cell(line, sign, at) {
                    Some(bytes) => {
                        self.take(number, line, bytes);
                    }
                    None => column = None,
                }
            } else if open && line.trim().is_empty() {
                open = !listed;
            } else if open {
                open = self.take(number, line, 0..line.len()) > 0;
                listed |= open;
            }
        }
    }

    /// Takes the values that stand in these bytes of a line; says how many.
    fn take(&mut self, number: u32, line: &str, bytes: Range<usize>) -> usize {
        let Some(text) = line.get(bytes.clone()) else { return 0 };
        let mut ips: Vec<Found<std::net::IpAddr>> = Vec::new();
        let (mut urls, mut hosts): (Vec<Found<String>>, Vec<Found<String>>) = (Vec::new(), Vec::new());
        ip::scan(text, &mut ips);
        url::scan(text, &mut urls);
        url::scan_hosts(text, &urls, &mut hosts);
        ips.retain(|ip| ip::is_public(ip.value) && !urls.iter().any(|url| url.start < ip.start && ip.end <= url.end));
        let account = text.split_whitespace().find(|word| word.contains('@')).filter(|_| urls.is_empty());
        if let Some(account) = account {
            let account = account.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            if crate::envelope::mailbox(account).is_some() {
                hosts.clear();
                self.named.account.get_or_insert_with(|| account.to_lowercase());
            }
        }
        let at = bytes.start;
        let port_of = |one: &Found<std::net::IpAddr>| {
            port::after(line, at + one.end).or_else(|| Some(port::labelled(line.get(at + one.end..)?)?.0))
        };
        let ips: Vec<_> = ips.iter().map(|one| (Value::Ip(one.value), one.start..one.end, port_of(one))).collect();
        let urls = urls.iter().map(|one| (Value::Url(one.value.clone()), one.start..one.end, None));
        let hosts = hosts.iter().map(|one| (Value::Host(one.value.clone()), one.start..one.end, None));
        let all: Vec<_> = ips.into_iter().chain(urls).chain(hosts).collect();
        let count = all.len() + usize::from(account.is_some());
        let depth = self.section.depth;
        for (value, place, port) in all {
            let spot = Spot { section: self.index, line: number, row: 0, depth };
            let bytes = at + place.start..at + place.end;
            // What was found already has its port; told again it would be another connection.
            let port = port.filter(|_| self.found.candidates.iter().all(|one| one.value != value));
            let sighting = Sighting {
                value: value.clone(),
                score: SCORE,
                spot,
                line,
                bytes,
                port,
                at: None,
                target: None,
                record: false,
            };
            if self.found.see(sighting, self.section.kind == Kind::Subject).is_some() {
                self.named.values.insert(value);
            }
        }
        count
    }
}

/// Whether nothing is written behind a label but signs.
fn is_bare(rest: &str) -> bool {
    !rest.contains(|c: char| c.is_alphanumeric())
}

/// The bytes of a cell in a row; nothing for a line that is no row.
fn cell(line: &str, sign: char, at: usize) -> Option<Range<usize>> {
    let cells = tables::cells_of(sign, line);
    let cell = cells.get(at).filter(|_| cells.len() > 1)?;
    let from = line.find(cell.as_ref())?;
    Some(from..from + cell.len())
}
