//! Holding what the desk did against what is true.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};
use demo::{Accused, DemoReport, Expect};
use desk::cases::At;
use desk::{Actor, Desk};
use model::{CaseState, Role};
use store::cases::{self, Filter};
use store::{Store, args};

use crate::mails;

/// Per cent of the customers that should be told and are, at least, once a person has looked at the readings that are not
/// sure: a floor against falling back.
const LEAST_TOLD: usize = 95;
/// Per cent that are told without a person.
const LEAST_ALONE: usize = 75;

/// What the desk made of one report.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) number: usize,
    state: String,
    error_code: Option<String>,
    cases: Vec<Case>,
    asked: bool,
}

/// One case of a report, with the mails to its customer.
#[derive(Debug, Clone)]
struct Case {
    number: String,
    contract: Option<String>,
    rule: String,
    state: String,
    exit: Option<String>,
    referred: bool,
    /// Mails to the customer's side: (address, state).
    mails: Vec<(String, String)>,
    /// Where mails about this contract have to go.
    address: Option<String>,
}

/// What happened with a report, in one word. The order is that of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Happened {
    Told,
    Draft,
    Asked,
    Referred,
    Info,
    Triage,
    Open,
    NotOurs,
    SetAside,
    Dropped,
}

const WORDS: [Happened; 10] = [
    Happened::Told,
    Happened::Draft,
    Happened::Asked,
    Happened::Referred,
    Happened::Info,
    Happened::Triage,
    Happened::Open,
    Happened::NotOurs,
    Happened::SetAside,
    Happened::Dropped,
];

/// What a report of this expectation should come to.
const fn wanted(expect: Expect) -> &'static [Happened] {
    match expect {
        Expect::Tell => &[Happened::Told],
        Expect::Weigh => &[Happened::Draft],
        Expect::AskBack => &[Happened::Asked],
        Expect::ReferOut => &[Happened::Referred],
        Expect::InfoOnly => &[Happened::Info],
        Expect::Triage => &[Happened::Triage, Happened::Asked, Happened::SetAside],
        Expect::NotOurs => &[Happened::NotOurs],
        Expect::Drop => &[Happened::Dropped, Happened::SetAside],
    }
}

impl Case {
    /// Whether a mail in one of `states` went to whom it has to go.
    fn mailed(&self, states: &[&str]) -> bool {
        self.mails.iter().any(|(to, state)| Some(to) == self.address.as_ref() && states.contains(&state.as_str()))
    }
}

impl Outcome {
    pub(crate) fn happened(&self) -> Happened {
        let any = |what: &dyn Fn(&Case) -> bool| self.cases.iter().any(what);
        match self.state.as_str() {
            "noise" | "reply" => return Happened::Dropped,
            "set-aside" => return Happened::SetAside,
            _ => {}
        }
        if any(&|case| case.mailed(&["sent", "bounced"])) {
            Happened::Told
        } else if any(&|case| case.mailed(&["draft"])) {
            Happened::Draft
        } else if self.asked {
            Happened::Asked
        } else if any(&|case| case.referred) {
            Happened::Referred
        } else if any(&|case| case.exit.as_deref() == Some("info-only")) {
            Happened::Info
        } else if any(&|case| case.state == "triage") {
            Happened::Triage
        } else if self.error_code.as_deref() == Some("report.not-ours")
            || any(&|case| case.exit.as_deref() == Some("not-ours"))
        {
            Happened::NotOurs
        } else {
            Happened::Open
        }
    }

    fn rules(&self) -> String {
        let rules: BTreeSet<&str> = self.cases.iter().map(|case| case.rule.as_str()).collect();
        let rules: Vec<&str> = rules.into_iter().collect();
        let code = self.error_code.as_deref().unwrap_or_default();
        format!("{}{code}", rules.join("+"))
    }
}

/// Reads back what became of every marked report. Fails if one is there twice.
pub(crate) async fn outcomes(store: &Store) -> anyhow::Result<BTreeMap<usize, Outcome>> {
    let cases = all_cases(store).await?;
    let mut of_report: BTreeMap<i64, Vec<Case>> = BTreeMap::new();
    let pairs = "SELECT DISTINCT report_id, case_id FROM observation WHERE case_id IS NOT NULL";
    for row in store.fetch(pairs, args![]).await? {
        let case = cases.get(&row.int("case_id")?).context("an observation of no case")?;
        of_report.entry(row.int("report_id")?).or_default().push(case.clone());
    }
    let asked = "SELECT report_id FROM mail WHERE kind = 'reporter-ask' AND report_id IS NOT NULL";
    let asked: BTreeSet<i64> =
        store.fetch(asked, args![]).await?.iter().map(|row| row.int("report_id")).collect::<Result<_, _>>()?;
    let mut all = BTreeMap::new();
    for row in store.fetch("SELECT id, raw_hash, state, error_code FROM report", args![]).await? {
        let raw = store.get_raw(&row.text("raw_hash")?).await?;
        let Some(number) = mails::serial(&raw) else { continue };
        let id = row.int("id")?;
        let outcome = Outcome {
            number,
            state: row.text("state")?,
            error_code: row.opt_text("error_code")?,
            cases: of_report.remove(&id).unwrap_or_default(),
            asked: asked.contains(&id),
        };
        ensure!(all.insert(number, outcome).is_none(), "report {number} is stored twice");
    }
    Ok(all)
}

