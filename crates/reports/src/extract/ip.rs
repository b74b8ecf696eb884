//! Addresses in text.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Found;

/// Whether an address can belong to a customer: not private, loopback, link-local, multicast or unspecified.
/// Documentation addresses pass: they are what tests and demonstrations are made of.
pub fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || a == 0
                || a >= 224
                || (a == 100 && (64..128).contains(&b)))
        }
        IpAddr::V6(v6) => {
            let head = v6.segments()[0];
            head != 0 && (head & 0xfe00) != 0xfc00 && (head & 0xffc0) != 0xfe80 && (head & 0xff00) != 0xff00
        }
    }
}

/// Parses one address as reports write it: brackets, IPv4 mapping, a prefix length or zone behind it.
pub fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches(|c| matches!(c, '[' | ']' | '(' | ')' | '"' | '\'' | '<' | '>' | '`'));
    let text = text.split_once('/').map_or(text, |(ip, _)| ip);
    let text = text.split_once('%').map_or(text, |(ip, _)| ip);
    let text = text.get(..5).filter(|tag| tag.eq_ignore_ascii_case("ipv6:")).map_or(text, |tag| &text[tag.len()..]);
    text.parse::<IpAddr>().ok().or_else(|| padded(text)).map(|ip| ip.to_canonical())
}

/// `192.000.002.001`, which the strict parser refuses.
fn padded(text: &str) -> Option<IpAddr> {
    let mut octets = [0_u8; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        if part.is_empty() || part.len() > 3 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        *octet = part.parse().ok()?;
    }
    parts.next().is_none().then_some(IpAddr::V4(octets.into()))
}

/// Every address in `line`, left to right.
pub fn scan(line: &str, found: &mut Vec<Found<IpAddr>>) {
    scan_v4(line, found);
    if memchr::memchr(b':', line.as_bytes()).is_some() {
        let before = found.len();
        scan_v6(line, found);
        if found.len() > before {
            found.sort_by_key(|one| one.start);
        }
    }
}

fn scan_v4(line: &str, found: &mut Vec<Found<IpAddr>>) {
    let bytes = line.as_bytes();
    let mut from = 0;
    // A dot between digits is rarer than a digit: look for dots.
    while let Some(dot) = memchr::memchr(b'.', &bytes[from..]).map(|at| from + at) {
        let start = dot - bytes[..dot].iter().rev().take(4).take_while(|b| b.is_ascii_digit()).count();
        match quad(bytes, start.max(from)) {
            Some((ip, end)) if start >= from && boundaries(bytes, start, end) => {
                found.push(Found { value: IpAddr::V4(ip), start, end });
                from = end;
            }
            _ => from = dot + 1,
        }
    }
}

/// Four octets at `start`: the address and where it ends.
fn quad(bytes: &[u8], start: usize) -> Option<(Ipv4Addr, usize)> {
    let mut octets = [0_u8; 4];
    let mut at = start;
    for (index, octet) in octets.iter_mut().enumerate() {
        if index > 0 {
            if bytes.get(at) != Some(&b'.') {
                return None;
            }
            at += 1;
        }
        let digits = bytes[at..].iter().take(4).take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || digits > 3 {
            return None;
        }
        let value = bytes[at..at + digits].iter().fold(0_u32, |sum, b| sum * 10 + u32::from(b - b'0'));
        *octet = u8::try_from(value).ok()?;
        at += digits;
    }
    Some((octets.into(), at))
}

/// No digit-dot run, version number or host name on either side.
fn boundaries(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).map(|at| bytes[at]);
    let after = bytes.get(end).copied();
    let then = bytes.get(end + 1).copied();
    let left = match before {
        // `Chrome/103.0.0.0` is a version, `http://192.0.2.1` and `(x)/192.0.2.1` are addresses.
        Some(b'/') => start < 2 || !bytes[start - 2].is_ascii_alphanumeric(),
        Some(b'.' | b'-' | b'_') => false,
        Some(b) => !b.is_ascii_alphanumeric(),
        None => true,
    };
    let right = match after {
        Some(b'.') => !then.is_some_and(|b| b.is_ascii_alphanumeric()) || is_dump(bytes, start, end),
        Some(b'-') => !then.is_some_and(|b| b.is_ascii_alphabetic()),
        Some(b'_') => false,
        Some(b) => !b.is_ascii_alphanumeric(),
        None => true,
    };
    left && right
}

/// Whether tcpdump wrote the address: `192.0.2.1.4242 > 198.51.100.2.22:`.
fn is_dump(bytes: &[u8], start: usize, end: usize) -> bool {
    let port = bytes[end + 1..].iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    let behind = &bytes[end + 1 + port..];
    (1..6).contains(&port)
        && (behind.starts_with(b" > ") || behind.first() == Some(&b':') && bytes[..start].ends_with(b" > "))
}

