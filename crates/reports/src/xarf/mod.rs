//! What both XARF lines share: declarative checks of JSON fields, and small readers of JSON values.

pub mod check;
pub mod convert;
pub(crate) mod v3_rules;
mod v4_content;
pub(crate) mod v4_fields;
pub(crate) mod yaml;

use serde_json::Value;

/// A string field, trimmed, not empty.
pub(crate) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// A string field under the first of several names that is there.
pub(crate) fn text_of<'v>(value: &'v Value, keys: &[&str]) -> Option<&'v str> {
    keys.iter().find_map(|key| text(value, key))
}

/// A port field: a number, a numeric string, or the first of a list.
pub(crate) fn port(value: &Value, key: &str) -> Option<u16> {
    let field = value.get(key)?;
    let field = field.as_array().and_then(|list| list.first()).unwrap_or(field);
    match field {
        Value::Number(number) => u16::try_from(number.as_u64()?).ok().filter(|port| *port != 0),
        Value::String(text) => crate::extract::port::number(text),
        _ => None,
    }
}

/// A count field: a number or a numeric string.
pub(crate) fn count(value: &Value, keys: &[&str]) -> Option<u64> {
    keys.iter().find_map(|key| match value.get(key)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}
