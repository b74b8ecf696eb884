//! IPv6 from bytes (RFC 4291, section 2.2, all three forms), without zone.

use super::v4;

/// Reads an address at the start of `bytes`; with how many bytes it takes.
pub(super) fn address(bytes: &[u8]) -> Option<(u128, usize)> {
    // Groups before and after `::`, each as it comes.
    let (mut head, mut tail) = (0_u128, 0_u128);
    let (mut groups, mut groups_after) = (0_u32, 0_u32);
    let mut gap = false;
    let mut at = 0;
    if bytes.starts_with(b"::") {
        gap = true;
        at = 2;
    }
    while groups + groups_after < 8 {
        let (value, length) = group(&bytes[at..]);
        if length == 0 {
            break;
        }
        // What looks like a group may be the first number of a dotted end, which stands for two.
        let dotted = bytes.get(at + length) == Some(&b'.');
        let (value, bits, length) = if dotted {
            let (value, length) = v4::address(&bytes[at..])?;
            (u128::from(value), 32, length)
        } else {
            (u128::from(value), 16, length)
        };
        let (word, count) = if gap { (&mut tail, &mut groups_after) } else { (&mut head, &mut groups) };
        *word = *word << bits | value;
        *count += bits / 16;
        at += length;
        if dotted || groups + groups_after >= 8 {
            break;
        }
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b':'), Some(b':')) if !gap => {
                gap = true;
                at += 2;
            }
            (Some(b':'), Some(next)) if next.is_ascii_hexdigit() => at += 1,
            _ => break,
        }
    }
    let seen = groups + groups_after;
    if gap {
        // `::` stands for at least one group. A head of none must not be shifted by all 128 bits.
        let head = if groups == 0 { 0 } else { head << (16 * (8_u32.checked_sub(groups)?)) };
        (seen < 8).then_some((head | tail, at))
    } else {
        (seen == 8).then_some((head, at))
    }
}

/// One to four hexadecimal digits at the start of `bytes`, and how many there are; 0 where there are none or too many.
#[inline]
fn group(bytes: &[u8]) -> (u16, usize) {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            _ => return (value, at),
        };
        if at == 4 {
            return (0, 0);
        }
        value = value << 4 | u16::from(digit);
    }
    (value, bytes.len().min(4))
}
