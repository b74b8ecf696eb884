//! `/attributions`: who had it, at that second.

use attribution::{Answer, Candidate, Question, Verdict};
use axum::Json;
use axum::extract::State;
use jiff::{Timestamp, Zoned};
use model::{EventTime, Permission, SubjectKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::Unread;
use super::wire::Id;
use crate::auth::Caller;
use crate::{AppState, Failure};

/// Most questions of one request.
const MOST: usize = 1000;
/// Widest doubt about a reporter's clock, seconds: a day and a half covers any zone of the world.
const MAX_UNCERTAINTY: u32 = 129_600;

/// The routes.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(ask))
}

/// Who had this, then? At least one of `ip`, `domain` and `account`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Address.
    #[schema(value_type = Option<String>, example = "192.0.2.1")]
    ip: Option<std::net::IpAddr>,
    /// Source port, needed where several customers share an address.
    port: Option<u16>,
    /// Domain name.
    domain: Option<String>,
    /// Mail address or login name.
    account: Option<String>,
    /// When, with its zone: `2026-11-22T14:05:00+09:00`. Without it nobody can be named, only candidates.
    at: Option<String>,
    /// Seconds by which the clock that said `at` may be wrong; 5 unless given.
    #[schema(maximum = 129_600)]
    uncertainty_s: Option<u32>,
}

/// The answer to one question.
#[derive(Debug, Serialize, ToSchema)]
struct Answered {
    /// `one`: this contract, surely. `several`: any of the candidates. `nobody`: nobody can be named.
    verdict: &'static str,
    /// Whom it can have been, at most 50.
    candidates: Vec<Possible>,
    /// Why, the most important first.
    reasons: Vec<String>,
    /// First moment for which the answer holds.
    earliest_at: Timestamp,
    /// Last moment for which the answer holds.
    latest_at: Timestamp,
}

/// A contract that may have been it.
#[derive(Debug, Serialize, ToSchema)]
struct Possible {
    /// Contract.
    contract: Id,
    /// The provider's own key of the contract.
    contract_key: String,
    /// Customer.
    customer: Id,
    /// What it held.
    subject: String,
    /// First port held.
    port_lo: u16,
    /// Last port held.
    port_hi: u16,
    /// Held from (inclusive).
    from_at: Timestamp,
    /// Held until (exclusive); null = still held.
    to_at: Option<Timestamp>,
    /// Where the inventory has it from.
    source: String,
    /// Why it is a candidate.
    reason: String,
}

/// Who had it, at that second? The answers come in the order of the questions.
#[utoipa::path(
    post, path = "/attributions", tag = "attributions",
    request_body(content = Vec<Asked>, description = "At most 1000 questions."),
    responses(
        (status = 200, description = "One answer for each question.", body = Vec<Answered>),
        (status = 422, description = "A question that can't be understood; `detail` says which and why."),
    ),
    extensions(("x-permission" = json!("view-personal")))
)]
async fn ask(
    State(state): State<AppState>,
    caller: Caller,
    body: Unread<Vec<Asked>>,
) -> Result<Json<Vec<Answered>>, Failure> {
    caller.require(Permission::ViewPersonal)?;
    let asked = body.read().await?;
    if asked.len() > MOST {
        return Err(wrong(&format!("{} questions; at most {MOST} in one request", asked.len())));
    }
    let now = state.desk.clock.now();
    let questions = asked
        .iter()
        .enumerate()
        .map(|(index, asked)| question(asked, now).map_err(|why| wrong(&format!("question {index}: {why}"))));
    let questions: Vec<Question> = questions.collect::<Result<_, _>>()?;
    let mut answers = Vec::with_capacity(questions.len());
    for question in &questions {
        answers.push(answered(state.desk.attributor.attribute(question).await?));
    }
    Ok(Json(answers))
}

fn wrong(detail: &str) -> Failure {
    Failure::wrong("attribution.bad-input", detail)
}

fn question(asked: &Asked, now: Timestamp) -> Result<Question, String> {
    let account = asked.account.as_deref().map(|name| {
        let key = SubjectKey::mailbox(name).or_else(|| SubjectKey::account(name));
        key.ok_or_else(|| "`account` is neither a mail address nor a login name".to_owned())
    });
    let domain = asked
        .domain
        .as_deref()
        .map(|name| SubjectKey::domain(name).ok_or_else(|| "`domain` is not a domain name".to_owned()));
    let named = account.transpose()?.into_iter().chain(domain.transpose()?);
    let subjects: Vec<_> = named.chain(asked.ip.map(SubjectKey::address)).collect();
    if subjects.is_empty() {
        return Err("name at least one of `ip`, `domain` and `account`".to_owned());
    }
    let at = asked.at.as_deref().map(|text| event_time(text, asked.uncertainty_s)).transpose()?;
    Ok(Question { subjects, port: asked.port, at, now })
}

/// A time with a zone; one without is refused, because a zone must not be guessed.
fn event_time(text: &str, uncertainty_s: Option<u32>) -> Result<EventTime, String> {
    let parsed = text.parse::<Timestamp>().or_else(|_| text.parse::<Zoned>().map(|zoned| zoned.timestamp()));
    let at = parsed.map_err(|_| "`at` is not a time with a zone; write 2026-11-22T14:05:00+09:00".to_owned())?;
    let mut time = EventTime::zoned(at, "", text);
    match uncertainty_s {
        Some(seconds) if seconds > MAX_UNCERTAINTY => {
            return Err(format!("`uncertainty_s` is at most {MAX_UNCERTAINTY}"));
        }
        Some(seconds) => time.uncertainty_us = i64::from(seconds) * 1_000_000,
        None => {}
    }
    Ok(time)
}

fn answered(answer: Answer) -> Answered {
    let (verdict, candidates) = match answer.verdict {
        Verdict::One(candidate) => ("one", vec![*candidate]),
        Verdict::Several(candidates) => ("several", candidates),
        Verdict::Nobody => ("nobody", Vec::new()),
    };
    Answered {
        verdict,
        candidates: candidates.into_iter().map(possible).collect(),
        reasons: answer.reasons.iter().copied().map(name).collect(),
        earliest_at: answer.span.earliest,
        latest_at: answer.span.latest,
    }
}

fn possible(candidate: Candidate) -> Possible {
    Possible {
        contract: candidate.contract.into(),
        contract_key: candidate.contract_key,
        customer: candidate.customer.into(),
        subject: candidate.subject.to_string(),
        port_lo: candidate.ports.0,
        port_hi: candidate.ports.1,
        from_at: candidate.from,
        to_at: candidate.to,
        source: candidate.source,
        reason: name(candidate.reason),
    }
}

/// The stable name of a reason.
fn name(reason: attribution::Reason) -> String {
    let value = serde_json::to_value(reason).ok();
    value.as_ref().and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}
