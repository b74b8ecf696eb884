//! How many there are in all, from how often two sources tell of the same (A11): capture and recapture.

use serde::{Deserialize, Serialize};

/// An estimate with the interval in which the truth lies in 95 of 100 such counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Told by the first source.
    pub first: u64,
    /// Told by the second.
    pub second: u64,
    /// Told by both.
    pub both: u64,
    /// Told by either: certainly there.
    pub known: u64,
    /// Estimated number in all.
    pub total: f64,
    /// Lower end; never below `known`.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Two-sided 95 % of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Chapman's estimator (Chapman 1951) with Seber's variance (Seber 1982, 3.4) and Chao's interval (Chao 1987), which never
/// falls below what is known.
///
/// It assumes that the sources find independently, that each case could be told by each, and that none comes or goes
/// meanwhile. Sources that copy from each other make the estimate too low; sources with different fields make it too high.
/// Nothing if the counts cannot be, or if both have nothing in common: then there is no estimate, only `known`.
#[expect(clippy::cast_precision_loss, reason = "counts of cases, far below 2^52")]
pub fn chapman(first: u64, second: u64, both: u64) -> Option<Estimate> {
    if both == 0 || both > first.min(second) {
        return None;
    }
    let known = first.checked_add(second)?.checked_sub(both)?;
    let (n1, n2, m) = (first as f64, second as f64, both as f64);
    let total = (n1 + 1.0) * (n2 + 1.0) / (m + 1.0) - 1.0;
    let variance = (n1 + 1.0) * (n2 + 1.0) * (n1 - m) * (n2 - m) / ((m + 1.0).powi(2) * (m + 2.0));
    let unseen = total - known as f64;
    let (low, high) = if unseen > 0.0 && variance > 0.0 {
        let factor = (Z * (1.0 + variance / (unseen * unseen)).ln().sqrt()).exp();
        (known as f64 + unseen / factor, known as f64 + unseen * factor)
    } else {
        (total.max(known as f64), total.max(known as f64))
    };
    Some(Estimate { first, second, both, known, total, low, high })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, expected: f64) -> bool {
        (value - expected).abs() < 0.01
    }

    #[test]
    fn known_values() {
        // The textbook's turtles: 10 marked, 15 caught, 5 of them marked: Chapman 28.33 with variance 34.92.
        let turtles = chapman(10, 15, 5).unwrap();
        assert!(close(turtles.total, 28.333), "{turtles:?}");
        assert_eq!(turtles.known, 20);
        // f0 = 8.333; C = exp(1.96 * sqrt(ln(1 + 34.92 / 69.44))) = 3.492.
        assert!(close(turtles.low, 20.0 + 8.333_33 / 3.492_1), "{turtles:?}");
        assert!((turtles.high - (20.0 + 8.333_33 * 3.492_1)).abs() < 0.05, "{turtles:?}");
        let large = chapman(200, 150, 30).unwrap();
        assert!(close(large.total, 201.0 * 151.0 / 31.0 - 1.0) && large.low >= 320.0 && large.high > large.total);
    }

    #[test]
    fn nothing_is_estimated_from_nothing() {
        assert_eq!((chapman(10, 10, 0), chapman(5, 5, 6), chapman(0, 9, 1)), (None, None, None));
        let all = chapman(40, 40, 40).unwrap();
        assert!(close(all.total, 40.0) && close(all.low, 40.0) && close(all.high, 40.0));
    }

    #[test]
    fn the_interval_holds_the_truth_about_as_often_as_it_says() {
        // 1,000 cases, two sources that find 30 % and 20 % of them at random, 400 times; a fixed sequence.
        let mut state = 1_u64;
        let mut chance = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        let (mut hits, mut sum) = (0, 0.0);
        for _ in 0..400 {
            let (mut first, mut second, mut both) = (0, 0, 0);
            for _ in 0..1000 {
                let (a, b) = (chance() % 10 < 3, chance() % 10 < 2);
                first += u64::from(a);
                second += u64::from(b);
                both += u64::from(a && b);
            }
            let estimate = chapman(first, second, both).unwrap();
            hits += usize::from(estimate.low <= 1000.0 && 1000.0 <= estimate.high);
            sum += estimate.total;
        }
        assert!((365..=395).contains(&hits), "{hits} of 400");
        assert!((sum / 400.0 - 1000.0).abs() < 20.0, "{}", sum / 400.0);
    }
}
