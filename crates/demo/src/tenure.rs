//! Who was in which slot from when to when: slots change hands, with and without gaps.
//!
//! Times are seconds since the provider's first day, so that one tenure is 12 bytes.

use crate::rng::{Rng, Stream};
use crate::space;

/// No end yet.
pub(crate) const OPEN: u32 = u32::MAX;
/// Seconds of a day.
pub(crate) const DAY: u32 = 86_400;
const HOUR: u32 = 3_600;

/// One contract's time in one slot (an address, a site, a mail domain).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tenure {
    pub(crate) slot: u32,
    pub(crate) from: u32,
    pub(crate) to: u32,
}

impl Tenure {
    /// Whether it covers all of `from` to `to`.
    pub(crate) const fn covers(&self, from: u32, to: u32) -> bool {
        self.from <= from && to < self.to
    }
}

/// Fills slots one after the other with `count` tenures of at least `min` and on average `min + spread` days.
pub(crate) fn walk(rng: &mut Rng, count: u32, horizon: u32, min: u32, spread: u32, out: &mut Vec<Tenure>) {
    let first = |rng: &mut Rng| if rng.chance(350) { 0 } else { rng.below_u32(horizon / 4 * 3) };
    let (mut slot, mut at) = (0, first(rng));
    for _ in 0..count {
        let days = min + rng.below_u32(spread) + rng.below_u32(spread);
        let end = at.saturating_add(days * DAY + rng.below_u32(DAY));
        let to = if end >= horizon { OPEN } else { end };
        out.push(Tenure { slot, from: at, to });
        at = end.saturating_add(gap(rng));
        // Some slots stay empty for good: an address in quarantine, a name that nobody wanted again.
        if to == OPEN || at >= horizon - DAY || rng.chance(120) {
            slot += 1;
            at = first(rng);
        }
    }
}

/// Time between two holders: none, minutes to hours, or days.
const fn gap(rng: &mut Rng) -> u32 {
    match rng.below(10) {
        0..3 => 0,
        3..7 => rng.between(60, 12 * HOUR),
        _ => rng.between(DAY, 60 * DAY),
    }
}

/// One line's time on one IPv4 address, or on one port range of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LineTenure {
    /// Slot of the line pool or of the shared pool.
    pub(crate) slot: u32,
    /// Port range on a shared address.
    pub(crate) block: Option<u16>,
    /// Number of the contract.
    pub(crate) contract: u32,
    pub(crate) from: u32,
    pub(crate) to: u32,
}

/// How lines share their pool: groups of lines rotate over one slot more than there are lines.
struct Pool {
    lines: u32,
    slots: u32,
    shared: bool,
}

/// Access lines: pushes one [`Tenure`] per contract (its slot is the number of the line) and all tenures on IPv4.
pub(crate) fn lines(seed: u64, first: u32, count: u32, horizon: u32, out: &mut Vec<Tenure>) -> Vec<LineTenure> {
    let own = Pool { lines: 8, slots: 9, shared: false };
    let shared = Pool { lines: 15, slots: 16, shared: true };
    let sharing = count / 5;
    let mut held = Vec::new();
    let (mut group, mut line) = (0_usize, 0);
    while line < count {
        let pool = if line < sharing { &shared } else { &own };
        let end = if line < sharing { sharing } else { count };
        let size = pool.lines.min(end - line);
        let mut rng = Rng::new(seed, Stream::Access, group);
        let home = if pool.shared { line / shared.lines } else { (line - sharing).div_ceil(own.lines) * own.slots };
        rotate(&mut rng, pool, home, first + line..first + line + size, horizon, out, &mut held);
        for (number, tenure) in (line..).zip(out.iter_mut().skip((first + line) as usize)) {
            tenure.slot = number;
        }
        line += size;
        group += 1;
    }
    held
}

/// One group: in each epoch every line that is under contract has one slot; the next epoch turns the wheel.
fn rotate(
    rng: &mut Rng,
    pool: &Pool,
    home: u32,
    contracts: std::ops::Range<u32>,
    horizon: u32,
    out: &mut Vec<Tenure>,
    held: &mut Vec<LineTenure>,
) {
    let mut epochs = Vec::new();
    let mut at = 0;
    while at < horizon {
        let end = at.saturating_add(rng.between(20 * DAY, 300 * DAY));
        let gap = rng.pick(&[0, 120, HOUR, 5 * HOUR]);
        let last = end >= horizon - 2 * DAY;
        epochs.push((at, if last { OPEN } else { end }, rng.below_u32(pool.slots)));
        at = if last { horizon } else { end + gap };
    }
    let count = epochs.len();
    let begin = held.len();
    for (k, contract) in contracts.enumerate() {
        let start = if rng.chance(600) { 0 } else { rng.below(count / 2) };
        let stop = if rng.chance(700) { count } else { start + 1 + rng.below(count - start) };
        let mine = &epochs[start..stop];
        let (from, to) = (mine[0].0, mine[mine.len() - 1].1);
        out.push(Tenure { slot: 0, from, to });
        for &(from, to, shift) in mine {
            let place = (u32::try_from(k).unwrap_or(0) + shift) % pool.slots;
            let (slot, block) = if pool.shared { (home, u16::try_from(place).ok()) } else { (home + place, None) };
            let limit = if pool.shared { space::SHARED_SLOTS } else { space::LINE_SLOTS };
            if slot < limit {
                held.push(LineTenure { slot, block, contract, from, to });
            }
        }
    }
    held[begin..].sort_by_key(|tenure| (tenure.slot, tenure.block, tenure.from));
}
