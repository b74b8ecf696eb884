//! Entry points for fuzzing, one per format and one per reader below them: each takes any bytes and must neither panic nor
//! run long. The same functions run under cargo-fuzz (`fuzz/`), in the tests, and by the million on stable Rust
//! (`cargo run --release -p reports --example fuzz`).

use std::io::Cursor;
use std::ops::ControlFlow;

use jiff::Timestamp;
use model::{Format, Reading, ReportReader as _};

use crate::input::Input;

/// A target: its name, and what it does with the bytes.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("report", fuzz_report),
    ("generic", fuzz_generic),
    ("html", fuzz_html),
    ("extract", fuzz_extract),
    ("trace", fuzz_trace),
    ("unpack", fuzz_unpack),
    ("sheet", |data| drop(crate::unpack::sheet(&String::from_utf8_lossy(data)))),
    ("xarf", fuzz_xarf),
    ("rows", fuzz_rows),
    ("pictures", crate::pictures::fuzz),
    ("yaml", |data| drop(crate::xarf::yaml::documents(&String::from_utf8_lossy(data)))),
    ("xml", |data| drop(crate::xml::leaves(&String::from_utf8_lossy(data)))),
    ("acns", |data| format(&crate::formats::acns::ENTRY, data)),
    ("arf", |data| format(&crate::formats::arf::ENTRY, data)),
    ("dmarc", |data| format(&crate::formats::dmarc::ENTRY, data)),
    ("fail2ban", |data| format(&crate::formats::fail2ban::ENTRY, data)),
    ("feed", |data| format(&crate::formats::feed::ENTRY, data)),
    ("form", |data| format(&crate::formats::form::ENTRY, data)),
    ("listing", |data| format(&crate::formats::listing::ENTRY, data)),
    ("shadowserver", |data| format(&crate::formats::shadowserver::ENTRY, data)),
    ("spam_cop", |data| format(&crate::formats::spam_cop::ENTRY, data)),
    ("tls_rpt", |data| format(&crate::formats::tls_rpt::ENTRY, data)),
    ("x_arf", |data| format(&crate::formats::x_arf::ENTRY, data)),
    ("xarf_v3", |data| format(&crate::formats::xarf_v3::ENTRY, data)),
    ("xarf_v4", |data| format(&crate::formats::xarf_v4::ENTRY, data)),
];

/// Near the dates of the fixtures, so that lines without a year find theirs.
const RECEIVED: Timestamp = Timestamp::constant(1_714_618_800, 0);

/// One format's reader, whatever would have come before it.
fn format(entry: &crate::formats::Entry, data: &[u8]) {
    let mut reading = Reading::new(entry.format);
    (entry.read)(&Input::open(data, RECEIVED), &mut reading);
    assert!(reading.text.len() <= crate::text::MAX_TEXT);
}

/// A whole report.
pub fn fuzz_report(data: &[u8]) {
    let reading = crate::Reader.read(data, RECEIVED);
    assert!(reading.observations.len() <= Reading::MAX_OBSERVATIONS);
    assert!(reading.report || reading.observations.is_empty());
    assert!(!reading.remarks.iter().any(|remark| remark.starts_with("The reader failed")));
}

/// A text, read generically.
pub fn fuzz_generic(data: &[u8]) {
    let mut mail = b"Subject: x\n\n".to_vec();
    mail.extend_from_slice(data);
    fuzz_report(&mail);
}

/// HTML.
pub fn fuzz_html(data: &[u8]) {
    let _ = crate::html::to_text(&String::from_utf8_lossy(data));
}

/// The scanners of running text.
pub fn fuzz_extract(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let text = crate::extract::defang::refang(&text);
    for line in text.lines() {
        let (mut ips, mut urls, mut hosts, mut times) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        crate::extract::ip::scan(line, &mut ips);
        crate::extract::url::scan(line, &mut urls);
        crate::extract::url::scan_hosts(line, &urls, &mut hosts);
        crate::extract::time::scan(line, &mut times);
        assert!(times.iter().all(|one| line.get(one.start..one.end).is_some()));
    }
}

/// The way of a mail.
fn fuzz_trace(data: &[u8]) {
    if let Some(mail) = crate::mime::parse(data) {
        let (_, evidence) = crate::trace::evidence(&mail);
        let _ = crate::trace::trace(&evidence, &[], RECEIVED);
    }
}

/// XARF documents: the checks, and the way from v3 to v4 and back.
pub fn fuzz_xarf(data: &[u8]) {
    if let Ok(value) = serde_json::from_slice(data) {
        let _ = crate::formats::xarf_v3::validate(&value);
        let _ = crate::formats::xarf_v4::validate(&value, crate::formats::xarf_v4::Strictness::Complete);
        if let Ok(v4) = crate::xarf::convert::to_v4(&value) {
            assert_eq!(crate::xarf::convert::to_v3(&v4), value);
        }
    }
}

