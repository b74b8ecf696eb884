//! Accounts by the number of their mails in a month. A bin `over 5 to 10` holds 6, 7, 8, 9 and 10.

use serde::Serialize;

/// The bins over all accounts: lower bounds, highest first.
pub const MONTHLY: [u64; 8] = [100, 50, 25, 20, 15, 10, 5, 0];
/// The finer bins over a hundred.
pub const UPPER: [u64; 10] = [10_000, 5_000, 1_000, 500, 400, 300, 200, 150, 125, 100];

/// Accounts that sent more than `over` and at most `to` mails.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    /// More than this.
    pub over: u64,
    /// At most this; the first bin has no end.
    pub to: Option<u64>,
    /// Accounts.
    pub accounts: u64,
    /// Their share of all accounts that sent, in percent with three decimals.
    pub percent: f64,
}

/// Sorts numbers of mails into bins whose lower bounds descend.
pub fn tally(bounds: &[u64], mails: impl Iterator<Item = u64>, all: u64) -> Vec<Bin> {
    let mut accounts = vec![0_u64; bounds.len()];
    for mails in mails {
        if let Some(bin) = bounds.iter().position(|over| mails > *over) {
            accounts[bin] += 1;
        }
    }
    let bin = |(at, over): (usize, &u64)| Bin {
        over: *over,
        to: at.checked_sub(1).and_then(|above| bounds.get(above)).copied(),
        accounts: accounts[at],
        percent: percent(accounts[at], all),
    };
    bounds.iter().enumerate().map(bin).collect()
}

/// A share in percent, rounded half up to three decimals; 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "a rounded share far below 2^52")]
pub(super) fn percent(part: u64, all: u64) -> f64 {
    if all == 0 {
        return 0.0;
    }
    let thousandths = (u128::from(part) * 200_000 + u128::from(all)) / (2 * u128::from(all));
    thousandths as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_upper_tail_is_the_published_share() {
        // 6,634 accounts over a hundred mails are 1.267 % of about 523,600.
        let upper = [21_u64, 68, 1_528, 914, 205, 386, 751, 811, 743, 1_207];
        let mails = UPPER.iter().zip(upper).flat_map(|(over, accounts)| (0..accounts).map(move |_| over + 1));
        let all: Vec<u64> = mails.chain((0..523_600 - 6_634).map(|_| 3)).collect();
        let upper_bins = tally(&UPPER, all.iter().copied(), all.len() as u64);
        assert_eq!(upper_bins.iter().map(|bin| bin.accounts).collect::<Vec<_>>(), upper);
        let monthly = tally(&MONTHLY, all.iter().copied(), all.len() as u64);
        assert_eq!((monthly[0].accounts, monthly[0].to), (6_634, None));
        assert!((monthly[0].percent - 1.267).abs() < 1e-9, "{}", monthly[0].percent);
        assert_eq!((monthly[1].over, monthly[1].to), (50, Some(100)));
    }

    #[test]
    fn shares_are_rounded_half_up() {
        assert!((percent(1, 3) - 33.333).abs() < 1e-9 && (percent(2, 3) - 66.667).abs() < 1e-9);
        assert!((percent(1, 200_000) - 0.001).abs() < 1e-9 && percent(1, 200_001) < 1e-9);
        assert!(percent(0, 0) < 1e-9);
    }
}
