//! Which hops are fact, and what speaks against the others.

use model::trace::{Flaw, Hop, Received, SKEW, Standing};

use super::received::organisation;
use super::trust::{Trust, same_house};
use crate::extract::ip;

/// How many hops from the top are fact: each was written by a believed host, and each but the first was reached through
/// the believed client of the one above.
pub(super) fn facts(hops: &[Received], trust: &Trust<'_>) -> usize {
    let mut count = 0;
    for (index, hop) in hops.iter().enumerate() {
        if !trust.writes(hop, index > 0) {
            break;
        }
        count += 1;
        if !trust.peer(hop, hops.get(index + 1)) {
            break;
        }
    }
    count
}

/// Every hop with its standing and flaws; the first `facts` are fact.
pub(super) fn judge(hops: Vec<Received>, facts: usize, trust: &Trust<'_>) -> Vec<Hop> {
    let flaws: Vec<Vec<Flaw>> = (0..hops.len()).map(|index| flaws(&hops, index, facts, trust)).collect();
    let standing = |index: usize, flaws: &[Flaw]| {
        if index < facts {
            Standing::Fact
        } else if flaws.iter().any(|flaw| *flaw != Flaw::BelowInjection) {
            Standing::Forged
        } else {
            Standing::Claimed
        }
    };
    let mut judged: Vec<Hop> = hops
        .into_iter()
        .zip(flaws)
        .enumerate()
        .map(|(index, (received, flaws))| Hop { received, standing: standing(index, &flaws), flaws, lag_s: None })
        .collect();
    let mut newer: Option<jiff::Timestamp> = None;
    for hop in judged.iter_mut().filter(|hop| hop.received.at.is_some()) {
        let at = hop.received.at;
        hop.lag_s = newer.zip(at).map(|(newer, at)| newer.as_second() - at.as_second());
        newer = at;
    }
    judged
}

fn flaws(hops: &[Received], index: usize, facts: usize, trust: &Trust<'_>) -> Vec<Flaw> {
    let hop = &hops[index];
    let mut flaws = Vec::new();
    let mut add = |is: bool, flaw: Flaw| {
        if is {
            flaws.push(flaw);
        }
    };
    if index < facts {
        add(is_false_name(hop, trust), Flaw::FalseName);
        return flaws;
    }
    add(true, Flaw::BelowInjection);
    add(hop.doubtful, Flaw::Unreadable);
    let newer = hops[..index].iter().rev().find_map(|newer| newer.at);
    let backwards = |at: jiff::Timestamp| newer.is_some_and(|newer| at.duration_since(newer) > SKEW);
    add(hop.at.is_some_and(backwards), Flaw::TimeBackwards);
    add(index > 0 && !joins(&hops[index - 1], hop), Flaw::ChainBroken);
    add(hop.impossible.is_some(), Flaw::ImpossibleAddress);
    add(index + 1 < hops.len() && is_private_between(hop), Flaw::PrivateBetween);
    add(hop.wrong_weekday, Flaw::WrongWeekday);
    flaws
}

/// Whether `older` can have been written by the client of `newer`. What a hop does not say cannot contradict.
fn joins(newer: &Received, older: &Received) -> bool {
    if newer.is_marker() || older.is_marker() || !newer.has_peer() || newer.is_fetched() {
        return true;
    }
    if let (Some(peer), Some(own)) = (newer.address, older.by_address)
        && peer == own
    {
        return true;
    }
    let Some(by) = older.by.as_deref().filter(|by| organisation(by).is_some()) else {
        return true;
    };
    let names: Vec<&str> = [&newer.name, &newer.helo]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .filter(|n| organisation(n).is_some())
        .collect();
    names.is_empty() || names.iter().any(|name| same_house(name, by))
}

/// A private or unreachable address with which a host of one organisation is said to have reached another.
fn is_private_between(hop: &Received) -> bool {
    let Some(address) = hop.address.filter(|address| !ip::is_public(*address)) else {
        return false;
    };
    let by = hop.by.as_deref().filter(|by| organisation(by).is_some());
    let client = hop.name.as_deref().or(hop.helo.as_deref()).filter(|name| organisation(name).is_some());
    !address.is_loopback() && by.zip(client).is_some_and(|(by, client)| !same_house(by, client))
}

/// The client of a believed hop calls itself by a believed name and is not.
fn is_false_name(hop: &Received, trust: &Trust<'_>) -> bool {
    let Some(helo) = hop.helo.as_deref() else { return false };
    let claims = trust.names(helo) || hop.by.as_deref() == Some(helo);
    claims && hop.address.is_some_and(ip::is_public) && !trust.peer(hop, None)
}