/// Tables, bare and in a mail that is read through.
fn fuzz_rows(data: &[u8]) {
    if let Ok(Some(rows)) = crate::rows::Rows::open(Cursor::new(data), "2024-05-01-scan_x-y.csv", RECEIVED) {
        assert!(matches!(rows.format(), Format::Feed | Format::Shadowserver));
        rows.for_each(drop);
    }
    let _ = crate::rows::stream::mail(Cursor::new(data), RECEIVED, &mut |_| ControlFlow::Continue(()));
}

/// A small deterministic generator, so that a finding can be made again.
#[derive(Debug, Clone)]
pub struct Dice(pub u64);

impl Dice {
    /// A number below `below` (or zero).
    pub fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (below.max(1) as u64)).unwrap_or(0)
    }
}

const CHARSETS: [&str; 8] =
    ["iso-2022-jp", "shift_jis", "euc-jp", "utf-7", "big5", "ks_c_5601-1987", "utf-16", "x-unknown"];
const SPLICES: [&[u8]; 24] = [
    b"\x1b$B",
    b"=?iso-2022-jp?B?",
    b"Content-Type: multipart/mixed; boundary=\"\"\n",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Type: text/csv; name=\"2024-05-01-scan_x-y.csv\"\n\n",
    b"{\"xarf_version\":[[[[",
    b"\xff\xfe\x00",
    b"&#x110000;",
    b"https://[::",
    b"99999999999999999999:99:99 +9999",
    "\u{2028}１９２．".as_bytes(),
    b"<Infringement><Source><IP_Address>",
    b"]]><![CDATA[",
    b"---\nSource: 192.0.2.1\nCategory: abuse\n",
    b"\"timestamp\",\"ip\",\"asn\",\"geo\"\n",
    b"\"\"\"",
    b"[ SpamCop V5 ]\nEmail from ",
    b"@4000000066",
    b"[1714566896] 9999999999.1 ",
    b"PK\x03\x04\x14\0\x08\0\x08\0",
    b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
    b"\r",
    b"\n> ",
];

/// One of `seeds`, changed in up to seven places.
pub fn mutate(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut raw = seeds.get(dice.roll(seeds.len())).cloned().unwrap_or_default();
    for _ in 0..=dice.roll(6) {
        change(&mut raw, seeds, dice);
        if raw.is_empty() {
            break;
        }
    }
    raw
}

fn change(raw: &mut Vec<u8>, seeds: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.roll(raw.len());
    match dice.roll(9) {
        0 => raw.truncate(at),
        1 => {
            if let Some(byte) = raw.get_mut(at) {
                *byte ^= 1 << dice.roll(8);
            }
        }
        2 => {
            let other = &seeds[dice.roll(seeds.len())];
            let from = dice.roll(other.len());
            let end = (from + dice.roll(400)).min(other.len());
            raw.splice(at..at, other[from..end].iter().copied());
        }
        3 => {
            let word = SPLICES[dice.roll(SPLICES.len())];
            raw.splice(at..at, word.iter().copied());
        }
        4 => {
            let text = String::from_utf8_lossy(raw).replace("utf-8", CHARSETS[dice.roll(CHARSETS.len())]);
            *raw = text.into_bytes();
        }
        5 => raw.retain(|b| *b != b'\n'),
        6 => {
            let end = (at + dice.roll(200)).min(raw.len());
            raw.drain(at..end);
        }
        7 => {
            let end = (at + dice.roll(60)).min(raw.len());
            let piece = raw[at..end].to_vec();
            for _ in 0..dice.roll(30) {
                raw.splice(at..at, piece.iter().copied());
            }
        }
        _ => {
            for byte in raw.iter_mut().filter(|b| **b == b'\n') {
                *byte = b'\r';
            }
        }
    }
}

/// Packed files: each container, whatever is in it.
fn fuzz_unpack(data: &[u8]) {
    use crate::mime::{Body, Mail, Part};
    let heads: [(&str, &[u8]); 7] = [
        ("a.gz", b"\x1f\x8b\x08"),
        ("a.zip", b"PK\x03\x04"),
        ("a.xlsx", b"PK\x03\x04"),
        ("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("winmail.dat", b"\x78\x9f\x3e\x22"),
        ("smime.p7m", b"\x30"),
        ("a.eml", b"From: "),
    ];
    let parts = heads.map(|(name, head)| Part {
        kind: "application/octet-stream".to_owned(),
        name: Some(name.to_owned()),
        alternative: None,
        attached: true,
        body: Body::Binary([head, data].concat().into()),
    });
    let mut mail = Mail { parts: parts.into(), ..Mail::default() };
    crate::unpack::expand(&mut mail, &mut crate::unpack::Budget::new());
}
