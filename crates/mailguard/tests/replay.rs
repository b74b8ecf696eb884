//! A planted quarter replayed: the table says of each threshold what is true of the planted thefts.

use demo::{HijackKind, MailSettings, MailYear};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use mailguard::dialects::Reader;
use mailguard::place::{Mmdb, Places};
use mailguard::replay::{Replay, Row, Theft, Variant};
use mailguard::stamp::{Calendar, YearRule};
use mailguard::{DEFAULT, Rules};

#[test]
fn the_table_tells_what_each_threshold_would_have_done() {
    let start = "2024-12-31T15:00:00Z".parse().expect("a moment");
    let settings = MailSettings { accounts: 120, hijacks: 16, days: 75, seed: 3, start };
    let year = MailYear::generate(settings);
    let at = |day: usize| start + SignedDuration::from_hours(24 * i64::try_from(day).expect("a day"));
    let thefts: Vec<Theft> = year
        .hijacks()
        .map(|hijack| Theft { account: hijack.account.clone(), from: at(hijack.from), to: at(hijack.to + 1) })
        .collect();
    let mut variants = Variant::vary(DEFAULT, "countries.distinct=2,10,40").expect("variants");
    variants.push(Variant { name: "all".to_owned(), rules: Rules::parse(DEFAULT).expect("rules"), every: false });
    let places = || -> Result<Box<dyn Places>, mailguard::MailguardError> {
        Ok(Box::new(Mmdb::read(Some(&MailYear::country_mmdb()), Some(&MailYear::network_mmdb()))?))
    };
    let mut replay = Replay::new(variants, thefts, places).expect("places");
    let mut reader = Reader::new(Calendar::new(TimeZone::UTC, YearRule::First(2025)));
    for day in 0..settings.days {
        for line in year.day(day) {
            if let Some(event) = reader.read(line.trim_ascii_end().as_bytes()) {
                replay.see(&event);
            }
        }
    }
    let rows = replay.rows();
    let [low, usual, high, all]: &[Row; 4] = rows.as_slice().try_into().expect("four rows");
    // Two countries in a day are many journeys; ten are the botnets, all of them and nobody else; forty are none.
    let botnets = year.hijacks().filter(|hijack| hijack.kind == HijackKind::Countries).count();
    assert_eq!((usual.confirmed, usual.innocent, usual.thefts), (botnets, 0, 16));
    assert!(low.innocent > 0 && low.confirmed > usual.confirmed, "{low:?}");
    assert_eq!((high.locked, high.stopped, high.minutes), (0, 0, None));
    assert!(all.confirmed > usual.confirmed && all.stopped > usual.stopped && all.stopped < all.spam, "{all:?}");
    assert!(low.spam > 1000 && usual.minutes.is_some_and(|minutes| minutes < 2 * 1440), "{usual:?}");
    assert_eq!(low.locked, low.innocent + low.confirmed, "nobody is hit both ways in this quarter: {low:?}");
}
