//! Every fixture, read and kept as a snapshot: what the readers make of each format is reviewed as text.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::path::Path;

use jiff::Timestamp;
use model::{Format, ReportReader as _};
use reports::Reader;

fn received() -> Timestamp {
    "2024-05-02T03:00:00Z".parse().unwrap()
}

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut out = Vec::new();
    for folder in std::fs::read_dir(root).unwrap() {
        let folder = folder.unwrap().path();
        if ["japanese", "languages", "forward"].iter().any(|name| folder.ends_with(name)) {
            // Mails of which `tests/japanese.rs` and `tests/forwards.rs` know what they say.
            continue;
        }
        for file in std::fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            let name = format!(
                "{}/{}",
                folder.file_name().unwrap().to_string_lossy(),
                path.file_name().unwrap().to_string_lossy()
            );
            out.push((name, std::fs::read(path).unwrap()));
        }
    }
    out.sort();
    out
}

#[test]
fn readings_are_as_reviewed() {
    for (name, raw) in fixtures() {
        let mut reading = Reader.read(&raw, received());
        // Rounded: a snapshot is about what was read, the calibration has its own measure.
        for seen in &mut reading.observations {
            seen.confidence = (seen.confidence * 100.0).round() / 100.0;
        }
        insta::assert_json_snapshot!(name.replace(['/', '.'], "__"), reading);
    }
}

#[test]
fn each_fixture_is_read_by_its_own_format() {
    for (name, raw) in fixtures() {
        let expected = match name.split('/').next().unwrap() {
            "acns" => Format::Acns,
            "arf" => Format::Arf,
            "dmarc" => Format::Dmarc,
            "fail2ban" => Format::Fail2ban,
            "feed" => Format::Feed,
            "form" => Format::Form,
            "generic" => Format::Generic,
            "listing" => Format::Listing,
            "shadowserver" => Format::Shadowserver,
            "spam_cop" => Format::SpamCop,
            "tls_rpt" => Format::TlsRpt,
            "x_arf" => Format::XArf,
            "xarf_v3" => Format::XarfV3,
            "xarf_v4" => Format::XarfV4,
            other => panic!("unknown folder {other}"),
        };
        assert_eq!(Reader.read(&raw, received()).format, expected, "{name}");
    }
}

#[test]
fn reading_again_gives_the_same() {
    for (name, raw) in fixtures() {
        assert_eq!(Reader.read(&raw, received()), Reader.read(&raw, received()), "{name}");
    }
}

#[test]
fn the_accused_is_found_and_nobody_else() {
    for (name, accused) in [
        ("arf/abuse.eml", &["192.0.2.55"][..]),
        ("arf/no-source-ip.eml", &["203.0.113.25"]),
        ("arf/mapped-crlf.eml", &["192.0.2.56"]),
        ("arf/cr-only.eml", &["2001:db8::25"]),
        ("arf/bare-complaint.eml", &["192.0.2.59"]),
        ("arf/missing-feedback-part.eml", &["203.0.113.25"]),
        ("arf/not-spam.eml", &[]),
        ("fail2ban/summary.eml", &["192.0.2.84", "192.0.2.85"]),
        ("fail2ban/started.eml", &[]),
        ("generic/table.eml", &["192.0.2.12", "192.0.2.13"]),
        ("generic/key-value.eml", &["192.0.2.14"]),
        ("generic/log-lines.eml", &["192.0.2.15"]),
        ("generic/japanese.eml", &["192.0.2.16"]),
        ("generic/mislabelled-jis.eml", &["192.0.2.17"]),
        ("generic/spam-forward.eml", &["203.0.113.25"]),
        ("generic/html-table.eml", &["192.0.2.18"]),
        ("generic/forwarded-report.eml", &["192.0.2.21"]),
        ("generic/forward-gmail-ja.eml", &["192.0.2.31"]),
        ("generic/forward-outlook-de.eml", &["192.0.2.32"]),
        ("generic/forward-quoted.eml", &["192.0.2.39"]),
        ("generic/panel-forward.eml", &["192.0.2.40"]),
        ("generic/ticket-rt.eml", &["192.0.2.34"]),
        ("generic/ticket-znuny.eml", &["192.0.2.35"]),
        ("generic/ticket-zendesk.eml", &["192.0.2.36"]),
        ("arf/forwarded.eml", &["192.0.2.37"]),
        ("generic/forward-spam-evidence.eml", &["192.0.2.38"]),
        ("generic/workbook.eml", &["192.0.2.61", "192.0.2.62"]),
        ("generic/flowed.eml", &["192.0.2.63"]),
        ("generic/signed-pgp-clear.eml", &["192.0.2.45"]),
        ("generic/signed-pgp-mime.eml", &["192.0.2.45"]),
        ("generic/signed-smime.eml", &["192.0.2.45"]),
        ("generic/signed-smime-opaque.eml", &["192.0.2.45"]),
        ("generic/bounce.eml", &[]),
        ("generic/reply.eml", &[]),
        ("generic/marketing.eml", &[]),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
        let reading = Reader.read(&std::fs::read(path).unwrap(), received());
        let mut ips: Vec<String> =
            reading.observations.iter().filter_map(|seen| seen.ip).map(|ip| ip.to_string()).collect();
        ips.sort();
        ips.dedup();
        assert_eq!(ips, accused, "{name}");
        assert_eq!(reading.report, !accused.is_empty(), "{name}");
    }
}

