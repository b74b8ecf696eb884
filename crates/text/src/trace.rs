//! The way of a mail on one page: what is proven, what is only claimed, who answers for it. The console and the command
//! line show the same lines.

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use model::Lang;
use model::findings::Findings;
use model::trace::{AccountKind, AuthResult, Basis, Hop, SKEW, Standing, Trace, Traces};

use crate::catalogue::{Value, t, ta};
use crate::wording::{clean, duration, mask_mail, mask_name, stamp_seconds};

/// Longest word of a stranger in a line, characters.
const MAX_WORD: usize = 200;

/// How a line is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A statement.
    Plain,
    /// A remark on the line above.
    Remark,
    /// A statement that cannot be true, or of something that failed.
    Bad,
    /// A remark that warns.
    Warning,
}

impl Tone {
    /// Whether the line stands below the one it is about.
    pub const fn is_remark(self) -> bool {
        matches!(self, Self::Remark | Self::Warning)
    }

    /// Classes of the style sheet.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Remark => "remark",
            Self::Bad => "bad",
            Self::Warning => "remark bad",
        }
    }
}

/// One line of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How it is meant.
    pub tone: Tone,
    /// What it says; harmless.
    pub text: String,
}

/// A heading with its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// The lines.
    pub lines: Vec<Line>,
}

/// The page of one mail, for a reader of `lang` who thinks in `zone`: who answers for it, what is proven, what is claimed.
pub fn sections(lang: Lang, zone: &TimeZone, trace: &Trace) -> Vec<Section> {
    let mut page = Page { lang, zone, lines: Vec::new() };
    page.responsible(trace);
    let responsible = page.cut("trace-responsible");
    page.proven(trace);
    let proven = page.cut("trace-proven");
    page.claimed(trace);
    vec![responsible, proven, page.cut("trace-claimed")]
}

/// What was found of the senders of a report and of the mail in it when the report came, with the DNS answers it rests on.
pub fn checked(lang: Lang, zone: &TimeZone, findings: &Findings) -> Section {
    let mut page = Page { lang, zone, lines: Vec::new() };
    let whole = findings.verdicts.iter().map(|one| ("check-verdict", one));
    for (key, one) in whole.chain(findings.attached.iter().map(|one| ("check-verdict-attached", one))) {
        let selector = one.selector.as_deref().map(|selector| format!("{selector}._domainkey."));
        let domain = selector.unwrap_or_default() + one.domain.as_deref().unwrap_or_default();
        let tone = if one.result == "fail" { Tone::Bad } else { Tone::Plain };
        let words = [("method", one.method.name()), ("result", &one.result), ("domain", &clean(&domain, MAX_WORD))];
        page.say(tone, key, &words);
        if let Some(reason) = &one.reason {
            page.say(Tone::Remark, &format!("check-{reason}"), &[]);
        }
    }
    if findings.verdicts.is_empty() && findings.attached.is_empty() {
        page.say(Tone::Plain, "check-nothing", &[]);
    }
    for answer in &findings.answers.0 {
        let question = format!("{} {}", answer.question.name, answer.question.kind.name());
        let at = page.moment(answer.at, None);
        let ttl = answer.ttl.map_or_else(|| "–".to_owned(), |ttl| ttl.to_string());
        let data = if answer.data.is_empty() { answer.code.clone() } else { answer.data.join(" | ") };
        let (question, data) = (clean(&question, MAX_WORD), clean(&data, MAX_WORD));
        page.say(Tone::Remark, "check-answer", &[("at", &at), ("question", &question), ("ttl", &ttl), ("data", &data)]);
    }
    page.cut("check-title")
}

