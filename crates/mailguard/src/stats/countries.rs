//! The ranking of countries from which mail is sent: rounded so that it may be shown, without the countries that lead every
//! such list.

use std::net::IpAddr;

use hashbrown::{HashMap, HashSet};
use serde::Serialize;

use crate::place::Country;

/// A country of the ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CountryRow {
    /// The country.
    pub country: Country,
    /// Mails sent from it.
    pub uses: u64,
    /// The same, rounded to one digit: 900, 80, 7.
    pub rounded: u64,
    /// Different addresses from which they came.
    pub addresses: u64,
}

/// A number rounded half up to its first digit; below ten it stays.
pub const fn rounded(value: u64) -> u64 {
    let mut unit = 1;
    while value / unit >= 10 {
        unit *= 10;
    }
    (value + unit / 2) / unit * unit
}

/// The rows up to `cut` uses, most first, countries of one number by their letters; and how many countries are over it.
pub(super) fn ranking(
    uses: &HashMap<Option<Country>, u64>,
    addresses: &HashSet<(Option<Country>, IpAddr)>,
    cut: u64,
) -> (Vec<CountryRow>, u64) {
    let mut different: HashMap<Country, u64> = HashMap::new();
    for country in addresses.iter().filter_map(|(country, _)| *country) {
        *different.entry(country).or_default() += 1;
    }
    let mut rows: Vec<CountryRow> = uses
        .iter()
        .filter_map(|(country, uses)| {
            let country = (*country)?;
            let addresses = different.get(&country).copied().unwrap_or(0);
            Some(CountryRow { country, uses: *uses, rounded: rounded(*uses), addresses })
        })
        .collect();
    let all = rows.len();
    rows.retain(|row| row.uses <= cut);
    rows.sort_by_key(|row| (std::cmp::Reverse(row.uses), row.country));
    let left_out = (all - rows.len()) as u64;
    (rows, left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_their_first_digit() {
        let rounds = |value| rounded(value);
        assert_eq!(
            [0, 1, 9, 10, 14, 15, 94, 95, 149, 150, 949, 950].map(rounds),
            [0, 1, 9, 10, 10, 20, 90, 100, 100, 200, 900, 1000]
        );
        assert_eq!(rounded(u64::MAX / 2), 9_000_000_000_000_000_000);
    }

    #[test]
    fn the_leaders_are_left_out_and_the_rest_ranked() {
        let country = |code| Country::new(code);
        let uses = HashMap::from_iter([
            (country("JP"), 50_000),
            (country("FI"), 912),
            (country("TN"), 912),
            (country("US"), 1_001),
            (country("CL"), 1),
            (None, 77),
        ]);
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let addresses =
            HashSet::from_iter([(country("FI"), address("192.0.2.1")), (country("FI"), address("192.0.2.2"))]);
        let (rows, left_out) = ranking(&uses, &addresses, 1_000);
        let shown: Vec<_> = rows.iter().map(|row| (row.country.to_string(), row.rounded, row.addresses)).collect();
        let wanted =
            [("FI", 900, 2), ("TN", 900, 0), ("CL", 1, 0)].map(|(code, uses, ips)| (code.to_owned(), uses, ips));
        assert_eq!((shown, left_out), (wanted.into(), 2));
    }
}
