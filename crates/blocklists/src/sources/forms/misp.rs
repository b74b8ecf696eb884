//! A MISP feed: a manifest that names events, and one JSON document per event. A version of the list is the events one after
//! the other.

use serde_json::Value;

use super::Collector;
use super::fields::Fields;
use super::json::text_at;
use crate::error::ListError;

/// Types of attributes that name something of somebody's, and how many of the parts between bars do.
const TYPES: [(&str, usize); 11] = [
    ("ip-src", 1),
    ("ip-dst", 1),
    ("ip-src|port", 1),
    ("ip-dst|port", 1),
    ("domain", 1),
    ("hostname", 1),
    ("hostname|port", 1),
    ("domain|ip", 2),
    ("url", 1),
    ("uri", 1),
    ("AS", 1),
];

/// An event that a manifest names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// When it was changed, seconds since 1970.
    pub changed: i64,
    /// Its number, which names its file.
    pub uuid: String,
}

/// The events of a manifest, the latest first.
pub fn manifest(bytes: &[u8]) -> Vec<Event> {
    let Ok(Value::Object(events)) = serde_json::from_slice::<Value>(bytes) else { return Vec::new() };
    let is_uuid = |text: &str| text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let mut all: Vec<Event> = events
        .into_iter()
        .filter(|(uuid, _)| is_uuid(uuid))
        .map(|(uuid, about)| Event { changed: text_at(&about, "/timestamp").parse().unwrap_or(0), uuid })
        .collect();
    all.sort_unstable_by(|a, b| b.cmp(a));
    all
}

/// Reads events, one JSON document after the other.
pub fn read(bytes: &[u8], all: &mut Collector<'_>) -> Result<(), ListError> {
    for event in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
        all.line()?;
        let Ok(event) = event else {
            all.junk(bytes.trim_ascii_start());
            return Ok(());
        };
        let reason = text_at(&event, "/Event/info").into_owned();
        let lists = |at: &str| event.pointer(at).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let inner = lists("/Event/Object").iter().filter_map(|object| object.get("Attribute")?.as_array());
        for attribute in lists("/Event/Attribute").iter().chain(inner.flatten()) {
            take(attribute, &reason, all)?;
        }
    }
    Ok(())
}

fn take(attribute: &Value, reason: &str, all: &mut Collector<'_>) -> Result<(), ListError> {
    // What is context and no accusation says so.
    if attribute.get("to_ids").and_then(Value::as_bool) == Some(false) {
        return Ok(());
    }
    let kind = text_at(attribute, "/type");
    let values = text_at(attribute, "/value");
    let Some((_, count)) = TYPES.iter().find(|(name, _)| *name == kind) else { return Ok(()) };
    let port = if kind.ends_with("|port") { values.split('|').nth(1).unwrap_or_default() } else { "" };
    let first = text_at(attribute, "/timestamp");
    for what in values.split('|').take(*count) {
        Fields { what, first: &first, reason, port, ..Fields::default() }.take(all)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Form, tests::lines};
    use super::*;

    #[test]
    fn attributes_of_events_and_of_their_objects_are_listed() {
        let text = r#"{"Event":{"info":"example campaign","Attribute":[
            {"type":"ip-dst|port","value":"198.51.100.7|443","timestamp":"1767596400","to_ids":true},
            {"type":"domain|ip","value":"c2.example.jp|198.51.100.8","timestamp":"1767596400","to_ids":true},
            {"type":"ip-src","value":"198.51.100.9","timestamp":"1767596400","to_ids":false},
            {"type":"md5","value":"d41d8cd98f00b204e9800998ecf8427e","to_ids":true}],
            "Object":[{"name":"url","Attribute":[{"type":"url","value":"http://shop.example.jp/x","timestamp":"1767596400"}]}]}}
            {"Event":{"info":"second","Attribute":[{"type":"hostname","value":"a.example.net"}]}}"#;
        let at = "2026-01-05T07:00:00Z";
        assert_eq!(
            lines(&Form::Misp, text),
            (
                vec![
                    format!("198.51.100.7|{at}||example campaign||443"),
                    format!("c2.example.jp|{at}||example campaign||"),
                    format!("198.51.100.8|{at}||example campaign||"),
                    format!("http://shop.example.jp/x|{at}||example campaign||"),
                    "a.example.net|||second||".to_owned(),
                ],
                0
            )
        );
        assert_eq!(lines(&Form::Misp, "{\"Event\":").1, 1);
    }

    #[test]
    fn the_latest_events_come_first_and_names_that_lead_elsewhere_are_left_out() {
        let text = r#"{"00000000-0000-4000-8000-000000000001":{"timestamp":"5"},"../../etc/passwd":{"timestamp":"9"},
            "00000000-0000-4000-8000-000000000002":{"timestamp":7}}"#;
        let found: Vec<i64> = manifest(text.as_bytes()).iter().map(|event| event.changed).collect();
        assert_eq!(found, [7, 5]);
        assert!(manifest(b"<html>").is_empty());
    }
}
