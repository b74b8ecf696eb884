//! `mimawari statistics …`: what the desk counts, as tables for people, JSON for programs and CSV for spreadsheets.

mod sheet;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use desk::Desk;
use desk::stats::{day_span, year_span};
use jiff::civil::Date;
use model::calendar::Calendar;
use model::{Clock, SystemClock};
use serde::Serialize;
use serde_json::json;
use store::stats::Span;

use crate::commands::Context;
use crate::output::Output;
use crate::serve;
use sheet::Sheet;

/// What to count. Years and days are those of Japan.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Counts the reports of a year by month and row of the yearly table, and says what the rows sum to.
    ///
    /// Noise and replies are no reports. Example: `mimawari statistics year --year 2025 --csv > 2025.csv`.
    Year {
        #[command(flatten)]
        year: OfYear,
        #[command(flatten)]
        form: Form,
    },
    /// Tells how long cases waited for the first action and for their end, against 1, 3 and 5 business days.
    Speed {
        #[command(flatten)]
        span: OfSpan,
        #[command(flatten)]
        form: Form,
    },
    /// Tells which sources told alone, which first, and estimates how many cases there are that nobody tells of.
    ///
    /// The estimate (capture and recapture) assumes that sources find independently of each other: sources that copy from
    /// each other make it too low, sources with different fields too high.
    Sources {
        #[command(flatten)]
        span: OfSpan,
        #[command(flatten)]
        form: Form,
    },
    /// Counts by month which cases others told of, which the desk's own sensors found, and which people entered.
    Coverage {
        #[command(flatten)]
        year: OfYear,
        #[command(flatten)]
        form: Form,
    },
    /// Tells who had how many cases, what a case cost in minutes and clicks, how cases ended and who comes back.
    Work {
        #[command(flatten)]
        span: OfSpan,
        #[command(flatten)]
        form: Form,
    },
}

/// Which year.
#[derive(Debug, Args)]
pub(crate) struct OfYear {
    /// The year; this one unless given.
    #[arg(long, value_name = "YEAR")]
    year: Option<i16>,
}

/// Which span.
#[derive(Debug, Args)]
pub(crate) struct OfSpan {
    /// The year; this one unless something is given.
    #[arg(long, value_name = "YEAR", conflicts_with_all = ["from", "to"])]
    year: Option<i16>,
    /// First day that is counted, such as 2026-04-01.
    #[arg(long, value_name = "DAY", requires = "to")]
    from: Option<Date>,
    /// Last day that is counted.
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<Date>,
}

/// In which form.
#[derive(Debug, Args)]
pub(crate) struct Form {
    /// Prints the table as CSV with exact numbers, times in seconds, in UTF-8. The first row names the columns.
    #[arg(long)]
    csv: bool,
}

impl OfYear {
    fn year(&self) -> i16 {
        self.year.unwrap_or_else(this_year)
    }
}

impl OfSpan {
    fn span(&self) -> Result<Span> {
        Ok(match (self.from, self.to) {
            (Some(from), Some(to)) => day_span(from, to)?,
            _ => year_span(self.year.unwrap_or_else(this_year))?,
        })
    }
}

fn this_year() -> i16 {
    SystemClock.now().to_zoned(Calendar::default().zone().clone()).year()
}

/// Runs the verb.
pub(crate) async fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    let desk = serve::desk(&context.config, context.store().await?)?;
    match verb {
        Verb::Year { year, form } => year_table(context, &desk, year.year(), &form).await?,
        Verb::Coverage { year, form } => {
            let coverage = desk.coverage(year.year()).await?;
            print(context, &form, &coverage, &sheet::coverage(context.lang, &coverage))?;
        }
        Verb::Speed { span, form } => {
            let speed = desk.speed(span.span()?).await?;
            print(context, &form, &speed, &sheet::speed(context.lang, &speed))?;
        }
        Verb::Sources { span, form } => {
            let table = desk.source_table(span.span()?).await?;
            print(context, &form, &table, &sheet::sources(context.lang, &table))?;
        }
        Verb::Work { span, form } => {
            let work = desk.work_report(span.span()?).await?;
            print(context, &form, &work, &sheet::work(context.lang, &work))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The year: its text is the report that is also mailed.
async fn year_table(context: &Context, desk: &Desk, year: i16, form: &Form) -> Result<()> {
    let report = desk.year_report(year, context.lang).await?;
    let trend = desk.trend(year).await?;
    if context.json || form.csv {
        return print(context, form, &json!({ "report": report, "trend": trend }), &sheet::year(&report));
    }
    let mut output = Output::new();
    output.line(report.to_text().trim_end())?;
    output.flush()
}

fn print(context: &Context, form: &Form, value: &impl Serialize, sheet: &Sheet) -> Result<()> {
    let mut output = Output::new();
    match (context.json, form.csv) {
        (true, true) => bail!("--json and --csv are two forms of one answer: choose one"),
        (true, false) => output.json(value)?,
        (false, true) => output.line(sheet.csv()?.trim_end())?,
        (false, false) => {
            output.line(sheet.table(context.lang))?;
            for line in &sheet.after {
                output.line(line)?;
            }
        }
    }
    output.flush()
}
