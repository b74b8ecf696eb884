//! URLhaus of abuse.ch: URLs from which malware is spread, as CSV, JSON or text. What is offline by its own word does not count.

use super::columns::{Columns, Header, Skip};
use super::{Collector, Json, columns, first_byte, json, names};
use crate::error::ListError;

/// Reads the list.
pub fn read(bytes: &[u8], all: &mut Collector<'_>) -> Result<(), ListError> {
    let pointer = |name: &str| Some(format!("/{name}"));
    let offline = |field: &str| Some(Skip { field: field.into(), values: vec!["offline".to_owned()] });
    if first_byte(bytes) == Some(b'{') {
        let rules = Json {
            what: "/url".to_owned(),
            first: pointer("dateadded"),
            last: pointer("last_online"),
            reason: pointer("threat"),
            link: pointer("urlhaus_link"),
            skip: offline("/url_status"),
            ..Json::default()
        };
        return json::read(&rules, bytes, all);
    }
    let head = &bytes[..bytes.len().min(4 << 10)];
    if memchr::memmem::find(head, b"dateadded").is_none() {
        return names::read(bytes, all);
    }
    let rules = Columns {
        header: Header::Comment,
        first: Some("dateadded".into()),
        last: Some("last_online".into()),
        reason: Some("threat".into()),
        link: Some("urlhaus_link".into()),
        skip: offline("url_status"),
        ..Columns::new("url".into())
    };
    columns::read(&rules, bytes, all)
}

#[cfg(test)]
mod tests {
    use super::super::{Form, tests::lines};

    #[test]
    fn what_is_offline_does_not_count() {
        let csv = "# made up\n# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\n\
            \"7\",\"2026-01-05 07:00:00\",\"http://198.51.100.7/x\",\"online\",\"2026-01-06 07:00:00\",\"malware_download\",\"elf\",\"https://u.example.org/7\",\"a\"\n\
            \"8\",\"2026-01-05 07:00:00\",\"http://198.51.100.8/x\",\"offline\",\"\",\"malware_download\",\"elf\",\"https://u.example.org/8\",\"a\"\n";
        let json = r#"{"7":[{"dateadded":"2026-01-05 07:00:00 UTC","url":"http://198.51.100.7/x","url_status":"online",
            "last_online":"2026-01-06 07:00:00 UTC","threat":"malware_download","urlhaus_link":"https://u.example.org/7"}],
            "8":[{"url":"http://198.51.100.8/x","url_status":"offline"}]}"#;
        let wanted =
            "http://198.51.100.7/x|2026-01-05T07:00:00Z|2026-01-06T07:00:00Z|malware_download|https://u.example.org/7|";
        assert_eq!(lines(&Form::Urlhaus, csv), (vec![wanted.to_owned()], 0));
        assert_eq!(lines(&Form::Urlhaus, json), (vec![wanted.to_owned()], 0));
        assert_eq!(lines(&Form::Urlhaus, "# c\nhttp://198.51.100.7/x\n").0, ["http://198.51.100.7/x|||||"]);
    }
}
