//! MMDB files of any maker: read once, whole, into an index. The one file that knows the `maxminddb` crate.

use std::net::IpAddr;

use hashbrown::HashMap;
use maxminddb::{Reader, WithinOptions};
use serde::Deserialize;

use super::index::{Builder, Index};
use super::{Country, Place, Places, Spot};
use crate::MailguardError;

/// Country and network of addresses, from the operator's files.
#[derive(Default)]
pub struct Mmdb {
    countries: Index,
    found: Vec<Found>,
    networks: Index,
    numbers: Vec<u32>,
}

/// What the country file says of a range.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Found {
    country: Option<Country>,
    spot: Option<Spot>,
}

/// A country as the makers write it: a map with `iso_code` (MaxMind, DB-IP), or two letters.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Map { iso_code: Option<String> },
    Code(String),
}

#[derive(Deserialize)]
struct CountryRecord {
    country: Option<Named>,
    country_code: Option<String>,
    location: Option<Location>,
}

#[derive(Deserialize)]
struct Location {
    latitude: Option<f64>,
    longitude: Option<f64>,
    accuracy_radius: Option<u16>,
}

/// A network as the makers write it: a number, or `AS64496`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Numbered {
    Number(u32),
    Text(String),
}

#[derive(Deserialize)]
struct NetworkRecord {
    autonomous_system_number: Option<Numbered>,
    asn: Option<Numbered>,
}

impl Mmdb {
    /// Reads the bytes of the files that there are. A city file serves as a country file and gives coordinates.
    pub fn read(country: Option<&[u8]>, network: Option<&[u8]>) -> Result<Self, MailguardError> {
        let mut mmdb = Self::default();
        if let Some(bytes) = country {
            (mmdb.countries, mmdb.found) = load(bytes, found_of).map_err(|problem| bad("country", problem))?;
        }
        if let Some(bytes) = network {
            (mmdb.networks, mmdb.numbers) = load(bytes, network_of).map_err(|problem| bad("network", problem))?;
        }
        Ok(mmdb)
    }

    /// Bytes that the indexes take.
    pub fn size(&self) -> usize {
        self.countries.size() + self.networks.size() + self.found.len() * size_of::<Found>() + self.numbers.len() * 4
    }
}

impl Places for Mmdb {
    fn place(&self, address: IpAddr) -> Place {
        let found = nth(&self.found, self.countries.get(address));
        Place { country: found.country, network: nth(&self.numbers, self.networks.get(address)), spot: found.spot }
    }
}

/// The value of a number from 1; of 0, the one that says nothing.
fn nth<V: Copy + Default>(values: &[V], number: u32) -> V {
    (number as usize).checked_sub(1).and_then(|at| values.get(at)).copied().unwrap_or_default()
}

fn bad(what: &'static str, problem: String) -> MailguardError {
    MailguardError::Place { what, problem }
}

#[expect(clippy::cast_possible_truncation, reason = "a millionth of a degree is 11 cm")]
fn found_of(record: CountryRecord) -> Found {
    let code = match record.country {
        Some(Named::Map { iso_code }) => iso_code,
        Some(Named::Code(code)) => Some(code),
        None => None,
    };
    let country = code.or(record.country_code).and_then(|code| Country::new(&code));
    let spot = record.location.and_then(|location| {
        Some(Spot {
            latitude: location.latitude? as f32,
            longitude: location.longitude? as f32,
            radius: location.accuracy_radius.map_or(100.0, f32::from),
        })
    });
    Found { country, spot }
}

fn network_of(record: NetworkRecord) -> u32 {
    match record.autonomous_system_number.or(record.asn) {
        Some(Numbered::Number(number)) => number,
        Some(Numbered::Text(text)) => text.trim_start_matches("AS").parse().unwrap_or(0),
        None => 0,
    }
}

/// Every range of the file. Records that are shared in the file are decoded once.
fn load<R, V>(bytes: &[u8], value: fn(R) -> V) -> Result<(Index, Vec<V>), String>
where
    R: for<'de> Deserialize<'de>,
    V: PartialEq + Copy + Default,
{
    let reader = Reader::from_source(bytes).map_err(|error| error.to_string())?;
    let mut builder = Builder::default();
    let mut numbers: HashMap<usize, u32> = HashMap::new();
    let mut values: Vec<V> = Vec::new();
    let spaces = if reader.metadata().ip_version == 6 { ["0.0.0.0/0", "::/0"].as_slice() } else { &["0.0.0.0/0"] };
    for space in spaces {
        let space = space.parse().map_err(|_| "no network".to_owned())?;
        for found in reader.within(space, WithinOptions::default()).map_err(|error| error.to_string())? {
            let found = found.map_err(|error| error.to_string())?;
            let network = found.network().map_err(|error| error.to_string())?;
            let Some(offset) = found.offset() else { continue };
            let number = if let Some(number) = numbers.get(&offset) {
                *number
            } else {
                let record = found.decode::<R>().map_err(|error| error.to_string())?;
                let number = number_of(&mut values, record.map(value).unwrap_or_default());
                numbers.insert(offset, number);
                number
            };
            match (network.network(), network.broadcast()) {
                (IpAddr::V4(start), IpAddr::V4(end)) => builder.v4(start.to_bits(), end.to_bits(), number),
                // The first 96 zero bits are where the file keeps IPv4, which was read already.
                (IpAddr::V6(start), IpAddr::V6(end)) if end.to_bits() >> 32 != 0 => {
                    builder.v6(start.to_bits(), end.to_bits(), number);
                }
                _ => {}
            }
        }
    }
    Ok((builder.finish(), values))
}

/// The number of a value, from 1; 0 for one that says nothing.
fn number_of<V: PartialEq + Copy + Default>(values: &mut Vec<V>, value: V) -> u32 {
    if value == V::default() {
        return 0;
    }
    values.push(value);
    u32::try_from(values.len()).unwrap_or(0)
}
