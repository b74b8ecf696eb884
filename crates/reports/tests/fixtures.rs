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
        if folder.ends_with("japanese") {
            // Mails as readable text, which `tests/japanese.rs` renders.
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
