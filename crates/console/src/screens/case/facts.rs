//! Whose a case is, and why the desk says so: contract and customer, earlier cases, decision with its inputs and sum.

use model::measure::Justification;
use model::{Contract, Control, Customer, Holding, Lang, Observation, Plan};
use serde_json::Value;
use store::cases::{self, CaseRow};
use store::inventory::read as inventory;
use text::mail::{Audience, MailKind};

use crate::Failure;
use crate::screens::measures::targets;
use crate::screens::page::{Page, Visit};

/// Holdings of a contract that are listed.
const HOLDINGS: i64 = 12;

/// The contract behind a case.
#[derive(Debug)]
pub(super) struct Whose {
    /// The contract at the time of the event.
    pub(super) contract: Contract,
    /// Its plan.
    pub(super) plan: Plan,
    /// Its customer and the resellers above.
    pub(super) chain: Vec<Customer>,
    /// What it holds and held.
    pub(super) holdings: Vec<Holding>,
}

impl Whose {
    async fn of(visit: &Visit, case: &CaseRow) -> Result<Option<Self>, Failure> {
        let Some(id) = case.contract else { return Ok(None) };
        let store = visit.store();
        let contract = inventory::contract(&mut &*store, id).await?;
        Ok(Some(Self {
            plan: inventory::plan(&mut &*store, contract.plan).await?,
            chain: inventory::reseller_chain(&mut &*store, contract.customer).await?,
            holdings: inventory::holdings_of(&mut &*store, id, HOLDINGS).await?,
            contract,
        }))
    }
}

/// One line of a sum.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::screens) struct Points {
    /// What counts.
    pub(super) name: String,
    /// How much.
    pub(super) points: i64,
}

/// What a playbook decided, and on what.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    /// Playbook and version.
    pub(in crate::screens) playbook: String,
    /// The rule.
    pub(in crate::screens) rule: String,
    /// Its reason.
    pub(in crate::screens) why: String,
    /// How sure the reader is of what is accused.
    pub(in crate::screens) reading: String,
    /// The sum of severity.
    pub(in crate::screens) points: i64,
    /// Its lines.
    pub(in crate::screens) parts: Vec<Points>,
    /// Rules before it, each with the condition that did not hold.
    pub(in crate::screens) passed: Vec<(String, String)>,
    /// What was to be done.
    pub(in crate::screens) steps: Vec<String>,
    /// Whether the step on the contract was opened (D43).
    pub(in crate::screens) contract_step: bool,
    /// The facts it was decided on, as they were kept.
    pub(in crate::screens) inputs: String,
    /// What stands out in URLs and subjects: the rule in words, its entry, and what it was found in.
    pub(in crate::screens) marks: Vec<Stands>,
    /// Whether somebody has to look for a page on the same machine (A46).
    pub(in crate::screens) look_for_site: bool,
}

/// One thing that stands out.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::screens) struct Stands {
    /// The rule, in words.
    pub(in crate::screens) rule: String,
    /// The entry of its table: a folder, a pattern, the class of a subject.
    pub(in crate::screens) entry: String,
    /// The URL or the subject, harmless.
    pub(in crate::screens) text: String,
}

impl Stands {
    fn of(page: &Page, mark: &Value) -> Self {
        let text = |name: &str| mark[name].as_str().unwrap_or_default();
        let is_subject = text("rule") == "subject";
        let entry = if is_subject { word(page, "lure", text("entry")) } else { page.clean(text("entry")) };
        let found = match (is_subject, page.personal()) {
            (true, true) => page.clean(text("text")),
            (true, false) => page.t("term-hidden"),
            (false, _) => text::wording::defang_url(text("text")),
        };
        Self { rule: word(page, "stands", text("rule")), entry, text: found }
    }
}

