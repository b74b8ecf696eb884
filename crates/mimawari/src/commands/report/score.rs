//! `mimawari report score`: the readers measured against labelled mails.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow};
use jiff::Timestamp;
use model::{Observation, Reading, ReportReader};
use rayon::prelude::*;
use reports::score::{Accused, Expected, Score, Sure, Tally, expected};
use serde_json::json;

use crate::commands::Context;
use crate::output::Output;
use crate::progress;

/// Mails read at once.
const CHUNK: usize = 256;

/// Reads every labelled mail and compares.
pub(super) fn score(context: &Context, folder: &Path, wrong: bool, received: Timestamp) -> Result<ExitCode> {
    let labels = folder.join("expected.jsonl");
    let mut output = Output::new();
    if !labels.is_file() {
        // No failure: whoever measures everywhere has no corpus somewhere.
        let why = format!("{} is not there: nothing is measured", labels.display());
        if context.json {
            output.json(&json!({ "measured": false, "why": why }))?;
        } else {
            output.line(why)?;
        }
        output.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    let text = std::fs::read_to_string(&labels).with_context(|| format!("{} cannot be read", labels.display()))?;
    let labels = expected(&text).map_err(|error| anyhow!("{}: {error}", labels.display()))?;
    let bar = progress::bar(labels.len() as u64, &text::t(context.lang, "cli-reading"));
    let (mut score, mut missing) = (Score::default(), 0_u32);
    for chunk in labels.chunks(CHUNK) {
        let read = |label: &Expected| {
            std::fs::read(folder.join(&label.file)).ok().map(|raw| reports::Reader.read(&raw, received))
        };
        let readings: Vec<Option<Reading>> = chunk.par_iter().map(read).collect();
        for (label, reading) in chunk.iter().zip(readings) {
            let Some(reading) = reading else {
                missing += 1;
                continue;
            };
            score.add(label, &reading);
            if wrong {
                differs(context, &mut output, label, &reading)?;
            }
        }
        bar.inc(chunk.len() as u64);
    }
    bar.finish_and_clear();
    if context.json {
        output.json(&json!({
            "measured": true, "missing": missing, "mails": score.all.mails, "exact": score.all.exact_share(),
            "f1": score.all.f1(), "rejected": score.rejected, "false_cases": score.false_share(), "detail": score,
        }))?;
    } else {
        print(&mut output, &score, missing)?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// One mail that was not read as labelled.
fn differs(context: &Context, output: &mut Output, label: &Expected, reading: &Reading) -> Result<()> {
    let (read, wanted) = (Accused::read(reading), Accused::expected(label));
    let false_case = label.rejected && !reading.observations.is_empty();
    if !(false_case || label.clean && read != wanted) {
        return Ok(());
    }
    let missing: Vec<&String> = wanted.ips.difference(&read.ips).chain(wanted.urls.difference(&read.urls)).collect();
    let surplus: Vec<&String> = read.ips.difference(&wanted.ips).chain(read.urls.difference(&wanted.urls)).collect();
    if context.json {
        let format = reading.format.name();
        return output.json(&json!({
            "file": label.file, "format": format, "false_case": false_case, "missing": missing, "surplus": surplus,
        }));
    }
    output.line(format_args!("{} [{}]", label.file, reading.format.name()))?;
    missing.into_iter().try_for_each(|value| output.line(format_args!("  - {value}")))?;
    surplus.into_iter().try_for_each(|value| output.line(format_args!("  + {value}")))
}

fn print(output: &mut Output, score: &Score, missing: u32) -> Result<()> {
    let all = &score.all;
    output.line(format_args!(
        "{} clean mails: exact {:.3}, F1 {:.3}; {} that are no reports: false cases {:.3}; {missing} files missing",
        all.mails,
        all.exact_share(),
        all.f1(),
        score.rejected,
        score.false_share()
    ))?;
    let mut line = |name: &str, tally: &Tally| {
        let (mails, exact, f1) = (tally.mails, tally.exact_share(), tally.f1());
        output.line(format_args!("  {name}: {mails} mails, exact {exact:.3}, F1 {f1:.3}"))
    };
    for (number, half) in score.halves.iter().enumerate() {
        line(&format!("half {number} of the senders"), half)?;
    }
    line("of one address", &score.single)?;
    for (format, tally) in &score.formats {
        line(format, tally)?;
    }
    for (edge, band) in &score.bands {
        // The last band is of what is certain.
        let edge = f64::from(*edge) / 100.0;
        output.line(format_args!("  confidence from {edge:.2}: {} values, {} right", band.claimed, band.right))?;
    }
    let Sure { mails, values } = score.sure;
    let share = f64::from(mails) / f64::from(all.mails.max(1));
    output.line(format_args!(
        "  sure enough to act without a person ({}): {share:.3} of the mails, {} values, {:.4} right",
        Observation::SURE,
        values.claimed,
        values.share()
    ))
}
