//! Numbers: thousands grouped by commas in both languages, shares in per cent, sizes in powers of 1024.

/// A decimal number as text with its thousands grouped: `1234567.5` → `1,234,567.5`.
pub fn group(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = rest.find('.').map_or((rest, ""), |at| rest.split_at(at));
    if whole.is_empty() || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut grouped = String::with_capacity(number.len() + whole.len() / 3);
    grouped.push_str(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

/// A whole number with its thousands grouped: `13000` → `13,000`.
pub fn number(value: impl Into<i128>) -> String {
    group(&value.into().to_string())
}

/// A share to one decimal place, half up: 1 of 3 → `33.3%`; `–` of nothing.
pub fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return "–".to_owned();
    }
    let tenths = (i128::from(part) * 2000 / i128::from(whole) + 1) / 2;
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// A size in bytes, to one decimal place: `1536` → `1.5 KiB`.
pub fn bytes(size: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if size < 1024 {
        return format!("{size} B");
    }
    // Tenths of the unit, in whole numbers so that no float rounds a limit up to the next unit's 1024.
    let mut tenths = u128::from(size) * 10 / 1024;
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", number(i128::try_from(tenths / 10).unwrap_or(i128::MAX)), tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        for (given, shown) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("-1234567.25", "-1,234,567.25"),
            ("1e30", "1e30"),
            ("", ""),
        ] {
            assert_eq!(group(given), shown, "{given}");
        }
        assert_eq!(number(400_000), "400,000");
    }

    #[test]
    fn shares_are_rounded_half_up_and_of_nothing_there_is_none() {
        for (part, whole, shown) in [
            (1, 3, "33.3%"),
            (2, 3, "66.7%"),
            (1, 2000, "0.1%"),
            (1, 2001, "0.0%"),
            (7, 7, "100.0%"),
            (i64::MAX, i64::MAX, "100.0%"),
            (0, 5, "0.0%"),
            (0, 0, "–"),
        ] {
            assert_eq!(percent(part, whole), shown, "{part} of {whole}");
        }
    }

    #[test]
    fn sizes_have_the_unit_that_fits() {
        for (size, shown) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1536, "1.5 KiB"),
            (1024 * 1024 - 1, "1,023.9 KiB"),
            (1024 * 1024, "1.0 MiB"),
            (u64::MAX, "16,383.9 PiB"),
        ] {
            assert_eq!(bytes(size), shown);
        }
    }
}