impl Decided {
    /// Reads a decision as the desk keeps it; what is not there stays empty.
    pub(super) fn of(page: &Page, stored: &Value) -> Self {
        let decision = &stored["decision"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let why = &decision["why"];
        let tag = if page.lang == Lang::Ja { "ja" } else { "en" };
        Self {
            playbook: format!("{} v{}", text(&decision["playbook"]), decision["version"].as_i64().unwrap_or(0)),
            rule: text(&decision["rule"]),
            why: text(&why[tag]),
            reading: reading_words(page, &stored["facts"]),
            points: decision["score"]["points"].as_i64().unwrap_or(0),
            parts: list(&decision["score"]["parts"])
                .iter()
                .map(|part| Points {
                    name: word(page, "score", part["what"].as_str().unwrap_or_default()),
                    points: part["points"].as_i64().unwrap_or(0),
                })
                .collect(),
            passed: list(&decision["passed"])
                .iter()
                .map(|rule| (text(&rule["rule"]), text(&rule["condition"])))
                .collect(),
            contract_step: list(&decision["steps"]).iter().any(|step| step["step"] == "contract-step"),
            look_for_site: list(&decision["steps"]).iter().any(|step| step["step"] == "look-for-site"),
            marks: list(&stored["facts"]["marks"]).iter().map(|mark| Stands::of(page, mark)).collect(),
            steps: list(&decision["steps"]).iter().map(|step| step_words(page, step)).collect(),
            inputs: if page.personal() {
                serde_json::to_string_pretty(&stored["facts"]).unwrap_or_default()
            } else {
                page.t("hidden-personal")
            },
        }
    }
}

/// How sure the reader is of the value of which it is surest, against what it takes to act without a person.
fn reading_words(page: &Page, facts: &Value) -> String {
    if facts["settled"]["reading"] == true {
        return page.t("reading-looked-at");
    }
    let sure = facts["confidence"].as_f64().unwrap_or(0.0);
    // Rounded down: 89.6 % is not yet 90.
    #[expect(clippy::cast_possible_truncation, reason = "a percentage")]
    let percent = (sure * 100.0 + 1e-6).floor() as i64;
    let word = if sure + 1e-6 >= f64::from(Observation::SURE) { "mark-sure" } else { "mark-unsure" };
    format!("{percent}% · {}", page.t(word))
}

/// The catalogue's word for a name, or the name itself: playbooks and later issues bring names of their own.
pub(in crate::screens) fn word(page: &Page, prefix: &str, name: &str) -> String {
    let key = format!("{prefix}-{name}");
    if text::has(page.lang, &key) { page.t(&key) } else { page.clean(name) }
}

/// A step in words: `顧客通知: …`. A step is a name, or an object with one name and its details.
fn step_words(page: &Page, step: &Value) -> String {
    let (name, detail) = match step {
        Value::String(name) => (name.as_str(), &Value::Null),
        Value::Object(map) => match (map.get("do").or_else(|| map.get("step")), map.iter().next()) {
            (Some(Value::String(name)), _) => (name.as_str(), step),
            (_, Some((name, detail))) => (name.as_str(), detail),
            _ => ("", &Value::Null),
        },
        _ => ("", &Value::Null),
    };
    let kind = detail["kind"].as_str().unwrap_or_default();
    let detail = match name {
        "notice" => word(page, "mail-kind", kind),
        "propose-measure" => word(page, "measure-kind", kind),
        "outcome" => word(page, "exit", detail["exit"].as_str().unwrap_or_default()),
        _ => String::new(),
    };
    let name = word(page, "step", name);
    if detail.is_empty() { name } else { format!("{name}: {detail}") }
}

/// The reason of a cause: signals by name with the catalogue's words, or a person's own words.
pub(super) fn reason_words(page: &Page, reason: &str) -> String {
    let signals: Vec<&str> = reason.split(' ').collect();
    let known = |name: &&str| text::has(page.lang, &format!("signal-{name}"));
    if signals.iter().all(known) {
        let words: Vec<String> = signals.iter().map(|name| page.tn("signal", name)).collect();
        return words.join(" · ");
    }
    if page.personal() { page.clean(reason) } else { page.t("term-hidden") }
}

/// The left side of a case.
#[derive(Debug)]
pub(super) struct Facts {
    /// Whose it is, once known.
    pub(super) whose: Option<Whose>,
    /// What a playbook decided.
    pub(super) decided: Option<Decided>,
    /// Why the cause is what it is.
    pub(super) cause_reason: Option<String>,
    /// The record of a measure before anybody has written in it.
    pub(super) blank: Justification,
    /// What of it a measure can be taken on.
    pub(super) targets: Vec<String>,
}

impl Facts {
    /// Collects what is known.
    pub(super) async fn of(visit: &Visit, page: &Page, case: &CaseRow) -> Result<Self, Failure> {
        let decision = cases::decision(&mut visit.store(), case.id).await?;
        let whose = Whose::of(visit, case).await?;
        Ok(Self {
            blank: Justification::default(),
            cause_reason: case.cause_reason.as_deref().map(|reason| reason_words(page, reason)),
            targets: whose.as_ref().map(|whose| targets(case, &whose.contract.key)).unwrap_or_default(),
            whose,
            decided: decision.as_ref().map(|stored| Decided::of(page, stored)),
        })
    }

    /// The mails to the customer that make sense now, the likeliest first.
    pub(super) fn mail_kinds(&self, case: &CaseRow) -> Vec<MailKind> {
        let Some(whose) = &self.whose else { return Vec::new() };
        let first = match (case.lane, whose.plan.control) {
            (model::Lane::Rights, _) => MailKind::CustomerNoticeRights,
            (model::Lane::Abuse, Control::Managed) => MailKind::CustomerNoticeManaged,
            (model::Lane::Abuse, Control::Root) => MailKind::CustomerNoticeRoot,
        };
        let told = case.first_action_at.is_some();
        let mut kinds: Vec<MailKind> = MailKind::ALL
            .iter()
            .copied()
            .filter(|kind| kind.audience() == Audience::Customer && *kind != first)
            .filter(|kind| !is_first_notice(*kind))
            .collect();
        kinds.insert(if told { kinds.len().min(1) } else { 0 }, first);
        kinds
    }
}

/// Whether this is one of the three first notices, of which one fits a case.
const fn is_first_notice(kind: MailKind) -> bool {
    matches!(kind, MailKind::CustomerNoticeManaged | MailKind::CustomerNoticeRoot | MailKind::CustomerNoticeRights)
}
