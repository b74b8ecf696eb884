//! Names of other taxonomies, mapped to [`Category`]: XARF v3 and v4, RSIT v1003, and the names used by the people whose
//! experience the product is built on (attacks of B14, harms of D03, nuisances of D04).

use crate::category::Category;

/// The category of an XARF v4 `category` and `type`, or `None` if the pair is not in v4.2.
pub fn from_xarf_v4(category: &str, kind: &str) -> Option<Category> {
    Category::ALL.iter().copied().filter(|known| known.is_own_xarf()).find(|known| known.xarf() == (category, kind))
}

/// The category of an XARF v3 (or X-ARF) report type; letter case and separators do not matter.
pub fn from_xarf_v3(report_type: &str) -> Option<Category> {
    let folded: String =
        report_type.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    XARF_V3.iter().find(|(name, _)| *name == folded).map(|(_, category)| *category)
}

const XARF_V3: &[(&str, Category)] = &[
    ("spam", Category::Spam),
    ("loginattack", Category::LoginAttack),
    ("portscan", Category::PortScan),
    ("scan", Category::PortScan),
    ("dos", Category::Ddos),
    ("ddos", Category::Ddos),
    ("malware", Category::Malware),
    ("malwareattack", Category::Malware),
    ("malwarehosting", Category::Malware),
    ("botnet", Category::Botnet),
    ("phishing", Category::Phishing),
    ("copyright", Category::Copyright),
    ("trademark", Category::BrandInfringement),
    ("childabuse", Category::Csam),
    ("exploit", Category::VulnerabilityScan),
    ("harassment", Category::Harassment),
    ("openservice", Category::OpenService),
    ("potentiallycompromisedaccount", Category::CompromisedAccount),
    ("compromisedaccount", Category::CompromisedAccount),
    ("webcrawler", Category::Scraping),
    ("webspam", Category::Spam),
    ("fraud", Category::Fraud),
    ("infection", Category::InfectedHost),
    ("rpz", Category::ThreatIntelligence),
];

impl Category {
    /// Whether this category is one of the 32 of XARF v4 (and not a neighbour mapped onto one).
    pub const fn is_own_xarf(self) -> bool {
        !self.xarf().0.is_empty() && !matches!(self, Self::CompromisedAccount | Self::Impersonation)
    }

    /// The RSIT v1003 class and type as one machine tag value, such as `fraud="phishing"`.
    pub const fn rsit(self) -> (&'static str, &'static str) {
        match self {
            Self::Spam | Self::BulkMessaging => ("abusive-content", "spam"),
            Self::Csam | Self::Csem => ("abusive-content", "csam"),
            Self::Obscene | Self::Harassment | Self::Defamation => ("abusive-content", "harmful-speech"),
            Self::Malware => ("malicious-code", "malware-distribution"),
            Self::InfectedHost => ("malicious-code", "infected-system"),
            Self::Botnet => ("malicious-code", "c2-server"),
            Self::PortScan | Self::Reconnaissance | Self::Scraping => ("information-gathering", "scanner"),
            Self::LoginAttack => ("intrusion-attempts", "brute-force"),
            Self::VulnerabilityScan | Self::SqlInjection => ("intrusion-attempts", "ids-alert"),
            Self::CompromisedAccount => ("intrusions", "unprivileged-account-compromise"),
            Self::RemoteCompromise => ("intrusions", "application-compromise"),
            Self::CompromisedServer => ("intrusions", "system-compromise"),
            Self::Ddos => ("availability", "ddos"),
            Self::Eavesdropping => ("information-gathering", "sniffing"),
            Self::ExposedData => ("information-content-security", "data-leak"),
            Self::Phishing | Self::SuspiciousRegistration => ("fraud", "phishing"),
            Self::Fraud | Self::Impersonation => ("fraud", "masquerade"),
            Self::Copyright
            | Self::CopyrightP2p
            | Self::CopyrightCyberlocker
            | Self::CopyrightLinkSite
            | Self::CopyrightUgc
            | Self::CopyrightUsenet
            | Self::BrandInfringement => ("fraud", "copyright"),
            Self::Cve => ("vulnerable", "vulnerable-system"),
            Self::Misconfiguration => ("vulnerable", "potentially-unwanted-accessible"),
            Self::OpenService => ("vulnerable", "ddos-amplifier"),
            Self::Blocklist | Self::ThreatIntelligence => ("other", "other"),
            Self::Unknown => ("other", "undetermined"),
        }
    }
}

