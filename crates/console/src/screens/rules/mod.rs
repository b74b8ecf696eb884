//! Rules for single senders: the list, one rule with what it would change, and the form in which it is written.

mod deeds;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use desk::rules::{Replayed, RuleVersion};
use model::{Category, HeaderMatch, Observation, Permission, ReportId, SenderRule};

use crate::screens::case::subject;
use crate::screens::page::{Page, Visit, show};
use crate::{AppState, Failure};

/// Title of these pages: they are settings.
const TITLE: &str = "settings-title";
/// Values of one reading that are shown.
const SHOWN: usize = 6;

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/settings/rules", get(list))
        .route("/settings/rules/new", get(form))
        .route("/settings/rules/{name}", get(rule))
        .merge(deeds::routes())
}

#[derive(Template)]
#[template(path = "rules.html")]
struct ListPage {
    page: Page,
    rules: Vec<RuleVersion>,
}

fn allowed(visit: Visit) -> Result<Visit, Failure> {
    visit.allowed(Permission::WorkCases)?.allowed(Permission::ViewPersonal)
}

async fn list(visit: Visit) -> Result<Response, Failure> {
    let visit = allowed(visit)?;
    let mut rules = visit.state.desk.rules().await?;
    // Of each rule the one in force, else the newest.
    let in_force: Vec<String> = rules.iter().filter(|one| one.active).map(|one| one.rule.name.clone()).collect();
    let mut last = String::new();
    rules.retain(|one| {
        let wanted = one.active || (!in_force.contains(&one.rule.name) && last != one.rule.name);
        last.clone_from(&one.rule.name);
        wanted
    });
    show(&ListPage { page: visit.page(TITLE), rules })
}

#[derive(Template)]
#[template(path = "rule-form.html")]
struct FormPage {
    page: Page,
    rule: SenderRule,
    header: HeaderMatch,
}

impl FormPage {
    /// Labels as the form takes them: one a line.
    #[expect(clippy::unused_self, reason = "templates call methods of the page")]
    fn lines(&self, labels: &[String]) -> String {
        labels.join("\n")
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn is_category(&self, category: &Category) -> bool {
        self.rule.category.as_ref() == Some(category)
    }
}

/// An empty form, one made of a correction (`report`), or a rule to be changed (`rule`).
async fn form(visit: Visit) -> Result<Response, Failure> {
    let visit = allowed(visit)?;
    let desk = &visit.state.desk;
    let rule = match (visit.value::<ReportId>("report")?, visit.field("rule")) {
        (Some(report), _) => desk.propose_rule(report).await?,
        (None, Some(name)) => desk.rule(&name, visit.value("version")?).await?.rule,
        (None, None) => SenderRule::default(),
    };
    let header = rule.header.clone().unwrap_or(HeaderMatch { name: String::new(), value: String::new() });
    show(&FormPage { page: visit.page(TITLE), rule, header })
}

/// A report read without and with the rule.
struct Row {
    one: Replayed,
    before: Vec<String>,
    after: Vec<String>,
    person: Option<Vec<String>>,
}

#[derive(Template)]
#[template(path = "rule.html")]
struct RulePage {
    page: Page,
    shown: RuleVersion,
    versions: Vec<RuleVersion>,
    rows: Vec<Row>,
    changed: i64,
    right: (i64, i64),
    corrected: i64,
}

async fn rule(visit: Visit, Path(name): Path<String>) -> Result<Response, Failure> {
    let visit = allowed(visit)?;
    let (page, desk) = (visit.page(TITLE), &visit.state.desk);
    let shown = desk.rule(&name, visit.value("version")?).await?;
    let mut versions = desk.rules().await?;
    versions.retain(|one| one.rule.name == name);
    let replay = desk.try_rule(&shown.rule).await?;
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let (changed, corrected) = (count(replay.changed), count(replay.corrected));
    let right = (count(replay.right.0), count(replay.right.1));
    let row = |one: Replayed| Row {
        before: words(&page, &one.before),
        after: words(&page, &one.after),
        person: one.person.as_deref().map(|person| words(&page, person)),
        one,
    };
    let mut rows: Vec<Row> = replay.reports.into_iter().map(row).collect();
    // What changes is what he looks for.
    rows.sort_by_key(|row| !row.one.changed);
    show(&RulePage { page, shown, versions, rows, changed, right, corrected })
}

/// What a reading accuses, a line for each value.
fn words(page: &Page, seen: &[Observation]) -> Vec<String> {
    let mut lines: Vec<String> = seen
        .iter()
        .take(SHOWN)
        .map(|one| {
            let at = one.at.as_ref().map(|at| format!(" · {}", page.time(&at.at))).unwrap_or_default();
            format!("{} · {}{at}", subject(page, one), page.tn("category", one.category))
        })
        .collect();
    if seen.len() > SHOWN {
        lines.push(page.tc("more-observations", i64::try_from(seen.len() - SHOWN).unwrap_or(0)));
    }
    lines
}
