//! How far apart two places are, at least: between points of a city database, or between countries as circles.

use crate::place::{Country, Place, Spot};

/// Mean radius of the earth in kilometres (IUGG).
const EARTH_KM: f64 = 6371.0;

/// Centre and radius of countries: degrees north, degrees east, kilometres from the centre within which nearly all of its
/// people live. Coarse on purpose: a distance counts only as far as the circles leave it.
const CIRCLES: &[(&str, f32, f32, f32)] = &[
    ("AE", 24.0, 54.0, 250.0),
    ("AF", 34.0, 66.0, 550.0),
    ("AL", 41.0, 20.0, 150.0),
    ("AM", 40.0, 45.0, 150.0),
    ("AO", -12.0, 17.0, 800.0),
    ("AR", -34.0, -62.0, 1400.0),
    ("AT", 47.5, 14.0, 300.0),
    ("AU", -30.0, 143.0, 2700.0),
    ("AZ", 40.5, 48.0, 250.0),
    ("BA", 44.0, 18.0, 150.0),
    ("BD", 24.0, 90.0, 350.0),
    ("BE", 50.8, 4.5, 150.0),
    ("BF", 12.0, -2.0, 400.0),
    ("BG", 43.0, 25.0, 250.0),
    ("BH", 26.0, 50.5, 40.0),
    ("BJ", 9.0, 2.3, 350.0),
    ("BO", -17.0, -65.0, 600.0),
    ("BR", -14.0, -48.0, 2300.0),
    ("BW", -23.0, 24.0, 450.0),
    ("BY", 53.5, 28.0, 300.0),
    ("CA", 50.0, -90.0, 2700.0),
    ("CD", -3.0, 23.0, 1100.0),
    ("CH", 46.8, 8.2, 180.0),
    ("CI", 7.0, -5.5, 400.0),
    ("CL", -33.0, -71.0, 2200.0),
    ("CM", 5.5, 12.0, 600.0),
    ("CN", 33.0, 110.0, 2300.0),
    ("CO", 4.5, -74.0, 800.0),
    ("CR", 10.0, -84.0, 200.0),
    ("CU", 22.0, -79.0, 600.0),
    ("CY", 35.0, 33.0, 100.0),
    ("CZ", 49.8, 15.5, 250.0),
    ("DE", 51.0, 10.0, 450.0),
    ("DK", 56.0, 10.5, 250.0),
    ("DO", 19.0, -70.5, 200.0),
    ("DZ", 35.0, 3.0, 900.0),
    ("EC", -1.5, -79.0, 400.0),
    ("EE", 58.7, 25.5, 200.0),
    ("EG", 29.5, 31.0, 600.0),
    ("ES", 40.0, -4.0, 600.0),
    ("ET", 9.0, 39.5, 700.0),
    ("FI", 62.0, 25.0, 550.0),
    ("FR", 46.6, 2.5, 550.0),
    ("GB", 53.5, -2.0, 500.0),
    ("GE", 42.0, 43.5, 250.0),
    ("GH", 7.5, -1.2, 350.0),
    ("GR", 38.5, 23.5, 400.0),
    ("GT", 15.0, -90.5, 250.0),
    ("HK", 22.3, 114.2, 40.0),
    ("HN", 14.8, -86.8, 250.0),
    ("HR", 45.2, 16.0, 250.0),
    ("HU", 47.2, 19.4, 250.0),
    ("ID", -4.0, 113.0, 2300.0),
    ("IE", 53.2, -7.8, 220.0),
    ("IL", 31.8, 35.0, 200.0),
    ("IN", 21.0, 79.0, 1500.0),
    ("IQ", 33.0, 44.0, 450.0),
    ("IR", 33.0, 53.0, 900.0),
    ("IS", 64.8, -19.0, 250.0),
    ("IT", 42.5, 12.5, 650.0),
    ("JM", 18.1, -77.3, 120.0),
    ("JO", 31.5, 36.5, 200.0),
    ("JP", 36.5, 138.0, 1400.0),
    ("KE", 0.0, 37.5, 450.0),
    ("KG", 41.5, 74.5, 400.0),
    ("KH", 12.5, 105.0, 250.0),
    ("KR", 36.5, 127.8, 280.0),
    ("KW", 29.3, 47.8, 80.0),
    ("KZ", 48.0, 67.0, 1400.0),
    ("LA", 18.5, 103.5, 450.0),
    ("LB", 33.9, 35.8, 100.0),
    ("LK", 7.5, 80.7, 220.0),
    ("LT", 55.3, 24.0, 200.0),
    ("LU", 49.7, 6.1, 50.0),
    ("LV", 56.9, 25.0, 220.0),
    ("LY", 31.0, 16.0, 700.0),
    ("MA", 32.5, -6.5, 550.0),
    ("MD", 47.2, 28.6, 200.0),
    ("ME", 42.8, 19.2, 100.0),
    ("MG", -19.0, 46.7, 700.0),
    ("MK", 41.6, 21.7, 100.0),
    ("ML", 14.0, -5.0, 700.0),
    ("MM", 20.0, 96.0, 800.0),
    ("MN", 47.0, 104.0, 900.0),
    ("MO", 22.2, 113.6, 20.0),
    ("MT", 35.9, 14.4, 30.0),
    ("MU", -20.3, 57.6, 50.0),
    ("MX", 22.0, -101.0, 1300.0),
    ("MY", 3.5, 107.0, 950.0),
    ("MZ", -18.0, 35.5, 900.0),
    ("NA", -21.0, 17.0, 600.0),
    ("NG", 9.0, 8.0, 650.0),
    ("NI", 12.5, -85.5, 250.0),
    ("NL", 52.2, 5.4, 170.0),
    ("NO", 62.0, 10.0, 900.0),
    ("NP", 28.0, 84.0, 450.0),
    ("NZ", -40.5, 174.0, 800.0),
    ("OM", 22.0, 57.0, 450.0),
    ("PA", 8.7, -80.0, 300.0),
    ("PE", -10.0, -76.0, 900.0),
    ("PH", 12.0, 122.5, 800.0),
    ("PK", 30.0, 70.0, 800.0),
    ("PL", 52.0, 19.3, 350.0),
    ("PR", 18.2, -66.5, 90.0),
    ("PS", 31.9, 35.0, 80.0),
    ("PT", 39.5, -8.2, 300.0),
    ("PY", -24.5, -57.0, 350.0),
    ("QA", 25.3, 51.2, 80.0),
    ("RO", 45.9, 25.0, 350.0),
    ("RS", 44.2, 20.9, 220.0),
    ("RU", 57.0, 65.0, 3900.0),
    ("SA", 24.0, 45.0, 850.0),
    ("SD", 14.5, 31.0, 800.0),
    ("SE", 60.5, 16.0, 800.0),
    ("SG", 1.35, 103.8, 30.0),
    ("SI", 46.1, 14.8, 120.0),
    ("SK", 48.7, 19.5, 220.0),
    ("SN", 14.5, -15.0, 300.0),
    ("SV", 13.7, -88.9, 120.0),
    ("SY", 35.0, 38.0, 350.0),
    ("TH", 14.0, 101.0, 850.0),
    ("TN", 35.0, 9.7, 350.0),
    ("TR", 39.0, 35.0, 800.0),
    ("TT", 10.5, -61.3, 60.0),
    ("TW", 23.8, 121.0, 220.0),
    ("TZ", -6.0, 35.0, 650.0),
    ("UA", 49.0, 31.5, 650.0),
    ("UG", 1.0, 32.3, 300.0),
    ("US", 39.5, -98.0, 2600.0),
    ("UY", -33.0, -56.0, 280.0),
    ("UZ", 41.0, 65.0, 650.0),
    ("VE", 8.5, -66.5, 700.0),
    ("VN", 16.0, 107.0, 850.0),
    ("YE", 15.0, 46.0, 500.0),
    ("ZA", -29.0, 25.5, 900.0),
    ("ZM", -14.0, 28.0, 600.0),
    ("ZW", -19.0, 29.8, 400.0),
];

