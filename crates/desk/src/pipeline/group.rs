//! From the observations of one report to groups: one site, one account or one host of one contract (A10). Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv6Addr};

use attribution::{Answer, Reason, Verdict};
use model::{Category, ContractId, CustomerId, Grade, Lane, Observation, Place, SubjectKey};
use sha2::{Digest, Sha256};
use text::mail::Missing;

use crate::playbook::Attributed;

/// An observation with the answer of attribution.
#[derive(Debug, Clone)]
pub(crate) struct Sighting {
    /// What was seen.
    pub(crate) seen: Observation,
    /// Whose it was.
    pub(crate) answer: Answer,
    /// What it accuses, without who reports it.
    pub(crate) fingerprint: String,
}

/// Observations of one report that belong to one case.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) lane: Lane,
    pub(crate) place: Place,
    pub(crate) attributed: Attributed,
    pub(crate) contract: Option<(ContractId, CustomerId)>,
    /// Indexes into the sightings of the report.
    pub(crate) items: Vec<usize>,
}

impl Sighting {
    pub(crate) fn new(seen: Observation, answer: Answer) -> Self {
        let fingerprint = fingerprint(&seen);
        Self { seen, answer, fingerprint }
    }
}

/// Groups sightings; those without any place are left out.
pub(crate) fn group(sightings: &[Sighting]) -> Vec<Group> {
    let mut groups: BTreeMap<(Lane, String, Option<ContractId>), Group> = BTreeMap::new();
    for (index, sighting) in sightings.iter().enumerate() {
        let Some(place) = place(&sighting.seen, &sighting.answer) else { continue };
        let lane = sighting.seen.category.lane();
        let attributed = attributed(&sighting.answer);
        let contract = sighting.answer.one().map(|one| (one.contract, one.customer));
        let key = (lane, place.to_string(), contract.map(|(contract, _)| contract));
        let group = groups.entry(key).or_insert_with(|| Group { lane, place, attributed, contract, items: Vec::new() });
        // What one observation leaves open another of the same place may only narrow.
        group.attributed = group.attributed.min(attributed);
        group.items.push(index);
    }
    groups.into_values().collect()
}

/// What attribution could say.
pub(crate) fn attributed(answer: &Answer) -> Attributed {
    match &answer.verdict {
        Verdict::One(_) => Attributed::One,
        Verdict::Several(_) => Attributed::Several,
        Verdict::Nobody if answer.reasons.contains(&Reason::NotOurs) => Attributed::NotOurs,
        Verdict::Nobody => Attributed::Nobody,
    }
}

/// The place of an observation. A machine behind an IPv6 prefix of its own changes its address every day (RFC 8981): there
/// the /64 is the host.
fn place(seen: &Observation, answer: &Answer) -> Option<Place> {
    let place = seen.place()?;
    let (Place::Host(IpAddr::V6(ip)), Some(one)) = (&place, answer.one()) else { return Some(place) };
    match &one.subject {
        SubjectKey::Ip(held) if held.prefix_len() <= 64 => {
            let network = u128::from(*ip) & (u128::MAX << 64);
            Some(Place::Host(IpAddr::V6(Ipv6Addr::from(network))))
        }
        _ => Some(place),
    }
}

/// Equal for two observations of one event, whoever reports them: category, place, what exactly, and the second.
pub(crate) fn fingerprint(seen: &Observation) -> String {
    let place = seen.place().map(|place| place.to_string()).unwrap_or_default();
    let exactly = match &seen.url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => seen.address().map(|ip| ip.to_string()).unwrap_or_default(),
    };
    let port = seen.port.map(|port| port.to_string()).unwrap_or_default();
    let second = seen.at.as_ref().map(|at| at.at.as_second().to_string()).unwrap_or_default();
    let text = [seen.category.name(), &place, &exactly, &port, &second].join("\n");
    let digest = Sha256::digest(text.as_bytes());
    digest
        .iter()
        .take(16)
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|nibble| char::from_digit(u32::from(nibble), 16))
        .collect()
}

/// What the observations of a group lack to be worked on (B11, B21).
pub(crate) fn missing<'a>(
    sightings: impl IntoIterator<Item = (&'a Observation, &'a Answer)>,
    grade: Grade,
) -> BTreeSet<Missing> {
    let (mut lacking, mut first): (BTreeSet<Missing>, bool) = (BTreeSet::new(), true);
    for (seen, answer) in sightings {
        let one = missing_of(seen, answer, grade);
        // One observation that has it all is enough to go on with.
        lacking = if first { one } else { lacking.intersection(&one).copied().collect() };
        first = false;
    }
    lacking
}

fn missing_of(seen: &Observation, answer: &Answer, grade: Grade) -> BTreeSet<Missing> {
    let mut lacking = BTreeSet::new();
    let content = is_content(seen.category);
    for reason in &answer.reasons {
        match reason {
            Reason::PortNeeded => lacking.insert(Missing::Port),
            Reason::TimeNeeded => lacking.insert(Missing::Time),
            Reason::SharedInfrastructure if seen.host().is_none() && seen.account.is_none() => {
                lacking.extend(tells_apart(seen, answer));
                true
            }
            _ => false,
        };
    }
    // Whoever is asked for the time would be asked for the port next.
    if let (None, Verdict::Several(candidates)) = (seen.port, &answer.verdict)
        && candidates.iter().any(|one| one.ports != (0, u16::MAX))
    {
        lacking.insert(Missing::Port);
    }
    let unsure = answer.one().is_none();
    if seen.at.is_none() && seen.url.is_none() && seen.account.is_none() {
        lacking.insert(Missing::Time);
    }
    if unsure && seen.at.as_ref().is_some_and(|at| at.zone.is_none()) {
        lacking.insert(Missing::Zone);
    }
    if content && seen.url.is_none() {
        lacking.insert(Missing::Url);
    }
    if seen.category.lane() == Lane::Rights && seen.object.is_none() {
        lacking.insert(if seen.category == Category::Defamation { Missing::Reason } else { Missing::Work });
    }
    if !content && grade < Grade::Shown {
        lacking.insert(Missing::LogLines);
    }
    lacking
}

/// What would tell who it was of those behind an address that many share; the address itself was named. Nothing where the
/// port does, or where only our own records can.
fn tells_apart(seen: &Observation, answer: &Answer) -> Option<Missing> {
    match seen.category {
        _ if seen.address().is_none() => Some(Missing::Address),
        _ if answer.reasons.contains(&Reason::PortNeeded) => None,
        category if is_content(category) => Some(Missing::Url),
        // The account through which a mail went stands in its headers.
        Category::Spam | Category::BulkMessaging | Category::CompromisedAccount => Some(Missing::Headers),
        _ => None,
    }
}

/// Whether it is about something that lies at a URL.
const fn is_content(category: Category) -> bool {
    matches!(
        category,
        Category::Phishing
            | Category::Malware
            | Category::Fraud
            | Category::Csam
            | Category::Csem
            | Category::ExposedData
            | Category::BrandInfringement
            | Category::RemoteCompromise
            | Category::Copyright
            | Category::CopyrightCyberlocker
            | Category::CopyrightLinkSite
            | Category::CopyrightUgc
            | Category::Defamation
            | Category::Obscene
            | Category::Impersonation
    )
}
