//! The fields of the 32 report types of XARF 4.2: which a report must have, which it should have, and what they hold.
//!
//! One table per type, in the order of the specification's type list; nested objects are checked for being objects. The
//! types of the category `content` are in [`super::v4_content`].

use super::check::Need::{May, Must, Should};
use super::check::{FieldRule, Rule};
use super::v4_content;

/// Fields that all types of a category share, and those of the type; `None` if the pair does not exist.
pub(crate) fn of(category: &str, kind: &str) -> Option<[&'static [FieldRule]; 2]> {
    TYPES
        .iter()
        .find(|(known, name, ..)| *known == category && *name == kind)
        .map(|(_, _, shared, own)| [*shared, *own])
}

type TypeRow = (&'static str, &'static str, &'static [FieldRule], &'static [FieldRule]);

#[rustfmt::skip] // One type a line reads as the table it is.
const TYPES: &[TypeRow] = &[
    ("messaging", "bulk_messaging", &[], MESSAGING_BULK_MESSAGING),
    ("messaging", "spam", &[], MESSAGING_SPAM),
    ("connection", "ddos", &[], CONNECTION_DDOS),
    ("connection", "infected_host", &[], CONNECTION_INFECTED_HOST),
    ("connection", "login_attack", &[], CONNECTION_LOGIN_ATTACK),
    ("connection", "port_scan", &[], CONNECTION_PORT_SCAN),
    ("connection", "reconnaissance", &[], CONNECTION_RECONNAISSANCE),
    ("connection", "scraping", &[], CONNECTION_SCRAPING),
    ("connection", "sql_injection", &[], CONNECTION_SQL_INJECTION),
    ("connection", "vulnerability_scan", &[], CONNECTION_VULNERABILITY_SCAN),
    ("content", "brand_infringement", v4_content::BASE, v4_content::BRAND_INFRINGEMENT),
    ("content", "csam", v4_content::BASE, v4_content::CSAM),
    ("content", "csem", v4_content::BASE, v4_content::CSEM),
    ("content", "exposed_data", v4_content::BASE, v4_content::EXPOSED_DATA),
    ("content", "fraud", v4_content::BASE, v4_content::FRAUD),
    ("content", "malware", v4_content::BASE, v4_content::MALWARE),
    ("content", "phishing", v4_content::BASE, v4_content::PHISHING),
    ("content", "remote_compromise", v4_content::BASE, v4_content::REMOTE_COMPROMISE),
    ("content", "suspicious_registration", v4_content::BASE, v4_content::SUSPICIOUS_REGISTRATION),
    ("copyright", "copyright", &[], COPYRIGHT_COPYRIGHT),
    ("copyright", "cyberlocker", &[], COPYRIGHT_CYBERLOCKER),
    ("copyright", "link_site", &[], COPYRIGHT_LINK_SITE),
    ("copyright", "p2p", &[], COPYRIGHT_P2P),
    ("copyright", "ugc_platform", &[], COPYRIGHT_UGC_PLATFORM),
    ("copyright", "usenet", &[], COPYRIGHT_USENET),
    ("vulnerability", "cve", &[], VULNERABILITY_CVE),
    ("vulnerability", "misconfiguration", &[], VULNERABILITY_MISCONFIGURATION),
    ("vulnerability", "open_service", &[], VULNERABILITY_OPEN_SERVICE),
    ("infrastructure", "botnet", &[], INFRASTRUCTURE_BOTNET),
    ("infrastructure", "compromised_server", &[], INFRASTRUCTURE_COMPROMISED_SERVER),
    ("reputation", "blocklist", &[], REPUTATION_BLOCKLIST),
    ("reputation", "threat_intelligence", &[], REPUTATION_THREAT_INTELLIGENCE),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const MESSAGING_BULK_MESSAGING: &[FieldRule] = &[
    ("evidence_source", Should, Rule::One(&["user_complaint", "automated_filter", "reputation_feed", "volume_analysis"])),
    ("protocol", Must, Rule::One(&["smtp", "sms", "whatsapp", "telegram", "social_media", "push_notification", "other"])),
    ("smtp_from", May, Rule::Mail),
    ("subject", Should, Rule::Max(500)),
    ("sender_name", May, Rule::Max(200)),
    ("recipient_count", Must, Rule::Int(100, i64::MAX)),
    ("unsubscribe_provided", Should, Rule::Bool),
    ("opt_in_evidence", May, Rule::Bool),
    ("bulk_indicators", May, Rule::Object),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const MESSAGING_SPAM: &[FieldRule] = &[
    ("evidence_source", Should, Rule::One(&["spamtrap", "user_complaint", "automated_filter", "honeypot", "content_analysis", "reputation_feed"])),
    ("protocol", Must, Rule::One(&["smtp", "sms", "whatsapp", "telegram", "signal", "chat", "social_media", "push_notification", "other"])),
    ("smtp_from", May, Rule::Mail),
    ("smtp_to", Should, Rule::Mail),
    ("subject", Should, Rule::Max(500)),
    ("sender_name", May, Rule::Max(200)),
    ("message_id", Should, Rule::Max(200)),
    ("user_agent", May, Rule::Max(200)),
    ("recipient_count", May, Rule::Int(1, i64::MAX)),
    ("language", May, Rule::Like(language, "a language tag")),
    ("spam_indicators", May, Rule::Object),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const CONNECTION_DDOS: &[FieldRule] = &[
    ("evidence_source", Should, Rule::One(&["firewall_logs", "ids_detection", "flow_analysis", "traffic_monitoring", "honeypot"])),
    ("destination_ip", Should, Rule::Ip),
    ("destination_port", Should, Rule::Int(1, 65_535)),
    ("protocol", Must, Rule::One(&["tcp", "udp", "icmp", "sctp"])),
    ("attack_vector", Should, Rule::Str),
    ("peak_pps", Should, Rule::Int(1, i64::MAX)),
    ("peak_bps", Should, Rule::Int(1, i64::MAX)),
    ("duration_seconds", May, Rule::Int(1, i64::MAX)),
    ("amplification_factor", May, Rule::Num(1.0, f64::MAX)),
    ("first_seen", Must, Rule::Time),
    ("last_seen", May, Rule::Time),
    ("threshold_exceeded", May, Rule::Time),
    ("mitigation_applied", May, Rule::Bool),
    ("service_impact", May, Rule::One(&["none", "degraded", "unavailable"])),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const CONNECTION_INFECTED_HOST: &[FieldRule] = &[
    ("destination_ip", Should, Rule::Ip),
    ("destination_port", Should, Rule::Int(1, 65_535)),
    ("protocol", Must, Rule::One(&["tcp", "udp"])),
    ("bot_type", Must, Rule::One(&["search_engine", "ai_agent", "monitoring", "seo_analyzer", "link_checker", "feed_reader", "social_media", "advertising", "malicious", "unknown"])),
    ("bot_name", Should, Rule::Str),
    ("user_agent", Should, Rule::Str),
    ("behavior_pattern", Should, Rule::One(&["legitimate_crawling", "aggressive_crawling", "api_abuse", "form_submission", "comment_spam", "account_creation", "content_harvesting", "vulnerability_probing", "mixed"])),
    ("request_rate", May, Rule::Num(f64::MIN, f64::MAX)),
    ("total_requests", May, Rule::Int(1, i64::MAX)),
    ("respects_robots_txt", May, Rule::Bool),
    ("follows_crawl_delay", May, Rule::Bool),
    ("javascript_execution", May, Rule::Bool),
    ("accepts_cookies", May, Rule::Bool),
    ("api_endpoints_accessed", May, Rule::Many(&[])),
    ("verification_status", Should, Rule::One(&["verified", "unverified", "spoofed", "unknown"])),
    ("first_seen", Must, Rule::Time),
    ("last_seen", May, Rule::Time),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const CONNECTION_LOGIN_ATTACK: &[FieldRule] = &[
    ("destination_ip", Should, Rule::Ip),
    ("destination_port", Should, Rule::Int(1, 65_535)),
    ("protocol", Must, Rule::One(&["tcp", "udp", "icmp", "sctp"])),
    ("first_seen", Must, Rule::Time),
    ("last_seen", May, Rule::Time),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const CONNECTION_PORT_SCAN: &[FieldRule] = &[
    ("destination_ip", Should, Rule::Ip),
    ("destination_port", Should, Rule::Int(1, 65_535)),
    ("protocol", Must, Rule::One(&["tcp", "udp", "icmp", "sctp"])),
    ("first_seen", Must, Rule::Time),
    ("last_seen", May, Rule::Time),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const CONNECTION_RECONNAISSANCE: &[FieldRule] = &[
    ("destination_ip", Should, Rule::Ip),
    ("destination_port", Should, Rule::Int(1, 65_535)),
    ("protocol", Must, Rule::One(&["tcp", "udp"])),
    ("probed_resources", Must, Rule::Many(&[])),
    ("resource_categories", Should, Rule::Many(&["environment_files", "version_control", "configuration_files", "backup_files", "admin_panels", "database_files", "log_files", "credential_files", "api_endpoints", "debug_endpoints", "other"])),
    ("http_methods", May, Rule::Many(&["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "CONNECT"])),
    ("response_codes", May, Rule::List),
    ("successful_probes", Should, Rule::Many(&[])),
    ("user_agent", May, Rule::Str),
    ("first_seen", Must, Rule::Time),
    ("last_seen", May, Rule::Time),
    ("total_probes", May, Rule::Int(1, i64::MAX)),
    ("automated_tool", May, Rule::Bool),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const CONNECTION_SCRAPING: &[FieldRule] = &[
    ("destination_ip", Should, Rule::Ip),
    ("destination_port", Should, Rule::Int(1, 65_535)),
    ("protocol", Must, Rule::One(&["tcp", "udp"])),
    ("scraping_pattern", Should, Rule::One(&["sequential", "random", "targeted", "sitemap_following", "api_harvesting", "deep_crawling", "breadth_first", "depth_first"])),
    ("target_content", Should, Rule::One(&["product_data", "pricing_information", "user_profiles", "contact_information", "news_articles", "images", "documents", "api_data", "search_results", "general_content", "other"])),
    ("user_agent", Should, Rule::Str),
    ("bot_signature", May, Rule::Str),
    ("request_rate", May, Rule::Num(f64::MIN, f64::MAX)),
    ("total_requests", Must, Rule::Int(1, i64::MAX)),
    ("unique_urls", May, Rule::Int(1, i64::MAX)),
    ("data_volume", May, Rule::Int(i64::MIN, i64::MAX)),
    ("respects_robots_txt", May, Rule::Bool),
    ("session_duration", May, Rule::Int(i64::MIN, i64::MAX)),
    ("concurrent_connections", May, Rule::Int(i64::MIN, i64::MAX)),
    ("first_seen", Must, Rule::Time),
    ("last_seen", May, Rule::Time),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const CONNECTION_SQL_INJECTION: &[FieldRule] = &[
    ("destination_ip", Should, Rule::Ip),
    ("destination_port", Should, Rule::Int(1, 65_535)),
    ("protocol", Must, Rule::One(&["tcp", "udp"])),
    ("http_method", Should, Rule::One(&["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])),
    ("target_url", Should, Rule::Uri),
    ("injection_point", Should, Rule::One(&["query_parameter", "post_body", "cookie", "header", "path", "json_parameter"])),
    ("payload_sample", May, Rule::Max(1000)),
    ("attack_technique", Should, Rule::One(&["union_based", "error_based", "boolean_blind", "time_blind", "stacked_queries", "out_of_band", "second_order", "other"])),
    ("first_seen", Must, Rule::Time),
    ("last_seen", May, Rule::Time),
    ("attempts_count", May, Rule::Int(1, i64::MAX)),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const CONNECTION_VULNERABILITY_SCAN: &[FieldRule] = &[
    ("destination_ip", Should, Rule::Ip),
    ("scan_type", Must, Rule::One(&["port_scan", "vulnerability_scan", "version_detection", "os_fingerprinting", "service_enumeration", "web_vuln_scan", "directory_brute_force", "mixed"])),
    ("scanner_signature", Should, Rule::Str),
    ("targeted_ports", Should, Rule::List),
    ("targeted_services", May, Rule::Many(&[])),
    ("vulnerabilities_probed", May, Rule::Many(&[])),
    ("scan_rate", May, Rule::Num(f64::MIN, f64::MAX)),
    ("protocol", Must, Rule::One(&["tcp", "udp", "icmp", "mixed"])),
    ("first_seen", Must, Rule::Time),
    ("last_seen", May, Rule::Time),
    ("total_requests", May, Rule::Int(1, i64::MAX)),
    ("user_agent", May, Rule::Str),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const COPYRIGHT_COPYRIGHT: &[FieldRule] = &[
    ("infringing_url", Must, Rule::Uri),
    ("work_title", Should, Rule::Max(500)),
    ("rights_holder", Should, Rule::Max(200)),
    ("original_url", May, Rule::Uri),
    ("infringement_type", Should, Rule::One(&["direct_copy", "modified_copy", "streaming", "download", "distribution"])),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const COPYRIGHT_CYBERLOCKER: &[FieldRule] = &[
    ("evidence_source", Should, Rule::One(&["automated_crawl", "manual_discovery", "user_report", "rights_holder", "search_engine"])),
    ("infringing_url", Must, Rule::Uri),
    ("hosting_service", Must, Rule::Max(200)),
    ("file_info", Should, Rule::Object),
    ("uploader_info", May, Rule::Object),
    ("work_title", Should, Rule::Max(500)),
    ("rights_holder", Should, Rule::Max(200)),
    ("work_category", Should, Rule::One(&["movie", "tv_show", "music", "software", "ebook", "audiobook", "game", "document", "other"])),
    ("access_method", May, Rule::One(&["direct_link", "password_protected", "premium_only", "time_limited", "captcha_protected"])),
    ("takedown_info", May, Rule::Object),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const COPYRIGHT_LINK_SITE: &[FieldRule] = &[
    ("evidence_source", Should, Rule::One(&["automated_crawl", "manual_monitoring", "user_report", "rights_holder", "search_monitoring"])),
    ("infringing_url", Must, Rule::Uri),
    ("site_name", Must, Rule::Max(200)),
    ("site_category", Should, Rule::One(&["torrent_index", "direct_download_links", "streaming_links", "usenet_index", "search_engine", "forum_links", "other"])),
    ("link_info", Should, Rule::Object),
    ("linked_content", Should, Rule::List),
    ("work_title", Should, Rule::Max(500)),
    ("rights_holder", Should, Rule::Max(200)),
    ("work_category", Should, Rule::One(&["movie", "tv_show", "music", "software", "ebook", "audiobook", "game", "adult_content", "other"])),
    ("search_terms", May, Rule::Many(&[])),
    ("site_ranking", May, Rule::Object),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const COPYRIGHT_P2P: &[FieldRule] = &[
    ("evidence_source", Should, Rule::One(&["automated_crawl", "manual_monitoring", "user_report", "rights_holder", "watermark_detection"])),
    ("p2p_protocol", Must, Rule::One(&["bittorrent", "edonkey", "gnutella", "kademlia", "other"])),
    ("swarm_info", Should, Rule::Object),
    ("peer_info", May, Rule::Object),
    ("work_title", Should, Rule::Max(500)),
    ("rights_holder", Should, Rule::Max(200)),
    ("work_category", Should, Rule::One(&["movie", "tv_show", "music", "software", "ebook", "audiobook", "game", "other"])),
    ("release_date", May, Rule::Date),
    ("detection_method", May, Rule::One(&["automated_crawl", "fingerprinting", "metadata_match", "manual_verification"])),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const COPYRIGHT_UGC_PLATFORM: &[FieldRule] = &[
    ("evidence_source", Should, Rule::One(&["automated_detection", "user_report", "rights_holder", "content_id_match", "fingerprint_match", "manual_review"])),
    ("infringing_url", Must, Rule::Uri),
    ("platform_name", Must, Rule::Max(200)),
    ("content_info", Should, Rule::Object),
    ("uploader_info", Should, Rule::Object),
    ("work_title", Should, Rule::Max(500)),
    ("rights_holder", Should, Rule::Max(200)),
    ("work_category", Should, Rule::One(&["movie", "tv_show", "music", "music_video", "audiobook", "podcast", "live_performance", "sports_event", "documentary", "other"])),
    ("infringement_type", Should, Rule::One(&["full_work", "substantial_portion", "compilation", "remix_unauthorized", "background_music", "clip_mashup"])),
    ("match_details", Should, Rule::Object),
    ("monetization_info", May, Rule::Object),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const COPYRIGHT_USENET: &[FieldRule] = &[
    ("evidence_source", Should, Rule::One(&["automated_monitoring", "newsgroup_crawl", "user_report", "rights_holder", "nzb_index_monitoring"])),
    ("newsgroup", Must, Rule::Max(200)),
    ("message_info", Should, Rule::Object),
    ("nzb_info", May, Rule::Object),
    ("server_info", May, Rule::Object),
    ("work_title", Should, Rule::Max(500)),
    ("rights_holder", Should, Rule::Max(200)),
    ("work_category", Should, Rule::One(&["movie", "tv_show", "music", "software", "ebook", "audiobook", "magazine", "game", "adult_content", "other"])),
    ("encoding_info", May, Rule::Object),
    ("detection_method", May, Rule::One(&["subject_line_match", "header_analysis", "content_sampling", "nzb_metadata"])),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const VULNERABILITY_CVE: &[FieldRule] = &[
    ("evidence_source", Should, Rule::One(&["vulnerability_scan", "researcher_analysis", "automated_discovery", "penetration_testing"])),
    ("service", Must, Rule::Max(200)),
    ("service_version", Should, Rule::Max(100)),
    ("service_port", Must, Rule::Int(1, 65_535)),
    ("cve_id", Must, Rule::Like(cve, "a CVE number")),
    ("cve_ids", May, Rule::Many(&[])),
    ("cvss_score", Should, Rule::Num(0.0, 10.0)),
    ("cvss_vector", May, Rule::Like(cvss3, "a CVSS 3 vector")),
    ("cvss_version", May, Rule::One(&["2.0", "3.0", "3.1"])),
    ("risk_level", Should, Rule::One(&["info", "low", "medium", "high", "critical"])),
    ("severity", Should, Rule::One(&["informational", "low", "medium", "high", "critical"])),
    ("exploitability", Should, Rule::One(&["theoretical", "poc_available", "functional", "weaponized"])),
    ("patch_available", Should, Rule::Bool),
    ("patch_version", May, Rule::Max(100)),
    ("patch_url", May, Rule::Uri),
    ("vendor_advisory", May, Rule::Uri),
    ("disclosure_date", May, Rule::Time),
    ("impact_assessment", May, Rule::Object),
    ("remediation_priority", May, Rule::One(&["low", "medium", "high", "critical", "emergency"])),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const VULNERABILITY_MISCONFIGURATION: &[FieldRule] = &[
    ("service", Must, Rule::Str),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const VULNERABILITY_OPEN_SERVICE: &[FieldRule] = &[
    ("service", Must, Rule::Str),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const INFRASTRUCTURE_BOTNET: &[FieldRule] = &[
    ("malware_family", Should, Rule::Max(200)),
    ("c2_server", Should, Rule::Str),
    ("c2_protocol", Should, Rule::One(&["http", "https", "tcp", "udp", "dns", "irc", "p2p", "custom"])),
    ("bot_capabilities", Should, Rule::Many(&["ddos", "spam", "proxy", "keylogger", "file_download", "remote_shell", "cryptocurrency_mining", "data_theft"])),
    ("compromise_evidence", Must, Rule::Str),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const INFRASTRUCTURE_COMPROMISED_SERVER: &[FieldRule] = &[
    ("compromise_method", Must, Rule::Str),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const REPUTATION_BLOCKLIST: &[FieldRule] = &[
    ("threat_type", Must, Rule::Str),
];

#[rustfmt::skip] // One field a line reads as the table it is.
const REPUTATION_THREAT_INTELLIGENCE: &[FieldRule] = &[
    ("threat_type", Must, Rule::Str),
];

fn cve(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let digits = |part: Option<&str>, least: usize| {
        part.is_some_and(|part| part.len() >= least && part.bytes().all(|b| b.is_ascii_digit()))
    };
    parts.next() == Some("CVE") && digits(parts.next().filter(|year| year.len() == 4), 4) && digits(parts.next(), 1)
}

pub(super) fn country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

fn cvss3(text: &str) -> bool {
    text.starts_with("CVSS:3.0/") || text.starts_with("CVSS:3.1/")
}

fn language(text: &str) -> bool {
    let (tag, region) = text.split_once('-').map_or((text, None), |(tag, region)| (tag, Some(region)));
    tag.len() == 2 && tag.bytes().all(|b| b.is_ascii_lowercase()) && region.is_none_or(country)
}

pub(super) fn lower_domain(text: &str) -> bool {
    text.contains('.')
        && text.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && !label.contains("--")
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        })
        && text.rsplit('.').next().is_some_and(|last| last.len() >= 2 && last.bytes().all(|b| b.is_ascii_lowercase()))
}
