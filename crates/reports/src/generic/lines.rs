//! What each line of a text is.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::text::{Beginnings, begins};

/// The role of a line in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineKind {
    /// Sentences, lists, `key: value`.
    Prose,
    /// A line of a log or a packet dump.
    Log,
    /// A transport header of a mail that is complained about.
    Header,
    /// Body of a mail that is complained about, quoted behind its headers.
    Quoted,
    /// Registry data.
    Whois,
    /// The writer's signature.
    Signature,
}

/// Walks the lines of one text and remembers what block it is in.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "the blocks that a line may be in at once")]
pub(crate) struct Walker {
    /// Lines of signature left.
    signature: u32,
    /// In the header block of a quoted mail.
    header: bool,
    /// In the body of a quoted mail.
    quoted: bool,
    /// Lines of whois block left.
    whois: u32,
    /// Lines in a row that name the parties of a mail: `From:`, `Sent:`, `To:` …
    envelope: u32,
    /// How many mails were opened around this line: 0 is what the writer says himself.
    depth: u32,
    /// The line is quoted with `>`.
    marked: bool,
    /// A line said that what follows is somebody else's report.
    relayed: bool,
}

/// Longest name of a header field that is recognised.
const MAX_FIELD_NAME: usize = 80;
/// How many lines behind a closing are the signature.
const SIGNATURE_LINES: u32 = 14;

impl Walker {
    /// The kind of the next line.
    pub(crate) fn kind(&mut self, line: &str) -> LineKind {
        let text = line.trim_start_matches(['>', ' ', '\t', '|']).trim_end();
        self.marked = line.starts_with('>');
        if text.is_empty() {
            if self.header {
                self.header = false;
                self.quoted = true;
            }
            return LineKind::Prose;
        }
        if self.opens_mail(text) {
            self.depth += 1;
            self.signature = 0;
            self.quoted = false;
            self.header = false;
            return LineKind::Prose;
        }
        let named = memchr::memchr(b':', &text.as_bytes()[..text.len().min(MAX_FIELD_NAME)]).is_some();
        if named && is_trace_header(text) {
            self.header = true;
            self.quoted = false;
            return LineKind::Header;
        }
        if self.header {
            if line.starts_with([' ', '\t']) || is_header(text) || is_folded(text) {
                return LineKind::Header;
            }
            self.header = false;
        }
        if is_whois(text) {
            self.whois = 3;
            return LineKind::Whois;
        }
        if self.whois > 0 {
            self.whois -= 1;
            if is_whois_key(text) {
                self.whois = 3;
                return LineKind::Whois;
            }
        }
        if is_log(text) {
            return LineKind::Log;
        }
        if self.quoted {
            return LineKind::Quoted;
        }
        if is_closing(text) {
            self.signature = SIGNATURE_LINES;
            return LineKind::Signature;
        }
        if self.signature > 0 {
            if is_rule(text) || is_section_head(text) {
                self.signature = 0;
                return LineKind::Prose;
            }
            self.signature -= 1;
            return LineKind::Signature;
        }
        LineKind::Prose
    }
}

/// What stands over a mail that is passed on or answered, lower case.
static OPENINGS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = [
        "original message",
        "forwarded message",
        "begin forwarded",
        "message forwarded",
        "original notification",
        "original report",
        "original complaint",
        "original email",
        "reply message",
        "weitergeleitete nachricht",
        "ursprüngliche nachricht",
        "originalnachricht",
        "message transféré",
        "message d'origine",
        "mensaje reenviado",
        "mensaje original",
        "mensagem encaminhada",
        "mensagem original",
        "messaggio inoltrato",
        "messaggio originale",
        "doorgestuurd bericht",
        "oorspronkelijk bericht",
        "předaná zpráva",
        "přeposlaná zpráva",
        "původní zpráva",
        "пересылаемое сообщение",
        "исходное сообщение",
        "転送メッセージ",
        "転送元メッセージ",
        "元のメッセージ",
        "オリジナルメッセージ",
    ];
    AhoCorasick::new(words).ok()
});

/// What stands over the words of somebody else that are passed on without the form of a mail.
const RELAYED: &[&str] = &[
    "report we received",
    "complaint we received",
    "notice we received",
    "information we received",
    "message we received",
    "report that we received",
    "complaint that we received",
    "report received",
    "complaint received",
    "entire complaint",
    "full complaint",
    "original complaint",
];

impl Walker {
    /// Whether the last line is what somebody else wrote, in a text that is the writer's own.
    pub(crate) const fn is_relayed(&self) -> bool {
        self.relayed
    }

    /// How many mails were opened around the last line.
    pub(crate) const fn depth(&self) -> u32 {
        self.depth + self.marked as u32
    }

