//! Host names or URLs, one a line: plain, as a hosts file (`0.0.0.0 name`), as filter rules (`||name^`).

use super::Collector;
use super::fields::value;
use crate::error::ListError;
use crate::sources::{Row, What};

/// Names that every hosts file has for the machine itself.
const OWN: [&str; 6] =
    ["localhost", "localhost.localdomain", "local", "broadcasthost", "ip6-localhost", "ip6-loopback"];

/// Reads the list.
pub fn read(bytes: &[u8], all: &mut Collector<'_>) -> Result<(), ListError> {
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        all.line()?;
        // `!` and `[` open comments of filter lists.
        if matches!(line[0], b'#' | b';' | b'!' | b'[') {
            continue;
        }
        let text = String::from_utf8_lossy(line);
        let bare = text.split(" #").next().unwrap_or_default().trim();
        let Some(listed) = listed(bare) else { continue };
        match value(listed) {
            Some((what, port)) => all.row(&Row { port, ..Row::of(what) })?,
            None => all.junk(line),
        }
    }
    Ok(())
}

/// What the line lists; nothing for a line about the machine itself.
fn listed(line: &str) -> Option<&str> {
    if let Some(rule) = line.strip_prefix("||") {
        return Some(rule.split(['^', '$', '/']).next().unwrap_or(rule));
    }
    let mut words = line.split_ascii_whitespace();
    match (words.next(), words.next()) {
        (Some("0.0.0.0" | "127.0.0.1" | "::" | "::1"), name) => {
            name.filter(|name| !OWN.contains(name) && *name != "0.0.0.0")
        }
        (Some(first), _) if matches!(What::read(first), Some(What::Url(_))) => Some(first),
        (Some(first), None) => Some(first),
        _ => Some(line),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Form, tests::lines};

    #[test]
    fn names_are_found_in_every_dress() {
        let text = "# c\n! c\n[Adblock]\nshop.example.jp\n0.0.0.0 a.example.org # why\n127.0.0.1 localhost\n||b.example.net^\n\
                    http://198.51.100.7/x.exe\r\nhttps://c.example.com/a b\nwhat is this\n198.51.100.8:4443\n";
        let (found, junk) = lines(&Form::Names, text);
        assert_eq!(
            found,
            [
                "shop.example.jp|||||",
                "a.example.org|||||",
                "b.example.net|||||",
                "http://198.51.100.7/x.exe|||||",
                "https://c.example.com/a|||||",
                "198.51.100.8|||||4443",
            ]
        );
        assert_eq!(junk, 1);
    }
}
