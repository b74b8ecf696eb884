//! JSON whose fields are told by rules: an array, an object of arrays, or an object a line. Read one object after the other,
//! so that a list takes the memory of its largest object.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::Collector;
use super::columns::{Column, Skip};
use super::fields::Fields;
use crate::error::ListError;

/// The rules for JSON. A field is named by the pointer to it (RFC 6901), such as `/ioc/value`; `""` is the object itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Json {
    /// The pointer to the array of objects, or to the object whose values they are.
    pub rows: String,
    /// Whether each line is an object of its own.
    pub lines: bool,
    /// What is listed; it may be an array of texts.
    pub what: String,
    /// Since when.
    pub first: Option<String>,
    /// Seen last when.
    pub last: Option<String>,
    /// Why; of an array, all texts.
    pub reason: Option<String>,
    /// Where the evidence is.
    pub link: Option<String>,
    /// Port.
    pub port: Option<String>,
    /// Objects that do not count.
    pub skip: Option<Skip>,
}

/// Reads the list.
pub fn read(rules: &Json, bytes: &[u8], all: &mut Collector<'_>) -> Result<(), ListError> {
    each(&rules.rows, rules.lines, bytes, all, &mut |object, all| row(rules, object, all))
}

fn row(rules: &Json, object: &Value, all: &mut Collector<'_>) -> Result<(), ListError> {
    let text = |pointer: &Option<String>| pointer.as_deref().map_or(Cow::Borrowed(""), |at| text_at(object, at));
    if let Some(Skip { field: Column::Name(field), values }) = &rules.skip
        && values.iter().any(|value| text_at(object, field) == *value)
    {
        return Ok(());
    }
    let (first, last, reason, link, port) =
        (text(&rules.first), text(&rules.last), text(&rules.reason), text(&rules.link), text(&rules.port));
    let mut take =
        |what: &str| Fields { what, first: &first, last: &last, reason: &reason, link: &link, port: &port }.take(all);
    match object.pointer(&rules.what) {
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).try_for_each(take),
        Some(Value::Null) | None => {
            all.junk(object.to_string().as_bytes());
            Ok(())
        }
        Some(_) => take(&text_at(object, &rules.what)),
    }
}

/// The text of a field: of a number its digits, of an array its texts with commas between.
pub(super) fn text_at<'a>(object: &'a Value, pointer: &str) -> Cow<'a, str> {
    match object.pointer(pointer) {
        Some(Value::String(text)) => text.into(),
        Some(Value::Number(number)) => number.to_string().into(),
        Some(Value::Array(values)) => {
            values.iter().filter_map(Value::as_str).take(20).collect::<Vec<_>>().join(", ").into()
        }
        _ => "".into(),
    }
}

/// Gives every object to `take`: those of the array at `rows`, the values of the object there (of an array among them, its
/// elements), or one per line. What is no JSON is junk, and so is all behind it.
pub(super) fn each<'k>(
    rows: &str,
    lines: bool,
    bytes: &[u8],
    all: &mut Collector<'k>,
    take: &mut dyn FnMut(&Value, &mut Collector<'k>) -> Result<(), ListError>,
) -> Result<(), ListError> {
    if lines {
        for line in bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
            all.line()?;
            match serde_json::from_slice::<Value>(line) {
                Ok(value) => take(&value, all)?,
                Err(_) => all.junk(line),
            }
        }
        return Ok(());
    }
    let path: Vec<&str> = rows.split('/').skip(1).collect();
    let mut refused = None;
    let mut one = |value: &Value| {
        let done = all.line().and_then(|_| take(value, all));
        done.map_err(|error| refused = Some(error))
    };
    let walked = Walk { path: &path, one: &mut one }.deserialize(&mut serde_json::Deserializer::from_slice(bytes));
    if let Some(refused) = refused {
        return Err(refused);
    }
    if walked.is_err() {
        all.line()?;
        // The beginning shows what it is instead.
        all.junk(bytes.trim_ascii_start());
    }
    Ok(())
}

/// Goes down the path and gives away what is there, object by object.
struct Walk<'a, 'f> {
    path: &'a [&'a str],
    one: &'f mut dyn FnMut(&Value) -> Result<(), ()>,
}

impl<'de> DeserializeSeed<'de> for Walk<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if !self.path.is_empty() {
            return Err(A::Error::custom("an array where an object was named"));
        }
        while let Some(value) = seq.next_element::<Value>()? {
            (self.one)(&value).map_err(|()| A::Error::custom("refused"))?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((wanted, path)) = self.path.split_first() else {
            while let Some((_, value)) = map.next_entry::<IgnoredAny, Value>()? {
                match value {
                    Value::Array(values) => values.iter().try_for_each(&mut *self.one),
                    value => (self.one)(&value),
                }
                .map_err(|()| A::Error::custom("refused"))?;
            }
            return Ok(());
        };
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            if key == *wanted {
                map.next_value_seed(Walk { path, one: &mut *self.one })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Form, tests::lines};
    use super::*;

    fn rules(rows: &str, lines: bool) -> Form {
        Form::Json(Json {
            rows: rows.to_owned(),
            lines,
            what: "/ip".to_owned(),
            first: Some("/since".to_owned()),
            reason: Some("/tags".to_owned()),
            port: Some("/port".to_owned()),
            ..Json::default()
        })
    }

    #[test]
    fn arrays_objects_and_lines_say_the_same() {
        let one = r#"{"ip":"198.51.100.1","since":"2026-01-05","tags":["ssh","telnet"],"port":22}"#;
        let wanted = vec!["198.51.100.1|2026-01-05T00:00:00Z||ssh, telnet||22".to_owned()];
        for (form, text) in [
            (rules("", false), format!("[{one}]")),
            (rules("", false), format!("{{\"77\":[{one}]}}")),
            (rules("", false), format!("{{\"77\":{one}}}")),
            (rules("/data/rows", false), format!("{{\"x\":[1],\"data\":{{\"rows\":[{one}]}}}}")),
            (rules("", true), format!("{one}\n")),
        ] {
            assert_eq!(lines(&form, &text), (wanted.clone(), 0), "{text}");
        }
    }

    #[test]
    fn broken_json_keeps_what_was_whole_and_is_junk() {
        let (found, junk) = lines(&rules("", false), r#"[{"ip":"198.51.100.1"},{"ip":"198.51."#);
        assert_eq!((found.len(), junk), (1, 1));
        let deep = "[".repeat(100_000);
        assert_eq!(lines(&rules("", false), &deep), (vec![], 1));
        let (found, junk) =
            lines(&rules("", false), r#"[{"ip":null},{"no":1},{"ip":["198.51.100.1","198.51.100.2"]}]"#);
        assert_eq!((found.len(), junk), (2, 2));
    }
}
