//! `mimawari instrument …`: letters, telephone calls, court papers, police inquiries and warrants, with deadline and answer.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use comfy_table::Table;
use desk::Desk;
use desk::registers::{InstrumentReply, NewInstrument};
use jiff::Timestamp;
use model::Lang;
use store::registers::{self, InstrumentKind, InstrumentRow, InstrumentState};

use crate::commands::{Context, case};
use crate::output::Output;
use crate::{serve, show};

/// What to do with instruments. INSTRUMENT is the number that people read (J-2026-0001).
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Enters an instrument under the next number of its year. It is never counted as a report.
    ///
    /// `mimawari instrument add inquiry --from "Example Police Station" --asked "who held the site" --case M-2026-000123`
    Add {
        /// paper, phone, lawsuit, inquiry or warrant.
        kind: InstrumentKind,
        /// Which court, police station, lawyer or person.
        #[arg(long, value_name = "TEXT")]
        from: String,
        /// What is asked.
        #[arg(long, value_name = "TEXT")]
        asked: String,
        /// Their own number.
        #[arg(long, value_name = "TEXT", default_value = "")]
        reference: String,
        /// When it arrived, with zone; now unless given.
        #[arg(long, value_name = "TIME")]
        received: Option<Timestamp>,
        /// Until when it is to be answered, with zone.
        #[arg(long, value_name = "TIME")]
        deadline: Option<Timestamp>,
        /// The case it is about, if that is known.
        #[arg(long)]
        case: Option<String>,
    },
    /// Lists instruments: open ones first, by deadline; then the others, the latest first.
    List {
        /// Only this state: open, answered or refused.
        #[arg(long)]
        state: Option<InstrumentState>,
        /// Only those about this case.
        #[arg(long)]
        case: Option<String>,
        /// Most instruments to list.
        #[arg(long, default_value_t = 50, value_name = "NUMBER")]
        limit: i64,
    },
    /// Shows an instrument with what is asked and what was answered.
    Show {
        /// The instrument.
        instrument: String,
    },
    /// Links an instrument to the case it is about.
    Link {
        /// The instrument.
        instrument: String,
        /// The case.
        case: String,
    },
    /// Answers an instrument, once. Nothing personal goes out on a telephone call or a plain letter.
    Answer {
        /// The instrument.
        instrument: String,
        /// What is answered; with --refuse, why not.
        text: String,
        /// Whether it is refused.
        #[arg(long)]
        refuse: bool,
        /// Kinds of personal data that go out, such as `name`; only to court papers, an inquiry or a warrant that is linked.
        #[arg(long, value_name = "KIND", requires = "purpose", value_delimiter = ',')]
        disclose: Vec<String>,
        /// What they go out for.
        #[arg(long, value_name = "TEXT")]
        purpose: Option<String>,
    },
}

/// Runs the verb.
pub(crate) async fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    let desk = serve::desk(&context.config, context.store().await?)?;
    if let Verb::List { state, case, limit } = verb {
        let mut rows = match case {
            Some(name) => registers::instruments_of(&mut &desk.store, case::find(&desk.store, &name).await?.id).await?,
            None => registers::instruments(&mut &desk.store, state, limit).await?,
        };
        rows.retain(|row| state.is_none_or(|state| row.state == state));
        list(context, &rows)?;
    } else {
        let row = changed(context, &desk, verb).await?;
        print(context, &row)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Does what `verb` says and returns the instrument as it stands then.
async fn changed(context: &Context, desk: &Desk, verb: Verb) -> Result<InstrumentRow> {
    let actor = &case::actor(context);
    Ok(match verb {
        Verb::Add { kind, from, asked, reference, received, deadline, case } => {
            let case = match case {
                Some(name) => Some(case::find(&desk.store, &name).await?.id),
                None => None,
            };
            let received_at = received.unwrap_or_else(|| desk.clock.now());
            let new =
                NewInstrument { kind, case, received_at, from_body: from, reference, asked, deadline_at: deadline };
            desk.enter_instrument(new, actor).await?
        }
        Verb::Link { instrument, case } => {
            let row = named(desk, &instrument).await?;
            desk.link_instrument(row.id, case::find(&desk.store, &case).await?.id, actor).await?;
            registers::instrument(&mut &desk.store, row.id).await?
        }
        Verb::Answer { instrument, text, refuse, disclose, purpose } => {
            let row = named(desk, &instrument).await?;
            let purpose = purpose.unwrap_or_default();
            let reply = InstrumentReply { refused: refuse, text, disclosed: disclose, purpose };
            desk.reply_to_instrument(row.id, reply, actor).await?
        }
        Verb::Show { instrument } => named(desk, &instrument).await?,
        Verb::List { .. } => anyhow::bail!("a list changes nothing"),
    })
}

async fn named(desk: &Desk, number: &str) -> Result<InstrumentRow> {
    Ok(registers::instrument_by_number(&mut &desk.store, &number.trim().to_uppercase()).await?)
}

fn list(context: &Context, rows: &[InstrumentRow]) -> Result<()> {
    let mut output = Output::new();
    if context.json {
        for row in rows {
            output.json(row)?;
        }
    } else {
        output.line(instrument_table(context.lang, rows))?;
    }
    output.flush()
}

/// Instruments as people read them.
fn instrument_table(lang: Lang, rows: &[InstrumentRow]) -> Table {
    let mut table = show::table(lang, &["instrument", "kind", "state", "asker", "received", "deadline", "answer"]);
    for row in rows {
        table.add_row([
            row.number.clone(),
            show::word(lang, "instrument-kind", row.kind.name()),
            show::word(lang, "instrument-state", row.state.name()),
            show::cell(&row.from_body),
            show::time(row.received_at),
            show::maybe_time(row.deadline_at),
            show::cell(row.answer.as_deref().unwrap_or_default()),
        ]);
    }
    table
}

fn print(context: &Context, row: &InstrumentRow) -> Result<()> {
    let mut output = Output::new();
    if context.json {
        output.json(row)?;
        return output.flush();
    }
    output.line(instrument_table(context.lang, std::slice::from_ref(row)))?;
    let disclosed = row.disclosed.join(", ");
    for (name, text) in [("asked", Some(&row.asked)), ("answer", row.answer.as_ref()), ("disclosed", Some(&disclosed))]
    {
        let Some(text) = text.filter(|text| !text.is_empty()) else { continue };
        let label = text::t(context.lang, &format!("cli-col-{name}"));
        output.line(format_args!("{label}: {}", text::wording::clean(text, 4000)))?;
    }
    if row.state == InstrumentState::Open && row.kind == InstrumentKind::Phone {
        output.line(text::t(context.lang, "instrument-phone-script"))?;
    }
    output.flush()
}
