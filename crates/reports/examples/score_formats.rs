//! Measures what the formats promise: `cargo run --release --example score_formats -p reports -- FOLDER [GIGABYTES]`.
//!
//! * every report type of Shadowserver's schema (`FOLDER/shadowserver/reports.json`): a row of it makes an observation
//! * every good XARF v3 sample (`FOLDER/xarf/v3/samples/positive`): to v4 and back without loss
//! * rows a second of one core, from the table and from the whole mail
//! * the memory that a mail with a table of so many gigabytes takes, read through
#![expect(clippy::print_stdout, reason = "a measurement prints")]

use std::io::{BufReader, Cursor, Read};
use std::ops::ControlFlow;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use model::{Category, ReportReader as _};
use reports::formats::xarf_v4;
use reports::rows::{Rows, stream};
use reports::xarf::convert;
use serde_json::Value;

const NAME: &str = "2024-05-01-scan_snmp-example-asn.csv";
const HEAD: &str = "\"timestamp\",\"severity\",\"ip\",\"protocol\",\"port\",\"hostname\",\"tag\",\"asn\",\"geo\",\"region\",\"city\",\"naics\",\"hostname_source\",\"sector\",\"sysdesc\",\"sysname\",\"community\",\"version\",\"response_size\",\"amplification\"\n";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().cloned().unwrap_or_default();
    let gigabytes: f64 = arguments.get(1).and_then(|text| text.parse().ok()).unwrap_or(1.0);
    // First, for what comes after takes more.
    memory(gigabytes);
    types(&Path::new(&folder).join("shadowserver/reports.json"));
    conversions(&Path::new(&folder).join("xarf/v3/samples/positive"));
    speed();
}

fn received() -> Timestamp {
    Timestamp::constant(1_714_618_800, 0)
}

/// A row of every type, every column filled by its name.
fn types(schema: &Path) {
    let text = std::fs::read(schema).unwrap_or_default();
    let Ok(Value::Object(types)) = serde_json::from_slice(&text) else {
        println!("{}: no schema, types are not measured", schema.display());
        return;
    };
    let (mut read, mut sorted) = (0, 0);
    for (name, kind) in &types {
        let fields: Vec<&str> = kind["fields"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let cells: Vec<String> = fields.iter().map(|field| format!("\"{}\"", cell(field))).collect();
        let table = format!("{}\n{}\n", fields.join(","), cells.join(","));
        let part = format!("2024-05-01-{name}-example.csv");
        let rows = Rows::open(Cursor::new(table), &part, received()).ok().flatten();
        let seen = rows.and_then(|mut rows| rows.next());
        if let Some(seen) = seen.filter(|seen| seen.at.is_some()) {
            read += 1;
            sorted += usize::from(seen.category != Category::Unknown);
        } else {
            println!("  nothing read of a row of {name}");
        }
    }
    println!("Shadowserver: rows of {read}/{} types make an observation, {sorted} of a known category", types.len());
}

fn cell(field: &str) -> &'static str {
    match field {
        "timestamp" => "2024-05-01 00:00:00",
        "ip" | "src_ip" | "http_referer_ip" => "192.0.2.1",
        "dst_ip" => "198.51.100.1",
        "url" => "http://example.com/a",
        "hostname" | "website" | "request" => "host.example.com",
        "email" => "user@example.com",
        field if field.ends_with("port") => "443",
        _ => "x",
    }
}

fn conversions(folder: &Path) {
    let samples = json_files(folder);
    let mut outcome = [0_usize; 3];
    for value in &samples {
        let Ok(v4) = convert::to_v4(value) else {
            outcome[2] += 1;
            continue;
        };
        outcome[0] += usize::from(convert::to_v3(&v4) == *value);
        outcome[1] += usize::from(xarf_v4::validate(&v4, xarf_v4::Strictness::Tolerant).is_empty());
    }
    let [back, good, none] = outcome;
    println!(
        "XARF v3 to v4: of {} samples {back} come back as they were, {good} are good v4, {none} have no type in v4",
        samples.len()
    );
}

fn json_files(folder: &Path) -> Vec<Value> {
    let paths = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                return json_files(&path);
            }
            std::fs::read(&path).ok().and_then(|raw| serde_json::from_slice(&raw).ok()).into_iter().collect()
        })
        .collect()
}

