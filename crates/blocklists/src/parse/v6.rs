//! IPv6 from bytes (RFC 4291, section 2.2, all three forms), without zone.

use super::v4;

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