fn scan_v6(line: &str, found: &mut Vec<Found<IpAddr>>) {
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(colon) = memchr::memchr(b':', &bytes[at..]).map(|next| at + next) {
        let in_token = |b: &u8| b.is_ascii_hexdigit() || *b == b':' || *b == b'.';
        let start = colon - bytes[at..colon].iter().rev().take(4).take_while(|b| b.is_ascii_hexdigit()).count();
        let end = colon + bytes[colon..].iter().take(45).take_while(|b| in_token(b)).count();
        let token = line[start..end].trim_end_matches(['.', ':']);
        let token = if line[start..end].starts_with(token) && line[start + token.len()..end].starts_with("::") {
            &line[start..start + token.len() + 2]
        } else {
            token
        };
        let tagged = start >= 5 && line.as_bytes()[start - 5..start].eq_ignore_ascii_case(b"ipv6:");
        let clear_left = tagged
            || start == 0
            // `IPv6アドレス:2001:db8::1`, but not the middle of an address.
            || (bytes[start - 1] == b':'
                && start > 1
                && !(bytes[start - 2].is_ascii_hexdigit() || matches!(bytes[start - 2], b':' | b'.')))
            || !(bytes[start - 1].is_ascii_alphanumeric() || matches!(bytes[start - 1], b':' | b'.'));
        let clear_right = !bytes.get(start + token.len()).is_some_and(u8::is_ascii_alphanumeric);
        if token.bytes().filter(|b| *b == b':').count() >= 2
            && clear_left
            && clear_right
            && let Ok(ip) = token.parse::<Ipv6Addr>()
        {
            let ip = IpAddr::V6(ip).to_canonical();
            if ip.is_ipv4() {
                found.retain(|one| one.end <= start || one.start >= start + token.len());
            }
            found.push(Found { value: ip, start, end: start + token.len() });
        }
        at = if tagged || found.last().is_some_and(|one| one.start == start) { end.max(colon + 1) } else { colon + 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(line: &str) -> Vec<String> {
        let mut found = Vec::new();
        scan(line, &mut found);
        found.iter().map(|one| one.value.to_string()).collect()
    }

    #[test]
    fn addresses_in_running_text() {
        assert_eq!(all("from 192.0.2.1."), ["192.0.2.1"]);
        assert_eq!(all("[192.0.2.1]:22, (198.51.100.2)->203.0.113.3:80"), ["192.0.2.1", "198.51.100.2", "203.0.113.3"]);
        assert_eq!(all("192.0.2.0/24 and 192.0.2.0 - 192.0.2.255"), ["192.0.2.0", "192.0.2.0", "192.0.2.255"]);
        assert_eq!(
            all("2001:db8::1, 2001:DB8:0:0:0:0:0:2. ::ffff:192.0.2.7"),
            ["2001:db8::1", "2001:db8::2", "192.0.2.7"]
        );
        assert_eq!(all("[2001:db8::3]:443 at 12:34:56"), ["2001:db8::3"]);
        assert_eq!(all("送信元IP：192.0.2.1です"), ["192.0.2.1"]);
        assert_eq!(all("IP 192.0.2.1.4242 > 198.51.100.2.22: Flags [S]"), ["192.0.2.1", "198.51.100.2"]);
        assert_eq!(all("IPv6アドレス:2001:db8::1"), ["2001:db8::1"]);
    }

    #[test]
    fn what_only_looks_like_an_address() {
        for line in [
            "Chrome/103.0.0.0 Safari",
            "OID 1.3.6.1.4.1",
            "300.1.1.1",
            "host-192.0.2.1.example.com",
            "192.0.2.1.zen.example.org",
            "12:34:56",
            "a::b is C++",
            "version 4.8.3",
        ] {
            assert!(all(line).is_empty() || line.starts_with("a::b"), "{line}: {:?}", all(line));
        }
    }

    #[test]
    fn single_values_are_read_leniently() {
        assert_eq!(parse("::ffff:192.0.2.1").unwrap().to_string(), "192.0.2.1");
        assert_eq!(parse("[IPv6:2001:db8::1]").unwrap().to_string(), "2001:db8::1");
        assert_eq!(parse("192.000.002.010").unwrap().to_string(), "192.0.2.10");
        assert!(!is_public("10.1.2.3".parse().unwrap()));
        assert!(is_public("192.0.2.3".parse().unwrap()));
        assert!(!is_public("fe80::1".parse().unwrap()));
    }
}
