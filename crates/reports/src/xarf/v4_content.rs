//! The fields of the types of the category `content` of XARF 4.2: what all share, then one table per type.

use super::check::Need::{May, Must, Should};
use super::check::{FieldRule, Rule};
use super::v4_fields::{country, lower_domain};

#[rustfmt::skip] // One field a line reads as the table it is.
pub(super) const BASE: &[FieldRule] = &[
    ("url", Must, Rule::Uri),
    ("domain", Should, Rule::Like(lower_domain, "a domain name in lower case")),
    ("registrar", May, Rule::Str),
    ("nameservers", May, Rule::Many(&[])),
    ("dns_records", May, Rule::Object),
    ("screenshot_url", May, Rule::Uri),
    ("verified_at", Should, Rule::Time),
    ("verification_method", Should, Rule::One(&["manual", "automated_crawler", "user_report", "honeypot", "threat_intelligence"])),
    ("attack_vector", May, Rule::One(&["phishing", "malware", "fraud", "brand_infringement", "copyright_infringement", "data_leak", "remote_compromise", "suspicious_registration"])),
    ("target_brand", Should, Rule::Str),
    ("hosting_provider", May, Rule::Str),
    ("asn", May, Rule::Int(1, 4_294_967_295)),
    ("country_code", May, Rule::Like(country, "a two-letter country code")),
    ("ssl_certificate", May, Rule::Object),
    ("whois", May, Rule::Object),
    ("dns_response", May, Rule::Object),
];

#[rustfmt::skip] // One field a line reads as the table it is.
pub(super) const BRAND_INFRINGEMENT: &[FieldRule] = &[
    ("infringement_type", Must, Rule::One(&["counterfeit", "typosquatting", "lookalike", "homograph", "unauthorized_reseller", "trademark_violation", "brand_impersonation", "logo_misuse", "other"])),
    ("legitimate_site", Must, Rule::Uri),
    ("similarity_score", Should, Rule::Num(0.0, 1.0)),
    ("trademark_details", May, Rule::Object),
    ("infringing_elements", Should, Rule::Many(&["logo", "brand_name", "tagline", "color_scheme", "layout", "product_images", "domain_name", "other"])),
    ("products_offered", May, Rule::Many(&[])),
    ("previous_enforcement", May, Rule::List),
];

#[rustfmt::skip] // One field a line reads as the table it is.
pub(super) const CSAM: &[FieldRule] = &[
    ("classification", Must, Rule::One(&["baseline", "A1", "A2", "B1", "B2"])),
    ("media_type", Should, Rule::One(&["image", "video", "audio", "text", "mixed"])),
    ("detection_method", Must, Rule::One(&["hash_match", "ai_detection", "manual_review", "user_report", "automated_scan"])),
    ("hash_values", Should, Rule::Object),
    ("ncmec_report_id", Should, Rule::Str),
    ("content_removed", Should, Rule::Bool),
    ("account_suspended", May, Rule::Bool),
];

#[rustfmt::skip] // One field a line reads as the table it is.
pub(super) const CSEM: &[FieldRule] = &[
    ("exploitation_type", Must, Rule::One(&["grooming", "solicitation", "sextortion", "trafficking", "distribution", "production", "possession"])),
    ("victim_age_range", Should, Rule::One(&["infant", "toddler", "prepubescent", "pubescent", "unknown"])),
    ("platform", Should, Rule::One(&["social_media", "messaging_app", "gaming_platform", "forum", "email", "darkweb", "other"])),
    ("detection_method", Must, Rule::One(&["behavioral_analysis", "keyword_detection", "user_report", "ai_detection", "manual_review", "law_enforcement_referral"])),
    ("evidence_type", Should, Rule::Many(&["chat_logs", "images", "videos", "user_profile", "metadata"])),
    ("perpetrator_indicators", May, Rule::Object),
    ("reporting_obligations", Should, Rule::Many(&["NCMEC", "IWF", "local_law_enforcement", "europol", "interpol", "platform_safety_team", "other"])),
];

#[rustfmt::skip] // One field a line reads as the table it is.
pub(super) const EXPOSED_DATA: &[FieldRule] = &[
    ("data_types", Must, Rule::Many(&["personal_information", "credentials", "financial", "medical", "government_id", "email_addresses", "phone_numbers", "api_keys", "database_dumps", "source_code", "internal_documents", "customer_data", "employee_data", "intellectual_property", "other"])),
    ("exposure_method", Must, Rule::One(&["misconfigured_server", "open_directory", "database_exposure", "git_repository", "backup_file", "log_file", "cloud_storage", "paste_site", "forum_post", "ransomware_leak", "intentional_leak", "other"])),
    ("record_count", Should, Rule::Int(0, i64::MAX)),
    ("affected_organization", Should, Rule::Str),
    ("data_format", May, Rule::One(&["plaintext", "csv", "json", "xml", "sql", "excel", "pdf", "mixed", "other"])),
    ("sensitive_fields", Should, Rule::Many(&[])),
    ("encryption_status", Should, Rule::One(&["unencrypted", "encrypted", "partially_encrypted", "hashed", "unknown"])),
    ("accessibility", May, Rule::One(&["public", "requires_authentication", "requires_payment", "dark_web", "removed"])),
    ("discovery_source", May, Rule::One(&["security_researcher", "automated_scan", "breach_monitoring", "user_report", "law_enforcement", "threat_intelligence", "other"])),
    ("sample_records", May, Rule::List),
];

