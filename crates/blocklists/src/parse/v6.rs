//! IPv6 from bytes (RFC 4291, section 2.2, all three forms), without zone: a whole plain line group by group, and a careful
//! reader for everything else.

use super::v4::{self, all, gathered};
use crate::sets::Range;

/// The value of each hexadecimal digit; 255 for every other byte.
const HEX: [u8; 256] = {
    let mut table = [255; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value as usize] as usize] = value;
        table[b"0123456789ABCDEF"[value as usize] as usize] = value;
        value += 1;
    }
    table
};

/// Groups of sixteen bits as they come.
#[derive(Default)]
struct Groups {
    word: u128,
    count: u32,
    /// How many came before `::`.
    gap: Option<u32>,
}

impl Groups {
    /// Appends a group, of sixteen bits or of the thirty-two of a dotted end.
    #[inline]
    fn push(&mut self, value: u32, bits: u32) -> Option<()> {
        self.word = self.word << bits | u128::from(value);
        self.count += bits / 16;
        (self.count <= 8).then_some(())
    }

    /// The address; `::` stands for at least one group.
    fn address(&self) -> Option<u128> {
        let Some(head) = self.gap else { return (self.count == 8).then_some(self.word) };
        let missing = 8_u32.checked_sub(self.count).filter(|missing| *missing > 0)?;
        let tail = 16 * (self.count - head);
        let low = self.word & ((1 << tail) - 1);
        let high = (self.word >> tail << tail).checked_shl(16 * missing).unwrap_or(0);
        Some(high | low)
    }
}

/// Reads an address at the start of `bytes`; with how many bytes it takes.
pub(super) fn address(bytes: &[u8]) -> Option<(u128, usize)> {
    let mut groups = Groups::default();
    let mut at = 0;
    if bytes.starts_with(b"::") {
        groups.gap = Some(0);
        at = 2;
    }
    let (mut value, mut digits) = (0, 0);
    loop {
        let byte = bytes.get(at).copied().unwrap_or_default();
        let digit = HEX[usize::from(byte)];
        if digit < 16 {
            value = value << 4 | u32::from(digit);
            digits += 1;
            at += 1;
            continue;
        }
        if !(1..=4).contains(&digits) {
            // Nothing may stand here but the end after `::`; a group of none or of five digits is no group.
            return if digits == 0 { Some((groups.address()?, at)) } else { None };
        }
        if byte == b'.' {
            let start = at - digits;
            let (value, length) = v4::address(&bytes[start..])?;
            groups.push(value, 32)?;
            return Some((groups.address()?, start + length));
        }
        groups.push(value, 16)?;
        if byte != b':' {
            return Some((groups.address()?, at));
        }
        at += 1;
        if bytes.get(at) == Some(&b':') {
            if groups.gap.replace(groups.count).is_some() {
                return None;
            }
            at += 1;
        } else if bytes.get(at).is_none_or(|byte| HEX[usize::from(*byte)] == 255) {
            return None;
        }
        (value, digits) = (0, 0);
    }
}

/// Bytes in which a plain address must end: it has 39 at most.
const LONGEST: usize = 40;

/// One bit for each of eight bytes that is no hexadecimal digit.
#[inline]
fn not_hex(bytes: [u8; 8]) -> u32 {
    let word = u64::from_le_bytes(bytes);
    let low = word & all(0x7f);
    let lower = low | all(0x20);
    // The high bit of each byte tells whether it is in the range.
    let digit = (low + all(0x80 - b'0')) & !(low + all(0x7f - b'9'));
    let letter = (lower + all(0x80 - b'a')) & !(lower + all(0x7f - b'f'));
    gathered(!(digit | letter) | word)
}

/// The value of the `length` (1 to 4) hexadecimal digits with which `word` begins.
#[inline]
const fn group(word: [u8; 4], length: usize) -> u32 {
    // Digits to the end, where what is missing in front becomes 0.
    let digits = u32::from_le_bytes(word) << (32 - 8 * length);
    let nibbles = ((digits & 0x0f0f_0f0f) + 9 * (digits >> 6 & 0x0101_0101)).swap_bytes();
    let pairs = (nibbles | nibbles >> 4) & 0x00ff_00ff;
    (pairs | pairs >> 8) & 0xffff
}

/// Reads an address or a prefix that is the whole line, without a dotted end; with the length of the line and its end.
///
/// Which bytes are no digits tells where the colons are, as in [`v4::plain_line`]: a branch per group, none per digit.
#[inline]
pub(super) fn plain_line(bytes: &[u8]) -> Option<(Range<u128>, usize)> {
    // Four bytes more, so that four can be taken from any place.
    let window = bytes.first_chunk::<{ LONGEST + 4 }>()?;
    let mut others = 0;
    for (place, eight) in window.as_chunks::<8>().0.iter().enumerate() {
        others |= u64::from(not_hex(*eight)) << (8 * place);
    }
    let mut groups = Groups::default();
    let mut start = 0;
    let end = loop {
        let end = others.trailing_zeros() as usize;
        if end >= LONGEST {
            return None;
        }
        others &= others - 1;
        let colon = window[end] == b':';
        match end - start {
            length @ 1..=4 => groups.push(group(*window[start..].first_chunk()?, length), 16)?,
            // The second colon of two, or the first two bytes of all.
            0 if colon && groups.gap.is_none() && (start > 0 || window[1] == b':') => {
                groups.gap = Some(groups.count);
                if start == 0 {
                    others &= others - 1;
                    start = 2;
                    continue;
                }
            }
            0 if !colon && groups.gap == Some(groups.count) => break end,
            _ => return None,
        }
        if !colon {
            break end;
        }
        start = end + 1;
    };
    let address = groups.address()?;
    match bytes.get(end..)? {
        [b'\n', ..] => Some((Range::single(address), end + 1)),
        [b'/', rest @ ..] => {
            let digits = rest.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
            let length = rest[..digits].iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
            let plain = (1..=3).contains(&digits) && length <= 128 && rest.get(digits) == Some(&b'\n');
            plain.then(|| (Range::prefix(address, u8::try_from(length).unwrap_or(128)), end + digits + 2))
        }
        [b'\r', b'\n', ..] => Some((Range::single(address), end + 2)),
        _ => None,
    }
}
