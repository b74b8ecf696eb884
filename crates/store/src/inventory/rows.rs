//! What an inventory import reads: plain rows with text keys, the same in CSV and in JSON.

use ipnet::IpNet;
use jiff::Timestamp;
use model::{Control, Lang, ReadinessItem, ServiceKind};
use serde::{Deserialize, Deserializer, Serialize};

/// A plan of the catalogue (A01).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRow {
    /// Key.
    pub key: String,
    /// Name as customers know it.
    pub name: String,
    /// Kind of service.
    pub service: ServiceKind,
    /// Who has root.
    pub control: Control,
    /// Price a month, yen.
    #[serde(default)]
    pub yen_per_month: Option<i64>,
    /// Disk quota, GB.
    #[serde(default)]
    pub disk_gb: Option<i64>,
    /// Mails an hour that the plan may send.
    #[serde(default)]
    pub mails_per_hour: Option<i64>,
}

/// A customer, perhaps below a reseller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerRow {
    /// Key.
    pub key: String,
    /// Name, surname first.
    pub name: String,
    /// Address for notices.
    #[serde(default)]
    pub mail: Option<String>,
    /// Language of notices.
    #[serde(default, deserialize_with = "lang")]
    pub lang: Lang,
    /// Key of the reseller above.
    #[serde(default)]
    pub parent: Option<String>,
    /// Desk of a reseller.
    #[serde(default)]
    pub desk_mail: Option<String>,
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractRow {
    /// Key.
    pub key: String,
    /// Key of the customer.
    pub customer: String,
    /// Key of the plan.
    pub plan: String,
    /// First moment.
    pub from: Timestamp,
    /// First moment after the end; open if absent.
    #[serde(default)]
    pub to: Option<Timestamp>,
    /// Person in charge.
    #[serde(default)]
    pub responsible: Option<String>,
}

/// Who held what from when to when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldingRow {
    /// Text form of [`model::SubjectKey`].
    pub subject: String,
    /// Key of the contract; absent = the provider's own infrastructure.
    #[serde(default)]
    pub contract: Option<String>,
    /// First port; 0 if the address is not shared.
    #[serde(default, deserialize_with = "port_lo")]
    pub port_lo: u16,
    /// Last port; 65535 if the address is not shared.
    #[serde(default = "last_port", deserialize_with = "port_hi")]
    pub port_hi: u16,
    /// First moment (inclusive).
    pub from: Timestamp,
    /// First moment after (exclusive); open if absent.
    #[serde(default)]
    pub to: Option<Timestamp>,
}

const fn last_port() -> u16 {
    u16::MAX
}

// An empty CSV field and a JSON null mean the same as a missing column.

fn port_lo<'de, D: Deserializer<'de>>(field: D) -> Result<u16, D::Error> {
    Option::deserialize(field).map(Option::unwrap_or_default)
}

fn port_hi<'de, D: Deserializer<'de>>(field: D) -> Result<u16, D::Error> {
    Option::deserialize(field).map(|port| port.unwrap_or(u16::MAX))
}

fn lang<'de, D: Deserializer<'de>>(field: D) -> Result<Lang, D::Error> {
    Option::deserialize(field).map(Option::unwrap_or_default)
}

/// An announced prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrefixRow {
    /// Prefix.
    pub prefix: IpNet,
    /// Number of the announcing autonomous system.
    pub asn: u32,
}

/// What a customer keeps ready for a contract (A42, D54).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadinessRow {
    /// Key of the contract.
    pub contract: String,
    /// What.
    pub item: ReadinessItem,
    /// The name, date, telephone number or place of it.
    pub value: String,
    /// First moment at which it has to be asked again; never if absent.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
}
