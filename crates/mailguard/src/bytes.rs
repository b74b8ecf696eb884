//! Small searches in bytes that the dialects share. Each returns nothing instead of a guess.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use memchr::{memchr, memrchr};

/// Where the first `mark` begins. Lines are short and marks are known: one search for the mark's rarest byte is quicker than
/// what a general searcher prepares.
#[inline]
pub(crate) fn find(text: &[u8], mark: &[u8]) -> Option<usize> {
    let anchor = anchor(mark);
    let last = text.len().checked_sub(mark.len())?;
    let mut from = anchor;
    while let Some(step) = memchr(*mark.get(anchor)?, text.get(from..=last + anchor)?) {
        let at = from + step - anchor;
        if text[at..].starts_with(mark) {
            return Some(at);
        }
        from += step + 1;
    }
    None
}

/// Where the last `mark` begins.
#[inline]
pub(crate) fn rfind(text: &[u8], mark: &[u8]) -> Option<usize> {
    let anchor = anchor(mark);
    let mut end = (text.len() + anchor + 1).checked_sub(mark.len())?;
    while let Some(found) = memrchr(*mark.get(anchor)?, text.get(anchor..end)?) {
        if text[found..].starts_with(mark) {
            return Some(found);
        }
        end = found + anchor;
    }
    None
}

/// The place in a mark of the byte to search for: the first that is neither letter, digit nor blank, which are rare in logs.
#[inline]
const fn anchor(mark: &[u8]) -> usize {
    let mut at = 0;
    while at < mark.len() {
        if !mark[at].is_ascii_alphanumeric() && mark[at] != b' ' {
            return at;
        }
        at += 1;
    }
    0
}

/// What follows the first `mark`.
#[inline]
pub(crate) fn after<'l>(text: &'l [u8], mark: &[u8]) -> Option<&'l [u8]> {
    find(text, mark).map(|at| &text[at + mark.len()..])
}

/// What follows the last `mark`.
#[inline]
pub(crate) fn after_last<'l>(text: &'l [u8], mark: &[u8]) -> Option<&'l [u8]> {
    rfind(text, mark).map(|at| &text[at + mark.len()..])
}

/// What stands before the first `end`.
pub(crate) fn until(text: &[u8], end: u8) -> Option<&[u8]> {
    memchr(end, text).map(|at| &text[..at])
}

/// What stands before the first `end`, or all.
pub(crate) fn until_or_all(text: &[u8], end: u8) -> &[u8] {
    until(text, end).unwrap_or(text)
}

/// The two sides of the first `mark`.
#[inline]
pub(crate) fn split<'l>(text: &'l [u8], mark: &[u8]) -> Option<(&'l [u8], &'l [u8])> {
    find(text, mark).map(|at| (&text[..at], &text[at + mark.len()..]))
}

/// The two sides of the last `mark`.
#[inline]
pub(crate) fn split_last<'l>(text: &'l [u8], mark: &[u8]) -> Option<(&'l [u8], &'l [u8])> {
    rfind(text, mark).map(|at| (&text[..at], &text[at + mark.len()..]))
}

/// Whether `text` has `mark` in it.
#[inline]
pub(crate) fn has(text: &[u8], mark: &[u8]) -> bool {
    find(text, mark).is_some()
}

/// A decimal number at the start of `text` and what follows it.
pub(crate) fn number(text: &[u8]) -> Option<(u32, &[u8])> {
    let digits = text.iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    let mut value = 0_u64;
    for byte in &text[..digits] {
        value = value * 10 + u64::from(byte - b'0');
    }
    u32::try_from(value).ok().map(|value| (value, &text[digits..]))
}

/// A port.
pub(crate) fn port(text: &[u8]) -> Option<u16> {
    number(text).and_then(|(value, _)| u16::try_from(value).ok())
}

