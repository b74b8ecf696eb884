//! What only looks like a format is left to others: a reader that claims another's mail is worse than none.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use jiff::Timestamp;
use model::{Format, Reading, ReportReader as _};
use reports::Reader;

fn read(raw: &str) -> Reading {
    Reader.read(raw.as_bytes(), "2024-05-02T03:00:00Z".parse::<Timestamp>().unwrap())
}

fn mail(subject: &str, rest: &str) -> String {
    format!(
        "From: Taro <taro@example.org>\nTo: abuse@example.com\nSubject: {subject}\nMessage-ID: <l@example.org>\n{rest}"
    )
}

fn attached(kind: &str, name: &str, body: &str) -> String {
    format!(
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nAttack from 192.0.2.1, see the file.\n--b\nContent-Type: {kind}; name=\"{name}\"\nContent-Disposition: attachment; filename=\"{name}\"\n\n{body}\n--b--\n"
    )
}

#[test]
fn mails_that_talk_about_a_format_are_read_generically() {
    for raw in [
        mail(
            "SpamCop",
            "\nWe saw a report that began with [ SpamCop V5.4.0 ] and did not understand it. 192.0.2.1 attacks us.\n",
        ),
        mail("DMARC", "\nYour <feedback> about DMARC: 192.0.2.1 sends mail in our name.\n"),
        mail("Infringement", "\nThe <Infringement> at 192.0.2.1 goes on: copyright infringement of our film.\n"),
        mail("Abuse from our side?", "\nDo you see attacks from 192.0.2.1?\n"),
        mail("Attack", &attached("text/csv", "list.csv", "timestamp,ip\n2024-05-01 00:00:00,192.0.2.1")),
        mail("Attack", &attached("application/zip", "2024-05-01-scan_x-y.csv.zip", "PK\u{3}\u{4} damaged")),
        mail(
            "Attack",
            &attached("application/json", "data.json", "{\"policies\":\"none\",\"organization-name\":\"x\"}"),
        ),
        mail("Attack", &attached("text/xml", "a.xml", "<feedback><stars>5</stars></feedback>")),
    ] {
        let reading = read(&raw);
        assert_eq!(reading.format, Format::Generic, "{raw}");
    }
}

#[test]
fn files_that_are_no_feed() {
    for raw in [
        "192.0.2.1 attacks us\n",
        "phish_id is a word\n",
        "[1, 2, 3]\n",
        "{\"urlhaus_link\": 3}\n",
        "[{\"phish_id\": 1, \"url\": 5}]\n",
        "timestamp\n",
    ] {
        assert_eq!(read(raw).format, Format::Generic, "{raw}");
    }
}

#[test]
fn a_dmarc_failure_report_is_arf_and_an_aggregate_is_none() {
    let failure = mail(
        "FW: x",
        "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nx\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: auth-failure\nAuth-Failure: dmarc\nSource-IP: 192.0.2.1\nReported-Domain: example.org\n--b--\n",
    );
    let reading = read(&failure);
    assert_eq!((reading.format, reading.observations.len()), (Format::Arf, 1));
    assert!(reading.observations[0].domain.is_none(), "the domain is the victim");
}

#[test]
fn nothing_internal_of_a_report_is_kept() {
    let raw = r#"{"xarf_version":"4.2.0","report_id":"123e4567-e89b-12d3-a456-426614174000","timestamp":"2024-05-01T00:00:00Z",
        "reporter":{"org":"A","contact":"a@example.org","domain":"example.org"},"sender":{"org":"A","contact":"a@example.org","domain":"example.org"},
        "source_identifier":"192.0.2.1","category":"connection","type":"login_attack","protocol":"tcp","first_seen":"2024-05-01T00:00:00Z",
        "_internal":{"analyst":"secret-name"}}"#;
    let reading = read(raw);
    assert_eq!(reading.format, Format::XarfV4);
    assert!(!serde_json::to_string(&reading).unwrap().contains("secret-name"));
}
