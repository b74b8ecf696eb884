//! The trackers of abuse.ch for controllers of botnets, Feodo Tracker and SSLBL: CSV or JSON.

use super::columns::{Column, Columns, Header};
use super::{Collector, Json, columns, first_byte, json};
use crate::error::ListError;

/// Reads the list.
pub fn read(bytes: &[u8], all: &mut Collector<'_>) -> Result<(), ListError> {
    let pointer = |name: &str| Some(format!("/{name}"));
    if first_byte(bytes) == Some(b'[') {
        let rules = Json {
            what: "/ip_address".to_owned(),
            first: pointer("first_seen"),
            last: pointer("last_online"),
            reason: pointer("malware"),
            port: pointer("port"),
            ..Json::default()
        };
        return json::read(&rules, bytes, all);
    }
    let head = &bytes[..bytes.len().min(4 << 10)];
    if memchr::memmem::find(head, b"dst_ip").is_some() {
        let rules = Columns {
            header: Header::First,
            first: Some("first_seen_utc".into()),
            last: Some("last_online".into()),
            reason: Some("malware".into()),
            port: Some("dst_port".into()),
            ..Columns::new("dst_ip".into())
        };
        return columns::read(&rules, bytes, all);
    }
    // SSLBL: first seen, address, port.
    let rules =
        Columns { first: Some(Column::Number(1)), port: Some(Column::Number(3)), ..Columns::new(Column::Number(2)) };
    columns::read(&rules, bytes, all)
}

#[cfg(test)]
mod tests {
    use super::super::{Form, tests::lines};

    #[test]
    fn every_writing_says_the_same() {
        let csv = "# c\n\"first_seen_utc\",\"dst_ip\",\"dst_port\",\"c2_status\",\"last_online\",\"malware\"\n\
                   \"2026-01-05 07:00:00\",\"198.51.100.7\",\"4443\",\"offline\",\"2026-01-06\",\"Example\"\n";
        let json = r#"[{"ip_address":"198.51.100.7","port":4443,"status":"offline","first_seen":"2026-01-05 07:00:00",
                   "last_online":"2026-01-06","malware":"Example"}]"#;
        let wanted = "198.51.100.7|2026-01-05T07:00:00Z|2026-01-06T00:00:00Z|Example||4443";
        assert_eq!(lines(&Form::AbuseCh, csv), (vec![wanted.to_owned()], 0));
        assert_eq!(lines(&Form::AbuseCh, json), (vec![wanted.to_owned()], 0));
        let sslbl = "# Firstseen,DstIP,DstPort\r\n2026-01-05 07:00:00,198.51.100.7,4443\r\n";
        assert_eq!(lines(&Form::AbuseCh, sslbl).0, ["198.51.100.7|2026-01-05T07:00:00Z||||4443"]);
    }
}
