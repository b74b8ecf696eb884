//! What servers say about SPF, DKIM, DMARC and ARC: `Authentication-Results` (RFC 8601), `Received-SPF` (RFC 7208) and
//! the ARC set (RFC 8617). The statements are kept as they stand; only those of believed servers are fact.

use model::trace::{AuthResult, Standing};

use super::trust::Trust;
use crate::charset::prefix;
use crate::mime::Mail;

/// Most results kept of one mail.
const MAX: usize = 50;
/// Most bytes of one field that are looked at.
const MAX_FIELD: usize = 8_000;

/// How far down the header believed hosts wrote.
pub(super) struct Reach<'t> {
    /// Fields above this number stand where only believed hosts can write.
    pub(super) boundary: usize,
    /// From this number on stands what was on the mail when it came in; before it, filters of the border may have written.
    pub(super) foreign: usize,
    /// The host at the border.
    pub(super) border: &'t str,
}

/// Every result in the fields of `mail`. Results under one of our own names `ours` are believed as far as our filters can
/// have written: our servers remove such fields from what comes in.
pub(super) fn of_fields(mail: &Mail<'_>, reach: &Reach<'_>, trust: &Trust<'_>, ours: &[String]) -> Vec<AuthResult> {
    let mut all = Vec::new();
    for (index, field) in mail.fields.iter().enumerate() {
        if all.len() >= MAX {
            break;
        }
        let value = without_comments(prefix(&field.value, MAX_FIELD));
        let mut read = match field.name.to_ascii_lowercase().as_str() {
            "authentication-results" => results(&value, None),
            "arc-authentication-results" => arc_results(&value),
            "arc-seal" => seal(&value).into_iter().collect(),
            "received-spf" => received_spf(&value, reach.border).into_iter().collect(),
            _ => continue,
        };
        for one in &mut read {
            let own = || ours.iter().any(|id| id.eq_ignore_ascii_case(&one.server));
            if index < reach.boundary && (trust.names(&one.server) || own()) || index < reach.foreign && own() {
                one.standing = Standing::Fact;
            }
        }
        all.append(&mut read);
    }
    all.truncate(MAX);
    all
}

/// `server; method=result ptype.property=value …; …`
fn results(value: &str, arc: Option<u32>) -> Vec<AuthResult> {
    let mut pieces = value.split(';');
    let server = pieces.next().and_then(|piece| piece.split_whitespace().next()).unwrap_or("");
    let server = prefix(server, 255).to_ascii_lowercase();
    let mut out = Vec::new();
    for piece in pieces.take(MAX) {
        let mut words = piece.split_whitespace();
        let Some((method, result)) = words.next().and_then(|word| word.split_once('=')) else { continue };
        let method = method.split('/').next().unwrap_or(method);
        if !is_name(method) || !is_name(result) {
            continue;
        }
        out.push(AuthResult {
            server: server.clone(),
            method: method.to_ascii_lowercase(),
            result: result.to_ascii_lowercase(),
            about: words.filter(|word| word.contains('=')).take(10).map(|word| prefix(word, 200).to_owned()).collect(),
            arc,
            standing: Standing::Claimed,
        });
    }
    out
}

/// `i=1; server; method=result …`
fn arc_results(value: &str) -> Vec<AuthResult> {
    let Some((instance, rest)) = value.split_once(';') else { return Vec::new() };
    results(rest, instance.trim().strip_prefix("i=").and_then(|number| number.parse().ok()))
}

/// `i=2; a=…; cv=pass; d=example.com; …`: what the sealer found of the chain before it.
fn seal(value: &str) -> Option<AuthResult> {
    let tag = |name: &str| {
        value.split(';').find_map(|piece| piece.trim().split_once('=').filter(|(tag, _)| *tag == name)).map(|(_, v)| v)
    };
    Some(AuthResult {
        server: prefix(tag("d")?.trim(), 255).to_ascii_lowercase(),
        method: "arc-seal".to_owned(),
        result: prefix(tag("cv")?.trim(), 20).to_ascii_lowercase(),
        about: Vec::new(),
        arc: tag("i").and_then(|number| number.trim().parse().ok()),
        standing: Standing::Claimed,
    })
}

/// `pass client-ip=192.0.2.1; envelope-from=…; receiver=…`
fn received_spf(value: &str, border: &str) -> Option<AuthResult> {
    let (result, rest) = value.trim().split_once(char::is_whitespace).unwrap_or((value.trim(), ""));
    if !is_name(result) {
        return None;
    }
    let about: Vec<String> = rest
        .split([';', ' '])
        .map(str::trim)
        .filter(|word| word.contains('='))
        .take(10)
        .map(|word| prefix(word, 200).to_owned())
        .collect();
    let receiver = about.iter().find_map(|word| word.strip_prefix("receiver=")).map(str::to_ascii_lowercase);
    // Many write no receiver: then it is the host at the border.
    let server = receiver.filter(|name| name.contains('.')).unwrap_or_else(|| border.to_owned());
    Some(AuthResult {
        server: prefix(&server, 255).to_owned(),
        method: "spf".to_owned(),
        result: result.to_ascii_lowercase(),
        about,
        arc: None,
        standing: Standing::Claimed,
    })
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.len() <= 40 && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// The value without its comments; a bracket in a quoted string is none.
fn without_comments(value: &str) -> String {
    let (mut out, mut depth, mut quoted, mut escaped) = (String::with_capacity(value.len()), 0_usize, false, false);
    for c in value.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth > 0 => depth -= 1,
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}
