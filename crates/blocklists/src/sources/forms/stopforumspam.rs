//! StopForumSpam: addresses one a line, or with how often and when last (`"192.0.2.1","7","2026-01-05 07:00:00"`).

use super::columns::{Column, Columns};
use super::{Collector, addresses, columns};
use crate::error::ListError;

/// Reads the list.
pub fn read(bytes: &[u8], all: &mut Collector<'_>) -> Result<(), ListError> {
    let end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    if memchr::memchr(b',', &bytes[..end]).is_none() {
        return addresses::read(bytes, all);
    }
    let rules =
        Columns { reason: Some(Column::Number(2)), last: Some(Column::Number(3)), ..Columns::new(Column::Number(1)) };
    columns::read(&rules, bytes, all)
}

#[cfg(test)]
mod tests {
    use super::super::{Form, tests::lines};

    #[test]
    fn with_and_without_count() {
        assert_eq!(lines(&Form::Stopforumspam, "198.51.100.1\n198.51.100.2\n").0.len(), 2);
        let (found, junk) = lines(&Form::Stopforumspam, "\"198.51.100.1\",\"7\",\"2026-01-05 07:00:00\"\n");
        assert_eq!((found[0].as_str(), junk), ("198.51.100.1||2026-01-05T07:00:00Z|7||", 0));
    }
}
