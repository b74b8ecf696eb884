//! What lies behind a case (A06): signals, each with a weight towards one class; the customer is usually a victim.
//!
//! The first guess is made from outside facts alone: what reports say and what our contracts say. No log is read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use model::{Category, CauseClass, Observation, Place, ServiceKind};
use serde::{Deserialize, Serialize};

use super::facts::{Facts, Service};
use super::marks::is_planted;

macro_rules! signals {
    ($($(#[$doc:meta])* $variant:ident $name:literal $class:ident $weight:literal;)+) => {
        model::names! {
            /// A fact that points to a cause.
            Signal {$(
                $(#[$doc])*
                $variant $name,
            )+}
        }

        impl Signal {
            /// The class it points to, and how strongly.
            pub const fn points_to(self) -> (CauseClass, f64) {
                match self {$(Self::$variant => (CauseClass::$class, $weight),)+}
            }
        }
    };
}

signals! {
    /// The contract is younger than two weeks.
    ContractNew "contract-new" Deliberate 2.0;
    /// The domain itself imitates somebody: brand or log-in words in its own name.
    NameDeceives "name-deceives" Deliberate 2.0;
    /// Words of known lures in the sample that the reporter sent (A08).
    LureWords "lure-words" Deliberate 1.5;
    /// The content is fraud in itself.
    FraudContent "fraud-content" Deliberate 1.0;
    /// The customer's earlier contract was cancelled for abuse.
    EarlierCancelled "earlier-cancelled" Deliberate 3.0;
    /// The page lies in a folder of a content management system or in a hidden one.
    PlantedPath "planted-path" Victim 2.5;
    /// The contract is older than a year.
    ContractOld "contract-old" Victim 1.0;
    /// A mail or login account is used with somebody else's hands.
    AccountUsed "account-used" Victim 1.5;
    /// The kind of abuse is that of a machine taken over.
    TakenOver "taken-over" Victim 1.5;
    /// A service answers everybody or has a known hole.
    ServiceOpen "service-open" Careless 2.5;
    /// Mail to a list without care.
    ListCareless "list-careless" Careless 2.0;
    /// An access line with a machine behind it that attacks.
    BehindLine "behind-line" OpenNetwork 2.0;
    /// Malware that lives in routers, cameras and recorders.
    DeviceMalware "device-malware" OpenNetwork 2.0;
}

/// A first guess at the cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guess {
    /// The class.
    pub class: CauseClass,
    /// How sure, 0 to 1.
    pub confidence: f64,
    /// What points to it, and what points elsewhere.
    pub signals: Vec<Signal>,
}

/// A contract is new for this long.
const NEW: SignedDuration = SignedDuration::from_hours(14 * 24);
/// And old from here on.
const OLD: SignedDuration = SignedDuration::from_hours(365 * 24);
/// Weight below which nothing is guessed.
const ENOUGH: f64 = 1.0;
/// Words of log-in pages in a name.
const DECEIVING: &[&str] =
    &["login", "signin", "secure", "verify", "account", "update", "support", "bank", "wallet", "auth", "confirm"];
/// Words of lures (A08): money to be taken, a friend's new address.
const LURES: &[&str] = &[
    "アドレス変わった",
    "アドレスを変更し",
    "受け取ってください",
    "当選しました",
    "支援金",
    "高額報酬",
    "you have won",
    "inheritance",
];
/// Families that live in devices.
const DEVICES: &[&str] = &["mirai", "gafgyt", "bashlite", "mozi", "hajime", "qbot iot", "moobot", "rapperbot", "iot"];

/// The signals of one report. `text` is what the reporter wrote or enclosed.
pub fn signals(seen: &[&Observation], place: &Place, service: Option<&Service>, text: &str) -> BTreeSet<Signal> {
    let mut found = BTreeSet::new();
    for one in seen {
        found.extend(of_category(one.category));
        found.extend(of_observation(one, service));
    }
    if let Place::Account(_) = place
        && seen
            .iter()
            .any(|one| matches!(one.category, Category::Spam | Category::CompromisedAccount | Category::Phishing))
    {
        found.insert(Signal::AccountUsed);
    }
    if let Place::Site(name) = place {
        let objects = seen.iter().filter_map(|one| one.object.as_deref());
        let content = seen.iter().any(|one| {
            matches!(
                one.category,
                Category::Phishing | Category::Fraud | Category::SuspiciousRegistration | Category::Impersonation
            )
        });
        if content && deceives(name, objects) {
            found.insert(Signal::NameDeceives);
        }
    }
    let mailed =
        seen.iter().any(|one| matches!(one.category, Category::Spam | Category::Fraud | Category::BulkMessaging));
    let folded = text.to_lowercase();
    if mailed && LURES.iter().any(|lure| folded.contains(lure)) {
        found.insert(Signal::LureWords);
    }
    found
}

fn of_category(category: Category) -> Option<Signal> {
    match category {
        Category::Fraud | Category::SuspiciousRegistration => Some(Signal::FraudContent),
        Category::CompromisedAccount => Some(Signal::AccountUsed),
        Category::RemoteCompromise | Category::CompromisedServer | Category::InfectedHost => Some(Signal::TakenOver),
        Category::OpenService | Category::Misconfiguration | Category::Cve | Category::ExposedData => {
            Some(Signal::ServiceOpen)
        }
        Category::BulkMessaging => Some(Signal::ListCareless),
        _ => None,
    }
}

fn of_observation(seen: &Observation, service: Option<&Service>) -> Vec<Signal> {
    let mut found = Vec::new();
    let path = seen.url.as_deref().and_then(|url| url.split_once("://")?.1.split_once('/')).map(|(_, path)| path);
    let path = format!("/{}", path.unwrap_or_default().to_lowercase());
    if is_planted(&path).is_some() {
        found.push(Signal::PlantedPath);
    }
    if seen.transport == Some(model::Transport::Udp) && seen.port.is_some_and(crate::grade::is_reflector_port) {
        found.push(Signal::ServiceOpen);
    }
    let object = seen.object.as_deref().unwrap_or_default().to_lowercase();
    if !object.is_empty() && DEVICES.iter().any(|family| object.contains(family)) {
        found.push(Signal::DeviceMalware);
    }
    let attacks = matches!(
        seen.category,
        Category::InfectedHost
            | Category::LoginAttack
            | Category::PortScan
            | Category::Ddos
            | Category::Botnet
            | Category::Spam
            | Category::VulnerabilityScan
            | Category::Reconnaissance
    );
    if attacks && service.is_some_and(|service| service.kind == ServiceKind::Access) {
        found.push(Signal::BehindLine);
    }
    found
}

/// Whether a name was made to deceive: it holds the abused brand, or two words of log-in pages.
fn deceives<'a>(name: &str, mut objects: impl Iterator<Item = &'a str>) -> bool {
    let squeezed: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let holds = |brand: &str| {
        let brand: String = brand.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        brand.len() >= 4 && squeezed.contains(&brand)
    };
    let words = name.split(['.', '-']).filter(|word| DECEIVING.iter().any(|known| word.starts_with(known))).count();
    objects.any(holds) || words >= 2
}

/// The guess from everything that is known: signals of the reports and the age of the contract at the first event.
pub fn guess(facts: &Facts, opened: Timestamp) -> Guess {
    let mut signals = facts.signals.clone();
    if let Some(service) = &facts.service {
        let age = facts.first.unwrap_or(opened).duration_since(service.since);
        // A young contract says something only where a contract can be made for it.
        let telling = !matches!(facts.category(), Category::OpenService | Category::Cve | Category::Misconfiguration);
        if age < NEW && telling && service.kind != ServiceKind::Access {
            signals.insert(Signal::ContractNew);
        } else if age > OLD {
            signals.insert(Signal::ContractOld);
        }
    }
    weigh(&signals)
}

fn weigh(signals: &BTreeSet<Signal>) -> Guess {
    let mut weights: BTreeMap<CauseClass, f64> = BTreeMap::new();
    for signal in signals {
        let (class, weight) = signal.points_to();
        *weights.entry(class).or_default() += weight;
    }
    let total: f64 = weights.values().sum();
    // Of equal weights the first class wins, and the victim stands before the wrongdoer.
    let best =
        weights.into_iter().fold((CauseClass::Unknown, 0.0), |best, next| if next.1 > best.1 { next } else { best });
    let signals: Vec<Signal> = signals.iter().copied().collect();
    if best.1 < ENOUGH {
        return Guess { class: CauseClass::Unknown, confidence: 0.0, signals };
    }
    Guess { class: best.0, confidence: (best.1 / (total + 1.0) * 100.0).round() / 100.0, signals }
}