/// Takes out of `traces` what names persons, for readers who may not know them.
pub fn mask(traces: &mut Traces) {
    let inner = traces.evidence.as_mut().map(|inner| &mut inner.trace);
    for trace in std::iter::once(&mut traces.report).chain(inner) {
        let account = |name: &mut String| *name = mask_account(name);
        trace.accounts.iter_mut().for_each(|one| account(&mut one.value));
        trace.responsible.account.iter_mut().for_each(account);
        trace.from.iter_mut().chain(&mut trace.return_path).for_each(|text| *text = mask_from(text));
        trace.results.iter_mut().flat_map(|one| &mut one.about).filter(|text| text.contains('@')).for_each(|text| {
            let (name, value) = text.split_once('=').unwrap_or(("", text));
            *text = format!("{name}={}", mask_mail(value));
        });
        for hop in &mut trace.hops {
            hop.received.account.iter_mut().chain(&mut hop.received.local).for_each(account);
            // The field as it stood names whom the mail was for.
            hop.received.text = String::new();
        }
    }
}

/// `"Taro" <taro@example.jp>`: only the address, masked.
fn mask_from(field: &str) -> String {
    mask_mail(field.rsplit('<').next().unwrap_or(field).trim_end_matches('>'))
}

fn mask_account(name: &str) -> String {
    if name.contains('@') { mask_mail(name) } else { mask_name(name) }
}

/// The page while it is written.
struct Page<'p> {
    lang: Lang,
    zone: &'p TimeZone,
    lines: Vec<Line>,
}