/// An address that is the whole of `text`: IPv4 dotted, IPv6 with or without `IPv6:` in front, IPv4-mapped as IPv4.
pub(crate) fn address(text: &[u8]) -> Option<IpAddr> {
    if let Some((address, [])) = v4(text) {
        return Some(IpAddr::V4(address));
    }
    let text = text.strip_prefix(b"IPv6:").unwrap_or(text);
    let text = until_or_all(text, b'%');
    // The longest written form has 45 characters; what is longer is no address and is not looked at.
    if text.len() > 45 || memchr(b':', text).is_none() {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse::<Ipv6Addr>().ok().map(|address| IpAddr::V6(address).to_canonical())
}

/// An address at the start of `text` and what follows it.
pub(crate) fn leading_address(text: &[u8]) -> Option<(IpAddr, &[u8])> {
    let ends = |rest: &[u8]| !rest.first().is_some_and(u8::is_ascii_alphanumeric);
    if let Some((address, rest)) = v4(text) {
        return ends(rest).then_some((IpAddr::V4(address), rest));
    }
    let mut len = text.iter().take(46).take_while(|byte| byte.is_ascii_hexdigit() || b":.".contains(byte)).count();
    // A sentence may go on after the address.
    while len > 0 && b":.".contains(&text[len - 1]) && !text[..len].ends_with(b"::") {
        len -= 1;
    }
    address(&text[..len]).map(|address| (address, &text[len..])).filter(|(_, rest)| ends(rest))
}

/// Four numbers from 0 to 255 with dots between them.
fn v4(text: &[u8]) -> Option<(Ipv4Addr, &[u8])> {
    let mut octets = [0_u8; 4];
    let mut at = 0;
    for (index, octet) in octets.iter_mut().enumerate() {
        if index > 0 {
            if text.get(at) != Some(&b'.') {
                return None;
            }
            at += 1;
        }
        let start = at;
        let mut value = 0_u16;
        while let Some(digit) = text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
            value = value * 10 + u16::from(digit);
            at += 1;
            if at - start > 3 {
                return None;
            }
        }
        if at == start {
            return None;
        }
        *octet = u8::try_from(value).ok()?;
    }
    Some((Ipv4Addr::from(octets), &text[at..]))
}

/// `name[address]`, also `name [address]`, `[address]:port`: address, port and what follows, by the first bracket.
pub(crate) fn bracketed(text: &[u8]) -> Option<(IpAddr, Option<u16>, &[u8])> {
    let open = memchr(b'[', text)?;
    let inside = &text[open + 1..];
    let close = memchr(b']', inside)?;
    let address = address(&inside[..close])?;
    let rest = &inside[close + 1..];
    match rest.strip_prefix(b":").and_then(number) {
        Some((port, rest)) => Some((address, u16::try_from(port).ok(), rest)),
        None => Some((address, None, rest)),
    }
}

/// A name that may stand for an account: not empty, of bounded length, printable. Others are noise or an attack on the log.
pub(crate) fn account(text: &[u8]) -> Option<&[u8]> {
    let text = text.trim_ascii();
    (!text.is_empty() && text.len() <= 255 && !text.iter().fold(false, |any, byte| any | byte.is_ascii_control()))
        .then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_in_every_spelling_and_nothing_else() {
        for (text, wanted) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("::ffff:192.0.2.1", Some("192.0.2.1")),
            ("IPv6:2001:DB8::1", Some("2001:db8::1")),
            ("2001:db8::1%eth0", Some("2001:db8::1")),
            ("192.0.2.256", None),
            ("192.0.2", None),
            ("192.0.2.1.5", None),
            ("0192.0.2.1", None),
            ("", None),
            (":", None),
            ("unknown", None),
        ] {
            assert_eq!(address(text.as_bytes()), wanted.map(|text| text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn an_address_in_a_sentence_ends_where_it_ends() {
        let (address, rest) = leading_address(b"192.0.2.7. AUTHENTICATE").unwrap();
        assert_eq!((address.to_string().as_str(), rest), ("192.0.2.7", b". AUTHENTICATE".as_slice()));
        let (address, rest) = leading_address(b"2001:db8::7: no").unwrap();
        assert_eq!((address.to_string().as_str(), rest), ("2001:db8::7", b": no".as_slice()));
        assert!(leading_address(b"192.0.2.7x").is_none());
    }

    proptest::proptest! {
        #[test]
        fn a_mark_is_found_where_it_stands(text in "[ab,= ]{0,40}", mark in "[ab,= ]{1,4}") {
            let (found, last) = (find(text.as_bytes(), mark.as_bytes()), rfind(text.as_bytes(), mark.as_bytes()));
            proptest::prop_assert_eq!((found, last), (text.find(&mark), text.rfind(&mark)));
        }
    }

    #[test]
    fn numbers_do_not_overflow() {
        assert_eq!(number(b"4294967295,"), Some((u32::MAX, b",".as_slice())));
        assert_eq!(number(b"4294967296"), None);
        assert_eq!(number(b"99999999999"), None);
        assert_eq!(port(b"65536"), None);
    }
}
