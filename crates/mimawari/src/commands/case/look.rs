//! Looking at cases: the list, one case, its timeline.

use anyhow::Result;
use comfy_table::Table;
use jiff::Timestamp;
use model::{Clock, Lang, ObservationId, SystemClock};
use serde_json::{Value, json};
use store::cases::{self, CaseRow, Filter, View};
use store::inventory::read;
use store::{Store, mails, observations, screens};

use super::ListArgs;
use crate::commands::Context;
use crate::output::Output;
use crate::show;

/// Reports and observations that are shown of one case.
const SHOWN: i64 = 200;

/// A view by its name.
pub(super) fn view(text: &str) -> Result<View, String> {
    serde_json::from_value(json!(text))
        .map_err(|_| format!("`{text}` is not one of open, all, overdue, unassigned, unread"))
}

/// The cases that fit, page by page as far as asked for.
pub(super) async fn list(context: &Context, store: &Store, args: &ListArgs) -> Result<()> {
    let assignee = match &args.assignee {
        Some(name) => Some(super::user(store, name).await?),
        None => None,
    };
    let customer = match &args.customer {
        Some(key) => Some(read::customer_by_key(&mut &*store, key).await?.id),
        None => None,
    };
    let filter = Filter {
        view: args.view,
        state: args.state,
        assignee,
        lane: args.lane,
        severity: args.severity,
        category: args.category,
        customer,
        contract: None,
        text: args.search.clone(),
        snoozed: args.snoozed,
    };
    let (now, mut after, mut found) = (SystemClock.now(), None, Vec::new());
    while found.len() < args.limit {
        let wanted = i64::try_from(args.limit - found.len()).unwrap_or(cases::MAX_PAGE);
        let page = cases::page(&mut &*store, &filter, after, wanted, now).await?;
        found.extend(page.cases);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut output = Output::new();
    if context.json {
        for case in &found {
            output.json(case)?;
        }
    } else {
        output.line(case_table(context.lang, &found))?;
        if after.is_some() {
            output.line(text::t(context.lang, "cli-more"))?;
        }
    }
    output.flush()
}

/// Cases as people read them.
pub(crate) fn case_table(lang: Lang, cases: &[CaseRow]) -> Table {
    let mut table = show::table(lang, &["case", "state", "severity", "category", "place", "deadline", "reports"]);
    for case in cases {
        table.add_row([
            case.number.clone(),
            state(lang, case),
            show::word(lang, "severity", case.severity.name()),
            show::word(lang, "category", case.category.name()),
            show::cell(&case.place),
            show::maybe_time(case.deadline_at),
            case.reports.to_string(),
        ]);
    }
    table
}

fn state(lang: Lang, case: &CaseRow) -> String {
    match case.exit {
        Some(exit) => show::word(lang, "exit", exit.name()),
        None => show::word(lang, "case-state", case.state.name()),
    }
}

/// One case with what belongs to it.
pub(super) async fn show(context: &Context, store: &Store, name: &str) -> Result<()> {
    let case = super::find(store, name).await?;
    let query = &mut &*store;
    let decision = cases::decision(query, case.id).await?;
    let contract = match case.contract {
        Some(id) => Some(read::contract(query, id).await?),
        None => None,
    };
    let customer = match case.customer {
        Some(id) => Some(read::customer(query, id).await?),
        None => None,
    };
    let reports = screens::reports_of_case(query, case.id, SHOWN).await?;
    let seen = observations::of_case(query, case.id, ObservationId(0), SHOWN).await?;
    let mails = mails::mails_of(query, case.id).await?;
    let mut output = Output::new();
    if context.json {
        let reports: Vec<Value> = reports.iter().map(crate::commands::report::line_json).collect();
        let seen: Vec<Value> = seen
            .iter()
            .map(|row| json!({ "id": row.id, "report": row.report, "duplicate": row.duplicate, "observation": row.seen }))
            .collect();
        output.json(&json!({
            "case": case, "decision": decision, "contract": contract, "customer": customer,
            "reports": reports, "observations": seen, "mails": mails,
        }))?;
        return output.flush();
    }
    output.line(heading(context.lang, &case))?;
    if let (Some(contract), Some(customer)) = (&contract, &customer) {
        output.line(format_args!("{}  {}  {}", contract.key, customer.key, show::cell(&customer.name)))?;
    }
    if let Some(decision) = &decision {
        explain(context.lang, &mut output, &case, decision)?;
    }
    output.line(crate::commands::report::line_table(context.lang, &reports))?;
    if !mails.is_empty() {
        output.line(crate::commands::mail::mail_table(context.lang, &mails))?;
    }
    output.flush()
}

fn heading(lang: Lang, case: &CaseRow) -> String {
    let word = |prefix: &str, name: &str| show::word(lang, prefix, name);
    let parts = [
        case.number.clone(),
        state(lang, case),
        word("severity", case.severity.name()),
        word("category", case.category.name()),
        word("grade", case.grade.name()),
        word("cause", case.cause.name()),
        show::cell(&case.place),
    ];
    parts.join("  ")
}

/// The rule that decided with its reason, and until when somebody has to act.
fn explain(lang: Lang, output: &mut Output, case: &CaseRow, stored: &Value) -> Result<()> {
    let decision = &stored["decision"];
    let why = decision["why"][lang.tag()].as_str().unwrap_or_default();
    let rule = case.rule.as_deref().unwrap_or_default();
    output.line(format_args!("{}: {rule}  {}", text::t(lang, "cli-rule"), show::cell(why)))?;
    if let Some(deadline) = case.deadline_at {
        let left = text::wording::left(lang, SystemClock.now(), deadline);
        output.line(format_args!("{}: {}  {left}", text::t(lang, "cli-col-deadline"), show::time(deadline)))?;
    }
    Ok(())
}

/// The journal of one case.
pub(super) async fn timeline(context: &Context, store: &Store, name: &str) -> Result<()> {
    let case = super::find(store, name).await?;
    let entries = store.journal_of(case.id).await?;
    let mut output = Output::new();
    if context.json {
        for entry in &entries {
            output.json(entry)?;
        }
        return output.flush();
    }
    let mut table = show::table(context.lang, &["entry", "time", "actor", "event", "detail"]);
    for entry in &entries {
        let at = Timestamp::from_microsecond(entry.at).map(show::time).unwrap_or_default();
        let detail = show::cell(&entry.detail.to_string());
        table.add_row([entry.seq.to_string(), at, show::cell(&entry.actor), entry.kind.clone(), detail]);
    }
    output.line(table)?;
    output.flush()
}
