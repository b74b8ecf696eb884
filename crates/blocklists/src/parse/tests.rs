//! What a list may hold, and what it is read as.

use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> List {
    List::parse(text.as_bytes(), &Limits::default()).unwrap()
}

/// IPv4 ranges as text.
fn v4(text: &str) -> Vec<String> {
    let list = read(text);
    let show = |range: &Range<u32>| format!("{}-{}", Ipv4Addr::from(range.first), Ipv4Addr::from(range.last));
    list.v4.as_slice().iter().map(show).collect()
}

#[test]
fn addresses_prefixes_and_ranges_are_read() {
    for (line, expected) in [
        ("192.0.2.1", "192.0.2.1-192.0.2.1"),
        ("192.0.2.1\r", "192.0.2.1-192.0.2.1"),
        (" \t192.0.2.1  ", "192.0.2.1-192.0.2.1"),
        ("192.0.2.77/24", "192.0.2.0-192.0.2.255"),
        ("192.0.2.77/255.255.255.0", "192.0.2.0-192.0.2.255"),
        ("0.0.0.0/0", "0.0.0.0-255.255.255.255"),
        ("192.0.2.1-192.0.2.9", "192.0.2.1-192.0.2.9"),
        ("192.0.2.9 - 192.0.2.1", "192.0.2.1-192.0.2.9"),
        ("192.0.2.0/24-198.51.100.0/24", "192.0.2.0-198.51.100.255"),
        ("192.0.2.0/24 ; SBL1", "192.0.2.0-192.0.2.255"),
        ("192.0.2.1\t5", "192.0.2.1-192.0.2.1"),
        ("192.0.2.1,ssh", "192.0.2.1-192.0.2.1"),
        ("192.0.2.1# x", "192.0.2.1-192.0.2.1"),
    ] {
        assert_eq!(v4(line), [expected], "{line}");
        assert_eq!(v4(&format!("{line}\nx,padding,of,more,than,a,word\n")), [expected], "{line}");
    }
}

#[test]
fn what_is_no_address_is_junk_with_its_line() {
    for line in [
        "192.0.2",
        "192.0.2.256",
        "192.0.2.01",
        "1921.0.2.1",
        "192.0.2.1.5",
        "192.0.2.1/33",
        "192.0.2.1/",
        "192.0.2.1-",
        "192.0.2.1/255.0.255.0",
        "192.0.2.1x",
        "example.com",
        "<html>",
        "192..2.1",
        ".192.0.2.1",
        "12345",
        "-1.2.3.4",
        "2001:db8::/129",
        "2001:db8::1::2",
        ":::",
        "2001:db8",
        "1:2:3:4:5:6:7:8:9",
        "12345::",
        "fe80::1%eth0",
        "\u{1f}",
    ] {
        let list = read(&format!("# c\n{line}\n192.0.2.1\n"));
        assert_eq!((list.entries, list.junk.lines), (1, 1), "{line}");
        assert_eq!(list.junk.first[0].0, 2, "{line}");
        assert_eq!(list.addresses(), 1, "{line}");
    }
}

#[test]
fn comments_and_empty_lines_are_no_entries() {
    let list = read("\u{feff}# 192.0.2.1\n\n;192.0.2.2\r\n   \n192.0.2.3\n192.0.2.3\n192.0.2.4");
    assert_eq!((list.entries, list.addresses(), list.junk.lines), (3, 2, 0));
    assert_eq!(v4("192.0.2.3\n192.0.2.1\n192.0.2.2"), ["192.0.2.1-192.0.2.3"]);
}

#[test]
fn a_firehol_header_is_read() {
    let list = read(
        "#\n# example_list\n#\n# ipv4 hash:ip ipset\n#\n# Maintainer      : Example\n# List source URL : https://example.org/x\n\
         # Source File Date: Tue Apr 23 09:56:08 UTC 2019\n# Category        : attacks\n# Aggregation     : 7 days \n192.0.2.1\n\
         # Category : other\n",
    );
    assert_eq!(list.header.name, "example_list");
    assert_eq!(list.header.source_date, "2019-04-23T09:56:08Z".parse().ok());
    assert_eq!((list.header.category.as_str(), list.header.aggregation.as_str()), ("attacks", "7 days"));
    assert_eq!(list.header.source_url, "https://example.org/x");
}

