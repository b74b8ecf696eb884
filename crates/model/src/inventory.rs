//! What the provider sells, to whom, and who held what from when to when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::case::names;
use crate::ids::{ContractId, CustomerId, HoldingId, PlanId};
use crate::lang::Lang;
use crate::subject::SubjectKey;

names! {
    /// What kind of service a plan is.
    ServiceKind {
        /// Shared hosting: the provider runs the machine.
        SharedHosting "shared-hosting",
        /// Virtual private server.
        Vps "vps",
        /// Dedicated server.
        Server "server",
        /// Access line.
        Access "access",
        /// Mail.
        Mail "mail",
        /// Domain registration.
        Domain "domain",
    }
}

names! {
    /// Who has root (B19): it decides what the provider can check and do.
    Control {
        /// The provider runs the system and may look and act on it.
        Managed "managed",
        /// The customer has root: the provider can only ask and cut.
        Root "root",
    }
}

names! {
    /// What a customer keeps ready for the day on which something happens (A42, D54).
    ReadinessItem {
        /// Somebody is in charge of the site.
        Owner "owner",
        /// The day on which the site ends, or on which somebody looks whether it still should exist.
        EndDate "end-date",
        /// Whom to reach outside office hours.
        Contacts "contacts",
        /// Passwords are strong and not used twice.
        StrongPassword "strong-password",
        /// System and applications update themselves.
        AutoUpdate "auto-update",
        /// There is a backup, elsewhere.
        Backup "backup",
        /// What need not be reached cannot be reached.
        Firewall "firewall",
        /// A map of the network.
        NetworkMap "network-map",
        /// The settings are written down.
        Settings "settings",
        /// A spare or a plan to be back soon.
        Recovery "recovery",
    }
}

impl ReadinessItem {
    /// What a contract of this service must have; empty where there is no site or host to look after.
    pub const fn required(service: ServiceKind, control: Control) -> &'static [Self] {
        const MANAGED: usize = 6;
        match (service, control) {
            (ServiceKind::Access | ServiceKind::Mail | ServiceKind::Domain, _) => &[],
            // Firewall, map and settings of a managed machine are the provider's own work.
            (_, Control::Managed) => Self::ALL.split_at(MANAGED).0,
            (_, Control::Root) => Self::ALL,
        }
    }
}

/// A plan of the product catalogue (A01).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Our number.
    pub id: PlanId,
    /// The provider's own key.
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
    /// Mails an hour that this plan may send (A33).
    pub mails_per_hour: Option<i64>,
}

/// A customer, perhaps below a reseller (D40).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    /// Our number.
    pub id: CustomerId,
    /// The provider's own key.
    pub key: String,
    /// Name, surname first.
    pub name: String,
    /// Address for notices.
    pub mail: Option<String>,
    /// Language of notices.
    pub lang: Lang,
    /// The reseller above, if any.
    pub parent: Option<CustomerId>,
    /// If this customer is a reseller with a desk of its own: where notices about its customers go.
    pub desk_mail: Option<String>,
}

/// Levels of resellers between the provider and the end customer that are followed (D40).
pub const MAX_RESELLER_LEVELS: usize = 3;

/// A contract: one customer, one plan, from … to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contract {
    /// Our number.
    pub id: ContractId,
    /// The provider's own key.
    pub key: String,
    /// Whose.
    pub customer: CustomerId,
    /// What.
    pub plan: PlanId,
    /// First moment.
    pub from: Timestamp,
    /// First moment after the end; open if absent.
    pub to: Option<Timestamp>,
    /// Person in charge of the service, where the customer named one (A42).
    pub responsible: Option<String>,
}

/// One row of "who held what from when to when".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Holding {
    /// Our number.
    pub id: HoldingId,
    /// What was held.
    pub subject: SubjectKey,
    /// By which contract; absent = the provider's own infrastructure (a shared web server, a NAT pool, a router).
    pub contract: Option<ContractId>,
    /// First port, for an address shared by port ranges; 0 otherwise.
    pub port_lo: u16,
    /// Last port; 65535 otherwise.
    pub port_hi: u16,
    /// First moment (inclusive).
    pub from: Timestamp,
    /// First moment after (exclusive); open if absent.
    pub to: Option<Timestamp>,
    /// What the row was read from: file and line, API call, connector.
    pub source: String,
}
