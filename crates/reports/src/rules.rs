//! Rules for single senders: data that a person wrote, made ready once and followed by the generic reader.
//!
//! Bounded like everything here: few rules, short labels, regular expressions of a crate that is linear in the text and of a
//! limited size when compiled. A rule that names labels which a mail does not have leaves the mail to the generic reader.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use jiff::tz::Offset;
use model::{Format, Noise, Reading, ReportReader, RuleFault, RuleRef, SenderRule};
use regex::{Regex, RegexBuilder};

use crate::input::Input;
use crate::mime::Mail;

/// Most bytes that a subject's pattern may have when compiled.
const MAX_COMPILED: usize = 256 << 10;
/// Most bytes of a subject that are looked at.
const MAX_SUBJECT: usize = 2_000;

/// A rule made ready.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) data: SenderRule,
    subject: Option<Regex>,
    /// Zone of times that name none.
    pub(crate) zone: Option<(String, Offset)>,
}

impl Rule {
    fn new(data: &SenderRule) -> Result<Self, RuleFault> {
        if let Some(fault) = data.fault() {
            return Err(fault);
        }
        let compile = |pattern: &String| {
            let built =
                RegexBuilder::new(pattern).case_insensitive(true).size_limit(MAX_COMPILED).nest_limit(20).build();
            built.map_err(|_| RuleFault::new("subject", pattern))
        };
        let zone = |zone: &String| {
            crate::extract::time::stated_zone(&format!("timezone: {zone}"), 1)
                .ok_or_else(|| RuleFault::new("zone", zone))
        };
        Ok(Self {
            subject: data.subject.as_ref().map(compile).transpose()?,
            zone: data.zone.as_ref().map(zone).transpose()?,
            data: data.clone(),
        })
    }

    /// Name and version, for the reading.
    pub(crate) fn reference(&self) -> RuleRef {
        RuleRef { name: self.data.name.clone(), version: self.data.version }
    }

    fn fits(&self, mail: &Mail<'_>) -> bool {
        let subject = crate::charset::prefix(mail.header("Subject").unwrap_or_default(), MAX_SUBJECT);
        let header = self.data.header.as_ref().is_none_or(|wanted| {
            let value = wanted.value.to_lowercase();
            mail.headers(&wanted.name).any(|field| field.to_lowercase().contains(&value))
        });
        header && self.subject.as_ref().is_none_or(|pattern| pattern.is_match(subject))
    }

    /// What stands behind one of its labels at the beginning of `line`: the bytes of the rest.
    pub(crate) fn behind_label(&self, line: &str) -> Option<usize> {
        self.data.accuse.iter().find_map(|label| behind(line, label))
    }

    /// Whether nothing in `line` is to be looked at, or nothing from it on.
    fn passes_over(&self, line: &str) -> Option<PassOver> {
        let begins = |labels: &[String]| labels.iter().any(|label| behind(line, label).is_some());
        if begins(&self.data.stop) {
            return Some(PassOver::Rest);
        }
        begins(&self.data.ignore).then_some(PassOver::Line)
    }

    /// `text` with what the rule passes over blank, its lines where they were; `None` if nothing is passed over.
    pub(crate) fn cleared(&self, text: &str) -> Option<String> {
        if self.data.ignore.is_empty() && self.data.stop.is_empty() {
            return None;
        }
        let (mut out, mut found, mut stopped) = (String::with_capacity(text.len()), false, false);
        for line in crate::text::lines(text) {
            let over = if stopped { Some(PassOver::Line) } else { self.passes_over(line) };
            stopped |= over == Some(PassOver::Rest);
            found |= over.is_some();
            if over.is_none() {
                out.push_str(line);
            }
            out.push('\n');
        }
        found.then_some(out)
    }

    /// Whether one of its labels stands in `text`, at the beginning of a line or as a cell of a table.
    pub(crate) fn speaks_of(&self, text: &str) -> bool {
        let line = |line: &str| self.behind_label(line).is_some() || self.column(line).is_some();
        !self.data.accuse.is_empty() && crate::text::lines(text).any(line)
    }

