//! Declarative checks of JSON fields, with faults that name the place and what was expected.

use serde_json::{Map, Value};

/// What a field may hold.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// Anything.
    Any,
    /// A string.
    Str,
    /// A string of at least so many characters.
    Min(usize),
    /// A string of at most so many characters.
    Max(usize),
    /// One of these words.
    One(&'static [&'static str]),
    /// A list of these words; any strings if no words are given.
    Many(&'static [&'static str]),
    /// An IPv4 or IPv6 address.
    Ip,
    /// An absolute URI (RFC 3986).
    Uri,
    /// A mail address.
    Mail,
    /// A host name.
    Host,
    /// A date with time and zone (RFC 3339).
    Time,
    /// A calendar date (RFC 3339 full-date).
    Date,
    /// A UUID (RFC 9562).
    Uuid,
    /// A whole number in a range.
    Int(i64, i64),
    /// A number in a range.
    Num(f64, f64),
    /// True or false.
    Bool,
    /// An object.
    Object,
    /// A list.
    List,
    /// A string that a function accepts, and what it accepts in words.
    Like(fn(&str) -> bool, &'static str),
}

/// How much a field is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Without it the report is refused.
    Must,
    /// Without it a strict reader refuses the report.
    Should,
    /// Free.
    May,
}

/// One field of an object.
pub type FieldRule = (&'static str, Need, Rule);

impl Rule {
    /// What is wrong with `value`, in words; `None` if nothing is.
    pub fn fault(&self, value: &Value) -> Option<String> {
        let fits = match self {
            Self::Any => true,
            Self::Str => value.is_string(),
            Self::Min(least) => value.as_str().is_some_and(|text| text.chars().count() >= *least),
            Self::Max(most) => value.as_str().is_some_and(|text| text.chars().count() <= *most),
            Self::One(words) => value.as_str().is_some_and(|text| words.contains(&text)),
            Self::Many(words) => value.as_array().is_some_and(|list| {
                list.iter().all(|item| item.as_str().is_some_and(|text| words.is_empty() || words.contains(&text)))
            }),
            Self::Ip => value.as_str().is_some_and(|text| text.parse::<std::net::IpAddr>().is_ok()),
            Self::Uri => value.as_str().is_some_and(is_uri),
            Self::Mail => value.as_str().is_some_and(is_mail),
            Self::Host => value.as_str().is_some_and(is_host),
            Self::Time => value.as_str().is_some_and(is_time),
            Self::Date => value.as_str().is_some_and(|text| text.parse::<jiff::civil::Date>().is_ok()),
            Self::Uuid => value.as_str().is_some_and(is_uuid),
            Self::Int(least, most) => integer(value).is_some_and(|number| (*least..=*most).contains(&number)),
            Self::Num(least, most) => value.as_f64().is_some_and(|number| (*least..=*most).contains(&number)),
            Self::Bool => value.is_boolean(),
            Self::Object => value.is_object(),
            Self::List => value.is_array(),
            Self::Like(accepts, _) => value.as_str().is_some_and(accepts),
        };
        (!fits).then(|| self.expected())
    }

    fn expected(&self) -> String {
        match self {
            Self::Any => "anything".to_owned(),
            Self::Str => "a string".to_owned(),
            Self::Min(least) => format!("a string of at least {least} characters"),
            Self::Max(most) => format!("a string of at most {most} characters"),
            Self::One(words) => format!("one of {}", words.join(", ")),
            Self::Many([]) => "a list of strings".to_owned(),
            Self::Many(words) => format!("a list of {}", words.join(", ")),
            Self::Ip => "an IP address".to_owned(),
            Self::Uri => "a URI".to_owned(),
            Self::Mail => "a mail address".to_owned(),
            Self::Host => "a host name".to_owned(),
            Self::Time => "a date and time with zone (RFC 3339)".to_owned(),
            Self::Date => "a date (RFC 3339)".to_owned(),
            Self::Uuid => "a UUID".to_owned(),
            Self::Int(least, most) => format!("a whole number from {least} to {most}"),
            Self::Num(least, most) => format!("a number from {least} to {most}"),
            Self::Bool => "true or false".to_owned(),
            Self::Object => "an object".to_owned(),
            Self::List => "a list".to_owned(),
            Self::Like(_, what) => (*what).to_owned(),
        }
    }
}

/// A JSON number that is whole; `1.0` is whole (JSON Schema).
fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        #[expect(clippy::cast_possible_truncation, reason = "only whole numbers within 2^53 pass")]
        (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
    })
}

/// Checks the fields of an object; faults are appended with the path in front.
pub fn fields(object: &Map<String, Value>, rules: &[FieldRule], strict: bool, path: &str, faults: &mut Vec<String>) {
    for (name, need, rule) in rules {
        match object.get(*name) {
            None if *need == Need::Must => faults.push(format!("{path}{name} is missing")),
            None if *need == Need::Should && strict => faults.push(format!("{path}{name} is missing (recommended)")),
            None => {}
            Some(value) => {
                if let Some(expected) = rule.fault(value) {
                    faults.push(format!("{path}{name} is not {expected}"));
                }
            }
        }
    }
}

fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        && !rest.is_empty()
        && !text.contains(|c: char| {
            c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '\\' | '^' | '`' | '{' | '|' | '}')
        })
}

fn is_mail(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && local.len() <= 64
            && !local
                .contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '@' | '<' | '>' | ',' | ';'))
            && (is_host(domain) || (domain.starts_with('[') && domain.ends_with(']')))
    })
}

fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 253
        && text.trim_end_matches('.').split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

fn is_time(text: &str) -> bool {
    // `jiff` also reads times with a bracketed zone name, which RFC 3339 does not know.
    text.len() >= 20 && !text.contains('[') && text.parse::<jiff::Timestamp>().is_ok()
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(at, b)| if matches!(at, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rules_accept_and_refuse() {
        for (rule, good, bad) in [
            (Rule::Ip, json!("2001:db8::1"), json!("192.0.2.300")),
            (Rule::Uri, json!("http://example.com/a"), json!("no uri")),
            (Rule::Mail, json!("a@example.com"), json!("example.com")),
            (Rule::Host, json!("example.com"), json!("not a host")),
            (Rule::Time, json!("2024-01-02T03:04:05Z"), json!("2024-01-02")),
            (Rule::Uuid, json!("123e4567-e89b-12d3-a456-426614174000"), json!("123e4567")),
            (Rule::Int(1, 9), json!(9), json!(10)),
            (Rule::Int(1, 9), json!(2.0), json!(2.5)),
            (Rule::One(&["a"]), json!("a"), json!("b")),
            (Rule::Many(&["a"]), json!(["a"]), json!(["a", "b"])),
            (Rule::Max(2), json!("ab"), json!("abc")),
        ] {
            assert_eq!(rule.fault(&good), None, "{rule:?}");
            assert!(rule.fault(&bad).is_some(), "{rule:?}");
        }
    }
}