impl Page<'_> {
    fn cut(&mut self, title: &str) -> Section {
        Section { title: t(self.lang, title), lines: std::mem::take(&mut self.lines) }
    }

    fn say(&mut self, tone: Tone, key: &str, words: &[(&str, &str)]) {
        let words: Vec<(&str, Value<'_>)> = words.iter().map(|(name, value)| (*name, (*value).into())).collect();
        self.lines.push(Line { tone, text: ta(self.lang, key, &words) });
    }

    fn unknown(&self) -> String {
        t(self.lang, "trace-unknown")
    }

    fn proven(&mut self, trace: &Trace) {
        for (index, hop) in facts(trace) {
            self.hop(index, hop);
        }
        self.statements(trace, Standing::Fact);
        match trace.basis {
            _ if trace.hops.is_empty() => self.say(Tone::Remark, "trace-no-hops", &[]),
            Basis::Named if trace.facts == 0 => self.say(Tone::Remark, "trace-nothing-proven", &[]),
            Basis::Named => {}
            Basis::Receiver => self.say(Tone::Remark, "trace-assumed", &[]),
            Basis::ReceiverAndNamed => self.say(Tone::Remark, "trace-assumed-and-named", &[]),
        }
    }

    fn claimed(&mut self, trace: &Trace) {
        for (key, value) in [("trace-from", &trace.from), ("trace-return-path", &trace.return_path)] {
            if let Some(value) = value {
                self.say(Tone::Plain, key, &[("value", &clean(value, MAX_WORD))]);
            }
        }
        for (index, hop) in trace.hops.iter().enumerate().filter(|(_, hop)| hop.standing != Standing::Fact) {
            self.hop(index, hop);
        }
        self.statements(trace, Standing::Claimed);
    }

    /// One hop, and under it what is wrong with it.
    fn hop(&mut self, index: usize, hop: &Hop) {
        let seen = &hop.received;
        let by = seen.by.clone().or_else(|| seen.by_address.map(|ip| ip.to_string())).unwrap_or_else(|| self.unknown());
        let name = seen.name.as_deref().or(seen.helo.as_deref());
        let from = match (seen.address, name) {
            (Some(address), Some(name)) => format!("{address} ({name})"),
            (Some(address), None) => address.to_string(),
            (None, Some(name)) => name.to_owned(),
            (None, None) => seen.local.clone().unwrap_or_else(|| t(self.lang, "trace-itself")),
        };
        let at = seen.at.map_or_else(|| self.unknown(), |at| self.moment(at, seen.offset_s));
        let number = (index + 1).to_string();
        let (by, from) = (clean(&by, MAX_WORD), clean(&from, MAX_WORD));
        let words = [("number", number.as_str()), ("at", &at), ("by", &by), ("from", &from)];
        let forged = hop.standing == Standing::Forged;
        let key = if forged { "trace-hop-forged" } else { "trace-hop" };
        self.say(if forged { Tone::Bad } else { Tone::Plain }, key, &words);
        self.lag(hop);
        for flaw in &hop.flaws {
            self.say(Tone::Remark, &format!("trace-flaw-{}", flaw.name()), &[]);
        }
    }

    /// How long the mail lay before the next hop wrote its time; below nothing, the clocks disagree.
    fn lag(&mut self, hop: &Hop) {
        let Some(lag) = hop.lag_s.filter(|lag| *lag != 0) else { return };
        let length = duration(self.lang, SignedDuration::from_secs(lag));
        let skew = SKEW.as_secs();
        let (tone, key) = match lag {
            _ if lag < -skew => (Tone::Warning, "trace-lag-skew"),
            ..0 => (Tone::Remark, "trace-lag-skew"),
            _ if lag > skew => (Tone::Remark, "trace-lag-long"),
            _ => (Tone::Remark, "trace-lag"),
        };
        self.say(tone, key, &[("length", &length)]);
    }

    /// The time in the reader's zone, and in which zone it was written if that is another.
    fn moment(&self, at: Timestamp, offset_s: Option<i32>) -> String {
        let shown = stamp_seconds(at, self.zone);
        let written = offset_s.and_then(|offset| Offset::from_seconds(offset).ok());
        match written.filter(|written| *written != self.zone.to_offset(at)) {
            Some(written) => {
                let clock = at.to_zoned(TimeZone::fixed(written)).strftime("%H:%M:%S %z").to_string();
                ta(self.lang, "trace-written", &[("at", shown.into()), ("written", clock.into())])
            }
            None => shown,
        }
    }

    /// Accounts, clients and results that were stated with this standing.
    fn statements(&mut self, trace: &Trace, standing: Standing) {
        for one in trace.accounts.iter().filter(|one| one.standing == standing) {
            let kind = t(self.lang, &format!("trace-account-{}", one.kind.name()));
            let words = [("kind", kind.as_str()), ("value", &clean(&one.value, MAX_WORD)), ("field", &one.field)];
            self.say(Tone::Plain, "trace-account", &words);
        }
        for one in trace.clients.iter().filter(|one| one.standing == standing) {
            let key = if one.private { "trace-client-private" } else { "trace-client" };
            self.say(Tone::Plain, key, &[("address", &one.address.to_string()), ("field", &one.field)]);
        }
        let results = trace.results.iter().filter(|one| one.standing == standing);
        self.lines.extend(results.map(|one| Line { tone: Tone::Plain, text: result_line(one) }));
    }

    fn responsible(&mut self, trace: &Trace) {
        let who = &trace.responsible;
        let word = |value: Option<String>| value.map_or_else(|| self.unknown(), |value| clean(&value, MAX_WORD));
        let account = word(who.account.clone());
        let address = word(who.address.map(|ip| ip.to_string()));
        let host = word(who.host.clone());
        let words = [("account", account.as_str()), ("address", &address), ("host", &host)];
        self.say(Tone::Plain, &format!("trace-who-{}", who.ground.name()), &words);
        if trace.injection.as_ref().is_some_and(|one| one.private) {
            self.say(Tone::Remark, "trace-who-private", &[]);
        }
        let stated = trace.accounts.iter().find(|one| one.kind == AccountKind::Login);
        if let Some(one) = stated.filter(|_| who.account.is_none()) {
            let words = [("account", clean(&one.value, MAX_WORD)), ("field", one.field.clone())];
            self.say(Tone::Remark, "trace-who-stated", &[("account", &words[0].1), ("field", &words[1].1)]);
        }
    }
}

/// The proven hops with their numbers; steps inside a machine say nothing to a reader.
fn facts(trace: &Trace) -> impl Iterator<Item = (usize, &Hop)> {
    let shown = |hop: &Hop| hop.standing == Standing::Fact && !hop.received.is_marker();
    trace.hops.iter().enumerate().filter(move |(_, hop)| shown(hop))
}

fn result_line(one: &AuthResult) -> String {
    let arc = one.arc.map_or_else(String::new, |number| format!(" (ARC {number})"));
    let line = format!("{}: {}={}{arc} {}", one.server, one.method, one.result, one.about.join(" "));
    clean(&line, MAX_WORD)
}
