//! ThreatFox of abuse.ch: indicators of compromise, as CSV or JSON. Checksums of files are not about anybody's addresses and
//! are passed over.

use super::columns::{Columns, Header, Skip};
use super::{Collector, Json, columns, first_byte, json};
use crate::error::ListError;

/// Reads the list.
pub fn read(bytes: &[u8], all: &mut Collector<'_>) -> Result<(), ListError> {
    let pointer = |name: &str| Some(format!("/{name}"));
    let checksums = |field: &str| {
        let values = ["md5_hash", "sha1_hash", "sha256_hash", "sha3_384_hash"].map(str::to_owned).into();
        Some(Skip { field: field.into(), values })
    };
    if first_byte(bytes) == Some(b'{') {
        let rules = Json {
            what: "/ioc_value".to_owned(),
            first: pointer("first_seen_utc"),
            last: pointer("last_seen_utc"),
            reason: pointer("malware_printable"),
            link: pointer("reference"),
            skip: checksums("/ioc_type"),
            ..Json::default()
        };
        return json::read(&rules, bytes, all);
    }
    let rules = Columns {
        header: Header::Comment,
        first: Some("first_seen_utc".into()),
        last: Some("last_seen_utc".into()),
        reason: Some("malware_printable".into()),
        link: Some("reference".into()),
        skip: checksums("ioc_type"),
        ..Columns::new("ioc_value".into())
    };
    columns::read(&rules, bytes, all)
}

#[cfg(test)]
mod tests {
    use super::super::{Form, tests::lines};

    #[test]
    fn addresses_come_with_their_ports_and_checksums_not_at_all() {
        let csv = "# \"first_seen_utc\",\"ioc_id\",\"ioc_value\",\"ioc_type\",\"malware_printable\",\"last_seen_utc\",\"reference\"\n\
            \"2026-01-05 07:00:00\", \"1\", \"198.51.100.7:4443\", \"ip:port\", \"Example Bot\", \"\", \"https://r.example.org/1\"\n\
            \"2026-01-05 07:00:00\", \"2\", \"d41d8cd98f00b204e9800998ecf8427e\", \"md5_hash\", \"Example Bot\", \"\", \"\"\n\
            \"2026-01-05 07:00:00\", \"3\", \"c2.example.jp\", \"domain\", \"Example Bot\", \"\", \"None\"\n";
        let json = r#"{"1":[{"ioc_value":"198.51.100.7:4443","ioc_type":"ip:port","malware_printable":"Example Bot",
            "first_seen_utc":"2026-01-05 07:00:00","last_seen_utc":null,"reference":"https://r.example.org/1"}]}"#;
        let wanted = "198.51.100.7|2026-01-05T07:00:00Z||Example Bot|https://r.example.org/1|4443";
        let (found, junk) = lines(&Form::Threatfox, csv);
        assert_eq!((found[0].as_str(), found.len(), junk), (wanted, 2, 0));
        assert_eq!(lines(&Form::Threatfox, json), (vec![wanted.to_owned()], 0));
    }
}
