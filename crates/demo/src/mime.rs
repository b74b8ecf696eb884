//! Writes mails: RFC 5322 headers, RFC 2047 words, RFC 2045 transfer encodings, CRLF everywhere.

use std::fmt::Write as _;

use crate::rng::Rng;

/// A mail whose headers are complete but for those of its content.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    head: String,
    boundary: String,
}

/// How a part's text travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transfer {
    SevenBit,
    EightBit,
    QuotedPrintable,
    Base64,
}

impl Mail {
    /// A mail without headers; `salt` makes its boundaries.
    pub(crate) fn new(salt: u64) -> Self {
        Self { head: String::new(), boundary: format!("=_{salt:016x}") }
    }

    /// Adds a header; words outside ASCII are encoded.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let _ = write!(self.head, "{name}: {}\r\n", encode_words(value));
        self
    }

    /// Adds `Name: "display" <address>`.
    pub(crate) fn address(mut self, name: &str, display: &str, address: &str) -> Self {
        let _ = if display.is_ascii() {
            write!(self.head, "{name}: \"{display}\" <{address}>\r\n")
        } else {
            write!(self.head, "{name}: {} <{address}>\r\n", encode_words(display))
        };
        self
    }

    /// Ends it with one text; the transfer encoding is drawn.
    pub(crate) fn text(self, rng: &mut Rng, text: &str) -> Vec<u8> {
        let part = Part::text(rng, text);
        format!("{}{}", self.head, part.0).into_bytes()
    }

    /// Ends it with bytes in a charset of their own.
    pub(crate) fn bytes(self, charset: &str, transfer: &str, body: &[u8]) -> Vec<u8> {
        let mut raw = format!(
            "{}Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {transfer}\r\n\r\n",
            self.head
        )
        .into_bytes();
        raw.extend_from_slice(body);
        raw
    }

    /// Ends it with parts; `kind` is such as `mixed` or `report; report-type=feedback-report`.
    pub(crate) fn multipart(self, kind: &str, parts: &[Part]) -> Vec<u8> {
        let mut out = self.head;
        let _ = write!(out, "Content-Type: multipart/{kind};\r\n boundary=\"{}\"\r\n\r\n", self.boundary);
        for part in parts {
            let _ = write!(out, "--{}\r\n{}\r\n", self.boundary, part.0);
        }
        let _ = write!(out, "--{}--\r\n", self.boundary);
        out.into_bytes()
    }
}

/// One part of a multipart mail, its headers included.
#[derive(Debug, Clone)]
pub(crate) struct Part(String);

impl Part {
    /// Readable text.
    pub(crate) fn text(rng: &mut Rng, text: &str) -> Self {
        Self::typed(rng, "text/plain; charset=utf-8", text)
    }

    /// Text of any type, in a drawn transfer encoding.
    pub(crate) fn typed(rng: &mut Rng, kind: &str, text: &str) -> Self {
        let transfer = match (text.is_ascii(), rng.below(3)) {
            (true, 0) | (false, 1) => Transfer::QuotedPrintable,
            (true, _) => Transfer::SevenBit,
            (false, 0) => Transfer::EightBit,
            (false, _) => Transfer::Base64,
        };
        let (name, body) = match transfer {
            Transfer::SevenBit => ("7bit", crlf(text)),
            Transfer::EightBit => ("8bit", crlf(text)),
            Transfer::QuotedPrintable => ("quoted-printable", quoted_printable(&crlf(text))),
            Transfer::Base64 => ("base64", base64_lines(crlf(text).as_bytes())),
        };
        Self(format!("Content-Type: {kind}\r\nContent-Transfer-Encoding: {name}\r\n\r\n{body}"))
    }

    /// Text as it is: for `message/*` parts, which must not be encoded (RFC 2046, 5.2.1), and machine-read parts.
    pub(crate) fn plain(kind: &str, text: &str) -> Self {
        let name = if text.is_ascii() { "7bit" } else { "8bit" };
        Self(format!("Content-Type: {kind}\r\nContent-Transfer-Encoding: {name}\r\n\r\n{}", crlf(text)))
    }
}

/// Line ends as the wire has them, one at the end.
pub(crate) fn crlf(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for line in text.lines() {
        out.push_str(line);
        out.push_str("\r\n");
    }
    out
}

/// RFC 2047: encoded words of at most 75 characters, cut between characters.
pub(crate) fn encode_words(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut words = Vec::new();
    let mut chunk = String::new();
    for letter in text.chars() {
        if chunk.len() + letter.len_utf8() > 42 {
            words.push(std::mem::take(&mut chunk));
        }
        chunk.push(letter);
    }
    words.push(chunk);
    let words: Vec<String> = words.iter().map(|word| format!("=?UTF-8?B?{}?=", base64(word.as_bytes()))).collect();
    words.join("\r\n ")
}

/// RFC 4648, section 4.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

fn base64_lines(bytes: &[u8]) -> String {
    let text = base64(bytes);
    let mut out = String::with_capacity(text.len() + text.len() / 38);
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(76));
        out.push_str(line);
        out.push_str("\r\n");
        rest = tail;
    }
    out
}

/// RFC 2045, 6.7, of text with CRLF.
fn quoted_printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for line in text.lines() {
        let mut width = 0;
        let last = line.len().wrapping_sub(1);
        for (place, byte) in line.bytes().enumerate() {
            let plain = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || matches!(byte, b' ' | b'\t') && place != last;
            let size = if plain { 1 } else { 3 };
            if width + size > 75 {
                out.push_str("=\r\n");
                width = 0;
            }
            if plain {
                out.push(char::from(byte));
            } else {
                let _ = write!(out, "={byte:02X}");
            }
            width += size;
        }
        out.push_str("\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_match_the_standards_examples() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(quoted_printable("a=b \r\nあ\r\n"), "a=3Db=20\r\n=E3=81=82\r\n");
        assert_eq!(encode_words("plain"), "plain");
        assert_eq!(encode_words("あ"), "=?UTF-8?B?44GC?=");
        assert!(encode_words(&"長".repeat(200)).split("\r\n ").all(|word| word.len() <= 75));
        assert!(quoted_printable(&"長".repeat(200)).lines().all(|line| line.len() <= 76));
    }
}
