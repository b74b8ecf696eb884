//! Bytes that nobody would call a list, seeded and mutated, through everything that reads bytes: nothing panics, nothing
//! runs long, and what is read keeps its promises. `MIMAWARI_FUZZ_RUNS` asks for more than a test's worth.

mod generated;

use std::time::{Duration, Instant};

use blocklists::guard::{self, Protected};
use blocklists::history::{History, Timeline};
use blocklists::parse::{Entries, Header};
use blocklists::score;
use blocklists::sources::forms::columns::Column;
use blocklists::sources::forms::{Columns, Form, Json};
use blocklists::sources::{self, Own, Registry};
use blocklists::{Limits, List, Ranges, Width};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use generated::Dice;

/// Takes any bytes.
type Target = fn(&[u8]);

const TARGETS: [(&str, Target); 5] =
    [("list", list), ("header", header), ("history", history), ("guard", guarded), ("sources", all_forms)];

/// Longest time for one input, generous, for the machine may be busy.
const LIMIT: Duration = Duration::from_secs(5);

fn apart<W: Width>(set: &Ranges<W>) {
    let fine = |pair: &[blocklists::Range<W>]| pair[0].last.next().is_some_and(|next| next < pair[1].first);
    assert!(set.as_slice().iter().all(|range| range.first <= range.last));
    assert!(set.as_slice().windows(2).all(fine));
}

/// What was read and written as prefixes is read as the same again.
fn list(data: &[u8]) {
    let Ok(list) = List::parse(data, &Limits::default()) else { return };
    apart(&list.v4);
    apart(&list.v6);
    assert!(list.entries + list.junk.lines <= data.split(|byte| *byte == b'\n').count());
    let prefixes = list.v4.prefixes().chain(list.v6.prefixes());
    let text: String = prefixes.map(|prefix| format!("{prefix}\n")).collect::<Vec<_>>().concat();
    let again = List::parse(text.as_bytes(), &Limits::default()).expect("our own output is a list");
    assert_eq!((again.v4, again.v6, again.junk.lines), (list.v4, list.v6, 0));
    let strict = Limits { bytes: 1 << 20, lines: 3, entries: 2 };
    if let Ok(list) = List::parse(data, &strict) {
        assert!(list.entries <= 2);
    }
}

fn header(data: &[u8]) {
    let header = Header::read(data);
    assert!([&header.name, &header.category, &header.source_url].iter().all(|value| value.len() <= 300));
}

/// Bytes as a history, as they are and with a check sum that lets them in.
fn history(data: &[u8]) {
    let _ = History::from_bytes(data);
    let Some((body, _)) = data.split_last_chunk::<8>() else { return };
    let summed = [body, &Sha256::digest(body)[..8]].concat();
    if let Ok(history) = History::from_bytes(&summed) {
        assert_eq!(History::from_bytes(&history.to_bytes()).map(|again| again.to_bytes()), Ok(history.to_bytes()));
        let timeline = Timeline::new(&history.stays_v4());
        assert!(timeline.segments().all(|segment| !segment.spans.is_empty()));
        let _ = score::retention(&history, 3600);
    }
}

/// The bytes in every form: what is read keeps to the limits, and what is about us is found again.
fn all_forms(data: &[u8]) {
    let limits = Limits { bytes: 1 << 20, lines: 1_000, entries: 500 };
    let own = Own { v4: [blocklists::Range::prefix(0xc633_6400, 22)].into_iter().collect(), ..Own::default() };
    for form in forms() {
        let Ok(snapshot) = sources::read(&form, data, &limits, &|what| own.holds(what)) else { continue };
        assert!(snapshot.len() <= 500 && snapshot.facts.len() <= snapshot.len(), "{}", form.name());
        assert!(snapshot.names.iter().all(|name| name.len() <= 2_048));
        let hits = sources::hits(&own, &snapshot);
        assert!(hits.windows(2).all(|pair| pair[0].subject < pair[1].subject));
        let entries = snapshot.len();
        let all = snapshot.hashed();
        assert!(all.v4.len() + all.v6.len() == entries);
    }
    let _ = (sources::forms::misp::manifest(data), sources::forms::stix::next_page(data));
    let _ = std::str::from_utf8(data).map(Registry::parse);
}

