//! Measures the readers against a folder of corpora:
//! `cargo run --release --example score -p reports -- FOLDER [--wrong] [--fold 0|1]`.
//!
//! `--wrong` names the mails that are read otherwise than labelled, `--fold` only those of one half of the senders.
//! `FOLDER/report-mails` holds mails with `expected.jsonl`; `FOLDER/xarf` holds XARF samples. What is missing is said.
#![expect(clippy::print_stdout, reason = "a measurement prints")]

use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;
use model::{Observation, Reading, ReportReader as _};
use reports::formats::{xarf_v3, xarf_v4};
use reports::score::{Accused, Expected, Score, Sure, Tally, expected};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(folder) = arguments.first().cloned().or_else(|| std::env::var("MIMAWARI_CORPUS").ok()) else {
        println!("no folder given: nothing is measured");
        return;
    };
    let folder = Path::new(&folder);
    let fold = arguments.iter().skip_while(|word| *word != "--fold").nth(1).and_then(|word| word.parse().ok());
    mails(&folder.join("report-mails"), arguments.iter().any(|word| word == "--wrong"), fold);
    v3(&folder.join("xarf/v3/samples"));
    v4(&folder.join("xarf/v4/samples"));
}

fn mails(folder: &Path, show: bool, fold: Option<usize>) {
    let Ok(labels) = std::fs::read_to_string(folder.join("expected.jsonl")) else {
        println!("{}: no expected.jsonl, mails are not measured", folder.display());
        return;
    };
    let labels = match expected(&labels) {
        Ok(labels) => labels,
        Err(error) => {
            println!("expected.jsonl: {error}");
            return;
        }
    };
    let mails: Vec<_> =
        labels.iter().filter_map(|label| Some((std::fs::read(folder.join(&label.file)).ok()?, label))).collect();
    let received = Timestamp::from_second(1_760_000_000).unwrap_or(Timestamp::UNIX_EPOCH);
    let mut score = Score::default();
    for (raw, label) in &mails {
        let reading = reports::Reader.read(raw, received);
        score.add(label, &reading);
        if show && fold.is_none_or(|fold| fold == label.half) {
            difference(label, raw, &reading, received);
        }
    }
    print(&score);
    if !show {
        speed(&mails.iter().map(|(raw, _)| raw.as_slice()).collect::<Vec<_>>(), received);
    }
}

/// What was read otherwise than labelled, with the evidence for it.
fn difference(label: &Expected, raw: &[u8], reading: &Reading, received: Timestamp) {
    let (read, wanted) = (Accused::read(reading), Accused::expected(label));
    if !(label.clean && read != wanted || label.rejected && !reading.observations.is_empty()) {
        return;
    }
    println!("{} [{}] {:?}", label.file, reading.format.name(), reading.noise);
    let line = |name: &str, set: Vec<&String>| {
        if !set.is_empty() {
            println!("    {name} {} {:?}", set.len(), set.iter().take(6).collect::<Vec<_>>());
        }
    };
    line("missing ip ", wanted.ips.difference(&read.ips).collect());
    line("surplus ip ", read.ips.difference(&wanted.ips).collect());
    line("missing url", wanted.urls.difference(&read.urls).collect());
    line("surplus url", read.urls.difference(&wanted.urls).collect());
    let ips = wanted.ips.symmetric_difference(&read.ips);
    let wrong: Vec<&String> = ips.chain(wanted.urls.symmetric_difference(&read.urls)).collect();
    let lines = reports::explain(raw, received);
    println!("        {}", lines.first().map_or("", String::as_str));
    for one in lines.iter().filter(|one| wrong.iter().any(|value| one.contains(value.as_str()))).take(6) {
        println!("        {}", one.chars().take(250).collect::<String>());
    }
}

