//! Addresses, prefixes and ranges, one a line: `.ipset` and `.netset` with FireHOL's header, CINS, blocklist.de, Tor's bulk
//! list, and most others.

use super::Collector;
use crate::error::ListError;
use crate::parse::Entries;

/// Reads the list.
pub fn read(bytes: &[u8], all: &mut Collector<'_>) -> Result<(), ListError> {
    let entries = Entries::parse(bytes, all.limits())?;
    all.entries(entries);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Form, tests::lines};

    #[test]
    fn an_ipset_is_read_with_its_header() {
        let text = "# example\n# Category : attacks\n198.51.100.1\n203.0.113.0/24\n2001:db8::1\nnothing\n";
        let (found, junk) = lines(&Form::Addresses, text);
        assert_eq!(found, ["198.51.100.1|||||", "203.0.113.0/24|||||", "2001:db8::1|||||"]);
        assert_eq!(junk, 1);
    }
}
