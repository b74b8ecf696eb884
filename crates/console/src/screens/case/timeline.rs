//! What happened on a case: reports, changes, mails both ways, in one list with the latest first.

use jiff::Timestamp;
use model::{CaseId, ReportId};
use serde_json::Value;
use store::journal::Entry;
use store::mails::{self, MailRow, MailState};
use store::messages::{self, MessageRow};
use store::people::User;
use store::screens::{self, ReportLine};

use crate::Failure;
use crate::screens::case::facts::word;
use crate::screens::page::{Page, Visit};
use crate::screens::view::harmless;

/// Reports that are listed.
const REPORTS: i64 = 100;

/// One thing that happened.
#[derive(Debug)]
pub(super) struct Event {
    /// When.
    pub(super) at: Timestamp,
    /// `report`, `change`, `mail` or `message`: the mark beside it.
    pub(super) mark: &'static str,
    /// Who, in words.
    pub(super) who: String,
    /// Whether the program did it by itself.
    pub(super) auto: bool,
    /// What.
    pub(super) what: String,
    /// What exactly: name and value.
    pub(super) details: Vec<(String, String)>,
    /// Text of a mail or message.
    pub(super) body: Option<String>,
    /// The report to show beside it.
    pub(super) report: Option<ReportId>,
    /// The kind of a draft that waits for a person.
    pub(super) draft: Option<String>,
    /// The mail, if it can still be taken back.
    pub(super) cancel: Option<model::MailId>,
    /// The journal's number, if the change can be undone.
    pub(super) undo: Option<i64>,
}

/// Everything that happened on `case`, the latest first.
pub(super) async fn of(visit: &Visit, page: &Page, users: &[User], case: CaseId) -> Result<Vec<Event>, Failure> {
    let store = visit.store();
    let mut events = Vec::new();
    for line in screens::reports_of_case(&mut &*store, case, REPORTS).await? {
        events.push(report(page, &line));
    }
    for mail in mails::mails_of(&mut &*store, case).await? {
        events.push(sent(page, users, &mail));
    }
    for message in messages::messages_of(&mut &*store, case).await? {
        events.push(received(page, &message));
    }
    let entries = store.journal_of(case).await?;
    let undoable = last_undoable(&entries);
    // Mails and reports stand in the list by themselves.
    let shown = |entry: &&Entry| !entry.kind.starts_with("mail.") && !entry.kind.starts_with("message.");
    events.extend(entries.iter().filter(shown).map(|entry| change(page, users, entry, undoable)));
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    Ok(events)
}

/// Kinds of entries that the desk can take back.
const UNDOABLE: &[&str] = &[
    "case.accepted",
    "case.assigned",
    "case.category",
    "case.cause",
    "case.closed",
    "case.duplicate",
    "case.grade",
    "case.merged",
    "case.reopened",
    "case.snoozed",
    "case.split",
];

/// The last change that can be taken back: what is undone is undone backwards.
pub(in crate::screens) fn last_undoable(entries: &[Entry]) -> Option<i64> {
    let undone: Vec<i64> = entries
        .iter()
        .filter(|entry| entry.kind == "case.undone")
        .filter_map(|entry| entry.detail["seq"].as_i64())
        .collect();
    let fits = |entry: &&Entry| UNDOABLE.contains(&entry.kind.as_str()) && !undone.contains(&entry.seq);
    entries.iter().rev().find(fits).map(|entry| entry.seq)
}

fn report(page: &Page, line: &ReportLine) -> Event {
    let who = line.address.as_deref().map_or_else(|| page.t("term-unknown"), |address| page.mail(address));
    let subject = line.report.subject.as_deref().map(|subject| page.clean(subject));
    let format = line.report.format.as_deref().map(|format| (page.t("report-format"), word(page, "format", format)));
    let subject = subject.filter(|_| page.personal()).map(|subject| (page.t("report-subject"), subject));
    Event {
        at: line.report.received_at,
        mark: "report",
        who,
        auto: false,
        what: page.t("event-report"),
        details: format.into_iter().chain(subject).collect(),
        body: None,
        report: Some(line.report.id),
        draft: None,
        cancel: None,
        undo: None,
    }
}

fn sent(page: &Page, users: &[User], mail: &MailRow) -> Event {
    let (who, auto) = actor(page, users, mail.basis.as_deref().unwrap_or("job:mail"));
    let mut details =
        vec![(page.t("mail-to"), page.mail(&mail.to)), (page.t("mail-state"), page.tn("mail-state", mail.state))];
    if let Some(at) = mail.sent_at {
        details.push((page.t("mail-sent-at"), page.time(&at)));
    }
    details.extend(mail.last_error.as_deref().map(|error| (page.t("mail-error"), page.clean(error))));
    let can_stop = matches!(mail.state, MailState::Draft | MailState::Queued) && page.works();
    let is_draft = mail.state == MailState::Draft && mail.audience != "reporter" && page.works();
    Event {
        at: mail.created_at,
        mark: "mail",
        who,
        auto,
        what: word(page, "mail-kind", &mail.kind),
        details,
        body: page.personal().then(|| format!("{}\n\n{}", page.clean(&mail.subject), harmless(&mail.body))),
        report: None,
        draft: is_draft.then(|| mail.kind.clone()),
        cancel: can_stop.then_some(mail.id),
        undo: None,
    }
}

