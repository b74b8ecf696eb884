//! What an inventory import reads: plain rows with text keys, ready for CSV or JSON.

use ipnet::IpNet;
use jiff::Timestamp;
use model::{Control, Lang, ServiceKind};
use serde::{Deserialize, Serialize};

/// A plan of the catalogue (A01).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    pub yen_per_month: Option<i64>,
    /// Disk quota, GB.
    pub disk_gb: Option<i64>,
    /// Mails an hour that the plan may send.
    pub mails_per_hour: Option<i64>,
}

/// A customer; a reseller's row always comes before those of its customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerRow {
    /// Key.
    pub key: String,
    /// Name, surname first.
    pub name: String,
    /// Address for notices.
    pub mail: Option<String>,
    /// Language of notices.
    pub lang: Lang,
    /// Key of the reseller above.
    pub parent: Option<String>,
    /// Desk of a reseller.
    pub desk_mail: Option<String>,
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    pub to: Option<Timestamp>,
    /// Person in charge.
    pub responsible: Option<String>,
}

/// Who held what from when to when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldingRow {
    /// Text form of [`model::SubjectKey`].
    pub subject: String,
    /// Key of the contract; absent = the provider's own infrastructure.
    pub contract: Option<String>,
    /// First port; 0 if the address is not shared.
    pub port_lo: u16,
    /// Last port; 65535 if the address is not shared.
    pub port_hi: u16,
    /// First moment (inclusive).
    pub from: Timestamp,
    /// First moment after (exclusive); open if absent.
    pub to: Option<Timestamp>,
}

/// An announced prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrefixRow {
    /// Prefix.
    pub prefix: IpNet,
    /// Number of the announcing autonomous system.
    pub asn: u32,
}