    /// Whether a line opens a mail that is passed on: a rule that says so, `… wrote:`, or the third line in a row that
    /// names its parties.
    fn opens_mail(&mut self, text: &str) -> bool {
        if PARTIES.begin(text) {
            self.envelope += 1;
            return self.envelope == 3;
        }
        self.envelope = 0;
        if text.len() > 100 || !text.ends_with(['-', ':', '*', '=', 'w', 'e', '–']) {
            return false;
        }
        if ["on ", "am ", "le ", "el "].iter().any(|word| begins(text, word))
            && ["wrote:", "schrieb:", "écrit :", "escribió:"].iter().any(|end| text.ends_with(end))
        {
            return true;
        }
        (text.starts_with(['-', '*', '=']) || text.ends_with(':')) && {
            let lower = text.to_lowercase();
            self.relayed |= lower.ends_with(':') && RELAYED.iter().any(|words| lower.contains(words));
            OPENINGS.as_ref().is_some_and(|openings| openings.is_match(&lower))
        }
    }
}

/// The fields that name the parties of a mail which is passed on or answered.
#[rustfmt::skip] // Words side by side can be read; one a line cannot.
static PARTIES: Beginnings = Beginnings::new(&[
    "from:", "sent:", "to:", "cc:", "date:", "subject:", "von:", "an:", "gesendet:",
    "betreff:", "de:", "差出人:", "宛先:", "送信日時:", "件名:",
]);

#[rustfmt::skip] // As above.
static TRACE: Beginnings = Beginnings::new(&[
    "received: ", "return-path:", "x-originating-ip:", "x-spam-", "dkim-signature:", "authentication-results:",
    "message-id:", "mime-version:", "x-received:", "arc-", "delivered-to:", "received-spf:",
    "content-transfer-encoding:", "x-mailer:", "x-account-key:", "x-mozilla", "envelope-to:", "delivery-date:",
]);

/// Headers that only a quoted mail has; an ordinary `From:` or `Subject:` also stands over a forward.
fn is_trace_header(text: &str) -> bool {
    (begins(text, "x-") && is_header(text)) || TRACE.begin(text)
}

/// How the folded lines of trace fields go on, where a conversion has taken their indentation.
static FOLDED: Beginnings = Beginnings::new(&[
    "by ",
    "for <",
    "with ESMTP",
    "id ",
    "[IPv6:",
    "via ",
    "smtp",
    "receiver=",
    "designates ",
    "header.",
    "helo",
    "client-ip=",
]);

/// Whether a line goes on with a trace field although its indentation is lost.
fn is_folded(text: &str) -> bool {
    FOLDED.begin(text)
        || text.starts_with('(')
        || text.ends_with(';')
        || ["SMTP", "version=TLS", "cipher="].iter().any(|word| text.contains(word))
        || (text.len() > 60 && !text.contains(' '))
}

/// `Name: value` as in the header of a mail.
pub(crate) fn is_header(text: &str) -> bool {
    let Some(colon) = text.find(':') else {
        return false;
    };
    colon > 1
        && colon < MAX_FIELD_NAME
        && text[..colon].bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

static WHOIS: Beginnings = Beginnings::new(&[
    "inetnum:",
    "inet6num:",
    "netrange:",
    "cidr:",
    "netname:",
    "nethandle:",
    "route:",
    "route6:",
    "origin:",
    "mnt-by:",
    "mnt-lower:",
    "mnt-routes:",
    "admin-c:",
    "tech-c:",
    "nic-hdl:",
    "org-name:",
    "abuse-mailbox:",
    "abuse-c:",
    "orgabuse",
    "orgtech",
    "orgname:",
    "orgid:",
    "ref:",
    "rtech",
    "rabuse",
    "last-modified:",
    "changed:",
    "created:",
    "source:   ",
    "descr:",
    "owner:  ",
    "ownerid:",
    "inetrev:",
    "nserver:",
    "nsstat:",
    "nslastaa:",
    "aut-num:",
    "as-name:",
    "refer:",
    "organisation:",
    "regdate:",
    "updated:",
    "parent:",
    "nettype:",
    "originas:",
    "orgnoc",
    "[querying whois",
    "[redirected to",
    "[whois.",
    "comment:",
    "registrar",
    "registry ",
    "domain status:",
    "name server:",
    "whois server",
    "updated date:",
    "creation date:",
    "registrant ",
    "tech ",
    "admin ",
    "dnssec:",
]);

fn is_whois(text: &str) -> bool {
    match text.as_bytes()[0] {
        b'%' => true,
        b'#' => {
            text.len() == 1
                || text.starts_with("# ")
                    && ["whois", "ARIN", "RIPE", "Query", "query", "following", "Terms", "available", "database"]
                        .iter()
                        .any(|word| text.contains(word))
        }
        _ => memchr::memchr2(b':', b'[', text.as_bytes()).is_some() && WHOIS.begin(text),
    }
}

/// `key:     value` with the key in lower case and a column of blanks: registry style.
fn is_whois_key(text: &str) -> bool {
    text.split_once(':').is_some_and(|(key, value)| {
        key.len() < 20 && value.starts_with("   ") && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    })
}

/// What only programs write into a line.
static LOG_MARKS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let marks = [
        " HTTP/1.",
        " HTTP/2",
        "HTTP/1.1\"",
        "HTTP/1.0\"",
        "\"GET /",
        "\"POST /",
        "SRC=",
        "sshd[",
        "postfix/",
        "dovecot",
        "[client ",
    ];
    // In this order the library looks for all of them at once with vector instructions.
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(marks).ok()
});

