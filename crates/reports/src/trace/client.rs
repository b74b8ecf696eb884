//! The `from` clause of a `Received` field: what the client said, what the server saw, who logged in.

use model::trace::Received;

use super::received::host;
use crate::charset::prefix;
use crate::extract::{ip, port};

/// What a client proves on the way and no address: passed over in the search for the address.
const NO_PEER: &[&str] = &[
    "using tls",
    "using ssl",
    "client ",
    "no client",
    "authenticated",
    "auth:",
    "auth=",
    "version=",
    "tls",
    "cipher",
    "envelope-from",
    "account ",
    "squirrelmail ",
    "may be forged",
];

/// Reads a `from` clause: the first and the second word, and the comments.
pub(super) fn read(hop: &mut Received, said: Option<&str>, second: Option<&str>, comments: &[&str]) {
    // What the server saw stands last: everything before it may be the client's own words.
    let peer = comments.iter().rev().find(|text| !is_no_peer(text) && seen(text).is_some());
    let mut exim = false;
    match peer {
        Some(text) => exim = read_peer(hop, said, text),
        None => read_bare(hop, said, second),
    }
    for text in comments {
        if let Some(helo) = ["HELO ", "EHLO "].iter().find_map(|tag| text.strip_prefix(tag)) {
            // qmail: `from name (HELO helo) (address)`: its first word is the name it looked up.
            (hop.name, hop.name_checked) = (hop.helo.take().filter(|name| !is_unknown(name)), false);
            hop.helo = Some(host(helo.split(' ').next().unwrap_or(helo)));
        } else if !(exim && peer == Some(text))
            && let Some(helo) = labelled(text, "helo=")
        {
            // Exim: `from [address] (helo=helo)`.
            (hop.name, hop.helo) = (hop.name.take(), Some(host(helo)));
        }
        read_login(hop, text);
    }
    hop.impossible = comments.iter().copied().chain(said).find_map(impossible);
}

/// A comment with the address in it; whether it is Exim's, whose first word is the name and not the HELO.
fn read_peer(hop: &mut Received, said: Option<&str>, text: &str) -> bool {
    let Some((address, before, after)) = seen(text) else { return false };
    hop.address = Some(address);
    hop.port = after.strip_prefix(':').and_then(|rest| port::number(rest.split(' ').next()?));
    let forged = text.contains("may be forged");
    // `(IDENT:user@name [address])`: what the ident service says proves nothing.
    let name = before.split_whitespace().next_back().unwrap_or("");
    let name = name.rsplit('@').next().unwrap_or(name);
    let bracketed = text.contains('[');
    let exim = before.is_empty() && bracketed && (text.contains("helo=") || after.starts_with(':'));
    if exim {
        hop.helo = labelled(text, "helo=").or(said).map(host);
        hop.name = said.filter(|word| !word.starts_with('[')).map(host);
        hop.name_checked = hop.name.is_some();
    } else {
        hop.helo = said.map(host);
        hop.name = Some(host(name)).filter(|name| bracketed && !is_unknown(name));
        hop.name_checked = hop.name.is_some() && !forged;
    }
    exim
}

/// No comment has an address: the first word may be it (`from 192.0.2.1 by … with HTTP`), or the one behind it.
fn read_bare(hop: &mut Received, said: Option<&str>, second: Option<&str>) {
    let literal = |word: &str| {
        let inner = word.split_once("]:").map_or(word, |(inner, _)| inner);
        ip::parse(inner)
    };
    hop.address = said.and_then(literal).or_else(|| second.filter(|word| word.starts_with('[')).and_then(literal));
    hop.helo = said.filter(|word| literal(word).is_none() && !is_unknown(word)).map(host);
}

/// The login that a server checked, if this comment names it.
pub(super) fn read_login(hop: &mut Received, text: &str) {
    let lower = text.to_ascii_lowercase();
    let login = if let Some(at) = lower.find("authenticated sender:") {
        Some(&text[at + 21..])
    } else if let Some(at) = lower.find("authenticated user ").or_else(|| lower.find("authenticated user=")) {
        Some(&text[at + 19..])
    } else if let Some(at) = lower.find("authenticated as ") {
        Some(&text[at + 17..])
    } else if lower.starts_with("auth: ") || lower.starts_with("auth=") {
        // Courier: `AUTH: LOGIN user, TLS…`.
        let rest = text[5..].trim_start();
        rest.split_once(' ').map(|(_, user)| user).or_else(|| lower.starts_with("auth=").then_some(rest))
    } else if lower.starts_with("account ") {
        // CommuniGate: `account user HELO name`.
        Some(&text[8..])
    } else {
        None
    };
    hop.authenticated |= lower.starts_with("authenticated") || lower.starts_with("auth: ");
    if let Some(login) = login {
        let login = login.trim_start().split([' ', ',', ';', ')']).next().unwrap_or("").trim_matches(['<', '>', '"']);
        if !login.is_empty() {
            hop.account.get_or_insert_with(|| prefix(login, 254).to_owned());
        }
    }
}

fn is_no_peer(text: &str) -> bool {
    NO_PEER.iter().any(|words| text.get(..words.len()).is_some_and(|head| head.eq_ignore_ascii_case(words)))
        || text.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("helo ") || head.eq_ignore_ascii_case("ehlo "))
}

fn is_unknown(name: &str) -> bool {
    name.eq_ignore_ascii_case("unknown") || name.starts_with('[') || name.is_empty()
}

/// The last address of a comment that is no HELO, with what stands before and behind it.
fn seen(text: &str) -> Option<(std::net::IpAddr, &str, &str)> {
    let mut from = text.len();
    while let Some(open) = text[..from].rfind('[') {
        from = open;
        let rest = &text[open + 1..];
        let inner = &rest[..rest.find(']').unwrap_or(rest.len())];
        let said = text[..open].to_ascii_lowercase().ends_with("helo=");
        if let Some(address) = ip::parse(inner).filter(|_| !said) {
            let after = rest.get(inner.len() + 1..).unwrap_or("");
            return Some((address, text[..open].trim(), after));
        }
    }
    // Exchange and qmail write it without brackets: `(192.0.2.1)`, `(user@192.0.2.1)`.
    let word = text.split_whitespace().next_back()?;
    let bare = word.rsplit('@').next()?.trim_start_matches("::ffff:");
    let address = ip::parse(bare).filter(|_| !word.to_ascii_lowercase().contains("helo="))?;
    Some((address, text[..text.len() - word.len()].trim(), ""))
}

/// The word behind a label.
fn labelled<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    let at = text.to_ascii_lowercase().find(label)? + label.len();
    let word = text[at..].split([' ', ')']).next()?;
    (!word.is_empty()).then_some(word)
}

/// Four numbers with dots that are no address, or an address that no host on the net can have.
fn impossible(text: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    text.split(|c: char| !is_part(c)).filter(|word| word.split('.').count() == 4).find_map(|word| {
        let numbers: Vec<Option<u32>> = word.split('.').map(|part| part.parse().ok()).collect();
        let [Some(first), Some(b), Some(c), Some(d)] = numbers[..] else { return None };
        let large = [first, b, c, d].iter().any(|octet| *octet > 255);
        // Version numbers are small; an address above them is meant as one.
        (large || first == 0 && b > 0 || (224..=255).contains(&first)).then(|| prefix(word, 40).to_owned())
    })
}
