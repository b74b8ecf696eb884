//! Indicators of STIX 2.1, in a bundle or in an envelope of TAXII 2.1: patterns that name addresses, domains and URLs.
//!
//! Of a pattern each comparison of a known kind with a literal counts, `=`, `IN` and `ISSUBSET`; what is negated does not.
//! An indicator that was revoked, or whose time is over by its own word, does not count either.

use serde_json::Value;

use super::json::{each, text_at};
use super::{Collector, fields::Fields};
use crate::error::ListError;

/// Object paths whose values are somebody's.
const PATHS: [&str; 4] = ["ipv4-addr:value", "ipv6-addr:value", "domain-name:value", "url:value"];
/// Longest pattern that is read.
const MAX_PATTERN: usize = 64 << 10;

/// Reads an envelope or a bundle.
pub fn read(bytes: &[u8], all: &mut Collector<'_>) -> Result<(), ListError> {
    each("/objects", false, bytes, all, &mut |object, all| {
        if text_at(object, "/type") != "indicator" || object.get("revoked").and_then(Value::as_bool) == Some(true) {
            return Ok(());
        }
        let kind = text_at(object, "/pattern_type");
        let pattern = text_at(object, "/pattern");
        if !(kind.is_empty() || kind == "stix") || pattern.len() > MAX_PATTERN {
            return Ok(());
        }
        let (first, last) = (text_at(object, "/valid_from"), text_at(object, "/modified"));
        let reason = text_at(object, "/name");
        let link = text_at(object, "/external_references/0/url");
        for value in values(&pattern) {
            Fields { what: &value, first: &first, last: &last, reason: &reason, link: &link, port: "" }.take(all)?;
        }
        Ok(())
    })
}

/// The more tag of an envelope and where the next page begins (TAXII 2.1, section 3.7).
pub fn next_page(bytes: &[u8]) -> Option<String> {
    let envelope: Value = serde_json::from_slice(bytes).ok()?;
    let more = envelope.get("more").and_then(Value::as_bool) == Some(true);
    envelope.get("next").and_then(Value::as_str).filter(|_| more).map(str::to_owned)
}

/// A piece of a pattern.
#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Sign(char),
}

/// The literals with which known object paths are compared.
fn values(pattern: &str) -> Vec<String> {
    let tokens = tokens(pattern);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Token::Word(path) = &tokens[at] else {
            at += 1;
            continue;
        };
        at += 1;
        if !PATHS.contains(&path.as_str()) {
            continue;
        }
        let compares = match tokens.get(at) {
            Some(Token::Sign('=')) => true,
            Some(Token::Word(word)) => word == "IN" || word == "ISSUBSET",
            _ => false,
        };
        if compares {
            let literals = tokens[at + 1..]
                .iter()
                .take_while(|token| matches!(token, Token::Text(_)) || matches!(token, Token::Sign('(' | ',')));
            found.extend(
                literals.filter_map(|token| if let Token::Text(text) = token { Some(text.clone()) } else { None }),
            );
        }
    }
    found
}

fn tokens(pattern: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter == '\'' {
            let mut text = String::new();
            while let Some(letter) = rest.next() {
                match letter {
                    '\'' => break,
                    // A quote or a backslash stands behind a backslash.
                    '\\' => text.extend(rest.next()),
                    letter => text.push(letter),
                }
            }
            tokens.push(Token::Text(text));
        } else if letter.is_alphanumeric() {
            let mut word = letter.to_string();
            while let Some(more) = rest.next_if(|letter| letter.is_alphanumeric() || ":-_.".contains(*letter)) {
                word.push(more);
            }
            tokens.push(Token::Word(word));
        } else if !letter.is_whitespace() {
            // `!=` is one sign, which compares nothing for us.
            let sign = if letter == '!' && rest.next_if_eq(&'=').is_some() { '!' } else { letter };
            tokens.push(Token::Sign(sign));
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::super::{Form, tests::lines};
    use super::*;

    #[test]
    fn patterns_give_what_they_compare_with() {
        for (pattern, wanted) in [
            ("[ipv4-addr:value = '198.51.100.7']", &["198.51.100.7"][..]),
            (
                "[ipv4-addr:value ISSUBSET '198.51.100.0/24' OR ipv6-addr:value='2001:db8::1']",
                &["198.51.100.0/24", "2001:db8::1"],
            ),
            ("[domain-name:value IN ('a.example.jp', 'b.example.jp')]", &["a.example.jp", "b.example.jp"]),
            (r"[url:value = 'http://x.example.jp/it\'s'] AND [file:name = 'x']", &["http://x.example.jp/it's"]),
            ("[ipv4-addr:value != '198.51.100.7']", &[]),
            ("[ipv4-addr:value NOT = '198.51.100.7']", &[]),
            ("[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']", &[]),
            ("[ipv4-addr:value = '198.51", &["198.51"]),
            ("", &[]),
        ] {
            assert_eq!(values(pattern), wanted, "{pattern}");
        }
    }

    #[test]
    fn envelopes_are_read_and_say_whether_more_follows() {
        let text = r#"{"more":true,"next":"7","objects":[
            {"type":"indicator","pattern_type":"stix","pattern":"[ipv4-addr:value = '198.51.100.7']","name":"scanner",
             "valid_from":"2026-01-05T07:00:00Z","modified":"2026-01-06T07:00:00Z"},
            {"type":"indicator","revoked":true,"pattern":"[ipv4-addr:value = '198.51.100.8']"},
            {"type":"malware","name":"x"}]}"#;
        let wanted = "198.51.100.7|2026-01-05T07:00:00Z|2026-01-06T07:00:00Z|scanner||";
        assert_eq!(lines(&Form::Stix, text), (vec![wanted.to_owned()], 0));
        assert_eq!(next_page(text.as_bytes()).as_deref(), Some("7"));
        assert_eq!(next_page(br#"{"objects":[],"next":"7"}"#), None);
    }
}
