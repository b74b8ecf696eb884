//! The exit addresses that the Tor project measures: blocks of `ExitNode`, `Published`, `LastStatus`, `ExitAddress`; only the
//! last names an address and when it was seen to leave through it.

use super::Collector;
use crate::error::ListError;
use crate::sources::moment::moment;
use crate::sources::{Row, What};

/// Reads the list.
pub fn read(bytes: &[u8], all: &mut Collector<'_>) -> Result<(), ListError> {
    for line in bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
        all.line()?;
        let text = String::from_utf8_lossy(line);
        let (key, rest) = text.split_once(' ').unwrap_or((&text, ""));
        match key {
            "ExitNode" | "Published" | "LastStatus" => {}
            "ExitAddress" => {
                let (address, at) = rest.split_once(' ').unwrap_or((rest, ""));
                match What::read(address) {
                    Some(what @ (What::V4(_) | What::V6(_))) => {
                        all.row(&Row { last: moment(at), reason: "tor exit", ..Row::of(what) })?;
                    }
                    _ => all.junk(line),
                }
            }
            _ => all.junk(line),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Form, tests::lines};

    #[test]
    fn exits_come_with_their_times() {
        let text = "ExitNode 0123456789ABCDEF\nPublished 2026-01-05 01:00:00\nLastStatus 2026-01-05 02:00:00\n\
                    ExitAddress 198.51.100.7 2026-01-05 07:00:00\nwhat\n";
        assert_eq!(lines(&Form::Tor, text), (vec!["198.51.100.7||2026-01-05T07:00:00Z|tor exit||".to_owned()], 1));
    }
}