/// The point and its uncertainty: of the database, else of the country.
fn spot(place: Place) -> Option<Spot> {
    place.spot.or_else(|| place.country.and_then(circle))
}

fn circle(country: Country) -> Option<Spot> {
    let letters = country.letters();
    let code = std::str::from_utf8(&letters).ok()?;
    let at = CIRCLES.binary_search_by_key(&code, |(code, ..)| *code).ok()?;
    let (_, latitude, longitude, radius) = CIRCLES[at];
    Some(Spot { latitude, longitude, radius })
}

/// Kilometres that lie between two places whatever the truth within their uncertainty; 0 if the same place is possible or
/// one is unknown.
pub(crate) fn least_km(one: Place, two: Place) -> f64 {
    if one.spot.is_none() && two.spot.is_none() && one.country == two.country {
        return 0.0;
    }
    let (Some(a), Some(b)) = (spot(one), spot(two)) else { return 0.0 };
    (great_circle_km(a, b) - f64::from(a.radius) - f64::from(b.radius)).max(0.0)
}

/// Haversine.
fn great_circle_km(one: Spot, two: Spot) -> f64 {
    let radians = |degrees: f32| f64::from(degrees).to_radians();
    let (lat1, lat2) = (radians(one.latitude), radians(two.latitude));
    let (dlat, dlon) = (lat2 - lat1, radians(two.longitude) - radians(one.longitude));
    let half = (dlat / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * (dlon / 2.0).sin().powi(2);
    2.0 * EARTH_KM * half.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> Place {
        Place { country: Country::new(code), network: 0, spot: None }
    }

    #[test]
    fn the_table_is_in_order_and_of_the_earth() {
        assert!(CIRCLES.is_sorted_by_key(|(code, ..)| *code));
        for (code, latitude, longitude, radius) in CIRCLES {
            assert!(latitude.abs() <= 66.0 && longitude.abs() <= 180.0 && (10.0..4000.0).contains(radius), "{code}");
        }
    }

    #[test]
    fn far_is_far_and_what_may_be_one_place_is_not() {
        assert!(least_km(country("JP"), country("JP")) < 1.0);
        assert!(least_km(country("JP"), country("ZZ")) < 1.0);
        // Fukuoka is nearer to Busan than to Osaka.
        assert!(least_km(country("JP"), country("KR")) < 1.0);
        assert!(least_km(country("JP"), country("DE")) > 6_000.0);
        assert!(least_km(country("JP"), country("US")) > 5_000.0);
        assert!((1_500.0..3_500.0).contains(&least_km(country("IL"), country("GB"))));
        let city = |latitude, longitude| Place {
            country: Country::new("JP"),
            network: 0,
            spot: Some(Spot { latitude, longitude, radius: 50.0 }),
        };
        let naha_sapporo = least_km(city(26.2, 127.7), city(43.1, 141.3));
        assert!((2_000.0..2_300.0).contains(&naha_sapporo), "{naha_sapporo}");
    }
}