fn print(score: &Score) {
    let line = |name: &str, tally: &Tally| {
        println!(
            "{name}: {} clean mails, exact {:.3}, addresses {:.3}, URLs {:.3}, F1 {:.3}",
            tally.mails,
            tally.exact_share(),
            f64::from(tally.exact_ips) / f64::from(tally.mails.max(1)),
            f64::from(tally.exact_urls) / f64::from(tally.mails.max(1)),
            tally.f1()
        );
    };
    line("all", &score.all);
    line("  fold 0", &score.halves[0]);
    line("  fold 1", &score.halves[1]);
    line("  of one address", &score.single);
    for (format, tally) in &score.formats {
        line(&format!("  {format}"), tally);
    }
    println!("false cases: {} of {} mails that are no reports", score.false_cases, score.rejected);
    for (edge, band) in &score.bands {
        println!("  confidence from 0.{edge:02}: {} values, {:.4} right", band.claimed, band.share());
    }
    let Sure { mails, values } = score.sure;
    println!(
        "sure enough to act without a person ({}): {:.3} of the mails, {} values, {:.4} right",
        Observation::SURE,
        f64::from(mails) / f64::from(score.all.mails.max(1)),
        values.claimed,
        values.share()
    );
}

#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn speed(mails: &[&[u8]], received: Timestamp) {
    let started = Instant::now();
    let before = processor_seconds();
    let mut rounds = 0_usize;
    while rounds == 0 || started.elapsed().as_secs_f64() < 2.0 {
        for raw in mails {
            std::hint::black_box(reports::Reader.read(raw, received));
        }
        rounds += 1;
    }
    let spent = before.zip(processor_seconds()).map(|(before, after)| after - before);
    let seconds = spent.filter(|spent| *spent > 0.0).unwrap_or_else(|| started.elapsed().as_secs_f64());
    println!("  {:.0} mails per second of one core", (rounds * mails.len()) as f64 / seconds);
}

fn json_files(folder: &Path) -> Vec<(String, serde_json::Value)> {
    let mut out = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return out;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            out.extend(json_files(&path));
        } else if path.extension().is_some_and(|end| end == "json") {
            let read = std::fs::read(&path).ok().and_then(|raw| serde_json::from_slice(&raw).ok());
            out.extend(read.map(|value| (path.display().to_string(), value)));
        }
    }
    out
}

fn v3(folder: &Path) {
    let good = json_files(&folder.join("positive"));
    let bad = json_files(&folder.join("negative"));
    if good.is_empty() {
        println!("{}: no XARF v3 samples", folder.display());
        return;
    }
    let refused: Vec<_> =
        good.iter().filter_map(|(name, value)| Some((name, xarf_v3::validate(value).err()?))).collect();
    let accepted: Vec<_> = bad.iter().filter(|(_, value)| xarf_v3::validate(value).is_ok()).collect();
    println!(
        "XARF v3: {}/{} accepted, {}/{} refused",
        good.len() - refused.len(),
        good.len(),
        bad.len() - accepted.len(),
        bad.len()
    );
    for (name, faults) in refused {
        println!("  wrongly refused {name}: {faults:?}");
    }
    for (name, _) in accepted {
        println!("  wrongly accepted {name}");
    }
}

fn v4(folder: &Path) {
    let samples = json_files(folder);
    if samples.is_empty() {
        println!("{}: no XARF v4 samples", folder.display());
        return;
    }
    for strictness in [xarf_v4::Strictness::Tolerant, xarf_v4::Strictness::Strict, xarf_v4::Strictness::Complete] {
        let faults: Vec<_> = samples
            .iter()
            .map(|(name, value)| (name, xarf_v4::validate(value, strictness)))
            .filter(|(_, faults)| !faults.is_empty())
            .collect();
        println!("XARF v4 {strictness:?}: {}/{} accepted", samples.len() - faults.len(), samples.len());
        for (name, faults) in faults.iter().take(5) {
            println!("  {name}: {faults:?}");
        }
    }
}

/// Seconds this thread was on a processor, where the kernel says so: a busy machine does not falsify the rate.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = stat.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}
