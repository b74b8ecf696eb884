//! One `Received` field (RFC 5321 section 4.4), as the servers of the world really write it.
//!
//! The field is cut into words and comments; the clauses `from`, `by`, `via`, `with`, `id` and `for` are told apart by
//! their place, never by searching the text, because a client may call itself anything.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use model::trace::Received;

use super::client;
use crate::charset::prefix;
use crate::extract::time::{self, Clockwork};
use crate::extract::{ip, url};

/// Most bytes of one field that are looked at.
const MAX_FIELD: usize = 4_000;

/// Reads the value of one field. `received` is when the whole mail came in.
pub(crate) fn parse(value: &str, received: Timestamp) -> Received {
    let value = prefix(value, MAX_FIELD);
    let text = prefix(&value.split_whitespace().collect::<Vec<_>>().join(" "), 1_000).to_owned();
    let (head, date) = split_date(value);
    let mut field = Field { hop: Received { text, ..Received::default() } };
    field.read_clauses(&tokens(head));
    let mut hop = field.hop;
    if let Some(date) = date {
        moment(&mut hop, date, received);
    }
    hop.authenticated |= hop.account.is_some() || hop.with.as_deref().is_some_and(is_authenticating);
    hop
}

/// A field while it is read.
struct Field {
    hop: Received,
}

impl Field {
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
        client::read(&mut self.hop, said, words.next(), &comments);
        if comments.is_empty() && said.is_some_and(|word| word.eq_ignore_ascii_case("mail")) {
            // `from mail pickup service by …`: a step inside the machine.
            let rest: Vec<&str> = clause.iter().filter_map(Token::word).collect();
            if rest.join(" ").eq_ignore_ascii_case("mail pickup service") {
                (self.hop.helo, self.hop.name) = (None, None);
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
                Token::Comment(text) => client::read_login(&mut self.hop, text),
            }
        }
        self.hop.doubtful |= by_seen > 1 || (self.hop.has_peer() && by_seen == 0);
        if self.hop.with.as_deref().is_some_and(|with| with.eq_ignore_ascii_case("local")) {
            // Exim: `from user by host with local`.
            self.hop.local = self.hop.local.take().or_else(|| self.hop.helo.take());
            (self.hop.helo, self.hop.name) = (None, None);
        }
    }

    fn read_word(&mut self, clause: &str, word: &str, first: bool) {
        let word = word.trim_end_matches([',', '.']);
        match clause {
            "by" if first => {
                self.hop.by_address = ip::parse(word);
                self.hop.by = self.hop.by_address.is_none().then(|| host(word));
            }
            "with" | "via" if first && (self.hop.with.is_none() || clause == "with") => {
                // Microsoft writes `with Microsoft SMTP Server` and `with mapi id …`.
                self.hop.with = Some(prefix(word, 40).to_owned());
            }
            _ => {
                if let Some(user) = word.strip_prefix("user=").filter(|user| !user.is_empty()) {
                    self.hop.account = Some(prefix(user, 254).to_owned());
                }
            }
        }
    }

    /// A comment behind the writer's name: its address, its software, the local user.
    fn read_writer_comment(&mut self, text: &str) {
        if let Some(address) = ip::parse(text) {
            self.hop.by_address = self.hop.by_address.or(Some(address));
        } else if let Some((_, user)) = text.split_once("from userid ") {
            self.hop.local = Some(format!("uid {}", prefix(user.trim(), 40)));
        } else {
            client::read_login(&mut self.hop, text);
        }
    }

    /// A field without `from`: sendmail's `(from user@localhost)`, qmail's `(qmail … invoked by uid 48)`.
    fn read_own_comment(&mut self, text: &str) {
        let user = text.strip_prefix("from ").and_then(|rest| rest.split(['@', ' ']).next());
        let uid = text.split_once("invoked by uid ").map(|(_, uid)| format!("uid {}", prefix(uid.trim(), 20)));
        self.hop.local = user.filter(|user| !user.is_empty()).map(|user| prefix(user, 64).to_owned()).or(uid);
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

/// The moment, its zone, and whether its weekday is wrong.
fn moment(hop: &mut Received, date: &str, received: Timestamp) {
    static RELAXED: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
    static STRICT: DateTimeParser = DateTimeParser::new();
    if let Ok(at) = RELAXED.parse_zoned(date) {
        (hop.at, hop.offset_s) = (Some(at.timestamp()), Some(at.offset().seconds()));
        hop.wrong_weekday = STRICT.parse_timestamp(date).is_err();
    } else {
        hop.at = time::parse(date, &Clockwork::new(received)).map(|event| event.at);
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
