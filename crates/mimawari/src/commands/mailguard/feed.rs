//! Lines of several logs in the order of their times: rotated files one after another, logs of one time side by side.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;

use anyhow::{Context as _, Result};
use flate2::read::MultiGzDecoder;
use indicatif::ProgressBar;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use mailguard::Event;
use mailguard::dialects::Reader;
use mailguard::lines::Lines;
use mailguard::stamp::{Calendar, YearRule};
use model::{Clock, SystemClock};

use super::Logs;
use crate::progress;

/// Begin of a gzip member (RFC 1952 section 2.3.1).
const GZIP: [u8; 2] = [0x1F, 0x8B];

/// One log.
struct Source {
    name: String,
    lines: Lines<Box<dyn Read>>,
    reader: Reader,
    /// The line that comes next, held back because other logs have earlier ones.
    held: Option<Held>,
}

struct Held {
    at: Timestamp,
    number: u64,
    line: Vec<u8>,
}

/// What was read.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Totals {
    /// Lines.
    pub(super) lines: u64,
    /// Of these, lines that are an event of mail.
    pub(super) events: u64,
    /// Lines that were too long to be read.
    pub(super) skipped: u64,
}

/// The names of the logs, in the order in which [`each`] numbers them.
pub(super) fn names(logs: &Logs) -> Vec<String> {
    logs.files.iter().map(|path| path.display().to_string()).collect()
}

/// Shows every event to `see`, with the number of its log and of its line.
pub(super) fn each(logs: &Logs, mut see: impl FnMut(&Event<'_>, usize, u64) -> Result<()>) -> Result<Totals> {
    let zone = match &logs.zone {
        Some(name) => TimeZone::get(name).with_context(|| format!("`{name}` is no time zone"))?,
        None => TimeZone::system(),
    };
    let total = logs.files.iter().filter_map(|path| std::fs::metadata(path).ok()).map(|data| data.len()).sum();
    let bar = progress::bytes(total, "reading");
    let mut sources = Vec::new();
    for path in &logs.files {
        sources.push(Source::open(path, logs.year, zone.clone(), &bar)?);
    }
    let mut totals = Totals::default();
    for source in &mut sources {
        source.advance(Timestamp::MIN, &mut totals, &mut |_, _| Ok(()))?;
    }
    // The log whose next line is the earliest is read as far as no other log has an earlier one.
    while let Some(first) = earliest(&sources, None) {
        let limit = earliest(&sources, Some(first)).and_then(|next| sources[next].held.as_ref().map(|held| held.at));
        let limit = limit.unwrap_or(Timestamp::MAX);
        let source = &mut sources[first];
        source.release(|event, line| see(event, first, line))?;
        source.advance(limit, &mut totals, &mut |event, line| see(event, first, line))?;
    }
    bar.finish_and_clear();
    totals.skipped = sources.iter().map(|source| source.lines.skipped()).sum();
    Ok(totals)
}

fn earliest(sources: &[Source], but: Option<usize>) -> Option<usize> {
    let held = sources.iter().enumerate().filter(|(index, _)| Some(*index) != but);
    held.filter_map(|(index, source)| source.held.as_ref().map(|held| (held.at, index))).min().map(|(_, index)| index)
}

impl Source {
    fn open(path: &Path, year: Option<i16>, zone: TimeZone, bar: &ProgressBar) -> Result<Self> {
        let name = path.display().to_string();
        let now = SystemClock.now();
        let (input, changed): (Box<dyn Read>, _) = if name == "-" {
            (Box::new(std::io::stdin()), now)
        } else {
            let file = File::open(path).with_context(|| name.clone())?;
            let changed = file.metadata().and_then(|data| data.modified()).ok();
            let changed = changed.and_then(|time| Timestamp::try_from(time).ok()).unwrap_or(now);
            (Box::new(bar.wrap_read(file)), changed)
        };
        let mut input = BufReader::with_capacity(1 << 18, input);
        let packed = input.fill_buf().with_context(|| name.clone())?.starts_with(&GZIP);
        let input: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(input)) } else { Box::new(input) };
        let rule = year.map_or(YearRule::NotAfter(changed), YearRule::First);
        let reader = Reader::new(Calendar::new(zone, rule));
        Ok(Self { name, lines: Lines::new(input), reader, held: None })
    }

    /// Shows the line that was held back.
    fn release(&mut self, mut see: impl FnMut(&Event<'_>, u64) -> Result<()>) -> Result<()> {
        let Some(held) = self.held.take() else { return Ok(()) };
        match self.reader.read(&held.line) {
            Some(event) => see(&event, held.number),
            None => Ok(()),
        }
    }

    /// Shows events up to `limit` and holds the next one back.
    fn advance(
        &mut self,
        limit: Timestamp,
        totals: &mut Totals,
        see: &mut impl FnMut(&Event<'_>, u64) -> Result<()>,
    ) -> Result<()> {
        while let Some(line) = self.lines.next_line().with_context(|| self.name.clone())? {
            totals.lines += 1;
            let Some(event) = self.reader.read(line.bytes) else { continue };
            totals.events += 1;
            if event.at > limit {
                self.held = Some(Held { at: event.at, number: line.number, line: line.bytes.to_vec() });
                break;
            }
            see(&event, line.number)?;
        }
        Ok(())
    }
}
