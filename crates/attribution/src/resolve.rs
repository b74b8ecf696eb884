//! From holdings to an answer: pure, and never a guess.
//!
//! The event happened at one moment of the question's span and from one port. Every moment and port that is possible is a
//! *world*; in each world each accused subject points to whoever held it most precisely then. The answer is one contract
//! only if every world points to that contract and none to another.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;
use model::{ContractId, TimeSpan};
use store::inventory::Held;

use crate::chain::Chain;
use crate::{Answer, Candidate, Question, Reason, Verdict};

/// What is known for one question.
#[derive(Debug)]
pub(crate) struct Evidence<'e> {
    /// The chains of the question's subjects.
    pub(crate) chains: &'e [Chain],
    /// Holdings of any level of any chain that touch the span.
    pub(crate) held: Vec<&'e Held>,
    /// Whether there are more than `held` shows.
    pub(crate) is_cut: bool,
}

/// One holding in its place.
#[derive(Clone, Copy)]
struct Row<'e> {
    chain: usize,
    level: usize,
    held: &'e Held,
    by_port: bool,
}

impl Row<'_> {
    fn has_port(&self, port: u16) -> bool {
        !self.by_port || (self.held.holding.port_lo..=self.held.holding.port_hi).contains(&port)
    }

    fn is_shared(&self) -> bool {
        self.by_port && (self.held.holding.port_lo, self.held.holding.port_hi) != (0, u16::MAX)
    }

    fn holds_at(&self, at: Timestamp) -> bool {
        TimeSpan::instant(at).overlaps(self.held.holding.from, self.held.holding.to)
    }
}

/// What all worlds together say.
#[derive(Default)]
struct Tally {
    /// Indices of rows that a world points to.
    winners: BTreeSet<usize>,
    contracts: HashSet<ContractId>,
    /// Contracts in a world in which different subjects point to different ones.
    conflicting: HashSet<ContractId>,
    /// Contracts in a world in which one subject points to several.
    overlapping: HashSet<ContractId>,
    /// Chains that point to nobody in some world.
    gaps: HashSet<usize>,
    /// A world points to the provider's own infrastructure only.
    own: bool,
    /// A world points to nothing at all.
    nothing: bool,
}

/// The answer, or `None` if nobody and nothing held any of it in the span: whether it was ever ours must be looked up.
pub(crate) fn resolve(question: &Question, evidence: &Evidence<'_>) -> Option<Answer> {
    let span = question.span();
    let rows = rows(question, evidence, span);
    let tally = worlds(question, evidence.chains.len(), &rows, span);
    if tally.contracts.is_empty() {
        return (tally.own || evidence.is_cut).then(|| nobody_named(question, &tally, span));
    }
    let is_coarse = evidence.is_cut || evidence.chains.iter().any(|chain| chain.is_coarse);
    let is_certain = question.at.is_some() && tally.contracts.len() == 1 && !is_coarse;
    // One subject must tell it for every world: two that each tell a part would leave no single holding to show.
    let telling = (0..evidence.chains.len()).find(|chain| !tally.gaps.contains(chain)).filter(|_| is_certain);
    let one = telling.and_then(|chain| merged(&rows, &tally, chain));
    Some(match one {
        Some(candidate) => {
            Answer { verdict: Verdict::One(Box::new(candidate)), reasons: vec![Reason::HeldThroughout], span }
        }
        None => several(question, &rows, &tally, evidence, span),
    })
}

/// The holdings that touch span and port, each with the chain and level that it stands on.
fn rows<'e>(question: &Question, evidence: &Evidence<'e>, span: TimeSpan) -> Vec<Row<'e>> {
    let mut rows = Vec::with_capacity(evidence.held.len());
    for (index, chain) in evidence.chains.iter().enumerate() {
        for held in &evidence.held {
            let Some(level) = chain.levels.iter().position(|level| *level == held.holding.subject) else { continue };
            let row = Row { chain: index, level, held, by_port: chain.by_port };
            if span.overlaps(held.holding.from, held.holding.to) && question.port.is_none_or(|port| row.has_port(port))
            {
                rows.push(row);
            }
        }
    }
    // The database gives no order; the answer has one.
    rows.sort_by_key(|row| {
        (row.chain, row.level, row.held.holding.from, row.held.holding.port_lo, row.held.holding.id)
    });
    rows
}