#[test]
fn file_names_tell_list_and_time() {
    let moment = "2019-01-05T07:00:00Z".parse().ok();
    assert_eq!(file_date("tor@2019-01-05T07-00-00Z.ipset"), ("tor", moment));
    assert_eq!(file_date("tor@2019-01-05T07-00-00Z.ipset.gz"), ("tor", moment));
    assert_eq!(file_date("tor_1d.ipset"), ("tor_1d", None));
    assert_eq!(file_date("tor@yesterday.ipset"), ("tor@yesterday", None));
    assert_eq!(file_date("tor"), ("tor", None));
}

#[test]
fn every_limit_holds() {
    let refused = |limits| match List::parse(b"192.0.2.1\n192.0.2.2\n192.0.2.3\n", &limits) {
        Err(ListError::TooLarge { what, line, .. }) => (what, line),
        other => panic!("{other:?}"),
    };
    let limits = Limits::default();
    assert_eq!(refused(Limits { bytes: 10, ..limits }), ("bytes", 0));
    assert_eq!(refused(Limits { lines: 2, ..limits }), ("lines", 3));
    assert_eq!(refused(Limits { entries: 1, ..limits }), ("entries", 2));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_v4_address_is_read_by_both_readers(address: u32, length in 0_u8..=32, end in "(\r?\n|[ \t,;#].*\n)") {
        let text = Ipv4Addr::from(address).to_string();
        prop_assert_eq!(v4::address(text.as_bytes()), Some((address, text.len())));
        let line = format!("{text}{end}0123456789abcdefghij");
        if let Some((range, taken)) = v4::plain_line(line.as_bytes()) {
            prop_assert_eq!(range, Range::single(address));
            prop_assert_eq!(taken, text.len() + end.len());
        } else {
            prop_assert!(end != "\n" && end != "\r\n");
        }
        let line = format!("{text}/{length}\n0123456789abcdefghij");
        prop_assert_eq!(v4::plain_line(line.as_bytes()), Some((Range::prefix(address, length), line.len() - 20)));
    }

    #[test]
    fn the_fast_reader_never_takes_what_the_careful_one_refuses(line in "([0-9]{1,4}[.]){2,4}[0-9]{0,4}(/[0-9]{0,3})?") {
        let padded = format!("{line}\n0123456789abcdefghij");
        if let Some((range, taken)) = v4::plain_line(padded.as_bytes()) {
            prop_assert_eq!(item(line.as_bytes()), Some(Item::V4(range)));
            prop_assert_eq!(taken, line.len() + 1);
        }
    }

    #[test]
    fn any_v6_address_is_read(address: u128, mask: u128, upper: bool) {
        // Zeroed groups make the short forms; `mask` chooses which.
        let mut groups = [address, address & mask, address & mask & mask.rotate_left(64), address & 0xffff_ffff];
        groups[3] |= 0xffff_0000_0000;
        for address in groups {
            let text = Ipv6Addr::from(address).to_string();
            let text = if upper { text.to_uppercase() } else { text };
            prop_assert_eq!(v6::address(text.as_bytes()), Some((address, text.len())), "{}", text);
            if text.contains('.') {
                continue;
            }
            for (end, length) in [("\n", 128), ("\r\n", 128), ("/0\n", 0), ("/48\n", 48), ("/128\n", 128)] {
                let line = format!("{text}{end}");
                let padded = format!("{line}{}", "f".repeat(50));
                prop_assert_eq!(v6::plain_line(padded.as_bytes()), Some((Range::prefix(address, length), line.len())), "{}", line);
            }
        }
    }

    #[test]
    fn the_fast_v6_reader_takes_just_what_the_careful_one_does(line in "[0-9a-fA-F:]{0,12}(::?[0-9a-fg]{0,5}){0,9}(/[0-9]{0,4})?[ \r]?") {
        let padded = format!("{line}\n{}", "f".repeat(50));
        match v6::plain_line(padded.as_bytes()) {
            Some((range, taken)) => {
                prop_assert_eq!(item(line.trim().as_bytes()), Some(Item::V6(range)), "{}", line);
                prop_assert_eq!(taken, line.len() + 1);
            }
            // What only the careful one reads has white space, or a length with zeros in front.
            None => prop_assert!(
                !matches!(item(line.as_bytes()), Some(Item::V6(_))) || line.ends_with([' ', '\r']) || line.contains("/0"),
                "{}", line
            ),
        }
    }

    #[test]
    fn v6_is_read_as_the_standard_library_reads_it(text in "[0-9a-f:.]{1,24}") {
        let read = v6::address(text.as_bytes()).filter(|(_, taken)| *taken == text.len()).map(|(address, _)| address);
        let expected = text.parse::<Ipv6Addr>().ok().map(u128::from);
        // A dotted end with leading zeros is refused by both.
        prop_assert_eq!(read, expected, "{}", text);
    }
}
