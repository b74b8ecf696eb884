//! Text to the bytes of a mail: Japanese charsets, transfer encodings and the faults of real mailers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8};

/// How the subject is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// In encoded words, as RFC 2047 says.
    Words,
    /// In encoded words that break in the middle of characters.
    Split,
    /// As undeclared bytes.
    Raw,
}

/// How a mail is written.
pub(crate) struct Directives {
    charset: &'static Encoding,
    /// Half-width kana by `ESC ( I`, which RFC 1468 does not know and mailers write.
    half_kana: bool,
    /// `8bit`, `quoted-printable` or `base64`.
    transfer: &'static str,
    /// The charset that is named, if any.
    label: Option<String>,
    subject: Subject,
    html: bool,
    flowed: bool,
}

impl Directives {
    pub(crate) fn parse(words: &str) -> Self {
        let mut out = Self {
            charset: UTF_8,
            half_kana: false,
            transfer: "8bit",
            label: None,
            subject: Subject::Words,
            html: false,
            flowed: false,
        };
        let (mut label, mut labelled) = (None, true);
        for word in words.split_whitespace() {
            match word {
                "utf8" => out.charset = UTF_8,
                "jis" => out.charset = ISO_2022_JP,
                "jiskana" => (out.charset, out.half_kana) = (ISO_2022_JP, true),
                "sjis" => out.charset = SHIFT_JIS,
                "euc" => out.charset = EUC_JP,
                "qp" => out.transfer = "quoted-printable",
                "b64" => out.transfer = "base64",
                "raw" => out.subject = Subject::Raw,
                "split" => out.subject = Subject::Split,
                "html" => out.html = true,
                "flowed" => out.flowed = true,
                "nolabel" => labelled = false,
                _ => label = Some(word.strip_prefix("label=").unwrap_or_else(|| panic!("{word}")).to_owned()),
            }
        }
        out.label = labelled.then(|| label.unwrap_or_else(|| out.charset.name().to_ascii_lowercase()));
        out
    }

    /// The bytes of `text`, `{{x:F89F}}` as these bytes.
    fn encode(&self, text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        for (index, piece) in text.split("{{x:").enumerate() {
            let (bytes, rest) = if index == 0 { ("", piece) } else { piece.split_once("}}").unwrap() };
            out.extend((0..bytes.len()).step_by(2).map(|at| u8::from_str_radix(&bytes[at..at + 2], 16).unwrap()));
            self.encode_plain(rest, &mut out);
        }
        out
    }

    fn encode_plain(&self, text: &str, out: &mut Vec<u8>) {
        if self.charset == UTF_8 {
            out.extend_from_slice(text.as_bytes());
            return;
        }
        // Unicode has two characters for what the Japanese standard has one of.
        let text = text.replace('\u{301c}', "\u{ff5e}");
        let half = |c: char| self.half_kana && ('\u{ff61}'..='\u{ff9f}').contains(&c);
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let kana = rest.find(|c| !half(c)).unwrap_or(rest.len());
            if kana > 0 {
                out.extend_from_slice(b"\x1b(I");
                out.extend(rest[..kana].chars().map(|c| u8::try_from(c as u32 - 0xff61 + 0x21).unwrap()));
                out.extend_from_slice(b"\x1b(B");
            }
            let plain = rest[kana..].find(half).map_or(rest.len(), |end| kana + end);
            let (bytes, _, unmappable) = self.charset.encode(&rest[kana..plain]);
            assert!(!unmappable, "not in {}: {}", self.charset.name(), &rest[kana..plain]);
            out.extend_from_slice(&bytes);
            rest = &rest[plain..];
        }
    }

    fn content_type(&self, kind: &str) -> Vec<u8> {
        let mut out = format!("Content-Type: {kind}");
        if let Some(label) = &self.label {
            out.push_str("; charset=");
            out.push_str(label);
        }
        if self.flowed && kind == "text/plain" {
            out.push_str("; format=flowed");
        }
        format!("{out}\r\nContent-Transfer-Encoding: {}\r\n", self.transfer).into_bytes()
    }

    fn body(&self, text: &str) -> Vec<u8> {
        let mut bytes = self.encode(&text.replace('\n', "\r\n"));
        bytes.extend_from_slice(b"\r\n");
        match self.transfer {
            "base64" => {
                let text = STANDARD.encode(bytes);
                text.as_bytes().chunks(76).flat_map(|line| [line, b"\r\n"].concat()).collect()
            }
            "quoted-printable" => quoted_printable(&bytes),
            _ => bytes,
        }
    }

    /// A field value: encoded words where it is not ASCII.
    fn field(&self, name: &str, value: &str) -> Vec<u8> {
        if value.is_ascii() {
            return value.as_bytes().to_vec();
        }
        let subject = name == "Subject";
        if subject && self.subject == Subject::Raw {
            return self.encode(value);
        }
        // An address stays outside of the encoded words.
        let (text, address) = value.rfind(" <").filter(|_| !subject).map_or((value, ""), |at| value.split_at(at));
        let whole;
        let pieces: Vec<Vec<u8>> = if subject && self.subject == Subject::Split {
            whole = self.encode(text);
            whole.chunks(31).map(<[u8]>::to_vec).collect()
        } else {
            let chars: Vec<char> = text.trim_matches('"').chars().collect();
            chars.chunks(12).map(|piece| self.encode(&piece.iter().collect::<String>())).collect()
        };
        let words: Vec<String> =
            pieces.iter().map(|piece| format!("=?{}?B?{}?=", self.charset.name(), STANDARD.encode(piece))).collect();
        format!("{}{address}", words.join("\r\n ")).into_bytes()
    }
}

fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut out = String::new();
    for line in bytes.split(|&b| b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut width = 0;
        for (at, &b) in line.iter().enumerate() {
            let plain = b == b' ' && at + 1 < line.len() || b.is_ascii_graphic() && b != b'=';
            let text = if plain { char::from(b).to_string() } else { format!("={b:02X}") };
            if width + text.len() > 74 {
                out.push_str("=\r\n");
                width = 0;
            }
            width += text.len();
            out.push_str(&text);
        }
        out.push_str("\r\n");
    }
    out.into_bytes()
}

/// The bytes of one mail.
pub(crate) fn mail(name: &str, fields: &[(&str, &str)], text: &str, how: &Directives) -> Vec<u8> {
    let mut out = Vec::new();
    let has = |wanted: &str| fields.iter().any(|(name, _)| *name == wanted);
    for (name, value) in fields {
        out.extend_from_slice(format!("{name}: ").as_bytes());
        out.extend(how.field(name, value));
        out.extend_from_slice(b"\r\n");
    }
    if !has("To") {
        out.extend_from_slice(b"To: abuse@isp.example.net\r\n");
    }
    if !has("Date") {
        out.extend_from_slice(b"Date: Sun, 22 Nov 2026 11:58:00 +0900\r\n");
    }
    out.extend_from_slice(format!("Message-ID: <{name}@mail.example.org>\r\nMIME-Version: 1.0\r\n").as_bytes());
    let mut parts = text.split("\n@@@ ");
    let body = parts.next().unwrap().trim_end_matches('\n');
    let kind = if how.html { "text/html" } else { "text/plain" };
    let rest: Vec<&str> = parts.collect();
    if rest.is_empty() {
        out.extend([how.content_type(kind), b"\r\n".to_vec(), how.body(body)].concat());
        return out;
    }
    let multipart = if rest.iter().all(|part| part.starts_with("html\n")) { "alternative" } else { "mixed" };
    out.extend_from_slice(format!("Content-Type: multipart/{multipart}; boundary=\"=_ja\"\r\n").as_bytes());
    out.extend([&b"\r\n--=_ja\r\n"[..], &how.content_type(kind), b"\r\n", &how.body(body)].concat());
    for part in rest {
        out.extend_from_slice(b"--=_ja\r\n");
        out.extend(further(part, how));
    }
    out.extend_from_slice(b"--=_ja--\r\n");
    out
}

/// A part behind the first one: `html`, `attach NAME TYPE` or `mail`.
fn further(part: &str, how: &Directives) -> Vec<u8> {
    let (title, text) = part.split_once('\n').unwrap();
    match title.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["html"] => [how.content_type("text/html"), b"\r\n".to_vec(), how.body(text)].concat(),
        ["mail"] => {
            let inner = text.trim_matches('\n').replace('\n', "\r\n");
            let (head, body) = inner.split_once("\r\n\r\n").unwrap_or((&inner, ""));
            let head: Vec<u8> = head
                .split("\r\n")
                .flat_map(|line| match line.split_once(": ") {
                    Some((name, value)) => [format!("{name}: ").as_bytes(), &how.field(name, value), b"\r\n"].concat(),
                    None => [line.as_bytes(), b"\r\n"].concat(),
                })
                .collect();
            [&b"Content-Type: message/rfc822\r\n\r\n"[..], &head, b"\r\n", body.as_bytes(), b"\r\n"].concat()
        }
        ["attach", name, kind] => [
            format!("Content-Disposition: attachment; filename=\"{name}\"\r\n").into_bytes(),
            how.content_type(kind),
            b"\r\n".to_vec(),
            how.body(text),
        ]
        .concat(),
        other => panic!("{other:?}"),
    }
}
