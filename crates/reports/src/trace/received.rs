//! One `Received` field (RFC 5321 section 4.4), as the servers of the world really write it.
//!
//! The field is cut into words and comments; the clauses `from`, `by`, `via`, `with`, `id` and `for` are told apart by
//! their place, never by searching the text, because a client may call itself anything.

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use serde::Serialize;

use super::client;
use crate::charset::prefix;
use crate::extract::time::{self, Clockwork};
use crate::extract::{ip, url};

/// Most bytes of one field that are looked at.
const MAX_FIELD: usize = 4_000;

/// What one server wrote down about taking a mail over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "four independent remarks about one field")]
pub struct Received {
    /// What the client called itself (HELO, EHLO).
    pub helo: Option<String>,
    /// The client's name as the server looked it up.
    pub name: Option<String>,
    /// Whether the server checked the name in both directions, or writes it only if it did.
    pub name_checked: bool,
    /// The address that the server saw.
    pub address: Option<IpAddr>,
    /// Port of the client, where written.
    pub port: Option<u16>,
    /// Who wrote the field.
    pub by: Option<String>,
    /// The writer's own address, where written.
    pub by_address: Option<IpAddr>,
    /// Protocol, as written (`ESMTPSA`, `HTTP`).
    pub with: Option<String>,
    /// The login that the server checked.
    pub account: Option<String>,
    /// The local user or uid that handed the mail in on the writing machine itself.
    pub local: Option<String>,
    /// Whether the client proved who it is.
    pub authenticated: bool,
    /// When.
    pub at: Option<Timestamp>,
    /// The weekday in the date is not that of the date.
    pub wrong_weekday: bool,
    /// A part of the `from` clause looks like an address and is none.
    pub impossible: Option<String>,
    /// The field cannot be read in only one way.
    pub doubtful: bool,
    /// The field as it stood, unfolded, at most 1,000 bytes.
    pub text: String,
}

impl Received {
    /// Reads the value of one field. `received` is when the whole mail came in.
    pub fn parse(value: &str, received: Timestamp) -> Self {
        let value = prefix(value, MAX_FIELD);
        let text = prefix(&value.split_whitespace().collect::<Vec<_>>().join(" "), 1_000).to_owned();
        let (head, date) = split_date(value);
        let mut hop = Self { text, ..Self::default() };
        hop.read_clauses(&tokens(head));
        if let Some(date) = date {
            (hop.at, hop.wrong_weekday) = moment(date, received);
        }
        hop.authenticated |= hop.account.is_some() || hop.with.as_deref().is_some_and(is_authenticating);
        hop
    }

    /// Whether nobody handed the mail over: a step inside a machine (`qmail … invoked from network`).
    pub const fn is_marker(&self) -> bool {
        self.by.is_none() && self.by_address.is_none() && self.local.is_none() && !self.has_peer()
    }

    /// Whether a client is named at all.
    pub const fn has_peer(&self) -> bool {
        self.address.is_some() || self.helo.is_some() || self.name.is_some()
    }

