//! Seeded mutations of the fixtures through every fuzz target, by the million, on stable Rust:
//! `cargo run --release -p reports --example fuzz -- [MILLIONS] [SEED]`.
//!
//! A finding (a panic, or an input that takes longer than a second of processor time) is printed with its target and
//! its bytes in Base64, and the command fails. The same number of millions and the same seed give the same inputs.
#![expect(clippy::print_stdout, reason = "a measurement prints")]

use std::panic::catch_unwind;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use base64::Engine as _;
use reports::fuzz::{Dice, TARGETS, mutate};

/// Longest time one input may take; generous, for the machine may be busy.
const LIMIT: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let millions: f64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1.0);
    let seed: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(0x5eed_1234_5678_9abc);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count given by hand")]
    let runs = (millions * 1e6) as u64;
    let seeds = fixtures(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"));
    let mut dice = Dice(seed.max(1));
    let mut findings = 0;
    let (mut slowest, mut slowest_target) = (Duration::ZERO, "");
    let started = Instant::now();
    for run in 1..=runs {
        let data = mutate(&seeds, &mut dice);
        let (name, target) = TARGETS[dice.roll(TARGETS.len())];
        let begun = Instant::now();
        let good = catch_unwind(|| target(&data)).is_ok();
        let took = begun.elapsed();
        if took > slowest {
            (slowest, slowest_target) = (took, name);
        }
        if !good || took > LIMIT {
            findings += 1;
            let bytes = base64::engine::general_purpose::STANDARD.encode(&data);
            println!("finding in {name} at run {run} ({took:?}): {bytes}");
            if findings == 20 {
                break;
            }
        }
        if run % 250_000 == 0 {
            println!(
                "{run} runs, {findings} findings, {:?}; slowest {slowest:?} ({slowest_target})",
                started.elapsed()
            );
        }
    }
    println!("{runs} runs over {} targets from {} seeds: {findings} findings", TARGETS.len(), seeds.len());
    if findings == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn fixtures(root: &Path) -> Vec<Vec<u8>> {
    let folders = std::fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<_> = folders
        .flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()))
        .collect();
    paths.sort();
    paths.into_iter().filter_map(|path| std::fs::read(path).ok()).collect()
}