#[rustfmt::skip] // One field a line reads as the table it is.
pub(super) const FRAUD: &[FieldRule] = &[
    ("fraud_type", Must, Rule::One(&["investment", "romance", "tech_support", "lottery", "advance_fee", "cryptocurrency", "shopping", "charity", "employment", "government_impersonation", "other"])),
    ("payment_methods", Should, Rule::Many(&["credit_card", "bank_transfer", "cryptocurrency", "gift_cards", "wire_transfer", "paypal", "western_union", "moneygram", "cashapp", "venmo", "other"])),
    ("cryptocurrency_addresses", May, Rule::List),
    ("claimed_entity", Should, Rule::Str),
    ("loss_amount", May, Rule::Object),
];

#[rustfmt::skip] // One field a line reads as the table it is.
pub(super) const MALWARE: &[FieldRule] = &[
    ("malware_family", Should, Rule::Str),
    ("malware_type", Should, Rule::One(&["trojan", "ransomware", "dropper", "loader", "backdoor", "rootkit", "infostealer", "banking_trojan", "cryptominer", "adware", "spyware", "worm", "bot", "rat", "other"])),
    ("file_hashes", Should, Rule::Object),
    ("file_metadata", May, Rule::Object),
    ("distribution_method", Should, Rule::One(&["direct_download", "drive_by_download", "email_attachment", "malvertising", "exploit_kit", "watering_hole", "supply_chain", "social_engineering", "other"])),
    ("c2_servers", May, Rule::List),
    ("sandbox_analysis", May, Rule::Object),
    ("exploit_cve", May, Rule::Many(&[])),
    ("persistence_mechanism", May, Rule::Many(&["registry", "scheduled_task", "service", "startup_folder", "dll_hijacking", "wmi", "other"])),
    ("targeted_platforms", May, Rule::Many(&["windows", "linux", "macos", "android", "ios", "multi_platform"])),
];

#[rustfmt::skip] // One field a line reads as the table it is.
pub(super) const PHISHING: &[FieldRule] = &[
    ("credential_fields", Should, Rule::Many(&[])),
    ("phishing_kit", May, Rule::Str),
    ("redirect_chain", May, Rule::Many(&[])),
    ("submission_url", Should, Rule::Uri),
    ("cloned_site", Should, Rule::Uri),
    ("detection_evasion", May, Rule::Many(&["geo_blocking", "user_agent_filtering", "referrer_checking", "captcha", "time_based_display", "ip_blacklisting", "obfuscation", "other"])),
    ("lure_type", Should, Rule::One(&["account_suspension", "security_alert", "payment_issue", "prize_notification", "document_share", "password_reset", "shipping_notification", "tax_refund", "other"])),
];

#[rustfmt::skip] // One field a line reads as the table it is.
pub(super) const REMOTE_COMPROMISE: &[FieldRule] = &[
    ("compromise_type", Must, Rule::One(&["webshell", "backdoor", "defacement", "malicious_redirect", "seo_spam", "cryptominer", "phishing_kit", "malware_host", "c2_server", "proxy", "scanner", "other"])),
    ("compromise_indicators", Should, Rule::List),
    ("webshell_details", Should, Rule::Object),
    ("affected_cms", Should, Rule::One(&["wordpress", "joomla", "drupal", "magento", "prestashop", "opencart", "custom", "unknown", "other"])),
    ("vulnerability_exploited", May, Rule::Object),
    ("persistence_mechanisms", Should, Rule::Many(&["cron_job", "modified_core_files", "hidden_admin_account", "autoload_backdoor", "htaccess_modification", "database_backdoor", "other"])),
    ("malicious_activities", Should, Rule::Many(&["spam_sending", "ddos_attacks", "cryptocurrency_mining", "data_exfiltration", "lateral_movement", "hosting_malware", "hosting_phishing", "scanning", "other"])),
    ("cleanup_status", May, Rule::One(&["not_cleaned", "partially_cleaned", "cleaned", "reinfected", "unknown"])),
];

#[rustfmt::skip] // One field a line reads as the table it is.
pub(super) const SUSPICIOUS_REGISTRATION: &[FieldRule] = &[
    ("registration_date", Must, Rule::Time),
    ("days_since_registration", Should, Rule::Int(0, i64::MAX)),
    ("suspicious_indicators", Must, Rule::Many(&["typosquatting", "homograph_attack", "brand_keyword", "suspicious_tld", "bulk_registration", "privacy_protection", "suspicious_registrant", "fast_flux", "dga_pattern", "known_bad_nameserver", "suspicious_ssl_cert", "immediate_activation", "parked_page", "other"])),
    ("risk_score", Should, Rule::Num(0.0, 1.0)),
    ("targeted_brands", Should, Rule::Many(&[])),
    ("registrant_details", Should, Rule::Object),
    ("related_domains", May, Rule::List),
    ("predicted_usage", Should, Rule::Many(&["phishing", "malware", "spam", "fraud", "brand_abuse", "botnet_c2", "unknown"])),
    ("ssl_certificate_details", May, Rule::Object),
    ("activation_behavior", May, Rule::Object),
];