#[test]
fn who_passed_a_report_on_is_told_from_who_reports() {
    for (name, reporter, forwarder, written) in [
        ("generic/forwarded-report.eml", "sensor@example.org", Some("noc@example.net"), "2024-05-01T12:00:00Z"),
        (
            "generic/forward-gmail-ja.eml",
            "hanako@victim.example.jp",
            Some("mizuno@reseller.example.jp"),
            "2024-05-01T12:05:00Z",
        ),
        (
            "generic/forward-outlook-de.eml",
            "soc@victim.example.org",
            Some("support@reseller.example.net"),
            "2024-05-01T12:05:00Z",
        ),
        (
            "generic/forward-apple-html.eml",
            "watch@brand.example.org",
            Some("admin@reseller.example.net"),
            "2024-05-01T12:05:00Z",
        ),
        (
            "generic/panel-forward.eml",
            "nagios@victim.example.org",
            Some("abuse@datacenter.example.net"),
            "2024-05-02T07:41:00Z",
        ),
        (
            "generic/forward-quoted.eml",
            "rika@victim.example.org",
            Some("support@reseller.example.net"),
            "2024-05-01T12:05:00Z",
        ),
        (
            "generic/ticket-rt.eml",
            "hana@sensor.example.org",
            Some("abuse@upstream.example.net"),
            "2024-05-02T08:00:00Z",
        ),
        (
            "generic/ticket-znuny.eml",
            "jiro@victim.example.org",
            Some("abuse@upstream.example.net"),
            "2024-05-02T07:30:00Z",
        ),
        (
            "generic/ticket-zendesk.eml",
            "support+id4711@upstream.example.net",
            Some("support+id4711@upstream.example.net"),
            "2024-05-02T07:00:00Z",
        ),
        ("arf/forwarded.eml", "fbl@example.net", Some("noc@reseller.example.net"), "2024-05-01T12:40:00Z"),
        // Here the mail in the text is what is complained about.
        ("generic/forward-spam-evidence.eml", "user@victim.example.org", None, "2024-05-02T10:00:00Z"),
        ("generic/spam-forward.eml", "user@example.org", None, "2024-05-01T12:40:00Z"),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
        let reading = Reader.read(&std::fs::read(path).unwrap(), received());
        let who = reading.reporter.address.or(reading.reporter.name);
        assert_eq!(who.as_deref(), Some(reporter), "{name}");
        assert_eq!(reading.forwarder.and_then(|claim| claim.address).as_deref(), forwarder, "{name}");
        assert_eq!(reading.written.map(|at| at.to_string()).as_deref(), Some(written), "{name}");
    }
}
