//! Writing a notice: the rendered mail, to be read and changed, in the recipient's language; sent with time to take it back.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use desk::notices::MailEdit;
use desk::why::reasons;
use desk::{DeskError, Mode};
use model::{CaseId, Customer, Lang, MailId, Permission};
use store::cases::{self, CaseRow};
use store::inventory::read;
use store::mails::{self, MailRow, MailState};
use text::mail::{Audience, MailKind, RenderedMail};

use crate::screens::form::{Done, Posted};
use crate::screens::page::{Page, Visit, show};
use crate::screens::view::{CaseLine, Names};
use crate::{AppState, Failure};

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/cases/{id}/compose", get(compose).post(send))
}

#[derive(Template)]
#[template(path = "compose.html")]
struct ComposePage {
    page: Page,
    line: CaseLine,
    kind: MailKind,
    /// To whom it goes, and what the address is.
    to: Option<(String, String)>,
    lang: Lang,
    /// The mail as it stands: the draft, or what the template makes.
    mail: Option<RenderedMail>,
    /// The same in the other language, to read along.
    other: Option<RenderedMail>,
    /// Why it cannot be written.
    refusal: Option<String>,
    draft: Option<MailId>,
}

async fn compose(visit: Visit, Path(id): Path<CaseId>) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::WorkCases)?;
    let page = visit.page("compose-title");
    let kind = kind(visit.field("kind").as_deref().unwrap_or_default())?;
    let case = cases::case(&mut visit.store(), id).await?;
    let chain = match case.customer {
        Some(customer) => read::reseller_chain(&mut visit.store(), customer).await?,
        None => Vec::new(),
    };
    let draft = draft(&visit.state, id, kind).await?;
    let recipient = recipient(&chain);
    let lang = draft.as_ref().map(|mail| mail.lang).or(recipient.map(|to| to.lang)).unwrap_or(page.lang);
    let desk = &visit.state.desk;
    let (mut refusal, mut mail, mut other) = (None, None, None);
    for language in Lang::ALL {
        match desk.preview(id, kind, Some(language)).await {
            Ok(rendered) if language == lang => mail = Some(rendered),
            Ok(rendered) => other = Some(rendered),
            Err(DeskError::State(why) | DeskError::Invalid(why)) => refusal = Some(why.text(page.lang)),
            Err(error) => return Err(error.into()),
        }
    }
    let (mail, draft) = match draft {
        Some(draft) => (Some(RenderedMail { subject: draft.subject, body: draft.body }), Some(draft.id)),
        None => (mail, None),
    };
    let names = Names::of(visit.store(), std::slice::from_ref(&case)).await?;
    show(&ComposePage {
        to: recipient.map(|to| {
            let address = to.desk_mail.as_deref().or(to.mail.as_deref()).unwrap_or_default();
            (page.name(&to.name), page.mail(address))
        }),
        line: CaseLine::of(&page, &names, case),
        refusal: refusal.filter(|_| mail.is_none()),
        kind,
        lang,
        mail,
        other,
        draft,
        page,
    })
}

/// A kind of mail to a customer; mails to reporters write themselves.
fn kind(name: &str) -> Result<MailKind, Failure> {
    let kind: MailKind = name.parse().map_err(Failure::bad_request)?;
    if kind.audience() == Audience::Reporter {
        return Err(Failure::bad_request(format!("{kind} is a mail to reporters; the desk writes it by itself")));
    }
    Ok(kind)
}

/// To whom a notice goes: the nearest reseller with a desk of its own, else the customer.
fn recipient(chain: &[Customer]) -> Option<&Customer> {
    chain.iter().skip(1).find(|reseller| reseller.desk_mail.is_some()).or_else(|| chain.first())
}

/// The draft of this mail that lies ready; a notice that goes through a reseller is kept as a forward to him.
async fn draft(state: &AppState, case: CaseId, kind: MailKind) -> Result<Option<MailRow>, Failure> {
    let mails = mails::mails_of(&mut &state.desk.store, case).await?;
    let fits = |mail: &MailRow| {
        let same = mail.kind == kind.name() || (kind.is_notice() && mail.kind == MailKind::ResellerForward.name());
        same && mail.state == MailState::Draft && mail.headers["dry_run"] != true
    };
    Ok(mails.into_iter().rev().find(fits))
}

async fn send(State(state): State<AppState>, Path(id): Path<CaseId>, posted: Posted) -> Result<Response, Failure> {
    posted.caller.require(Permission::WorkCases)?;
    let kind = kind(posted.text("kind"))?;
    let case = cases::case(&mut &state.desk.store, id).await?;
    let mail = written(&state, &case, kind, &posted).await?;
    let edit = MailEdit { subject: posted.text("subject").to_owned(), body: posted.body("body") };
    let row = mails::mail(&mut &state.desk.store, mail).await?;
    if row.subject != edit.subject || row.body.trim_end() != edit.body.trim_end() {
        state.desk.edit(&posted.actor(), mail, &edit).await?;
    }
    let done = if posted.text("do") == "draft" {
        Done::one("drafted")
    } else {
        state.desk.release(&posted.actor(), mail).await?;
        Done { word: "queued", count: 1, undo: Some(format!("/mails/{mail}/cancel")) }
    };
    state.forget_overview();
    Ok(done.leads_to(&format!("/cases/{id}")))
}

/// The draft that is to be sent; written now if there is none.
async fn written(state: &AppState, case: &CaseRow, kind: MailKind, posted: &Posted) -> Result<MailId, Failure> {
    if let Some(draft) = draft(state, case.id, kind).await? {
        return Ok(draft.id);
    }
    let mut tx = state.desk.store.begin().await?;
    // A draft, whatever the settings let rules do by themselves: a person sends it.
    let mail = state.desk.write_customer_mail(&mut tx, case.id, kind, Mode::Ask, &posted.caller.actor).await?;
    tx.commit().await?;
    mail.ok_or_else(|| DeskError::State(reasons::mail_written_already(kind, &case.number)).into())
}
