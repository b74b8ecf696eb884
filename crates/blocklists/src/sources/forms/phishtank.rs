//! PhishTank's list of verified phishing pages, as CSV or JSON.

use super::columns::{Columns, Header};
use super::{Collector, Json, columns, first_byte, json};
use crate::error::ListError;

/// Reads the list.
pub fn read(bytes: &[u8], all: &mut Collector<'_>) -> Result<(), ListError> {
    let pointer = |name: &str| Some(format!("/{name}"));
    if first_byte(bytes) == Some(b'[') {
        let rules = Json {
            what: "/url".to_owned(),
            first: pointer("submission_time"),
            last: pointer("verification_time"),
            reason: pointer("target"),
            link: pointer("phish_detail_url"),
            ..Json::default()
        };
        return json::read(&rules, bytes, all);
    }
    let rules = Columns {
        header: Header::First,
        first: Some("submission_time".into()),
        last: Some("verification_time".into()),
        reason: Some("target".into()),
        link: Some("phish_detail_url".into()),
        ..Columns::new("url".into())
    };
    columns::read(&rules, bytes, all)
}

#[cfg(test)]
mod tests {
    use super::super::{Form, tests::lines};

    #[test]
    fn both_writings_say_the_same() {
        let csv = "phish_id,url,phish_detail_url,submission_time,verified,verification_time,online,target\n\
            7,\"http://shop.example.jp/a,b\",http://phish.example.org/7,2026-01-05T07:00:00+00:00,yes,2026-01-05T08:00:00+00:00,yes,Example Bank\n";
        let json = r#"[{"phish_id":"7","url":"http://shop.example.jp/a,b","phish_detail_url":"http://phish.example.org/7",
            "submission_time":"2026-01-05T07:00:00+00:00","verified":"yes","verification_time":"2026-01-05T08:00:00+00:00",
            "online":"yes","details":[{"ip_address":"198.51.100.1"}],"target":"Example Bank"}]"#;
        let wanted = "http://shop.example.jp/a,b|2026-01-05T07:00:00Z|2026-01-05T08:00:00Z|Example Bank|http://phish.example.org/7|";
        assert_eq!(lines(&Form::Phishtank, csv), (vec![wanted.to_owned()], 0));
        assert_eq!(lines(&Form::Phishtank, json), (vec![wanted.to_owned()], 0));
    }
}
