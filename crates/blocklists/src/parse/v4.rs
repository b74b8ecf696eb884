//! IPv4 from bytes: a whole plain line without a branch per digit, and a careful reader for everything else.

use crate::sets::Range;

/// One byte repeated over the word.
#[inline]
pub(super) const fn all(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// One bit for each of eight bytes that is no digit.
#[inline]
fn not_digits(bytes: [u8; 8]) -> u32 {
    let digits = u64::from_le_bytes(bytes) ^ all(b'0');
    gathered(((digits & all(0x7f)) + all(0x76)) | digits)
}

/// The high bits of the eight bytes, that of the first one lowest.
#[inline]
pub(super) const fn gathered(word: u64) -> u32 {
    // The product brings them together in the highest byte.
    (((word & all(0x80)) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
}

/// Reads `a.b.c.d` or `a.b.c.d/n` that is the whole line; with the length of the line and its end.
///
/// The sixteen bytes that a dotted address and what ends it take at most are looked at at once: which bytes are no digits
/// tells where the dots are, and the digits between are added up without asking how many there are. A branch per digit
/// would be guessed wrong twice or three times a line, which costs more than all the rest.
#[inline]
pub(super) fn plain_line(bytes: &[u8]) -> Option<(Range<u32>, usize)> {
    // Four bytes more, so that four can be taken from any place.
    let window = bytes.first_chunk::<20>()?;
    let mut others = not_digits(*window.first_chunk()?) | not_digits(*window[8..].first_chunk()?) << 8;
    let (mut value, mut start, mut end) = (0, 0, 0);
    let mut good = true;
    for octet in 0..4 {
        end = others.trailing_zeros() as usize;
        others &= others.wrapping_sub(1);
        let length = end.wrapping_sub(start);
        good &= length.wrapping_sub(1) < 3;
        let place = start & 15;
        let word = u32::from_le_bytes(*window[place..place + 4].first_chunk()?) ^ u32::from_le_bytes([b'0'; 4]);
        // Ones to the third byte, tens to the second, hundreds to the first; what is missing becomes 0.
        let aligned = word << (3_usize.wrapping_sub(length).wrapping_mul(8) & 31);
        let number = (aligned & 0xff) * 100 + (aligned >> 8 & 0xff) * 10 + (aligned >> 16 & 0xff);
        good &= number < 256 && (length == 1 || word & 0xff != 0);
        value = value << 8 | number;
        good &= octet == 3 || window[end & 15] == b'.';
        start = end + 1;
    }
    if !good {
        return None;
    }
    match bytes.get(end..)? {
        [b'\n', ..] => Some((Range::single(value), end + 1)),
        [b'/', rest @ ..] => {
            let (length, end_of_length) = match *rest {
                [one @ b'0'..=b'9', b'\n', ..] => (one - b'0', 1),
                [ten @ b'1'..=b'3', one @ b'0'..=b'9', b'\n', ..] => ((ten - b'0') * 10 + one - b'0', 2),
                _ => return None,
            };
            (length <= 32).then(|| (Range::prefix(value, length), end + end_of_length + 2))
        }
        [b'\r', b'\n', ..] => Some((Range::single(value), end + 2)),
        _ => None,
    }
}

/// Reads `a.b.c.d` at the start of `bytes`; with how many bytes it takes. Leading zeros are refused: `012` is ten for some
/// programs and twelve for others.
pub(super) fn address(bytes: &[u8]) -> Option<(u32, usize)> {
    let mut value = 0_u32;
    let mut at = 0;
    for octet in 0..4 {
        if octet > 0 {
            if bytes.get(at) != Some(&b'.') {
                return None;
            }
            at += 1;
        }
        let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=3).contains(&digits) || (digits > 1 && bytes[at] == b'0') {
            return None;
        }
        let number = bytes[at..at + digits].iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
        if number > 255 {
            return None;
        }
        value = value << 8 | number;
        at += digits;
    }
    Some((value, at))
}
