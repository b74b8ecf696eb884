//! Transfer encodings of parts (RFC 2045 section 6), undone a line at a time: the MIME library takes them byte by byte, and
//! that would be a tenth of all the time that reading a mail takes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::Encoding;
use mail_parser::decoders::base64::base64_decode;

/// The encoding that a value of `Content-Transfer-Encoding` names.
pub(crate) fn named(value: &[u8]) -> Encoding {
    let value = value.trim_ascii();
    if value.eq_ignore_ascii_case(b"base64") {
        Encoding::Base64
    } else if value.eq_ignore_ascii_case(b"quoted-printable") {
        Encoding::QuotedPrintable
    } else {
        Encoding::None
    }
}

/// The bytes that `raw` stands for; `None` if it cannot be in this encoding.
pub(crate) fn decode(encoding: Encoding, raw: &[u8]) -> Option<Vec<u8>> {
    match encoding {
        Encoding::None => Some(raw.to_vec()),
        Encoding::Base64 => base64(raw).or_else(|| base64_decode(raw)),
        Encoding::QuotedPrintable => quoted_printable(raw),
    }
}

/// Base64 as it should be, in lines; what is not is left to the library, which is more patient.
fn base64(raw: &[u8]) -> Option<Vec<u8>> {
    let mut joined = Vec::with_capacity(raw.len());
    let mut from = 0;
    for end in memchr::memchr_iter(b'\n', raw).chain([raw.len()]) {
        joined.extend_from_slice(raw[from..end].trim_ascii());
        from = (end + 1).min(raw.len());
    }
    STANDARD.decode(joined).ok()
}

/// A sign of equality that encodes nothing stands for itself; two in a row are in no text that was encoded.
fn quoted_printable(raw: &[u8]) -> Option<Vec<u8>> {
    if memchr::memmem::find(raw, b"==").is_some() {
        return None;
    }
    let mut out = Vec::with_capacity(raw.len());
    let mut end: &[u8] = b"\n";
    let mut rest = raw;
    while !rest.is_empty() {
        let stop = memchr::memchr(b'\n', rest);
        let (line, next) = stop.map_or((rest, &rest[rest.len()..]), |at| (&rest[..at], &rest[at + 1..]));
        if line.ends_with(b"\r") {
            end = b"\r\n";
        }
        // Blanks at the end of a line were added on the way.
        let line = line.trim_ascii_end();
        let soft = line.strip_suffix(b"=");
        let mut text = soft.unwrap_or(line);
        while let Some(at) = memchr::memchr(b'=', text) {
            out.extend_from_slice(&text[..at]);
            text = &text[at + 1..];
            if let Some(byte) = hex_pair(text) {
                out.push(byte);
                text = &text[2..];
            } else {
                out.push(b'=');
            }
        }
        out.extend_from_slice(text);
        if soft.is_none() && stop.is_some() {
            out.extend_from_slice(end);
        }
        rest = next;
    }
    Some(out)
}

/// The byte that two hexadecimal digits at the start of `text` stand for.
pub(crate) fn hex_pair(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_printable_as_it_is_sent() {
        for (raw, text) in [
            ("plain", Some("plain")),
            ("caf=C3=A9 =3d 1=\r\n two \t\r\nthree=20\r\n", Some("caf\u{e9} = 1 two\r\nthree \r\n")),
            ("soft = \nbreak=\n", Some("soft break")),
            ("a = b, 1=x, =", Some("a = b, 1=x, ")),
            ("http://example.com/?a=b==", None),
        ] {
            let decoded = decode(Encoding::QuotedPrintable, raw.as_bytes());
            assert_eq!(decoded.map(|bytes| String::from_utf8(bytes).unwrap()).as_deref(), text, "{raw:?}");
        }
    }

    #[test]
    fn encodings_by_their_names() {
        assert_eq!(named(b" Base64\r\n"), Encoding::Base64);
        assert_eq!(named(b"QUOTED-PRINTABLE"), Encoding::QuotedPrintable);
        assert_eq!(named(b"8bit"), Encoding::None);
        assert_eq!(decode(Encoding::Base64, b"aGVs\r\nbG8=\r\n").as_deref(), Some(&b"hello"[..]));
        assert_eq!(decode(Encoding::Base64, b"no base64!"), None);
    }
}