fn received(page: &Page, message: &MessageRow) -> Event {
    let from = message.from.as_deref().map(|from| page.mail(from));
    Event {
        at: message.received_at,
        mark: "message",
        who: from.unwrap_or_else(|| page.t("term-unknown")),
        auto: message.automatic,
        what: page.tn("message-kind", message.kind),
        details: Vec::new(),
        body: page.personal().then(|| harmless(&message.text)),
        report: Some(message.report),
        draft: None,
        cancel: None,
        undo: None,
    }
}

fn change(page: &Page, users: &[User], entry: &Entry, undoable: Option<i64>) -> Event {
    let (who, auto) = actor(page, users, &entry.actor);
    Event {
        at: Timestamp::from_microsecond(entry.at).unwrap_or_default(),
        mark: "change",
        who,
        auto,
        what: word(page, "event", &entry.kind.replace('.', "-")),
        details: details(page, users, &entry.detail),
        body: None,
        report: None,
        draft: None,
        cancel: None,
        undo: undoable.filter(|seq| *seq == entry.seq && page.works()),
    }
}

/// Who acted, in words, and whether it was the program.
pub(in crate::screens) fn actor(page: &Page, users: &[User], actor: &str) -> (String, bool) {
    match actor.split_once(':') {
        Some(("user", name)) => {
            let user = users.iter().find(|user| user.name == name);
            (user.map_or_else(|| page.clean(name), |user| user.display.clone()), false)
        }
        Some((kind @ ("rule" | "job" | "door" | "api" | "cli"), name)) => {
            (format!("{} {}", page.tn("actor", kind), page.clean(name)), !matches!(kind, "api" | "cli"))
        }
        _ => (page.clean(actor), true),
    }
}

/// What a change of a case changed that a person wants to read.
const FIELDS: &[&str] = &[
    "state",
    "severity",
    "category",
    "grade",
    "cause",
    "cause_reason",
    "exit",
    "exit_clause",
    "exit_note",
    "deadline_at",
    "assignee",
    "snoozed_until",
    "contract",
    "merged_into",
];
/// What an entry says besides that a person wants to read.
const WORDS: &[&str] = &[
    "text",
    "reason",
    "rule",
    "kind",
    "audience",
    "to",
    "from",
    "into",
    "number",
    "user",
    "role",
    "disabled",
    "token",
    "door",
    "why",
    "clause",
    "error",
    "state",
    "verdict",
    "dry_run",
    "measure",
    "connector",
    "target",
    "ends_at",
    "basis",
];

/// What an entry says, with the catalogue's words: fields that changed as `before → after`, then its plain values.
pub(in crate::screens) fn details(page: &Page, users: &[User], detail: &Value) -> Vec<(String, String)> {
    let words = |name: &str, value: &Value| value_words(page, users, name, value);
    let changed = FIELDS.iter().filter_map(|name| {
        let after = detail["after"].get(name)?;
        let nothing = || page.t("term-none");
        let before = words(name, &detail["before"][name]).unwrap_or_else(nothing);
        let after = words(name, after).unwrap_or_else(nothing);
        Some((word(page, "detail", &name.replace('_', "-")), format!("{before} → {after}")))
    });
    let plain = WORDS
        .iter()
        .filter_map(|name| Some((word(page, "detail", &name.replace('_', "-")), words(name, detail.get(name)?)?)));
    changed.chain(plain).collect()
}

fn value_words(page: &Page, users: &[User], name: &str, value: &Value) -> Option<String> {
    let prefix = match name {
        "state" => "case-state",
        "exit" | "category" | "severity" | "grade" | "cause" | "basis" | "role" | "audience" => name,
        "kind" if value.as_str().is_some_and(|kind| text::has(page.lang, &format!("mail-kind-{kind}"))) => "mail-kind",
        "kind" => "measure-kind",
        "why" => "reason",
        _ => "value",
    };
    let user = |id: i64| users.iter().find(|user| user.id.0 == id).map(|user| user.display.clone());
    match value {
        Value::String(text) if text.is_empty() => None,
        // What a person wrote may name persons.
        Value::String(_) if !page.personal() && matches!(name, "text" | "reason" | "cause_reason" | "exit_note") => {
            Some(page.t("term-hidden"))
        }
        Value::String(text) => match text.parse::<Timestamp>() {
            Ok(at) => Some(page.time(&at)),
            Err(_) => Some(word(page, prefix, text)),
        },
        Value::Number(number) if name == "assignee" => number.as_i64().and_then(user),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(true) => Some(page.t("term-yes")),
        Value::Bool(false) => Some(page.t("term-no")),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
