//! One case: whose it is and why it is here on the left, what happened in the middle, what is shown for it on the right.

mod brief;
pub(in crate::screens) mod deeds;
mod evidence;
mod facts;
mod forms;
mod marks;
mod timeline;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use model::{CaseId, CaseState, Category, CauseClass, Exit, Grade, MeasureKind, Permission};
use store::cases;
use store::people::{self, User};

use crate::screens::page::{Page, Visit, show};
use crate::screens::view::{CaseLine, Names};
use crate::{AppState, Failure};

pub(in crate::screens) use brief::Brief;
pub(in crate::screens) use evidence::{Evidence, subject};
use facts::Facts;
pub(in crate::screens) use facts::word;
use forms::Forms;
use timeline::Event;
pub(in crate::screens) use timeline::{actor, details, last_undoable};

/// Earlier and other cases that are listed.
const SIMILAR: i64 = 12;

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/cases/{id}", get(case)).merge(deeds::routes()).merge(forms::routes())
}

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage {
    page: Page,
    line: CaseLine,
    facts: Facts,
    forms: Forms,
    events: Vec<Event>,
    evidence: Option<Evidence>,
    similar: Vec<CaseLine>,
    users: Vec<User>,
    kinds: Vec<text::mail::MailKind>,
    merged_into: Option<CaseLine>,
}

impl CasePage {
    /// Whether the case can be worked on by the one who looks.
    fn open(&self) -> bool {
        self.line.case.state != CaseState::Closed
    }
}

/// The exits that a person may choose; merging has its own action.
pub(in crate::screens) fn exits() -> impl Iterator<Item = Exit> {
    Exit::ALL.iter().copied().filter(|exit| *exit != Exit::Merged)
}

async fn case(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let store = visit.store();
    // Both our number and the one that people read lead here.
    let row = match id.parse::<CaseId>() {
        Ok(id) => cases::case(&mut &*store, id).await?,
        Err(_) => cases::case_by_number(&mut &*store, &id).await?,
    };
    let page = visit.page("case-title");
    let facts = Facts::of(&visit, &page, &row).await?;
    let forms = Forms::of(&visit, &page, &row).await?;
    let evidence = Evidence::of_case(&visit, &page, row.id).await?;
    let similar = cases::similar(&mut &*store, &row, SIMILAR).await?;
    let root = match row.merged_into {
        Some(_) => Some(cases::merged_root(&mut &*store, row.id).await?),
        None => None,
    };
    let mut shown: Vec<_> = similar.clone();
    shown.push(row.clone());
    shown.extend(root.clone());
    let names = Names::of(store, &shown).await?;
    let users = people::users(&mut &*store).await?;
    let events = timeline::of(&visit, &page, &users, row.id).await?;
    show(&CasePage {
        line: CaseLine::of(&page, &names, row.clone()),
        similar: CaseLine::all(&page, &names, similar),
        merged_into: root.map(|root| CaseLine::of(&page, &names, root)),
        users: users.into_iter().filter(|user| !user.disabled && user.role.may(Permission::WorkCases)).collect(),
        kinds: facts.mail_kinds(&row),
        facts,
        forms,
        events,
        evidence,
        page,
    })
}
