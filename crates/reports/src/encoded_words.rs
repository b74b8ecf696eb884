//! The values of header fields: unfolded (RFC 5322 section 2.2.3), with their encoded words (RFC 2047) decoded as real
//! mailers write them: broken in the middle of characters or of a charset's state, or bytes without any declaration.

use std::borrow::Cow;

use mail_parser::HeaderValue;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::parsers::MessageStream;

use crate::charset;
use crate::mime::decode_as;

/// The value of a header field from its bytes behind the colon up to its last line end; `None` if there is none.
pub(crate) fn value(raw: &[u8]) -> Option<Cow<'_, str>> {
    // A field that the end of the mail cuts is left out.
    let body = raw.strip_suffix(b"\n")?;
    let encoded = |at: usize| body[at] == 0x1b || body.get(at + 1) == Some(&b'?');
    let plain = !memchr::memchr2_iter(b'=', 0x1b, body).any(encoded);
    let value = match std::str::from_utf8(body) {
        Ok(text) if plain => return unfolded(text),
        Ok(text) if begins(body).next().is_none() => unfolded(text),
        _ => repaired(raw).map(Cow::Owned).or_else(|| match MessageStream::new(raw).parse_unstructured() {
            HeaderValue::Text(text) => Some(text),
            _ => None,
        }),
    };
    value.map(charset::repair_header)
}

/// Where encoded words may begin.
fn begins(raw: &[u8]) -> impl Iterator<Item = usize> {
    memchr::memchr_iter(b'=', raw).filter(|at| raw.get(at + 1) == Some(&b'?'))
}

/// A field that nothing but folding has changed: its lines with one blank between them.
fn unfolded(text: &str) -> Option<Cow<'_, str>> {
    let mut lines = crate::text::lines(text).map(str::trim_ascii).filter(|line| !line.is_empty());
    let first = lines.next()?;
    let Some(second) = lines.next() else { return Some(Cow::Borrowed(first)) };
    let mut value = String::with_capacity(text.len());
    value.push_str(first);
    for line in std::iter::once(second).chain(lines) {
        value.push(' ');
        value.push_str(line);
    }
    Some(Cow::Owned(value))
}

/// The value of a header field, decoded from its bytes, where decoding word by word cannot be right: words that stand
/// side by side and share their charset are one run of bytes. `None` if there is nothing to repair.
fn repaired(raw: &[u8]) -> Option<String> {
    let words = begins(raw).filter(|at| raw.get(at + 2) != Some(&b'=')).take(2).count();
    let undeclared = !raw.is_ascii() && std::str::from_utf8(raw).is_err();
    // Half-width kana leave escape sequences behind that mean nothing, in a word by itself, too.
    let japanese = words == 1
        && begins(raw).any(|at| raw.get(at + 2..at + 13).is_some_and(|name| name.eq_ignore_ascii_case(b"iso-2022-jp")));
    if words < 2 && !undeclared && !japanese {
        return None;
    }
    let mut out = String::new();
    let mut run: Option<Run> = None;
    let mut rest = raw;
    while !rest.is_empty() {
        let at = memchr::memmem::find(rest, b"=?").unwrap_or(rest.len());
        let (plain, tail) = rest.split_at(at);
        let Some((word, after)) = Word::parse(tail) else {
            // What only looks like an encoded word is text.
            let end = (at + 2).min(rest.len());
            flush(&mut run, &mut out);
            text(&rest[..end], &mut out);
            rest = &rest[end..];
            continue;
        };
        if !plain.trim_ascii().is_empty() || run.is_none() {
            flush(&mut run, &mut out);
            text(plain, &mut out);
        }
        match &mut run {
            Some(run) if run.charset.eq_ignore_ascii_case(word.charset) => run.bytes.extend(word.bytes),
            _ => {
                flush(&mut run, &mut out);
                run = Some(Run { charset: word.charset.to_owned(), bytes: word.bytes });
            }
        }
        rest = after;
    }
    flush(&mut run, &mut out);
    Some(out.trim().to_owned())
}

struct Run {
    charset: String,
    bytes: Vec<u8>,
}

fn flush(run: &mut Option<Run>, out: &mut String) {
    if let Some(run) = run.take() {
        let decoded = if run.charset.eq_ignore_ascii_case("iso-2022-jp") {
            Some(charset::iso_2022_jp(&run.bytes))
        } else {
            decode_as(&run.bytes, &run.charset).filter(|text| !text.contains('\u{fffd}'))
        };
        let decoded = decoded.or_else(|| charset::guess(&run.bytes));
        out.push_str(&decoded.unwrap_or_else(|| String::from_utf8_lossy(&run.bytes).into_owned()));
    }
}

/// Text between encoded words, unfolded.
fn text(bytes: &[u8], out: &mut String) {
    out.extend(charset::decode_unlabelled(bytes).chars().filter(|c| !matches!(c, '\r' | '\n')));
}

/// `=?charset?B?…?=`
struct Word<'a> {
    charset: &'a str,
    bytes: Vec<u8>,
}

impl<'a> Word<'a> {
    /// The word at the start of `raw`, and what stands behind it.
    fn parse(raw: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let mut parts = raw.strip_prefix(b"=?")?.splitn(3, |&b| b == b'?');
        let (charset, encoding, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let end = memchr::memmem::find(rest, b"?=")?;
        let content = &rest[..end];
        let bytes = match encoding {
            b"B" | b"b" => base64_decode(content)?,
            b"Q" | b"q" => q_decode(content),
            _ => return None,
        };
        // RFC 2231, section 5: a language may stand behind the charset.
        let charset = std::str::from_utf8(charset).ok()?.split('*').next()?;
        Some((Self { charset, bytes }, &rest[end + 2..]))
    }
}

fn q_decode(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len());
    let mut at = 0;
    while let Some(&byte) = content.get(at) {
        let hex = |at: usize| content.get(at).and_then(|b| char::from(*b).to_digit(16));
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'=', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
                continue;
            }
            (b'_', ..) => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_break_in_the_middle_of_a_character_are_joined() {
        // 迷惑メール, cut after the first byte of a character.
        let cut = b"=?utf-8?B?6L+35oM=?=\r\n =?utf-8?B?keODoeODvOODqw==?= (1)";
        assert_eq!(repaired(cut).as_deref(), Some("迷惑メール (1)"));
        let jis = b"Re: =?ISO-2022-JP?B?GyRCTEJPRw==?= =?iso-2022-jp?B?JWEhPCVrGyhC?=";
        assert_eq!(repaired(jis).as_deref(), Some("Re: 迷惑メール"));
        let closed = b"=?ISO-2022-JP?B?GyRCTEJPRxsoQg==?= =?iso-2022-jp?B?GyRCJWEhPCVrGyhC?=";
        assert_eq!(repaired(closed).as_deref(), Some("迷惑メール"));
        assert_eq!(repaired(b"=?utf-8?Q?a=3Db_c?= =?iso-8859-1?q?=E9?=").as_deref(), Some("a=b cé"));
    }

    #[test]
    fn undeclared_bytes_are_guessed() {
        assert_eq!(repaired(b"\x96\xc0\x98f\x83\x81\x81[\x83\x8b\x82\xcc\x8c\x8f").as_deref(), Some("迷惑メールの件"));
    }

    #[test]
    fn what_needs_no_repair_is_left_alone() {
        assert_eq!(repaired(b"plain"), None);
        assert_eq!(repaired(b"=?utf-8?B?YQ==?="), None);
        assert_eq!(repaired("迷惑".as_bytes()), None);
        assert_eq!(repaired(b"a =? b =? c").as_deref(), Some("a =? b =? c"));
    }
}