/// A name people use for an attack, a harm or a nuisance, and the one category it maps to.
#[derive(Debug, Clone, Copy)]
pub struct NamedThreat {
    /// Stable key, for the catalogue (`threat-<key>`).
    pub key: &'static str,
    /// The row of the mission it comes from.
    pub row: &'static str,
    /// Japanese name.
    pub ja: &'static str,
    /// English name.
    pub en: &'static str,
    /// Where it is worked on.
    pub category: Category,
    /// MISP tag of the same meaning.
    pub misp: &'static str,
}

macro_rules! named {
    ($($row:literal $key:literal $ja:literal $en:literal $category:ident $misp:literal;)+) => {
        /// Every named attack (B14), harm (D03) and nuisance (D04).
        pub const NAMED: &[NamedThreat] = &[$(
            NamedThreat { key: $key, row: $row, ja: $ja, en: $en, category: Category::$category, misp: $misp },
        )+];
    };
}

named! {
    "B14" "ddos" "DDoS攻撃" "DDoS" Ddos "rsit:availability=\"ddos\"";
    "B14" "password-list" "パスワードリスト攻撃" "password list attack" LoginAttack "rsit:intrusion-attempts=\"brute-force\"";
    "B14" "spoofed-login" "なりすましログイン" "login with somebody else's password" CompromisedAccount "rsit:intrusions=\"unprivileged-account-compromise\"";
    "B14" "web-application" "Webアプリケーションへの攻撃" "attack on a web application" VulnerabilityScan "rsit:intrusion-attempts=\"ids-alert\"";
    "B14" "cms" "CMS・WordPressの改ざん" "CMS or WordPress taken over" RemoteCompromise "rsit:intrusions=\"application-compromise\"";
    "B14" "own-brand-phishing" "自社をかたるフィッシング" "phishing in our own name" Phishing "rsit:fraud=\"phishing\"";
    "B14" "water-torture" "DNS水責め攻撃" "DNS water torture" Ddos "rsit:availability=\"ddos\"";
    "B14" "bind-hole" "BINDの脆弱性" "hole in BIND" Cve "rsit:vulnerable=\"vulnerable-system\"";
    "B14" "targeted" "標的型攻撃" "targeted attack" CompromisedServer "rsit:intrusions=\"system-compromise\"";
    "B14" "iot-default-password" "IoT機器の初期パスワード" "IoT with a default password" InfectedHost "rsit:malicious-code=\"infected-system\"";
    "D03" "eavesdrop" "盗聴" "eavesdropping" Eavesdropping "rsit:information-gathering=\"sniffing\"";
    "D03" "tamper" "データの閲覧・改ざん・破壊" "reading, altering or deleting data" RemoteCompromise "rsit:information-content-security=\"unauthorised-information-modification\"";
    "D03" "impersonate" "なりすまし" "impersonation" Impersonation "rsit:fraud=\"masquerade\"";
    "D03" "stepping-stone" "踏み台" "stepping stone" CompromisedServer "rsit:intrusions=\"system-compromise\"";
    "D03" "dos" "サービス妨害" "denial of service" Ddos "rsit:availability=\"dos\"";
    "D04" "defamation" "誹謗中傷" "defamation" Defamation "rsit:abusive-content=\"harmful-speech\"";
    "D04" "copyright" "著作権侵害" "copyright infringement" Copyright "rsit:fraud=\"copyright\"";
    "D04" "obscene" "わいせつ情報" "obscene content" Obscene "rsit:abusive-content=\"harmful-speech\"";
    "D04" "fraud" "詐欺" "fraud" Fraud "rsit:fraud=\"masquerade\"";
    "D04" "spam" "迷惑メール" "spam" Spam "rsit:abusive-content=\"spam\"";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn xarf_v4_has_its_32_types_once_each() {
        let own: BTreeSet<_> = Category::ALL.iter().filter(|c| c.is_own_xarf()).map(|c| c.xarf()).collect();
        assert_eq!(own.len(), 32);
        assert_eq!(Category::ALL.iter().filter(|c| c.is_own_xarf()).count(), 32);
        for (class, kind) in own {
            assert_eq!(from_xarf_v4(class, kind).unwrap().xarf(), (class, kind));
        }
    }

    #[test]
    fn every_name_parses_back() {
        for category in Category::ALL {
            assert_eq!(category.name().parse::<Category>().unwrap(), *category);
        }
    }

    #[test]
    fn named_threats_are_complete() {
        let count = |row| NAMED.iter().filter(|named| named.row == row).count();
        assert_eq!((count("B14"), count("D03"), count("D04")), (10, 5, 5));
    }
}