fn row(number: u64) -> String {
    format!(
        "\"2024-05-01 {:02}:{:02}:{:02}\",\"medium\",\"192.0.2.{}\",\"udp\",161,\"host{number}.example.net\",\"snmp\",64496,\"JP\",\"TOKYO\",\"CHIYODA\",517111,\"ptr\",\"Communications, Service Provider, and Hosting Service\",\"Linux gateway {number} 4.19.0 #1 SMP\",\"gw{number}\",\"public\",2,118,2.81\n",
        number / 3600 % 24,
        number / 60 % 60,
        number % 60,
        number % 250 + 1
    )
}

#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn speed() {
    let rows = 300_000;
    let table: String = std::iter::once(HEAD.to_owned()).chain((0..rows).map(row)).collect();
    let before = processor_seconds();
    let count = Rows::open(Cursor::new(&table), NAME, received()).ok().flatten().map_or(0, Iterator::count);
    let table_seconds = spent(before);
    let text = STANDARD.encode(&table);
    let lines: Vec<_> = text.as_bytes().chunks(76).map(String::from_utf8_lossy).collect();
    let mail = format!("{}{}\r\n--b--\r\n", mail_head(), lines.join("\r\n"));
    let before = processor_seconds();
    let through = stream::mail(Cursor::new(&mail), received(), &mut |_| ControlFlow::Continue(()));
    let stream_seconds = spent(before);
    let before = processor_seconds();
    let reading = reports::Reader.read(mail.as_bytes(), received());
    let whole_seconds = spent(before);
    println!(
        "rows a second of one core: {:.0} from the table ({count}, {} bytes a row), {:.0} read through a mail ({}), {:.0} by the whole reader ({} observations kept, the rest counted)",
        count as f64 / table_seconds,
        table.len() / count.max(1),
        through.as_ref().map_or(0, |summary| summary.rows) as f64 / stream_seconds,
        through.map_or(0, |summary| summary.rows),
        count as f64 / whole_seconds,
        reading.observations.len(),
    );
}

fn mail_head() -> String {
    format!(
        "From: autoreports@example.org\r\nSubject: Report\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/csv; name=\"{NAME}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
}

/// A mail that is made while it is read.
struct Endless {
    ready: Cursor<Vec<u8>>,
    table: u64,
    limit: u64,
    number: u64,
}

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let read = self.ready.read(out)?;
        if read > 0 || self.table >= self.limit {
            return Ok(read);
        }
        // 57 bytes make a line of Base64: pieces of 57 rows need no padding in between.
        let mut piece = String::new();
        for _ in 0..57 * 3 {
            piece.push_str(&row(self.number));
            self.number += 1;
        }
        piece.push_str(&"\n".repeat((57 - piece.len() % 57) % 57));
        self.table += piece.len() as u64;
        let text = STANDARD.encode(&piece);
        self.ready = Cursor::new(text.as_bytes().chunks(76).flat_map(|line| [line, b"\r\n"].concat()).collect());
        self.ready.read(out)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size given by hand")]
fn memory(gigabytes: f64) {
    let head = mail_head() + &STANDARD.encode(format!("{HEAD}{}", "\n".repeat((3 - HEAD.len() % 3) % 3))) + "\r\n";
    let limit = (gigabytes * 1e9) as u64;
    let source = Endless { ready: Cursor::new(head.into_bytes()), table: 0, limit, number: 0 };
    let before = peak();
    let summary =
        stream::mail(BufReader::with_capacity(64 << 10, source), received(), &mut |_| ControlFlow::Continue(()));
    println!(
        "a table of {gigabytes} GB in one mail, read through: {} rows, most memory of this program {} MB (before it {} MB)",
        summary.map_or(0, |summary| summary.rows),
        peak() / 1000,
        before / 1000
    );
}

/// Most memory this program has had, kB, where the kernel says so.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn spent(before: Option<f64>) -> f64 {
    before.zip(processor_seconds()).map_or(f64::NAN, |(before, after)| after - before)
}

/// Seconds this thread was on a processor, where the kernel says so: a busy machine does not falsify the rate.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = stat.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}