    /// Whether the mail came in over the web.
    pub fn is_web(&self) -> bool {
        self.with.as_deref().is_some_and(|with| with.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("http")))
    }

    /// Whether the mail was fetched from a mailbox rather than sent.
    pub fn is_fetched(&self) -> bool {
        self.with.as_deref().is_some_and(|with| {
            let with = with.to_ascii_lowercase();
            with.starts_with("pop") || with.starts_with("imap")
        })
    }

    fn read_clauses(&mut self, tokens: &[Token<'_>]) {
        let Some(first) = tokens.first() else { return };
        let from_end = match first {
            Token::Word(word) if word.eq_ignore_ascii_case("from") => self.read_from(tokens),
            Token::Comment(text) => {
                self.read_own_comment(text);
                0
            }
            Token::Word(_) => 0,
        };
        self.read_rest(tokens.get(from_end..).unwrap_or_default());
    }

    /// The `from` clause; where it ends.
    fn read_from(&mut self, tokens: &[Token<'_>]) -> usize {
        // The word behind `from` is the client's name for itself, whatever it looks like.
        let end = tokens.iter().skip(2).position(|token| token.is("by")).map_or(tokens.len(), |at| at + 2);
        let clause = &tokens[1..end];
        let mut words = clause.iter().filter_map(Token::word);
        let said = words.next();
        let comments: Vec<&str> = clause.iter().filter_map(Token::comment).collect();
        client::read(self, said, words.next(), &comments);
        if comments.is_empty() && said.is_some_and(|word| word.eq_ignore_ascii_case("mail")) {
            // `from mail pickup service by …`: a step inside the machine.
            let rest: Vec<&str> = clause.iter().filter_map(Token::word).collect();
            if rest.join(" ").eq_ignore_ascii_case("mail pickup service") {
                (self.helo, self.name) = (None, None);
            }
        }
        end
    }

    /// `by`, `via`, `with`, `id` and `for`, each once.
    fn read_rest(&mut self, tokens: &[Token<'_>]) {
        let mut clause = "";
        let mut by_seen = 0;
        for (index, token) in tokens.iter().enumerate() {
            match token {
                Token::Word(word) => {
                    let lower = word.to_ascii_lowercase();
                    let keyword = ["by", "via", "with", "id", "for"].into_iter().find(|known| lower == *known);
                    let names_itself = index > 0 && tokens[index - 1].is(clause);
                    if let Some(keyword) = keyword.filter(|_| clause.is_empty() || !names_itself) {
                        by_seen += usize::from(keyword == "by");
                        clause = keyword;
                    } else {
                        self.read_word(clause, word, names_itself);
                    }
                }
                Token::Comment(text) if clause == "by" => self.read_writer_comment(text),
                Token::Comment(text) => client::read_login(self, text),
            }
        }
        self.doubtful |= by_seen > 1 || (self.has_peer() && by_seen == 0);
        if self.with.as_deref().is_some_and(|with| with.eq_ignore_ascii_case("local")) {
            // Exim: `from user by host with local`.
            self.local = self.local.take().or_else(|| self.helo.take());
            (self.helo, self.name) = (None, None);
        }
    }

    fn read_word(&mut self, clause: &str, word: &str, first: bool) {
        let word = word.trim_end_matches([',', '.']);
        match clause {
            "by" if first => {
                self.by_address = ip::parse(word);
                self.by = self.by_address.is_none().then(|| host(word));
            }
            "with" | "via" if first && (self.with.is_none() || clause == "with") => {
                // Microsoft writes `with Microsoft SMTP Server` and `with mapi id …`.
                self.with = Some(prefix(word, 40).to_owned());
            }
            _ => {
                if let Some(user) = word.strip_prefix("user=").filter(|user| !user.is_empty()) {
                    self.account = Some(prefix(user, 254).to_owned());
                }
            }
        }
    }

    /// A comment behind the writer's name: its address, its software, the local user.
    fn read_writer_comment(&mut self, text: &str) {
        if let Some(address) = ip::parse(text) {
            self.by_address = self.by_address.or(Some(address));
        } else if let Some((_, user)) = text.split_once("from userid ") {
            self.local = Some(format!("uid {}", prefix(user.trim(), 40)));
        } else {
            client::read_login(self, text);
        }
    }

    /// A field without `from`: sendmail's `(from user@localhost)`, qmail's `(qmail … invoked by uid 48)`.
    fn read_own_comment(&mut self, text: &str) {
        let user = text.strip_prefix("from ").and_then(|rest| rest.split(['@', ' ']).next());
        let uid = text.split_once("invoked by uid ").map(|(_, uid)| format!("uid {}", prefix(uid.trim(), 20)));
        self.local = user.filter(|user| !user.is_empty()).map(|user| prefix(user, 64).to_owned()).or(uid);
    }
}

/// A host name in lower case, without the root's dot.
pub(super) fn host(word: &str) -> String {
    prefix(word.trim_end_matches('.'), 255).to_ascii_lowercase()
}

/// The organisation behind a host name: its registrable domain. Bare names and literals have none.
pub(super) fn organisation(host: &str) -> Option<&str> {
    (host.contains('.') && ip::parse(host).is_none()).then(|| url::registrable(host))
}

/// Protocols that end in `A` were authenticated (RFC 3848, RFC 6531).
fn is_authenticating(with: &str) -> bool {
    let with = with.to_ascii_uppercase();
    (with.contains("SMTP") || with.contains("LMTP")) && with.ends_with('A')
}

/// What stands in front of and behind the last semicolon outside comments.
fn split_date(value: &str) -> (&str, Option<&str>) {
    let (mut depth, mut at) = (0_usize, None);
    for (index, byte) in value.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b';' if depth == 0 => at = Some(index),
            _ => {}
        }
    }
    at.map_or((value, None), |at| (&value[..at], Some(value[at + 1..].trim())))
}

/// The moment, and whether its weekday is wrong.
fn moment(date: &str, received: Timestamp) -> (Option<Timestamp>, bool) {
    static RELAXED: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
    static STRICT: DateTimeParser = DateTimeParser::new();
    match RELAXED.parse_timestamp(date) {
        Ok(at) => (Some(at), STRICT.parse_timestamp(date).is_err()),
        Err(_) => (time::parse(date, &Clockwork::new(received)).map(|event| event.at), false),
    }
}

/// A piece of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    /// A comment without its outer brackets.
    Comment(&'a str),
}

impl<'a> Token<'a> {
    fn is(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    const fn word(&self) -> Option<&'a str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Comment(_) => None,
        }
    }

    const fn comment(&self) -> Option<&'a str> {
        match self {
            Self::Comment(text) => Some(text),
            Self::Word(_) => None,
        }
    }
}

/// Words and outermost comments, in order.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        if bytes[at].is_ascii_whitespace() {
            at += 1;
        } else if bytes[at] == b'(' {
            at = comment_end(bytes, at);
            let inner = text.get(start + 1..at).unwrap_or("");
            out.push(Token::Comment(inner.strip_suffix(')').unwrap_or(inner).trim()));
        } else {
            while at < bytes.len() && !bytes[at].is_ascii_whitespace() && bytes[at] != b'(' {
                at += 1;
            }
            out.push(Token::Word(&text[start..at]));
        }
    }
    out
}

/// Where the comment that opens at `at` ends; an unclosed one takes the rest.
fn comment_end(bytes: &[u8], at: usize) -> usize {
    let (mut depth, mut escaped) = (0_usize, false);
    for (index, byte) in bytes.iter().enumerate().skip(at) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return index + 1;
                }
            }
            _ => {}
        }
    }
    bytes.len()
}
