//! `mimawari mail …`: the outbox: what waits, what left, what came back.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use comfy_table::Table;
use model::{Lang, MailId};
use serde_json::json;
use store::Store;
use store::mails::{self, MailRow, MailState};
use text::mail::MailKind;

use crate::commands::{Context, case};
use crate::output::Output;
use crate::{serve, show};

/// States that are listed when none is named: what has not left, or not surely.
const UNDER_WAY: [MailState; 5] =
    [MailState::Draft, MailState::Queued, MailState::Sending, MailState::Uncertain, MailState::Failed];

/// What to do with mails. MAIL is the number that `mail list` prints.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Lists mails: those that have not surely left, or those of one state or case.
    List {
        /// Only this state: draft, queued, sending, uncertain, sent, failed, bounced or cancelled.
        #[arg(long)]
        state: Option<MailState>,
        /// All mails of this case.
        #[arg(long, conflicts_with = "state")]
        case: Option<String>,
        /// Most mails of each state.
        #[arg(long, default_value_t = 50, value_name = "NUMBER")]
        limit: i64,
    },
    /// Shows a mail as it was written.
    Show {
        /// The mail.
        mail: MailId,
    },
    /// Shows the mail that would be written to the customer of a case now. Writes nothing.
    Preview {
        /// The case.
        case: String,
        /// Kind of mail, such as customer-notice-managed; a wrong one is answered with the list.
        kind: MailKind,
        /// Language; without it, the customer's.
        #[arg(long)]
        language: Option<Lang>,
    },
    /// Sends a draft, or a queued mail before its time. Without --yes it only shows it.
    Send {
        /// The mail.
        mail: MailId,
        /// Really sends it.
        #[arg(long)]
        yes: bool,
    },
    /// Takes a queued mail back into the drafts.
    Hold {
        /// The mail.
        mail: MailId,
    },
    /// Takes a mail back for good.
    Cancel {
        /// The mail.
        mail: MailId,
    },
    /// Sends an uncertain or refused mail again, with the same Message-ID. Without --yes it only shows it.
    Resend {
        /// The mail.
        mail: MailId,
        /// Really sends it.
        #[arg(long)]
        yes: bool,
    },
    /// Settles an uncertain mail that has left, as you saw in the mail server's log.
    MarkSent {
        /// The mail.
        mail: MailId,
    },
}

/// Runs the verb.
pub(crate) async fn run(context: &Context, verb: Verb) -> Result<ExitCode> {
    let desk = serve::desk(&context.config, context.store().await?)?;
    let (actor, store) = (case::actor(context), &desk.store);
    let done = match verb {
        Verb::List { state, case, limit } => {
            list(context, store, state, case.as_deref(), limit).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Verb::Preview { case, kind, language } => {
            let case = case::find(store, &case).await?;
            let mail = desk.preview(case.id, kind, language).await?;
            print(context, &json!({ "subject": mail.subject, "body": mail.body }), &[], &mail.subject, &mail.body)?;
            return Ok(ExitCode::SUCCESS);
        }
        Verb::Show { mail } | Verb::Send { mail, yes: false } | Verb::Resend { mail, yes: false } => {
            let mail = mails::mail(&mut &*store, mail).await?;
            let head = [("cli-col-to", mail.to.as_str()), ("cli-col-state", mail.state.name())];
            print(context, &mail, &head, &mail.subject, &mail.body)?;
            return Ok(ExitCode::SUCCESS);
        }
        Verb::Send { mail, yes: true } => desk.send_now(&actor, mail).await?,
        Verb::Hold { mail } => desk.hold(&actor, mail).await?,
        Verb::Cancel { mail } => desk.cancel(&actor, mail).await?,
        Verb::Resend { mail, yes: true } => desk.resend(&actor, mail).await?,
        Verb::MarkSent { mail } => desk.mark_sent(&actor, mail).await?,
    };
    let mut output = Output::new();
    if context.json {
        output.json(&done)?;
    } else {
        output.line(mail_table(context.lang, std::slice::from_ref(&done)))?;
    }
    output.flush()?;
    Ok(ExitCode::SUCCESS)
}

async fn list(
    context: &Context,
    store: &Store,
    state: Option<MailState>,
    case: Option<&str>,
    limit: i64,
) -> Result<()> {
    let query = &mut &*store;
    let found = if let Some(case) = case {
        mails::mails_of(query, case::find(store, case).await?.id).await?
    } else {
        let states = state.map_or_else(|| UNDER_WAY.to_vec(), |state| vec![state]);
        let mut found = Vec::new();
        for state in states {
            found.extend(mails::mails_in(query, state, limit).await?);
        }
        found
    };
    let mut output = Output::new();
    if context.json {
        for mail in &found {
            output.json(mail)?;
        }
    } else {
        output.line(mail_table(context.lang, &found))?;
    }
    output.flush()
}

/// Mails as people read them.
pub(crate) fn mail_table(lang: Lang, mails: &[MailRow]) -> Table {
    let mut table = show::table(lang, &["mail", "state", "kind", "to", "subject", "time"]);
    for mail in mails {
        table.add_row([
            mail.id.to_string(),
            show::word(lang, "mail-state", mail.state.name()),
            mail.kind.clone(),
            show::cell(&mail.to),
            show::cell(&mail.subject),
            show::time(mail.sent_at.unwrap_or(mail.not_before)),
        ]);
    }
    table
}

fn print(
    context: &Context,
    value: &impl serde::Serialize,
    head: &[(&str, &str)],
    subject: &str,
    body: &str,
) -> Result<()> {
    let mut output = Output::new();
    if context.json {
        output.json(value)?;
    } else {
        for (key, value) in head {
            output.line(format_args!("{}: {}", text::t(context.lang, key), show::cell(value)))?;
        }
        output.line(format_args!("{}: {subject}\n\n{body}", text::t(context.lang, "cli-col-subject")))?;
    }
    output.flush()
}