async fn all_cases(store: &Store) -> anyhow::Result<BTreeMap<i64, Case>> {
    let mut mailed: BTreeMap<i64, Vec<(String, String)>> = BTreeMap::new();
    let sql =
        "SELECT case_id, to_addr, state FROM mail WHERE case_id IS NOT NULL AND audience IN ('customer', 'reseller')";
    for row in store.fetch(sql, args![]).await? {
        mailed.entry(row.int("case_id")?).or_default().push((row.text("to_addr")?, row.text("state")?));
    }
    let refer = "SELECT DISTINCT case_id FROM journal WHERE kind = 'case.refer'";
    let referred: BTreeSet<i64> =
        store.fetch(refer, args![]).await?.iter().map(|row| row.int("case_id")).collect::<Result<_, _>>()?;
    let addresses = addresses(store).await?;
    let sql = "SELECT cases.id AS id, number, rule, state, exit, contract.key AS contract, contract.customer_id AS customer \
               FROM cases LEFT JOIN contract ON contract.id = cases.contract_id";
    let mut all = BTreeMap::new();
    for row in store.fetch(sql, args![]).await? {
        let id = row.int("id")?;
        let address = row.opt_int("customer")?.and_then(|customer| addresses.get(&customer).cloned()).flatten();
        let case = Case {
            number: row.text("number")?,
            contract: row.opt_text("contract")?,
            rule: row.opt_text("rule")?.unwrap_or_default(),
            state: row.text("state")?,
            exit: row.opt_text("exit")?,
            referred: referred.contains(&id),
            mails: mailed.remove(&id).unwrap_or_default(),
            address,
        };
        all.insert(id, case);
    }
    Ok(all)
}

/// Where a customer's mails have to go: to the nearest reseller with a desk, at most three levels up, else to himself.
async fn addresses(store: &Store) -> anyhow::Result<BTreeMap<i64, Option<String>>> {
    type Party = (Option<String>, Option<i64>, Option<String>);
    let mut parties: BTreeMap<i64, Party> = BTreeMap::new();
    for row in store.fetch("SELECT id, mail, parent_id, desk_mail FROM customer", args![]).await? {
        parties.insert(row.int("id")?, (row.opt_text("mail")?, row.opt_int("parent_id")?, row.opt_text("desk_mail")?));
    }
    let address = |id: &i64| {
        let (mail, parent, own_desk) = &parties[id];
        let mut above = *parent;
        for _ in 0..3 {
            let Some((_, next, desk)) = above.and_then(|id| parties.get(&id)) else { break };
            if desk.is_some() {
                return desk.clone();
            }
            above = *next;
        }
        mail.clone().or_else(|| own_desk.clone())
    };
    Ok(parties.keys().map(|id| (*id, address(id))).collect())
}

/// What stands in the table, for the assertions that follow it.
#[derive(Debug, Default)]
pub(crate) struct Table {
    cells: BTreeMap<(String, Happened), usize>,
    /// What did not go as expected: (expected, style and category, rules, what happened) → how often.
    otherwise: BTreeMap<(String, String, String, Happened), usize>,
    /// Reports whose case names another contract than the truth.
    pub(crate) wrong: Vec<String>,
}

impl Table {
    pub(crate) fn new(reports: &[DemoReport], outcomes: &BTreeMap<usize, Outcome>) -> anyhow::Result<Self> {
        let mut table = Self::default();
        for outcome in outcomes.values() {
            let truth = &reports.get(outcome.number).context("a report that nobody sent")?.truth;
            let happened = outcome.happened();
            *table.cells.entry((format!("{:?}", truth.expect), happened)).or_default() += 1;
            if !wanted(truth.expect).contains(&happened) {
                let what = format!("{} ({})", truth.style, truth.category);
                let key = (format!("{:?}", truth.expect), what, outcome.rules(), happened);
                *table.otherwise.entry(key).or_default() += 1;
            }
            for case in &outcome.cases {
                let is = case.contract.as_deref();
                let right = match &truth.accused {
                    Accused::Contract(key) => is.is_none_or(|is| is == key),
                    Accused::NotOurs | Accused::Noise => is.is_none(),
                };
                if !right {
                    table.wrong.push(format!(
                        "report {} ({}): case {} names {is:?}, the truth is {:?} at {:?}",
                        outcome.number, truth.style, case.number, truth.accused, truth.event
                    ));
                }
            }
        }
        Ok(table)
    }

