//! What kind of abuse it is: the 32 types of XARF v4 plus the nuisances that only a desk sees.
//!
//! One [`Category`] = one row of [`Category::ALL`]; names in other taxonomies are in [`crate::taxonomy`].

use serde::{Deserialize, Serialize};

use crate::case::{Lane, Severity};

/// The four rows of a Japanese provider's yearly table (A03) and what fits none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeskGroup {
    /// Spam and phishing (迷惑メール・フィッシング).
    SpamPhishing,
    /// Security incidents (セキュリティインシデント).
    Incident,
    /// Rights: copyright, trademark, defamation, privacy (権利侵害).
    Rights,
    /// Other unlawful content (その他違法情報).
    OtherUnlawful,
    /// Not (yet) sorted into one of the four.
    Unsorted,
}

impl DeskGroup {
    /// All five in the order of the yearly table.
    pub const ALL: [Self; 5] = [Self::SpamPhishing, Self::Incident, Self::Rights, Self::OtherUnlawful, Self::Unsorted];

    /// The stable name, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SpamPhishing => "spam-phishing",
            Self::Incident => "incident",
            Self::Rights => "rights",
            Self::OtherUnlawful => "other-unlawful",
            Self::Unsorted => "unsorted",
        }
    }
}

macro_rules! categories {
    ($($(#[$doc:meta])* $variant:ident $name:literal $class:literal $xarf:literal $group:ident $lane:ident $severity:ident;)+) => {
        /// A kind of abuse. The name of the 32 XARF v4 types is the type's own, with hyphens.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Category {$(
            $(#[$doc])*
            #[serde(rename = $name)]
            $variant,
        )+}

        impl Category {
            /// Every category, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name, as in JSON and playbooks.
            pub const fn name(self) -> &'static str {
                match self {$(Self::$variant => $name,)+}
            }

            /// The XARF v4 category and type that say the same or come nearest; empty strings where XARF has no word.
            pub const fn xarf(self) -> (&'static str, &'static str) {
                match self {$(Self::$variant => ($class, $xarf),)+}
            }

            /// The row of the yearly table (A03).
            pub const fn group(self) -> DeskGroup {
                match self {$(Self::$variant => DeskGroup::$group,)+}
            }

            /// Which desk works on it.
            pub const fn lane(self) -> Lane {
                match self {$(Self::$variant => Lane::$lane,)+}
            }

            /// Severity by harm before anything else is known.
            pub const fn base_severity(self) -> Severity {
                match self {$(Self::$variant => Severity::$severity,)+}
            }
        }
    };
}

categories! {
    /// Unwanted mail or messages.
    Spam "spam" "messaging" "spam" SpamPhishing Abuse Medium;
    /// Bulk sending without list care.
    BulkMessaging "bulk-messaging" "messaging" "bulk_messaging" SpamPhishing Abuse Low;
    /// Denial of service.
    Ddos "ddos" "connection" "ddos" Incident Abuse High;
    /// A machine taken over by malware.
    InfectedHost "infected-host" "connection" "infected_host" Incident Abuse High;
    /// Password guessing.
    LoginAttack "login-attack" "connection" "login_attack" Incident Abuse Medium;
    /// Port scan.
    PortScan "port-scan" "connection" "port_scan" Incident Abuse Low;
    /// Other reconnaissance.
    Reconnaissance "reconnaissance" "connection" "reconnaissance" Incident Abuse Low;
    /// Automated copying of content.
    Scraping "scraping" "connection" "scraping" Incident Abuse Low;
    /// SQL injection attempts.
    SqlInjection "sql-injection" "connection" "sql_injection" Incident Abuse Medium;
    /// Probing for known holes, attacks on web applications.
    VulnerabilityScan "vulnerability-scan" "connection" "vulnerability_scan" Incident Abuse Medium;
    /// A page that steals credentials.
    Phishing "phishing" "content" "phishing" SpamPhishing Abuse High;
    /// Malware for download.
    Malware "malware" "content" "malware" Incident Abuse High;
    /// Fraudulent shop or offer.
    Fraud "fraud" "content" "fraud" OtherUnlawful Abuse High;
    /// Sexual abuse of children, pictures.
    Csam "csam" "content" "csam" OtherUnlawful Abuse Critical;
    /// Sexual exploitation of children.
    Csem "csem" "content" "csem" OtherUnlawful Abuse Critical;
    /// Leaked personal or secret data.
    ExposedData "exposed-data" "content" "exposed_data" Incident Abuse High;
    /// Trademark and brand misuse.
    BrandInfringement "brand-infringement" "content" "brand_infringement" Rights Rights Low;
    /// A domain registered in order to deceive.
    SuspiciousRegistration "suspicious-registration" "content" "suspicious_registration" SpamPhishing Abuse Medium;
    /// A site changed or controlled by strangers: web shell, defacement.
    RemoteCompromise "remote-compromise" "content" "remote_compromise" Incident Abuse High;
    /// Copyright, in general.
    Copyright "copyright" "copyright" "copyright" Rights Rights Low;
    /// Copyright, file sharing.
    CopyrightP2p "copyright-p2p" "copyright" "p2p" Rights Rights Low;
    /// Copyright, file locker.
    CopyrightCyberlocker "copyright-cyberlocker" "copyright" "cyberlocker" Rights Rights Low;
    /// Copyright, link site.
    CopyrightLinkSite "copyright-link-site" "copyright" "link_site" Rights Rights Low;
    /// Copyright, user-generated content.
    CopyrightUgc "copyright-ugc" "copyright" "ugc_platform" Rights Rights Low;
    /// Copyright, Usenet.
    CopyrightUsenet "copyright-usenet" "copyright" "usenet" Rights Rights Low;
    /// A known hole that is open.
    Cve "cve" "vulnerability" "cve" Incident Abuse Low;
    /// A dangerous setting.
    Misconfiguration "misconfiguration" "vulnerability" "misconfiguration" Incident Abuse Low;
    /// A service that answers everybody: open resolver, open relay, open proxy.
    OpenService "open-service" "vulnerability" "open_service" Incident Abuse Low;
    /// Member or controller of a botnet.
    Botnet "botnet" "infrastructure" "botnet" Incident Abuse High;
    /// A server in the hands of strangers.
    CompromisedServer "compromised-server" "infrastructure" "compromised_server" Incident Abuse High;
    /// Listed on a blocklist.
    Blocklist "blocklist" "reputation" "blocklist" Incident Abuse Low;
    /// Named by threat intelligence without an act of its own.
    ThreatIntelligence "threat-intelligence" "reputation" "threat_intelligence" Incident Abuse Low;
    /// A mail account used with a stolen password.
    CompromisedAccount "compromised-account" "connection" "login_attack" SpamPhishing Abuse High;
    /// Defamation, insult, invasion of privacy.
    Defamation "defamation" "" "" Rights Rights Medium;
    /// Obscene content.
    Obscene "obscene" "" "" OtherUnlawful Abuse Medium;
    /// Threats and harassment of a person.
    Harassment "harassment" "" "" OtherUnlawful Abuse Medium;
    /// Listening in on communication.
    Eavesdropping "eavesdropping" "" "" Incident Abuse High;
    /// Acting under somebody else's name.
    Impersonation "impersonation" "content" "fraud" OtherUnlawful Abuse Medium;
    /// It is a complaint, but of what could not be told.
    Unknown "unknown" "" "" Unsorted Abuse Low;
}

impl std::fmt::Display for Category {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Category {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|category| category.name() == text)
            .ok_or_else(|| format!("`{text}` is not a category; `mimawari reference categories` lists them"))
    }
}