fn forms() -> [Form; 15] {
    let columns = Columns { last: Some(Column::Number(3)), ..Columns::new(Column::Number(2)) };
    let json = Json { what: "/ip".to_owned(), first: Some("/first".to_owned()), ..Json::default() };
    [
        Form::Addresses,
        Form::Names,
        Form::Columns(Columns { separator: ' ', ..columns.clone() }),
        Form::Columns(columns),
        Form::Json(Json { lines: true, ..json.clone() }),
        Form::Json(json),
        Form::Html,
        Form::Phishtank,
        Form::Urlhaus,
        Form::Threatfox,
        Form::AbuseCh,
        Form::Stopforumspam,
        Form::Spamhaus,
        Form::Misp,
        Form::Stix,
    ]
}

/// Every part of the input as a version of one list.
fn guarded(data: &[u8]) {
    let mut history = History::default();
    for (hour, part) in (1_i64..).zip(data.chunks(200).take(50)) {
        let at = Timestamp::from_second(hour * 3600).expect("after 1970");
        let Ok(entries) = Entries::parse(part, &Limits::default()) else { continue };
        let faults = guard::check(&history, at, &entries, &Protected::default());
        if !faults.iter().any(|fault| fault.refused()) {
            history.push(at, entries).expect("later than the last");
        }
    }
    let bytes = history.to_bytes();
    let again = History::from_bytes(&bytes).expect("our own output is a history");
    assert_eq!((again.stays_v4(), again.stays_v6()), (history.stays_v4(), history.stays_v6()));
}

/// One of the seeds with up to six changes.
fn mutate(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    const SPLICES: [&[u8]; 12] = [
        b"\n",
        b"\r",
        b"/0",
        b"/129",
        b"::",
        b":ffff:",
        b" - ",
        b"255.255.255.255",
        b"\xff\xfe",
        b"#",
        b"<html>",
        b"0.0.0.0/0\n",
    ];
    let place = |dice: &mut Dice, length: usize| usize::try_from(dice.below(length as u64 + 1)).unwrap_or(0);
    let mut raw = seeds[place(dice, seeds.len() - 1)].clone();
    for _ in 0..dice.below(7) {
        let at = place(dice, raw.len());
        match dice.below(5) {
            0 => raw.truncate(at),
            1 if at < raw.len() => raw[at] ^= 1 << dice.below(8),
            2 => {
                let end = (at + place(dice, 20)).min(raw.len());
                raw.drain(at..end);
            }
            3 => {
                let piece: Vec<u8> = raw[at..].iter().take(place(dice, 40)).copied().collect();
                let to = place(dice, raw.len());
                raw.splice(to..to, piece);
            }
            _ => {
                let splice = SPLICES[place(dice, SPLICES.len() - 1)];
                raw.splice(at..at, splice.iter().copied());
            }
        }
    }
    raw
}

#[test]
fn no_bytes_break_a_reader() {
    let mut seeds: Vec<Vec<u8>> =
        generated::lists(24, 7).iter().map(|lines| generated::file(&lines[..lines.len().min(60)])).collect();
    seeds.push(b"2001:db8::/32\n2001:db8::1 - 2001:db8::ff\n::ffff:192.0.2.1\n::\n".to_vec());
    seeds.push(b"# a\n# Source File Date: Tue Apr 23 09:56:08 UTC 2019\n192.0.2.1/255.255.255.0\n".to_vec());
    let mut grown = History::default();
    for (hour, seed) in (1_i64..).zip(&seeds[..8]) {
        let entries = Entries::parse(seed, &Limits::default()).expect("a list");
        grown.push(Timestamp::from_second(hour * 3600).expect("a time"), entries).expect("in order");
    }
    seeds.push(grown.to_bytes());
    let runs: u32 = std::env::var("MIMAWARI_FUZZ_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(6_000);
    let mut dice = Dice(0x5eed_0005);
    for run in 0..runs {
        let data = mutate(&seeds, &mut dice);
        let (name, target) = TARGETS[run as usize % TARGETS.len()];
        let begun = Instant::now();
        let good = std::panic::catch_unwind(|| target(&data)).is_ok();
        assert!(good && begun.elapsed() < LIMIT, "{name}, run {run}: {:?}", String::from_utf8_lossy(&data));
    }
}