/// Whether a line looks as if a program wrote it into a log.
pub(crate) fn is_log(text: &str) -> bool {
    // Each mark has one of these signs, or stands in a line that has one.
    let signs = memchr::memchr3(b'/', b'=', b'[', text.as_bytes()).is_some();
    if signs && LOG_MARKS.as_ref().is_some_and(|marks| marks.is_match(text)) {
        return true;
    }
    text.len() > 30 && (starts_with_time(text) || crate::extract::stamps::leading(text).is_some())
}

/// A date and a time of day at the start of a line.
fn starts_with_time(text: &str) -> bool {
    let head = text.trim_start_matches(['[', '"', '\'', '(', '#', '*', '-', ' ']);
    let head = crate::charset::prefix(head, 24);
    let bytes = head.as_bytes();
    let lead = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let dated = match (bytes.get(lead), lead) {
        // Not an address: a date has at most two separators of its kind before the time.
        (Some(b'-' | b'/' | b'.'), 1 | 2 | 4) => memchr::memchr_iter(b'.', bytes).count() < 3,
        (Some(letter), 0) if letter.is_ascii_alphabetic() => {
            bytes.get(3) == Some(&b' ') && NAMES.iter().any(|name| begins(head, name))
        }
        _ => false,
    };
    dated && bytes.contains(&b':') && bytes.iter().filter(|byte| byte.is_ascii_digit()).count() >= 5
}

/// Months and days of the week.
const NAMES: [&str; 19] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mon", "tue", "wed", "thu",
    "fri", "sat", "sun",
];

static CLOSINGS: Beginnings = Beginnings::new(&[
    "regards",
    "best regards",
    "kind regards",
    "with regards",
    "sincerely",
    "yours",
    "respectfully",
    "best,",
    "cheers",
    "cordially",
    "thanks and regards",
    "thanks & regards",
    "best wishes",
    "warm regards",
    "many thanks,",
    "mit freundlichen",
    "mfg",
    "viele grüße",
    "cordialement",
    "atenciosamente",
    "saludos",
    "cordiali saluti",
    "distinti saluti",
    "med venlig hilsen",
    "med vennlig",
    "met vriendelijke",
    "с уважением",
    "С уважением",
    "敬具",
    "以上",
    "よろしくお願い",
    "宜しくお願い",
    "s pozdravem",
    "s pozdravom",
    "atentamente",
    "hochachtungsvoll",
    "z poważaniem",
    "thank you,",
    "thanks,",
    "truly",
    "very truly",
    "faithfully",
]);

fn is_closing(text: &str) -> bool {
    if text == "--" || text == "-- " || text == "—" {
        return true;
    }
    if text.len() > 60 {
        return false;
    }
    let text = text.trim_start_matches(['*', '_', ' ']);
    CLOSINGS.begin(text)
}

/// `------`, `======`: a rule between blocks.
fn is_rule(text: &str) -> bool {
    text.len() >= 6 && text.bytes().all(|b| matches!(b, b'-' | b'=' | b'_' | b'*' | b'#' | b'~' | b'+' | b' '))
}

/// A line that opens a block of data behind a signature.
fn is_section_head(text: &str) -> bool {
    text.ends_with(':') && text.len() > 4 && {
        let lower = text.to_lowercase();
        [
            "log", "evidence", "detail", "url", "ip", "list", "attach", "report", "sample", "infring", "original",
            "ログ", "詳細",
        ]
        .iter()
        .any(|word| lower.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart() {
        let mut walker = Walker::default();
        let expected = [
            ("Dear team, our server 192.0.2.1 was attacked.", LineKind::Prose),
            ("May  1 12:00:00 host sshd[1]: Failed password from 203.0.113.1", LineKind::Log),
            ("203.0.113.1 - - [01/May/2024:12:00:00 +0000] \"GET / HTTP/1.1\" 200", LineKind::Log),
            ("2024-05-01 12:00:00 denied 203.0.113.1 -> 192.0.2.1", LineKind::Log),
            ("inetnum:        203.0.113.0 - 203.0.113.255", LineKind::Whois),
            ("Best regards,", LineKind::Signature),
            ("Example CERT https://www.example.com", LineKind::Signature),
            ("--------------------", LineKind::Prose),
            ("Received: from a (a [203.0.113.5])", LineKind::Header),
            ("    by mx.example.com; Mon, 1 Jan", LineKind::Header),
            ("Subject: buy", LineKind::Header),
            ("", LineKind::Prose),
            ("click http://example.com/", LineKind::Quoted),
        ];
        for (line, kind) in expected {
            assert_eq!(walker.kind(line), kind, "{line}");
        }
    }
}
