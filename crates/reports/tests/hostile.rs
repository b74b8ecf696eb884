//! Hostile input: whatever comes, the reader ends soon, keeps its bounds and does not panic.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use model::{Reading, ReportReader as _};
use proptest::prelude::*;
use reports::Reader;

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

/// A small deterministic generator, so that a failure can be run again.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (below.max(1) as u64)).unwrap()
    }
}

const CHARSETS: [&str; 8] =
    ["iso-2022-jp", "shift_jis", "euc-jp", "utf-7", "big5", "ks_c_5601-1987", "utf-16", "x-unknown"];
const SPLICES: [&[u8]; 10] = [
    b"\x1b$B",
    b"=?iso-2022-jp?B?",
    b"Content-Type: multipart/mixed; boundary=\"\"\n",
    b"Content-Type: message/rfc822\n\n",
    b"{\"xarf_version\":[[[[",
    b"\xff\xfe\x00",
    b"&#x110000;",
    b"https://[::",
    b"99999999999999999999:99:99 +9999",
    "\u{2028}１９２．".as_bytes(),
];

fn mutate(fixtures: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut raw = fixtures[dice.next(fixtures.len())].clone();
    for _ in 0..=dice.next(6) {
        let at = dice.next(raw.len());
        match dice.next(9) {
            0 => raw.truncate(at),
            1 if !raw.is_empty() => raw[at] ^= 1 << dice.next(8),
            2 => {
                let other = &fixtures[dice.next(fixtures.len())];
                let from = dice.next(other.len());
                let end = (from + dice.next(400)).min(other.len());
                raw.splice(at..at, other[from..end].iter().copied());
            }
            3 => {
                let word = SPLICES[dice.next(SPLICES.len())];
                raw.splice(at..at, word.iter().copied());
            }
            4 => {
                let text = String::from_utf8_lossy(&raw).replace("utf-8", CHARSETS[dice.next(CHARSETS.len())]);
                raw = text.into_bytes();
            }
            5 => raw.retain(|b| *b != b'\n'),
            6 => {
                let end = (at + dice.next(200)).min(raw.len());
                raw.drain(at..end);
            }
            7 => {
                let end = (at + dice.next(60)).min(raw.len());
                let piece = raw[at..end].to_vec();
                for _ in 0..dice.next(30) {
                    raw.splice(at..at, piece.iter().copied());
                }
            }
            _ => {
                for byte in raw.iter_mut().filter(|b| **b == b'\n') {
                    *byte = b'\r';
                }
            }
        }
        if raw.is_empty() {
            break;
        }
    }
    raw
}

#[test]
fn ten_thousand_mutated_mails() {
    let fixtures = fixtures();
    let mut dice = Dice(0x5eed_1234_5678_9abc);
    for _ in 0..10_000 {
        read(&mutate(&fixtures, &mut dice));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(data in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        read(&data);
        reports::fuzz::fuzz_extract(&data);
        reports::fuzz::fuzz_html(&data);
        reports::fuzz::fuzz_generic(&data);
        reports::fuzz::fuzz_xarf(&data);
        reports::fuzz::fuzz_report(&data);
        reports::fuzz::fuzz_trace(&data);
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
