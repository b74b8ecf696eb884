//! The way of a report and of the mail in it, on one page that can be printed: who answers for it, what is proven, what is
//! only claimed.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use model::trace::TrustedHost;
use model::{Permission, ReportId};
use store::screens::{self, ReportLine};
use text::trace::{Section, checked, mask, sections};

use crate::screens::page::{Page, Visit, show};
use crate::{AppState, Failure};

/// Most hosts that one look may trust besides the configured ones.
const MAX_HOSTS: usize = 20;

/// The routes of this screen.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/reports/{id}/trace", get(trace))
}

/// One mail with its page.
struct Mail {
    title: String,
    sections: Vec<Section>,
}

#[derive(Template)]
#[template(path = "trace.html")]
struct TracePage {
    page: Page,
    line: ReportLine,
    case: Option<(model::CaseId, String)>,
    trusted: String,
    mails: Vec<Mail>,
}

async fn trace(visit: Visit, Path(id): Path<ReportId>) -> Result<Response, Failure> {
    let visit = visit.allowed(Permission::ViewCases)?;
    let page = visit.page("trace-title");
    let line = screens::report_line(&mut visit.store(), id).await?;
    let case = match line.report.case {
        Some(case) => Some((case, store::cases::case(&mut visit.store(), case).await?.number)),
        None => None,
    };
    let trusted = visit.field("trusted").unwrap_or_default();
    let hosts = trusted_hosts(&trusted)?;
    let mut traces = visit.state.desk.trace_report(id, hosts).await?;
    if !page.personal() {
        traces.iter_mut().for_each(mask);
    }
    let mut mails = Vec::new();
    if let Some(traces) = &traces {
        let inner = traces.evidence.iter().map(|inner| (inner.of.name(), &inner.trace));
        mails.extend(inner.chain([("whole", &traces.report)]).map(|(of, trace)| Mail {
            title: page.tn("trace-of", of),
            sections: sections(page.lang, &page.zone, trace),
        }));
    }
    let checks = traces.as_ref().and_then(|traces| traces.checks.as_ref());
    if let (Some(report), Some(checks)) = (mails.last_mut(), checks) {
        report.sections.push(checked(page.lang, &page.zone, checks));
    }
    show(&TracePage { page, line, case, trusted, mails })
}

/// The hosts that somebody names, with commas or spaces between them.
pub(crate) fn trusted_hosts(text: &str) -> Result<Vec<TrustedHost>, Failure> {
    let words = text.split([',', ' ', '\u{3001}', '\u{3000}']).filter(|word| !word.is_empty()).take(MAX_HOSTS);
    words.map(|word| word.parse().map_err(|error| Failure::bad_request(format!("trusted: {error}")))).collect()
}
