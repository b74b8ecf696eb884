//! Mails per second on one core, and the same work done by the peers that are installed, in one run.
//!
//! `MIMAWARI_CORPUS` names a folder with `report-mails/` and `xarf/v4/samples/`; without it the fixtures are read.
//! Peers: Python's `email` (MIME only) and PyPI `xarf`; `MIMAWARI_PYTHON` names the interpreter that has them.
#![expect(clippy::print_stdout, reason = "a measurement prints")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use jiff::Timestamp;
use model::ReportReader as _;

/// Seconds spent on each measure.
const SECONDS: f64 = 3.0;

fn main() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let corpus = std::env::var("MIMAWARI_CORPUS").ok().map(PathBuf::from).filter(|folder| {
        let there = folder.is_dir();
        if !there {
            println!("{}: not there, the fixtures are read instead", folder.display());
        }
        there
    });
    if corpus.is_none() {
        println!("MIMAWARI_CORPUS names no folder: figures are of the fixtures and only good for comparing changes");
    }
    let mails = corpus.as_ref().map_or_else(|| fixtures.clone(), |folder| folder.join("report-mails"));
    let xarf = corpus.as_ref().map_or_else(|| fixtures.join("xarf_v4"), |folder| folder.join("xarf/v4/samples"));
    let python = std::env::var("MIMAWARI_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let raw = files(&mails, "eml");
    let documents = files(&xarf, "json");

    let mime = rate(&raw, |raw| {
        std::hint::black_box(reports::mime::parse(raw));
    });
    let reading = rate(&raw, |raw| {
        std::hint::black_box(reports::Reader.read(raw, Timestamp::UNIX_EPOCH));
    });
    println!("{} mails: MIME alone {mime:.0}/s, whole reading {reading:.0}/s on one core", raw.len());
    // The peer decodes headers and texts only with its modern policy, as our MIME always does; the old one leaves that
    // to the caller and is named for comparison.
    let email = peer(&python, EMAIL, &mails);
    compare("MIME against Python email", mime, email.clone());
    compare("whole reading against Python email (MIME only)", reading, email);
    compare("whole reading against Python email that decodes no text", reading, peer(&python, EMAIL_RAW, &mails));

    let ours = rate(&documents, |raw| {
        // Reading validates by the schema's rules, as the peer's parsing does.
        std::hint::black_box(reports::Reader.read(raw, Timestamp::UNIX_EPOCH));
    });
    println!("{} XARF v4 documents: validated and read {ours:.0}/s on one core", documents.len());
    compare("XARF v4 against PyPI xarf", ours, peer(&python, XARF, &xarf));
}

fn files(folder: &Path, end: &str) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            out.extend(files(&path, end));
        } else if path.extension().is_some_and(|found| found == end) {
            out.extend(std::fs::read(path));
        }
    }
    out
}

#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn rate(items: &[Vec<u8>], mut work: impl FnMut(&[u8])) -> f64 {
    if items.is_empty() {
        return 0.0;
    }
    let started = Instant::now();
    let before = processor_seconds();
    let mut done = 0_usize;
    while done == 0 || started.elapsed().as_secs_f64() < SECONDS {
        for item in items {
            work(item);
        }
        done += items.len();
    }
    let spent = before.zip(processor_seconds()).map(|(before, after)| after - before);
    done as f64 / spent.filter(|spent| *spent > 0.0).unwrap_or_else(|| started.elapsed().as_secs_f64())
}

const EMAIL: &str = "
import sys, glob, time, email, email.policy
raws = [open(f, 'rb').read() for f in glob.glob(sys.argv[1] + '/**/*.eml', recursive=True)]
start = time.perf_counter(); cpu = time.process_time(); done = 0
while done == 0 or time.perf_counter() - start < 3:
    for raw in raws:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        for part in message.walk():
            if not part.is_multipart():
                try: part.get_content()
                except Exception: pass
        done += 1
print(done / (time.process_time() - cpu))
";

const EMAIL_RAW: &str = "
import sys, glob, time, email
raws = [open(f, 'rb').read() for f in glob.glob(sys.argv[1] + '/**/*.eml', recursive=True)]
start = time.perf_counter(); cpu = time.process_time(); done = 0
while done == 0 or time.perf_counter() - start < 3:
    for raw in raws:
        message = email.message_from_bytes(raw)
        for part in message.walk():
            if not part.is_multipart(): part.get_payload(decode=True)
        done += 1
print(done / (time.process_time() - cpu))
";

const XARF: &str = "
import sys, glob, time, xarf
raws = [open(f).read() for f in glob.glob(sys.argv[1] + '/**/*.json', recursive=True)]
start = time.perf_counter(); cpu = time.process_time(); done = 0
while done == 0 or time.perf_counter() - start < 3:
    for raw in raws:
        try: xarf.parse(raw)
        except Exception: pass
        done += 1
print(done / (time.process_time() - cpu))
";

/// Runs a peer's program; the reason if it cannot run.
fn peer(python: &str, program: &str, folder: &Path) -> Result<f64, String> {
    let output = Command::new(python)
        .args(["-c", program])
        .arg(folder)
        .output()
        .map_err(|error| format!("{python}: {error}"))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(error.lines().last().unwrap_or("it failed").to_owned());
    }
    String::from_utf8_lossy(&output.stdout).trim().parse().map_err(|_| "it printed no figure".to_owned())
}

fn compare(what: &str, ours: f64, peer: Result<f64, String>) {
    match peer {
        Ok(theirs) => println!("  {what}: {ours:.0}/s against {theirs:.0}/s, ratio {:.1}", ours / theirs),
        Err(reason) => println!("  {what}: the peer is missing ({reason})"),
    }
}

/// Seconds this thread was on a processor, where the kernel says so: a busy machine does not falsify the rate.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = stat.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}
