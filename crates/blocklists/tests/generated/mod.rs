//! Lists that nobody published, in the shapes of the public ones: sizes over five orders of magnitude, windows of a day, a
//! week and a month over one source, unions of others, nets among addresses. The same seed gives the same lists.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

/// Sizes at every fifth percentile, of some four hundred public lists.
const SIZES: [u32; 21] =
    [1, 2, 5, 11, 22, 45, 80, 120, 190, 290, 430, 650, 950, 1_400, 2_300, 3_600, 6_000, 9_500, 17_000, 31_000, 188_000];

/// Numbers without end (xorshift64*); the seed is not 0.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// The next number.
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.roll() % limit
    }
}

/// An address of the bad neighbourhood: few of 2,000 networks are much worse than the rest, as in life.
fn address(dice: &mut Dice) -> u32 {
    let worse = dice.below(2_000) * dice.below(2_000) / 2_000;
    let network = u32::try_from(worse).unwrap_or(0).wrapping_mul(2_654_435_761) & 0xffff_0000;
    let host = dice.below(65_536) * dice.below(65_536) / 65_536;
    network | u32::try_from(host).unwrap_or(0)
}

/// The lines of `count` lists.
pub(crate) fn lists(count: usize, seed: u64) -> Vec<Vec<String>> {
    let mut dice = Dice(seed);
    let mut lists: Vec<Vec<String>> = Vec::new();
    while lists.len() < count {
        let place = dice.below(100);
        let (at, within) = (usize::try_from(place / 5).unwrap_or(0), place % 5);
        let (low, high) = (u64::from(SIZES[at]), u64::from(SIZES[at + 1]));
        let size = low + (high - low) * within / 5;
        let nets = dice.below(6) == 0;
        let mut lines = Vec::new();
        if dice.below(5) == 0 && lists.len() > 3 {
            // A window or a union: what others hold and something of its own.
            for _ in 0..=dice.below(3) {
                let other = usize::try_from(dice.below(lists.len() as u64)).unwrap_or(0);
                lines.extend_from_slice(&lists[other]);
            }
        }
        for _ in 0..size {
            let address = Ipv4Addr::from(address(&mut dice));
            lines.push(match dice.below(if nets { 4 } else { 400 }) {
                0 => format!("{address}/{}", 12 + dice.below(20)),
                1 => format!("{address} - {}", Ipv4Addr::from(u32::from(address).saturating_add(300))),
                _ => address.to_string(),
            });
        }
        lists.push(lines);
    }
    lists
}

/// A list's lines as the bytes of a file.
pub(crate) fn file(lines: &[String]) -> Vec<u8> {
    let mut text = String::from("#\n# generated\n#\n");
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    text.into_bytes()
}
