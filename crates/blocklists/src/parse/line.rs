//! One line that is not plain: a range, IPv6, a netmask, text behind the address.

use super::{v4, v6};
use crate::sets::{Range, Width};

/// What a line lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Item {
    /// IPv4 addresses.
    V4(Range<u32>),
    /// IPv6 addresses.
    V6(Range<u128>),
}

/// Only an IPv6 address has a colon among its first five bytes.
#[inline]
fn is_v6(line: &[u8]) -> bool {
    line.iter().take(5).any(|byte| *byte == b':')
}

/// Reads a trimmed line that is neither empty nor a comment.
pub(crate) fn item(line: &[u8]) -> Option<Item> {
    if is_v6(line) {
        range(line, v6::address, |_| None).map(Item::V6)
    } else {
        range(line, v4::address, netmask).map(Item::V4)
    }
}

/// Reads `block` or `block - block`, followed by nothing or by text that is set off.
fn range<W: Width>(
    line: &[u8],
    address: fn(&[u8]) -> Option<(W, usize)>,
    mask: fn(&[u8]) -> Option<(u8, usize)>,
) -> Option<Range<W>> {
    let (mut range, length) = block(line, address, mask)?;
    let mut rest = &line[length..];
    if let Some(end) = rest.trim_ascii_start().strip_prefix(b"-") {
        let end = end.trim_ascii_start();
        let (other, length) = block(end, address, mask)?;
        rest = &end[length..];
        // The other way round is read as meant: from the lower to the higher, as `iprange` reads it.
        range = Range { first: range.first.min(other.first), last: range.last.max(other.last) };
    }
    rest.first().is_none_or(|byte| byte.is_ascii_whitespace() || b",;#".contains(byte)).then_some(range)
}

/// Reads an address with or without a prefix length; host bits are cut off.
fn block<W: Width>(
    bytes: &[u8],
    address: fn(&[u8]) -> Option<(W, usize)>,
    mask: fn(&[u8]) -> Option<(u8, usize)>,
) -> Option<(Range<W>, usize)> {
    let (value, length) = address(bytes)?;
    let Some(rest) = bytes[length..].strip_prefix(b"/") else {
        return Some((Range::single(value), length));
    };
    let (bits, taken) = mask(rest).or_else(|| prefix_length(rest))?;
    (bits <= W::BITS).then(|| (Range::prefix(value, bits), length + 1 + taken))
}

/// Reads up to three digits.
fn prefix_length(bytes: &[u8]) -> Option<(u8, usize)> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let text = std::str::from_utf8(bytes.get(..digits)?).ok()?;
    Some((text.parse().ok()?, digits))
}

/// Reads `255.255.255.0` as 24; ones must come before zeros.
fn netmask(bytes: &[u8]) -> Option<(u8, usize)> {
    let (mask, length) = v4::address(bytes)?;
    let ones = mask.leading_ones();
    (ones + mask.trailing_zeros() >= u32::BITS).then(|| (u8::try_from(ones).unwrap_or(32), length))
}
