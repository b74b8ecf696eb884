//! Facts about Shadowserver's report types: which kind of abuse each one is.
//!
//! A type that is not listed is sorted by the family its name begins with, and one of no known family is
//! [`Category::Unknown`]: new types come every month, and their rows must make observations all the same.

use model::Category;

/// The report type in a file name: `2024-05-01-scan_ssh-example-asn.csv`, compressed or not.
pub(super) fn kind_of_file(name: &str) -> Option<&str> {
    let name = name.rsplit(['/', '\\']).next()?;
    let date = name.get(..10)?;
    let shape = date.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
    let (kind, rest) = name.get(10..)?.strip_prefix('-')?.split_once(['-', '.'])?;
    let ends: Vec<String> = rest.rsplit('.').take(2).map(str::to_ascii_lowercase).collect();
    let table = match ends.first().map(String::as_str) {
        Some("csv") => true,
        Some("zip" | "gz") => ends.get(1).is_some_and(|end| end == "csv"),
        _ => false,
    };
    let good = kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') && !kind.is_empty();
    (shape && table && good).then_some(kind)
}

/// The name without the version of the Internet Protocol: `scan6_ssh` is `scan_ssh`, `event4_sinkhole` is `event_sinkhole`.
pub(super) fn base(kind: &str) -> String {
    let (family, rest) = kind.split_once('_').unwrap_or((kind, ""));
    let family = family.trim_end_matches(['4', '6']);
    let rest = rest.strip_suffix('6').unwrap_or(rest);
    if rest.is_empty() { family.to_owned() } else { format!("{family}_{rest}") }
}

/// Reports to the owner of an address that was attacked.
pub(super) fn is_about_victims(base: Option<&str>) -> bool {
    matches!(base, Some("event_honeypot_ddos_target"))
}

/// What a report type is about. Severities are the desk's matter, by category.
pub(super) fn category(base: &str) -> Category {
    let exact = TYPES.iter().find(|(_, names)| names.split(' ').any(|name| name == base));
    let family = || FAMILIES.iter().find(|(_, start)| base.starts_with(start));
    exact.or_else(family).map_or(Category::Unknown, |(category, _)| *category)
}

/// Types whose family says something else, or nothing.
const TYPES: &[(Category, &str)] = &[
    // What can be reached on purpose, what a device is, who was hit: knowledge, no fault and no act.
    (
        Category::ThreatIntelligence,
        "device_id scan_http scan_imap scan_pop3 scan_quic scan_smtp scan_ssh scan_ssl scan_stun event_sinkhole_dns \
         event_honeypot_ddos_amp event_honeypot_ddos_target ransomware_victim sandbox_dns",
    ),
    (
        Category::Cve,
        "scan_exchange scan_http_vulnerable scan_imap_vulnerable scan_pop3_vulnerable scan_smtp_vulnerable \
         scan_netis_router scan_isakmp scan_loop_dos special",
    ),
    (Category::Misconfiguration, "scan_badsecrets scan_ssl_freak scan_ssl_poodle scan_ip_tunnel event_ip_spoofer"),
    (Category::CompromisedServer, "scan_synfulknock"),
    (Category::Botnet, "scan_post_exploitation_framework event_honeypot_ddos"),
    (Category::InfectedHost, "compromised_iot event_sinkhole event_sinkhole_http"),
    (Category::RemoteCompromise, "compromised_website event_sinkhole_http_referer"),
    (Category::CompromisedAccount, "compromised_account"),
    (Category::LoginAttack, "event_honeypot_brute_force"),
    (Category::VulnerabilityScan, "event_honeypot_http_scan"),
    (Category::Ddos, "event_ddos_participant"),
    (Category::Spam, "spam_url"),
];

/// How names begin, the longer beginning first.
const FAMILIES: &[(Category, &str)] = &[
    (Category::PortScan, "event_honeypot_"),
    (Category::InfectedHost, "event_microsoft_sinkhole"),
    (Category::InfectedHost, "event_sinkhole"),
    (Category::Ddos, "event_ddos"),
    (Category::OpenService, "scan_"),
    (Category::ThreatIntelligence, "population_"),
    (Category::CompromisedServer, "compromised_"),
    (Category::Malware, "malware_"),
    (Category::Malware, "sandbox_"),
    (Category::Spam, "spam_"),
    (Category::Phishing, "phish"),
    (Category::Blocklist, "blocklist"),
    (Category::ThreatIntelligence, "device_"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_name_says_the_type() {
        for (name, kind) in [
            ("2024-05-01-scan_ssh-example-asn.csv", Some("scan_ssh")),
            ("2024-05-01-event6_sinkhole_http-example-asn.csv.zip", Some("event6_sinkhole_http")),
            ("2024-05-01-blocklist-123-example-asn-delayed.csv.gz", Some("blocklist")),
            ("out/2024-05-01-device_id6-x.csv", Some("device_id6")),
            ("2024-05-01-scan_ssh-example.txt", None),
            ("scan_ssh.csv", None),
            ("2024-05-0x-scan_ssh-e.csv", None),
            ("", None),
        ] {
            assert_eq!(kind_of_file(name), kind, "{name}");
        }
    }

    #[test]
    fn types_known_and_new() {
        for (kind, category) in [
            ("scan6_ssh", Category::ThreatIntelligence),
            ("scan_exchange", Category::Cve),
            ("scan_mdns", Category::OpenService),
            ("scan_something_new", Category::OpenService),
            ("event4_honeypot_rdp_scan", Category::PortScan),
            ("event4_honeypot_brute_force", Category::LoginAttack),
            ("event4_microsoft_sinkhole_http", Category::InfectedHost),
            ("event6_sinkhole_http_referer", Category::RemoteCompromise),
            ("compromised_website6", Category::RemoteCompromise),
            ("blocklist", Category::Blocklist),
            ("quite_new", Category::Unknown),
        ] {
            assert_eq!(super::category(&base(kind)), category, "{kind}");
        }
    }
}
