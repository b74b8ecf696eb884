//! The pane beside a list: enough of a case to decide about it without opening it.

use std::collections::BTreeMap;

use attribution::{Answer, Candidate, Verdict};
use model::{CaseId, ContractId};
use store::cases;
use store::observations::{self, ObservationRow};

use crate::Failure;
use crate::screens::case::evidence::Evidence;
use crate::screens::case::facts::{Decided, word};
use crate::screens::page::{Page, Visit};
use crate::screens::view::{CaseLine, Names};

/// Observations that are looked at for candidates.
const LOOKED_AT: i64 = 200;
/// Candidates and cases to merge into that are offered.
const OFFERED: usize = 8;

/// A contract that may have been it.
#[derive(Debug)]
pub(crate) struct Offer {
    /// The candidate as attribution named it.
    pub(crate) candidate: Candidate,
    /// Its customer.
    pub(crate) customer: String,
    /// Why it is one.
    pub(crate) reason: String,
    /// In how many observations it is named.
    pub(crate) times: usize,
}

/// Enough of a case to decide about it.
#[derive(Debug)]
pub(crate) struct Brief {
    /// The case.
    pub(crate) line: CaseLine,
    /// What a playbook decided.
    pub(crate) decided: Option<Decided>,
    /// Contracts that may have been it.
    pub(crate) offers: Vec<Offer>,
    /// Why nobody surer could be named.
    pub(crate) reasons: Vec<String>,
    /// Other cases of the place, contract or customer.
    pub(crate) similar: Vec<CaseLine>,
    /// The last report.
    pub(crate) evidence: Option<Evidence>,
}

impl Brief {
    /// Collects it.
    pub(crate) async fn of(visit: &Visit, page: &Page, id: CaseId) -> Result<Self, Failure> {
        let store = visit.store();
        let case = cases::case(&mut &*store, id).await?;
        let decision = cases::decision(&mut &*store, id).await?;
        let seen = observations::of_case(&mut &*store, id, model::ObservationId(0), LOOKED_AT).await?;
        let (candidates, reasons) = candidates(&seen);
        let similar = cases::similar(&mut &*store, &case, i64::try_from(OFFERED).unwrap_or(8)).await?;
        let mut shown = similar.clone();
        shown.push(case.clone());
        let names = Names::of(store, &shown).await?;
        let customers: Vec<_> = candidates.iter().map(|(candidate, _)| candidate.customer).collect();
        let customers = store::screens::customer_names(&mut &*store, &customers).await?;
        let offers = candidates
            .into_iter()
            .take(OFFERED)
            .map(|(candidate, times)| Offer {
                customer: customers.get(&candidate.customer).map(|(_, name)| page.name(name)).unwrap_or_default(),
                reason: reason(page, candidate.reason),
                candidate,
                times,
            })
            .collect();
        Ok(Self {
            decided: decision.as_ref().map(|stored| Decided::of(page, stored)),
            offers,
            reasons: reasons.into_iter().map(|why| reason(page, why)).collect(),
            similar: CaseLine::all(page, &names, similar),
            evidence: Evidence::of_case(visit, page, id).await?,
            line: CaseLine::of(page, &names, case),
        })
    }
}

fn reason(page: &Page, reason: attribution::Reason) -> String {
    let name = serde_json::to_value(reason).ok();
    word(page, "reason", name.as_ref().and_then(|name| name.as_str()).unwrap_or_default())
}

/// The contracts that the answers of attribution name, most often named first, and the reasons why not one surely.
fn candidates(seen: &[ObservationRow]) -> (Vec<(Candidate, usize)>, Vec<attribution::Reason>) {
    let mut found: BTreeMap<ContractId, (Candidate, usize)> = BTreeMap::new();
    let mut reasons = Vec::new();
    for answer in seen.iter().filter_map(|row| row.attribution.as_ref()) {
        let Ok(answer) = serde_json::from_value::<Answer>(answer.clone()) else { continue };
        reasons.extend(answer.reasons);
        let named = match answer.verdict {
            Verdict::One(one) => vec![*one],
            Verdict::Several(several) => several,
            Verdict::Nobody => Vec::new(),
        };
        for candidate in named {
            found.entry(candidate.contract).or_insert((candidate, 0)).1 += 1;
        }
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    reasons.sort_unstable();
    reasons.dedup();
    (found, reasons)
}
