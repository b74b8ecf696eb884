//! The generator's own small random numbers: splitmix64, so that output stays the same for ever on every machine.

/// A stream of numbers that depends on nothing but what it was made from.
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

/// What a stream is for: two purposes never share numbers, so adding a draw in one place changes nothing elsewhere.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stream {
    Customer = 1,
    Contract,
    Tenure,
    Access,
    Site,
    Schedule,
    Shuffle,
    Plan,
    Report,
    Reporter,
    Question,
    Noise,
    MailAccount,
    MailDay,
    MailHijack,
}

impl Rng {
    /// The stream number `index` for one purpose below `seed`.
    pub(crate) fn new(seed: u64, stream: Stream, index: usize) -> Self {
        Self(mix(mix(seed ^ mix(stream as u64)) ^ index as u64))
    }

    /// A stream from a number that was drawn before.
    pub(crate) const fn from_salt(salt: u64) -> Self {
        Self(salt)
    }

    /// The next 64 bits.
    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// The number that comes after `skipped` others.
    pub(crate) const fn nth(mut self, skipped: usize) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(skipped as u64));
        self.next()
    }

    /// A number below `limit`; 0 if `limit` is 0.
    #[expect(clippy::cast_possible_truncation, reason = "the product's high half is below `limit`")]
    pub(crate) const fn below(&mut self, limit: usize) -> usize {
        ((self.next() as u128 * limit as u128) >> 64) as usize
    }

    /// As [`Self::below`] for times and other 32-bit things.
    #[expect(clippy::cast_possible_truncation, reason = "the product's high half is below `limit`")]
    pub(crate) const fn below_u32(&mut self, limit: u32) -> u32 {
        ((self.next() as u128 * limit as u128) >> 64) as u32
    }

    /// A number from `low` to `high`, both possible.
    pub(crate) const fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below_u32(high.saturating_sub(low).saturating_add(1))
    }

    /// True `per_mille` times in a thousand.
    pub(crate) const fn chance(&mut self, per_mille: usize) -> bool {
        self.below(1000) < per_mille
    }

    /// One of `items`, which must not be empty.
    pub(crate) const fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// The index of a weight drawn in proportion; 0 if all are 0.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let mut left = self.below_u32(weights.clone().sum());
        for (index, weight) in weights.enumerate() {
            match left.checked_sub(weight) {
                Some(rest) => left = rest,
                None => return index,
            }
        }
        0
    }

    /// Fisher-Yates.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Splits `total` in proportion to `weights` by largest remainder; the parts sum to `total` if any weight is not 0.
pub(crate) fn apportion(total: usize, weights: &[usize]) -> Vec<usize> {
    let sum: usize = weights.iter().sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let mut parts: Vec<usize> = weights.iter().map(|weight| total * weight / sum).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&index| (std::cmp::Reverse(total * weights[index] % sum), index));
    let missing = total - parts.iter().sum::<usize>();
    for &index in order.iter().take(missing) {
        parts[index] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_splitmix64() {
        // Reference output of Vigna's splitmix64.c for seed 1234567.
        let mut rng = Rng::from_salt(1_234_567);
        assert_eq!(
            [rng.next(), rng.next(), rng.next()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn shares_sum_to_the_total() {
        assert_eq!(apportion(13_000, &[4_000, 4_800, 3_200, 800, 200]), [4_000, 4_800, 3_200, 800, 200]);
        assert_eq!(apportion(55, &[4_000, 4_800, 3_200, 800, 200]), [17, 20, 14, 3, 1]);
        assert_eq!(apportion(7, &[0, 0]), [0, 0]);
        for total in 0..200 {
            assert_eq!(apportion(total, &[5, 1, 3]).iter().sum::<usize>(), total);
        }
    }

    #[test]
    fn draws_stay_in_range() {
        let mut rng = Rng::new(1, Stream::Plan, 0);
        for _ in 0..1_000 {
            assert!((3..=5).contains(&rng.between(3, 5)));
            assert!(rng.weighted([0, 2, 0, 1].into_iter()) % 2 == 1);
        }
    }
}
