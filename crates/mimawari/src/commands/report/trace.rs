//! `mimawari report trace`: the way of a mail on one page: what is proven, what is only claimed, who answers for it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use jiff::Timestamp;
use reports::input::Input;
use reports::mime;
use reports::trace::{AccountKind, AuthResult, Basis, Hop, Place, Standing, Trace, TrustedHost, evidence, trace};
use serde::Serialize;

use super::parse;
use crate::commands::Context;
use crate::output::Output;
use crate::show;

/// Largest part of a file that is read; the header of a mail and the mail attached to it stand well within.
const MAX_BYTES: u64 = mime::MAX_BYTES as u64;

/// One line of `report trace --json`.
#[derive(Debug, Serialize)]
struct Line {
    file: String,
    of: Place,
    #[serde(flatten)]
    trace: Trace,
}

/// Traces every mail and prints a page for each.
pub(super) fn run(
    context: &Context,
    paths: &[PathBuf],
    trusted: &[TrustedHost],
    outer: bool,
    received: Timestamp,
) -> Result<ExitCode> {
    let mut output = Output::new();
    let (files, mut failed) = parse::files(paths);
    for file in files {
        match read(&file, trusted, outer, received) {
            Ok(line) if context.json => output.json(&line)?,
            Ok(line) => Page { context, output: &mut output }.print(&line)?,
            Err(error) => {
                failed += 1;
                tracing::error!(file = %file.display(), "{error:#}");
            }
        }
    }
    output.flush()?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(file: &Path, trusted: &[TrustedHost], outer: bool, received: Timestamp) -> Result<Line> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
    let mail = if outer { mime::parse(&bytes) } else { Input::open(&bytes, received).mail };
    let Some(mail) = mail else { bail!("this is no mail: it has no header") };
    let (of, traced) = if outer { (Place::Whole, std::borrow::Cow::Borrowed(&mail)) } else { evidence(&mail) };
    Ok(Line { file: file.display().to_string(), of, trace: trace(&traced, trusted, received) })
}

/// One page of text.
struct Page<'p> {
    context: &'p Context,
    output: &'p mut Output,
}

impl Page<'_> {
    fn print(&mut self, line: &Line) -> Result<()> {
        let trace = &line.trace;
        let file = line.file.as_str();
        self.say(0, &format!("trace-of-{}", line.of.name()), &[("file", file.into())])?;
        self.say(0, "trace-proven", &[])?;
        self.proven(trace)?;
        self.say(0, "trace-claimed", &[])?;
        self.claimed(trace)?;
        self.say(0, "trace-responsible", &[])?;
        self.responsible(trace)?;
        self.output.line("")
    }

    fn proven(&mut self, trace: &Trace) -> Result<()> {
        for hop in trace.hops.iter().filter(|hop| hop.standing == Standing::Fact && !hop.received.is_marker()) {
            self.hop(hop)?;
        }
        self.statements(trace, Standing::Fact)?;
        match trace.basis {
            _ if trace.facts == 0 && trace.hops.is_empty() => self.say(1, "trace-no-hops", &[]),
            Basis::Named if trace.facts == 0 => self.say(1, "trace-nothing-proven", &[]),
            Basis::Named => Ok(()),
            Basis::Receiver => self.say(1, "trace-assumed", &[]),
        }
    }

    fn claimed(&mut self, trace: &Trace) -> Result<()> {
        let named = [("trace-from", &trace.from), ("trace-return-path", &trace.return_path)];
        for (key, value) in named {
            if let Some(value) = value {
                self.say(1, key, &[("value", show::cell(value).into())])?;
            }
        }
        for hop in trace.hops.iter().filter(|hop| hop.standing != Standing::Fact) {
            self.hop(hop)?;
        }
        self.statements(trace, Standing::Claimed)
    }

    /// One hop, and under it what is wrong with it.
    fn hop(&mut self, hop: &Hop) -> Result<()> {
        let seen = &hop.received;
        let unknown = || text::t(self.context.lang, "trace-unknown");
        let by = seen.by.clone().or_else(|| seen.by_address.map(|ip| ip.to_string())).unwrap_or_else(unknown);
        let name = seen.name.as_deref().or(seen.helo.as_deref());
        let from = match (seen.address, name) {
            (Some(address), Some(name)) => format!("{address} ({name})"),
            (Some(address), None) => address.to_string(),
            (None, Some(name)) => name.to_owned(),
            (None, None) => seen.local.clone().unwrap_or_else(|| text::t(self.context.lang, "trace-itself")),
        };
        let zone = jiff::tz::TimeZone::system();
        let at = seen.at.map_or_else(unknown, |at| text::wording::stamp_seconds(at, &zone));
        let words = [("at", at.into()), ("by", show::cell(&by).into()), ("from", show::cell(&from).into())];
        let key = if hop.standing == Standing::Forged { "trace-hop-forged" } else { "trace-hop" };
        self.say(1, key, &words)?;
        hop.flaws.iter().try_for_each(|flaw| self.say(2, &format!("trace-flaw-{}", flaw.name()), &[]))
    }

    /// Accounts, clients and results that were stated with this standing.
    fn statements(&mut self, trace: &Trace, standing: Standing) -> Result<()> {
        for one in trace.accounts.iter().filter(|one| one.standing == standing) {
            let kind = text::t(self.context.lang, &format!("trace-account-{}", one.kind.name()));
            let words = [("kind", kind), ("value", show::cell(&one.value)), ("field", show::cell(&one.field))];
            self.say(1, "trace-account", &words.map(|(name, value)| (name, value.into())))?;
        }
        for one in trace.clients.iter().filter(|one| one.standing == standing) {
            let key = if one.private { "trace-client-private" } else { "trace-client" };
            let words = [("address", one.address.to_string().into()), ("field", show::cell(&one.field).into())];
            self.say(1, key, &words)?;
        }
        let results = trace.results.iter().filter(|one| one.standing == standing);
        results.map(result_line).try_for_each(|line| self.output.line(format_args!("  {line}")))
    }

    fn responsible(&mut self, trace: &Trace) -> Result<()> {
        let who = &trace.responsible;
        let unknown = || text::t(self.context.lang, "trace-unknown");
        let words = [
            ("account", who.account.clone().unwrap_or_else(unknown)),
            ("address", who.address.map_or_else(unknown, |ip| ip.to_string())),
            ("host", who.host.clone().unwrap_or_else(unknown)),
        ];
        let words = words.map(|(name, value)| (name, show::cell(&value).into()));
        self.say(1, &format!("trace-who-{}", who.ground.name()), &words)?;
        if trace.injection.as_ref().is_some_and(|one| one.private) {
            self.say(1, "trace-who-private", &[])?;
        }
        let stated = trace.accounts.iter().find(|one| one.kind == AccountKind::Login);
        if let Some(one) = stated.filter(|_| who.account.is_none()) {
            let words = [("account", show::cell(&one.value).into()), ("field", show::cell(&one.field).into())];
            self.say(1, "trace-who-stated", &words)?;
        }
        Ok(())
    }

    fn say(&mut self, level: usize, key: &str, words: &[(&str, text::Value<'_>)]) -> Result<()> {
        let words = text::ta(self.context.lang, key, words);
        self.output.line(format_args!("{:1$}{words}", "", level * 2))
    }
}

fn result_line(one: &AuthResult) -> String {
    let arc = one.arc.map_or_else(String::new, |number| format!(" (ARC {number})"));
    let line = format!("{}: {}={}{arc} {}", one.server, one.method, one.result, one.about.join(" "));
    text::wording::clean(&line, 200)
}
