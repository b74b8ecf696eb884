//! Reading and all rules beside `grep -F`, `pflogsumm` and `fail2ban-regex` on the same lines, in CPU seconds of one run:
//! `cargo run --release --example beside -p mailguard -- [ACCOUNTS DAYS]`. What is not installed is said.
#![expect(clippy::print_stdout, reason = "a measurement prints")]

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use demo::{MailSettings, MailYear};
use jiff::tz::TimeZone;
use mailguard::dialects::Reader;
use mailguard::lines::Lines;
use mailguard::place::Mmdb;
use mailguard::stamp::{Calendar, YearRule};
use mailguard::{DEFAULT, Guard, Position, Rules};

/// Name, and the command line in which `LOG` is the file.
const OTHERS: [(&str, &str, &str); 4] = [
    ("grep", "grep -cF sasl_method=", "LC_ALL=C grep -cF sasl_method= LOG"),
    ("pflogsumm", "pflogsumm", "pflogsumm LOG"),
    ("fail2ban-regex", "fail2ban-regex postfix[mode=auth]", "fail2ban-regex LOG 'postfix[mode=auth]'"),
    ("fail2ban-regex", "fail2ban-regex dovecot", "fail2ban-regex LOG dovecot"),
];

fn main() {
    let words: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let settings = MailSettings {
        accounts: words.first().copied().unwrap_or(5_000),
        hijacks: 50,
        days: words.get(1).copied().unwrap_or(20),
        seed: 1,
        start: "2024-12-31T15:00:00Z".parse().unwrap_or_default(),
    };
    if let Err(error) = run(settings) {
        println!("nothing is measured: {error}");
    }
}

fn run(settings: MailSettings) -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("mail.log");
    let year = MailYear::generate(settings);
    let mut file = std::io::BufWriter::new(std::fs::File::create(&log)?);
    let mut lines = 0_u64;
    for day in 0..settings.days {
        for line in year.day(day) {
            file.write_all(line.as_bytes())?;
            lines += 1;
        }
    }
    file.flush()?;
    println!("{lines} lines, {} bytes", std::fs::metadata(&log)?.len());
    say("reading alone", lines, own(&log, false)?);
    say("reading and all rules", lines, own(&log, true)?);
    for (program, name, command) in OTHERS {
        match other(program, command, &log) {
            Some(seconds) => say(name, lines, seconds),
            None => println!("{name}: not installed, not measured"),
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a rate is printed")]
fn say(name: &str, lines: u64, seconds: f64) {
    println!("{name:<34} {seconds:>8.2} CPU s  {:>8.3} million lines a CPU second", lines as f64 / seconds / 1e6);
}

fn own(log: &Path, all: bool) -> Result<f64, Box<dyn std::error::Error>> {
    let places = Mmdb::read(Some(&MailYear::country_mmdb()), Some(&MailYear::network_mmdb()))?;
    let mut guard = Guard::new(Rules::parse(DEFAULT)?, Box::new(places));
    let mut reader = Reader::new(Calendar::new(TimeZone::UTC, YearRule::First(2025)));
    let source = guard.source("mail.log");
    let mut lines = Lines::new(std::fs::File::open(log)?);
    let before = cpu_seconds();
    let mut events = 0_u64;
    while let Some(line) = lines.next_line()? {
        let Some(event) = reader.read(line.bytes) else { continue };
        events += 1;
        if all {
            let line = u32::try_from(line.number).unwrap_or(u32::MAX);
            std::hint::black_box(guard.see(&event, Position { source, line }));
        }
    }
    std::hint::black_box(events);
    Ok(cpu_seconds() - before)
}

/// User and system seconds of another program, by the shell's word.
fn other(program: &str, command: &str, log: &Path) -> Option<f64> {
    let found = Command::new("bash").args(["-c", &format!("command -v {program}")]).output().ok()?;
    if !found.status.success() {
        return None;
    }
    let command = command.replace("LOG", &log.display().to_string());
    let script = format!("TIMEFORMAT='%U %S'; time {command} > {}.out 2> {0}.err", log.display());
    let script = format!("{{ {script}; }} 2>&1 | tail -1");
    let output = Command::new("bash").args(["-c", &script]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().map(|word| word.parse::<f64>().ok()).sum::<Option<f64>>().filter(|seconds| *seconds > 0.0)
}

/// Seconds that this thread ran on a processor (Linux).
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|word| word.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}