/// Walks through one world of each kind: who holds what changes only where a holding or its ports begin or end.
fn worlds(question: &Question, chains: usize, rows: &[Row<'_>], span: TimeSpan) -> Tally {
    let mut tally = Tally::default();
    for port in ports(question, rows) {
        let here: Vec<usize> = (0..rows.len()).filter(|index| rows[*index].has_port(port)).collect();
        let ends = here.iter().flat_map(|index| [Some(rows[*index].held.holding.from), rows[*index].held.holding.to]);
        let mut moments: BTreeSet<Timestamp> =
            ends.flatten().filter(|at| *at > span.earliest && *at <= span.latest).collect();
        moments.insert(span.earliest);
        for at in moments {
            let active: Vec<usize> = here.iter().copied().filter(|index| rows[*index].holds_at(at)).collect();
            tally.world(chains, rows, &active);
        }
    }
    tally
}

fn ports(question: &Question, rows: &[Row<'_>]) -> BTreeSet<u16> {
    if let Some(port) = question.port {
        return BTreeSet::from([port]);
    }
    let shared = rows.iter().filter(|row| row.is_shared()).map(|row| &row.held.holding);
    let edges = shared.flat_map(|holding| [Some(holding.port_lo), holding.port_hi.checked_add(1)]);
    edges.flatten().chain([0]).collect()
}

impl Tally {
    /// Adds a world in which the rows `active` hold.
    fn world(&mut self, chains: usize, rows: &[Row<'_>], active: &[usize]) {
        let mut here: Vec<ContractId> = Vec::new();
        let mut own = false;
        for chain in 0..chains {
            let of_chain = || active.iter().copied().filter(|index| rows[*index].chain == chain);
            let deepest = of_chain().map(|index| rows[index].level).min();
            let precise = || of_chain().filter(|index| Some(rows[*index].level) == deepest);
            let mut pointed: Vec<ContractId> = Vec::new();
            for index in precise() {
                if let Some(contract) = rows[index].held.holding.contract {
                    self.winners.insert(index);
                    pointed.push(contract);
                }
            }
            own |= deepest.is_some() && pointed.is_empty();
            pointed.sort_unstable();
            pointed.dedup();
            if pointed.is_empty() {
                self.gaps.insert(chain);
            } else if pointed.len() > 1 {
                self.overlapping.extend(&pointed);
            }
            if here.iter().any(|contract| !pointed.contains(contract)) && !pointed.is_empty() {
                self.conflicting.extend(here.iter().chain(&pointed));
            }
            here.extend(pointed);
        }
        self.own |= own && here.is_empty();
        self.nothing |= !own && here.is_empty();
        self.contracts.extend(here);
    }
}

/// Infrastructure, or too much to look through without any contract in it.
fn nobody_named(question: &Question, tally: &Tally, span: TimeSpan) -> Answer {
    let mut reasons = vec![if tally.own { Reason::SharedInfrastructure } else { Reason::Overlap }];
    if question.at.is_none() {
        reasons.push(Reason::TimeNeeded);
    } else if tally.nothing {
        reasons.push(Reason::HeldPartly);
    }
    Answer { verdict: Verdict::Nobody, reasons, span }
}

/// The holding that a certain answer shows: adjacent rows of the contract (a renewal, two blocks of ports) as one.
fn merged(rows: &[Row<'_>], tally: &Tally, chain: usize) -> Option<Candidate> {
    let mut own = tally.winners.iter().map(|index| &rows[*index]).filter(|row| row.chain == chain);
    let mut candidate = candidate(own.next()?.held, Reason::HeldThroughout)?;
    for row in own {
        let holding = &row.held.holding;
        candidate.from = candidate.from.min(holding.from);
        candidate.to = candidate.to.zip(holding.to).map(|(one, other)| one.max(other));
        candidate.ports = (candidate.ports.0.min(holding.port_lo), candidate.ports.1.max(holding.port_hi));
    }
    Some(candidate)
}

fn several(question: &Question, rows: &[Row<'_>], tally: &Tally, evidence: &Evidence<'_>, span: TimeSpan) -> Answer {
    let winners = tally.winners.iter().map(|index| &rows[*index]);
    // If the list is cut, each contract should still be in it once.
    let mut seen = HashSet::new();
    let (first, again): (Vec<&Row<'_>>, Vec<&Row<'_>>) =
        winners.partition(|row| seen.insert(row.held.holding.contract));
    let mut candidates: Vec<Candidate> = first
        .into_iter()
        .chain(again)
        .filter_map(|row| candidate(row.held, reason(question, row, tally, span)))
        .collect();

    let mut found: BTreeSet<Reason> = candidates.iter().map(|candidate| candidate.reason).collect();
    found.remove(&Reason::HeldThroughout);
    if tally.own {
        found.insert(Reason::SharedInfrastructure);
    }
    if tally.nothing {
        found.insert(Reason::NotHeld);
    }
    if evidence.is_cut {
        found.insert(Reason::Overlap);
    }
    if found.is_empty() || evidence.chains.iter().any(|chain| chain.is_coarse) {
        found.insert(Reason::HeldPartly);
    }
    candidates.truncate(Answer::MAX_CANDIDATES);
    let mut reasons: Vec<Reason> = found.into_iter().collect();
    reasons.sort_by_key(|reason| WEIGHT.iter().position(|known| known == reason));
    Answer { verdict: Verdict::Several(candidates), reasons, span }
}

/// What to ask for or to look at first.
const WEIGHT: [Reason; 7] = [
    Reason::TimeNeeded,
    Reason::Conflict,
    Reason::Overlap,
    Reason::PortNeeded,
    Reason::HeldPartly,
    Reason::SharedInfrastructure,
    Reason::NotHeld,
];

fn reason(question: &Question, row: &Row<'_>, tally: &Tally, span: TimeSpan) -> Reason {
    let holding = &row.held.holding;
    let is_in = |set: &HashSet<ContractId>| holding.contract.is_some_and(|contract| set.contains(&contract));
    if question.at.is_none() {
        Reason::TimeNeeded
    } else if is_in(&tally.conflicting) {
        Reason::Conflict
    } else if is_in(&tally.overlapping) {
        Reason::Overlap
    } else if question.port.is_none() && row.is_shared() {
        Reason::PortNeeded
    } else if !span.within(holding.from, holding.to) || tally.contracts.len() > 1 {
        Reason::HeldPartly
    } else {
        Reason::HeldThroughout
    }
}

fn candidate(held: &Held, reason: Reason) -> Option<Candidate> {
    let (contract_key, customer) = held.holder.clone()?;
    let holding = &held.holding;
    Some(Candidate {
        contract: holding.contract?,
        contract_key,
        customer,
        subject: holding.subject.clone(),
        from: holding.from,
        to: holding.to,
        ports: (holding.port_lo, holding.port_hi),
        source: holding.source.clone(),
        reason,
    })
}
