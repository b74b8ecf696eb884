//! `mimawari attribute`: who had it at that second.

use std::io::{BufRead, BufReader, IsTerminal};
use std::net::IpAddr;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use attribution::{Answer, Candidate, InventoryAttributor, Question, Reason, Verdict};
use jiff::{Timestamp, Zoned};
use model::{Clock, EventTime, SubjectKey, SystemClock, TimeSpan};
use serde::{Deserialize, Serialize};

use crate::commands::Context;
use crate::output::Output;

/// Questions that are asked together.
const BATCH: usize = 256;
/// Longest line that is read as a question.
const MAX_LINE: usize = 16 << 10;

/// Tells who held an address, domain or mailbox at a given time.
///
/// Without a subject, questions are read from standard input, one JSON object a line:
/// `{"ip":"192.0.2.1","port":40000,"at":"2026-11-22T14:05:00+09:00"}`, also with `domain`, `account` and `uncertainty_s`;
/// the answers come in the same order. The answer is one contract, several candidates and why, or nobody: never a guess.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// An address, domain or mailbox, such as `192.0.2.1` or `user@example.com`.
    subject: Option<String>,
    /// When it happened, with zone: `2026-11-22T14:05:00+09:00`.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Source port, needed where several customers share an address.
    #[arg(long)]
    port: Option<u16>,
    /// Seconds by which the reporter's clock may be wrong.
    #[arg(long, default_value_t = 5, value_name = "SECONDS")]
    uncertainty: u32,
}

/// One line of input.
#[derive(Debug, Deserialize)]
struct Asked {
    ip: Option<IpAddr>,
    domain: Option<String>,
    account: Option<String>,
    port: Option<u16>,
    at: Option<String>,
    uncertainty_s: Option<u32>,
}

/// One line of output.
#[derive(Debug, Serialize)]
struct Told<'a> {
    verdict: &'static str,
    candidates: &'a [Candidate],
    reasons: &'a [Reason],
    span: TimeSpan,
}

impl<'a> From<&'a Answer> for Told<'a> {
    fn from(answer: &'a Answer) -> Self {
        let (verdict, candidates) = match &answer.verdict {
            Verdict::One(candidate) => ("one", std::slice::from_ref(&**candidate)),
            Verdict::Several(candidates) => ("several", candidates.as_slice()),
            Verdict::Nobody => ("nobody", [].as_slice()),
        };
        Self { verdict, candidates, reasons: &answer.reasons, span: answer.span }
    }
}

/// Runs the command.
pub(crate) async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    let store = context.store().await?;
    let attributor = InventoryAttributor::new(store, context.config.attribution.clone());
    let mut output = Output::new();
    if let Some(subject) = &args.subject {
        let asked = asked(subject, &args);
        let answers = attributor.attribute_many(&[question(&asked, SystemClock.now())?]).await?;
        for answer in &answers {
            tell(context, &mut output, answer)?;
        }
    } else {
        if std::io::stdin().is_terminal() {
            bail!("name a subject, or give questions on standard input; `mimawari attribute --help` shows how");
        }
        from_input(context, &attributor, &mut output).await?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn asked(subject: &str, args: &Args) -> Asked {
    let ip = subject.parse().ok();
    let account = (ip.is_none() && subject.contains('@')).then(|| subject.to_owned());
    let domain = (ip.is_none() && account.is_none()).then(|| subject.to_owned());
    Asked { ip, domain, account, port: args.port, at: args.at.clone(), uncertainty_s: Some(args.uncertainty) }
}

async fn from_input(context: &Context, attributor: &InventoryAttributor, output: &mut Output) -> Result<()> {
    let mut input = BufReader::new(std::io::stdin());
    let mut number = 0_usize;
    loop {
        let mut questions = Vec::with_capacity(BATCH);
        let mut ended = false;
        while questions.len() < BATCH {
            let mut line = String::new();
            number += 1;
            if std::io::Read::take(&mut input, MAX_LINE as u64).read_line(&mut line)? == 0 {
                ended = true;
                break;
            }
            if !line.trim().is_empty() {
                let place = || format!("line {number} of standard input");
                let asked = serde_json::from_str(&line).with_context(place)?;
                questions.push(question(&asked, SystemClock.now()).with_context(place)?);
            }
        }
        for answer in attributor.attribute_many(&questions).await? {
            tell(context, output, &answer)?;
        }
        if ended {
            return Ok(());
        }
        output.flush()?;
    }
}

fn question(asked: &Asked, now: Timestamp) -> Result<Question> {
    let account =
        asked.account.as_deref().and_then(|name| SubjectKey::mailbox(name).or_else(|| SubjectKey::account(name)));
    let domain = asked
        .domain
        .as_deref()
        .map(|name| SubjectKey::domain(name).with_context(|| format!("`{name}` is not a domain name")));
    let subjects: Vec<_> =
        account.into_iter().chain(domain.transpose()?).chain(asked.ip.map(SubjectKey::address)).collect();
    if subjects.is_empty() {
        bail!("a question names `ip`, `domain` or `account`");
    }
    let at = asked.at.as_deref().map(|text| event_time(text, asked.uncertainty_s)).transpose()?;
    Ok(Question { subjects, port: asked.port, at, now })
}

/// A time with a zone; one without is refused, because a zone must not be guessed.
fn event_time(text: &str, uncertainty_s: Option<u32>) -> Result<EventTime> {
    let at = text
        .parse::<Timestamp>()
        .or_else(|_| text.parse::<Zoned>().map(|zoned| zoned.timestamp()))
        .with_context(|| format!("`{text}` is not a time with a zone; write 2026-11-22T14:05:00+09:00"))?;
    let mut time = EventTime::zoned(at, "", text);
    if let Some(seconds) = uncertainty_s {
        time.uncertainty_us = i64::from(seconds) * 1_000_000;
    }
    Ok(time)
}

fn tell(context: &Context, output: &mut Output, answer: &Answer) -> Result<()> {
    let told = Told::from(answer);
    if context.json {
        return output.json(&told);
    }
    let reasons: Vec<String> = told.reasons.iter().map(|reason| reason_text(context, *reason)).collect();
    output.line(format_args!("{}: {}", told.verdict, reasons.join("; ")))?;
    for candidate in told.candidates {
        let until = candidate.to.map_or_else(|| "…".to_owned(), |to| to.to_string());
        output.line(format_args!(
            "  {}  {}  {} – {until}  ({})",
            candidate.contract_key,
            candidate.subject,
            candidate.from,
            reason_text(context, candidate.reason)
        ))?;
    }
    Ok(())
}

/// The catalogue's words for a reason.
fn reason_text(context: &Context, reason: Reason) -> String {
    let name = serde_json::to_value(reason).ok();
    let name = name.as_ref().and_then(|value| value.as_str()).unwrap_or("unknown");
    text::t(context.lang, &format!("reason-{name}"))
}
