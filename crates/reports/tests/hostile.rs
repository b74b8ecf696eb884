//! Hostile input: whatever comes, the reader ends soon, keeps its bounds and does not panic.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use model::{Reading, ReportReader as _};
use proptest::prelude::*;
use reports::Reader;
use reports::fuzz::{Dice, TARGETS, mutate};

/// One input must be read within this time even in a debug build on a busy machine.
const LIMIT: Duration = Duration::from_secs(20);

fn read(raw: &[u8]) -> Reading {
    let started = Instant::now();
    let reading = Reader.read(raw, "2024-05-02T03:00:00Z".parse::<Timestamp>().unwrap());
    assert!(started.elapsed() < LIMIT, "{} bytes took {:?}", raw.len(), started.elapsed());
    assert!(reading.text.len() <= 64 << 10);
    assert!(reading.observations.len() <= Reading::MAX_OBSERVATIONS);
    assert!(
        !reading.remarks.iter().any(|remark| remark.starts_with("The reader failed")),
        "the reader panicked on {} bytes",
        raw.len()
    );
    reading
}

fn fixtures() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut paths: Vec<_> = std::fs::read_dir(root)
        .unwrap()
        .flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    paths.sort();
    paths.into_iter().map(|path| std::fs::read(path).unwrap()).collect()
}

#[test]
fn ten_thousand_mutated_mails() {
    let fixtures = fixtures();
    let mut dice = Dice(0x5eed_1234_5678_9abc);
    for _ in 0..10_000 {
        read(&mutate(&fixtures, &mut dice));
        let (_, target) = TARGETS[dice.roll(TARGETS.len())];
        target(&mutate(&fixtures, &mut dice));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(data in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        read(&data);
        for (_, target) in TARGETS {
            target(&data);
        }
    }

    #[test]
    fn any_text(text in "(?s)([ -~]|[\n\t:<>\\[\\]./0-9]|[ぁ-んァ-ヶ０-９．：]){0,800}") {
        reports::fuzz::fuzz_extract(text.as_bytes());
        reports::fuzz::fuzz_html(text.as_bytes());
        reports::fuzz::fuzz_generic(text.as_bytes());
    }
}

#[test]
fn nesting_a_thousand_deep() {
    let mut multipart = b"From: a@example.org\n".to_vec();
    for level in 0..1_000 {
        multipart.extend(format!("Content-Type: multipart/mixed; boundary=\"b{level}\"\n\n--b{level}\n").into_bytes());
    }
    multipart.extend(b"Content-Type: text/plain\n\nfrom 192.0.2.1\n");
    let reading = read(&multipart);
    assert!(!reading.remarks.is_empty(), "the cut is said");

    let mut messages = b"From: a@example.org\n".to_vec();
    for _ in 0..50_000 {
        messages.extend(b"Content-Type: message/rfc822\n\n");
    }
    read(&messages);
}

#[test]
fn a_million_headers() {
    let mut raw = b"From: a@example.org\nSubject: x\n".to_vec();
    for _ in 0..1_000_000 {
        raw.extend(b"X-A: b\n");
    }
    raw.extend(b"\nattack from 192.0.2.1\n");
    let reading = read(&raw);
    assert!(reading.remarks.iter().any(|remark| remark.contains("header")));
    assert_eq!(reading.observations.len(), 1);
}

#[test]
fn encoded_word_bomb() {
    let mut raw = b"From: a@example.org\nSubject: ".to_vec();
    raw.extend("=?utf-8?Q?".repeat(20_000).into_bytes());
    raw.extend(b"\n\nx\n");
    read(&raw);
}

#[test]
fn json_depth_bomb() {
    let mut raw = br#"{"xarf_version":"4.2.0","evidence":"#.to_vec();
    raw.extend("[".repeat(1_000_000).into_bytes());
    read(&raw);
    let mut object = "{\"a\":".repeat(500_000);
    object.push('1');
    read(object.as_bytes());
}

#[test]
fn one_line_of_fifty_megabytes() {
    let mut raw = b"From: a@example.org\nSubject: attack\n\n".to_vec();
    raw.extend("192.0.2.1 ".repeat(5_000_000).into_bytes());
    let reading = read(&raw);
    assert!(reading.remarks.iter().any(|remark| remark.contains("MiB")));
    let mut bare = Vec::new();
    bare.resize(50 << 20, b'a');
    read(&bare);
}

#[test]
fn many_brackets_and_entities() {
    for piece in ["[", "(", "<", "&", "hxxp", "[.]", "://", "@", "1.", ":", "\u{ff0e}", "12:", "<a href="] {
        let mut raw = b"From: a@example.org\nContent-Type: text/html\n\n".to_vec();
        raw.extend(piece.repeat(100_000).into_bytes());
        read(&raw);
    }
}

#[test]
fn nothing_at_all() {
    for raw in [&b""[..], b"\n", b"{", b"{}", b"\0", b"From: x", b":\n\n"] {
        let reading = read(raw);
        assert!(reading.observations.is_empty());
    }
}

#[test]
fn a_table_beyond_the_bounds_gives_what_fits_and_counts_the_rest() {
    use std::fmt::Write as _;
    let mut raw = "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/csv; name=\"2024-05-01-scan_x-y.csv\"\n\ntimestamp,ip,asn,geo,note\n".to_owned();
    let note = "n".repeat(280);
    for row in 0..120_000 {
        writeln!(raw, "2024-05-01 00:00:00,192.0.2.{},64496,JP,{note}", row % 250 + 1).unwrap();
    }
    raw.push_str("--b--\n");
    assert!(raw.len() > reports::mime::MAX_BYTES);
    let reading = read(raw.as_bytes());
    assert_eq!(reading.format, model::Format::Shadowserver);
    assert_eq!(reading.observations.len(), Reading::MAX_OBSERVATIONS);
    assert!(
        reading.remarks.iter().any(|remark| remark.starts_with("20000 more observations")),
        "{:?}",
        reading.remarks
    );
}