    /// The sign that separates the cells of a table's head, and the number of the cell that it names.
    pub(crate) fn column(&self, line: &str) -> Option<(char, usize)> {
        ['\t', '|', ',', ';'].into_iter().filter(|sign| line.contains(*sign)).find_map(|sign| {
            let cells = crate::generic::cells(sign, line);
            let named =
                |cell: &str| self.data.accuse.iter().any(|label| same(cell.trim_matches(['"', '*', ' ']), label));
            let at = cells.iter().position(|cell| named(cell))?;
            (cells.len() >= 2).then_some((sign, at))
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PassOver {
    Line,
    Rest,
}

fn same(text: &str, label: &str) -> bool {
    text.trim().to_lowercase() == label.trim().trim_end_matches([':', '：']).to_lowercase()
}

/// Where the rest of `line` begins, if it begins with `label`: marks of lists and quotes in front of it do not count, nor
/// does case; what follows is no part of a longer word.
fn behind(line: &str, label: &str) -> Option<usize> {
    let text = line.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, '>' | '*' | '-' | '・' | '■' | '●' | '○' | '◆' | '#' | '|')
    });
    let from = line.len() - text.len();
    let label = label.trim();
    let mut wanted = label.chars().flat_map(char::to_lowercase);
    let mut end = 0;
    for (at, c) in text.char_indices() {
        let mut matched = false;
        for lower in c.to_lowercase() {
            match wanted.next() {
                None => {
                    let word = |c: char| c.is_alphanumeric();
                    let cut = label.chars().next_back().is_some_and(word) && word(c);
                    return (!cut).then_some(from + at);
                }
                Some(expected) if expected == lower => matched = true,
                Some(_) => return None,
            }
        }
        if matched {
            end = at + c.len_utf8();
        }
    }
    wanted.next().is_none().then_some(from + end)
}

/// The reader with the rules that are in force. It reads as [`crate::Reader`] does, save for the senders that they name.
#[derive(Debug, Default)]
pub struct RuledReader {
    rules: Vec<Arc<Rule>>,
    /// Rules by the address or domain that they are about, in the order of their names.
    by_sender: HashMap<String, Vec<usize>>,
}

/// The last set of rules that was made ready: the desk asks for the same one with each batch.
static LAST: Mutex<Option<(Vec<SenderRule>, Arc<RuledReader>)>> = Mutex::new(None);

impl RuledReader {
    /// Makes rules ready; the first one that cannot be used is named.
    pub fn new(rules: &[SenderRule]) -> Result<Self, RuleFault> {
        if let Some(more) = rules.get(SenderRule::MAX_RULES) {
            return Err(RuleFault::new("rule", &more.name));
        }
        let mut ready = Self::default();
        for data in rules {
            let index = ready.rules.len();
            ready.rules.push(Arc::new(Rule::new(data)?));
            ready.by_sender.entry(data.from.to_ascii_lowercase()).or_default().push(index);
        }
        Ok(ready)
    }

    /// The same for a set that was made ready last: nothing is done again.
    pub(crate) fn shared(rules: &[SenderRule]) -> Result<Arc<Self>, RuleFault> {
        let mut last = LAST.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, ready)) = last.as_ref().filter(|(known, _)| known == rules) {
            return Ok(Arc::clone(ready));
        }
        let ready = Arc::new(Self::new(rules)?);
        *last = Some((rules.to_vec(), Arc::clone(&ready)));
        Ok(ready)
    }

    /// The rule for a report: that of its writer, else that of who passed it on; an address before a domain, a longer domain
    /// before a shorter one.
    pub(crate) fn of(&self, input: &Input<'_>) -> Option<Arc<Rule>> {
        if self.rules.is_empty() {
            return None;
        }
        let outer = input.wrapped.as_ref().map(|wrapped| &wrapped.outer);
        input.mail.as_ref().into_iter().chain(outer).find_map(|mail| {
            let (_, address) = crate::envelope::mailbox(mail.header("From")?)?;
            let address = address.to_ascii_lowercase();
            let host = address.rsplit_once('@').map_or("", |(_, host)| host);
            let above = std::iter::successors(Some(host), |host| Some(host.split_once('.')?.1));
            let mut keys = std::iter::once(address.as_str()).chain(above);
            keys.find_map(|key| {
                self.by_sender.get(key)?.iter().map(|index| &self.rules[*index]).find(|rule| rule.fits(mail))
            })
            .map(Arc::clone)
        })
    }
}

impl ReportReader for RuledReader {
    fn read(&self, raw: &[u8], received: Timestamp) -> Reading {
        crate::whole(raw, received, self)
    }

    fn read_on(&self, raw: &[u8], received: Timestamp, from: usize, most: usize) -> Reading {
        crate::guarded(raw, received, from, most, self)
    }

    fn with_rules(&self, rules: &[SenderRule]) -> Result<Arc<dyn ReportReader>, RuleFault> {
        Ok(Self::shared(rules)?)
    }
}

/// Takes the report away from a mail whose sender never reports anything. Bounces and answers stay what they are: they
/// belong to conversations.
pub(crate) fn settle(rule: &Rule, reading: &mut Reading) {
    if rule.data.never && reading.report {
        reading.report = false;
        reading.noise = Some(Noise::Declared);
        reading.rest = 0;
        reading.rule = Some(rule.reference());
    } else if reading.format != Format::Generic {
        // What says itself what it is was read as it stands.
        reading.rule = None;
    }
}