    fn count(&self, expect: Expect, happened: &[Happened]) -> usize {
        let cell = |word: &Happened| self.cells.get(&(format!("{expect:?}"), *word)).copied().unwrap_or(0);
        happened.iter().map(cell).sum()
    }

    /// What must hold before a person has looked at anything.
    pub(crate) fn holds_alone(&self) -> anyhow::Result<()> {
        let (told, all) = (self.count(Expect::Tell, &[Happened::Told]), self.all(Expect::Tell));
        eprintln!("told without a person: {told} of {all}");
        ensure!(told * 100 >= all * LEAST_ALONE, "only {told} of {all} customers were told without a person");
        Ok(())
    }

    /// What must hold of a week whatever else happened to it.
    pub(crate) fn must_hold(&self) -> anyhow::Result<()> {
        ensure!(self.wrong.is_empty(), "{} wrong customers:\n{}", self.wrong.len(), self.wrong.join("\n"));
        let told = self.count(Expect::Tell, &[Happened::Told]);
        let drafted = self.count(Expect::Tell, &[Happened::Draft]);
        let all = self.all(Expect::Tell);
        eprintln!("told {told} of {all} who should be, {drafted} more wait for a person's word");
        ensure!(told * 100 >= all * LEAST_TOLD, "only {told} of {all} customers were told");
        let noise = self.all(Expect::Drop) - self.count(Expect::Drop, &[Happened::Dropped, Happened::SetAside]);
        ensure!(noise == 0, "{noise} mails that are no reports were taken for some");
        Ok(())
    }

    /// Reports with this expectation.
    fn all(&self, expect: Expect) -> usize {
        self.count(expect, &WORDS)
    }

    /// Shows the table and what is behind the customers that were not told.
    pub(crate) fn show(&self) {
        let expects: BTreeSet<&String> = self.cells.keys().map(|(expect, _)| expect).collect();
        eprint!("{:10}", "expected");
        for word in WORDS {
            eprint!("{:>9}", format!("{word:?}"));
        }
        eprintln!();
        for expect in expects {
            eprint!("{expect:10}");
            for word in WORDS {
                eprint!("{:>9}", self.cells.get(&(expect.clone(), word)).copied().unwrap_or(0));
            }
            eprintln!();
        }
        let mut otherwise: Vec<_> = self.otherwise.iter().collect();
        otherwise.sort_by_key(|((expect, ..), count)| (expect, std::cmp::Reverse(**count)));
        for ((expect, what, rules, happened), count) in otherwise {
            eprintln!("{expect:10}{count:4}  {what:40} {happened:?} by {rules}");
        }
    }
}

/// Takes on every case that waits only because its reading is not sure, as a person does who finds it right; says how many.
pub(crate) async fn look_at_readings(desk: &Desk) -> anyhow::Result<usize> {
    let person = Actor::new("user:test", Role::Operator);
    let filter = Filter { state: Some(CaseState::Triage), ..Filter::default() };
    let mut looked = 0;
    loop {
        let page = cases::page(&mut &desk.store, &filter, None, 200, desk.clock.now()).await?.cases;
        let waiting: Vec<_> = page.iter().filter(|case| case.rule.as_deref() == Some("unsure-reading")).collect();
        for case in &waiting {
            desk.accept_case(&person, At::from(*case), None).await?;
        }
        looked += waiting.len();
        if waiting.is_empty() {
            return Ok(looked);
        }
    }
}

/// No case holds evidence of two contracts, or of another one than its own.
pub(crate) async fn no_case_of_two(store: &Store) -> anyhow::Result<()> {
    let sql = "SELECT cases.number AS number FROM observation JOIN cases ON cases.id = observation.case_id \
               GROUP BY cases.id, cases.number, cases.contract_id \
               HAVING COUNT(DISTINCT observation.contract_id) > 1 \
               OR MIN(observation.contract_id) <> MIN(cases.contract_id) OR MAX(observation.contract_id) <> MAX(cases.contract_id)";
    let mixed: Vec<String> =
        store.fetch(sql, args![]).await?.iter().map(|row| row.text("number")).collect::<Result<_, _>>()?;
    ensure!(mixed.is_empty(), "cases with evidence of two contracts: {mixed:?}");
    Ok(())
}

/// Numbers of cases run from 1 without a gap.
pub(crate) async fn numbers_are_gapless(store: &Store) -> anyhow::Result<usize> {
    let rows = store.fetch("SELECT number FROM cases ORDER BY number", args![]).await?;
    for (row, wanted) in rows.iter().zip(1_usize..) {
        let number = row.text("number")?;
        let serial: usize = number.rsplit('-').next().unwrap_or_default().parse()?;
        ensure!(serial == wanted, "{number} stands where number {wanted} should");
    }
    Ok(rows.len())
}
