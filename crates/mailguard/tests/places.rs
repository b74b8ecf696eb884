//! Places from real MMDB bytes: the index answers as the database's own reader does, on every network of the file.

use std::net::IpAddr;

use demo::{MmdbRecord, mmdb};
use ipnet::IpNet;
use mailguard::place::{Country, Mmdb, Places as _};

fn net(text: &str) -> IpNet {
    text.parse().expect("a network")
}

fn countries() -> Vec<(IpNet, MmdbRecord)> {
    [
        ("192.0.2.0/24", "JP"),
        ("192.0.2.128/25", "US"),
        ("192.0.2.200/32", "DE"),
        ("198.51.100.0/24", "FR"),
        ("203.0.113.64/26", "BR"),
        ("198.18.0.0/15", "JP"),
        ("198.18.7.0/24", "KR"),
        ("2001:db8::/32", "JP"),
        ("2001:db8:8000::/33", "US"),
        ("2001:db8:ffff:ffff::/64", "DE"),
    ]
    .map(|(range, code)| (net(range), MmdbRecord::Country(code.to_owned())))
    .into()
}

#[test]
fn country_and_network_are_found_and_unknown_stays_unknown() {
    let networks = [
        (net("192.0.2.0/24"), MmdbRecord::Network(64_496, "Example Net".to_owned())),
        (net("2001:db8::/32"), MmdbRecord::Network(4_200_000_001, "A long name of a network that goes on".to_owned())),
    ];
    let mmdb = Mmdb::read(Some(&mmdb(&countries())), Some(&mmdb(&networks))).unwrap();
    for (address, country, network) in [
        ("192.0.2.1", Some("JP"), 64_496),
        ("192.0.2.199", Some("US"), 64_496),
        ("192.0.2.200", Some("DE"), 64_496),
        ("198.18.7.255", Some("KR"), 0),
        ("198.18.8.0", Some("JP"), 0),
        ("203.0.113.63", None, 0),
        ("203.0.113.127", Some("BR"), 0),
        ("8.8.8.8", None, 0),
        ("2001:db8::1", Some("JP"), 4_200_000_001),
        ("2001:db8:ffff:ffff::1", Some("DE"), 4_200_000_001),
        ("2001:db9::1", None, 0),
        ("::1", None, 0),
    ] {
        let place = mmdb.place(address.parse().unwrap());
        assert_eq!((place.country, place.network), (country.and_then(Country::new), network), "{address}");
    }
    assert!(mmdb.size() < 2_000_000);
}

#[test]
fn the_index_answers_as_the_reader_does_on_every_network() {
    let bytes = mmdb(&countries());
    let mmdb = Mmdb::read(Some(&bytes), None).unwrap();
    let reader = maxminddb::Reader::from_source(&bytes).unwrap();
    let options = maxminddb::WithinOptions::default().include_networks_without_data();
    let mut networks = 0;
    for found in reader.networks(options).unwrap() {
        let network = found.unwrap().network().unwrap();
        for address in [network.network(), network.broadcast()] {
            let path = [maxminddb::PathElement::Key("country"), maxminddb::PathElement::Key("iso_code")];
            let wanted: Option<&str> = reader.lookup(address).unwrap().decode_path(&path).unwrap();
            let place = mmdb.place(address.to_canonical());
            assert_eq!(place.country, wanted.and_then(Country::new), "{address}");
        }
        networks += 1;
    }
    assert!(networks > 20, "{networks}");
    let unknown: IpAddr = "198.51.101.1".parse().unwrap();
    assert_eq!(mmdb.place(unknown).country, None);
}

#[test]
fn bytes_that_are_no_database_are_refused() {
    let mut bytes = mmdb(&countries());
    assert!(Mmdb::read(Some(b"nothing"), None).is_err());
    bytes.truncate(bytes.len() / 2);
    assert!(Mmdb::read(None, Some(&bytes)).err().unwrap().to_string().starts_with("network database: "));
}
