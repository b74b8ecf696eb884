//! Rich Text, the only body that some Outlook mails have: packed by MS-OXRTFCP, holding text or, by MS-OXRTFEX, HTML.

use std::collections::HashMap;

use super::Budget;
use crate::mime::decode_as;

/// What every writer and reader begins with (MS-OXRTFCP section 2.1.2.1).
const START: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \
\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\
\\b\\i\\u\\tab\\tx";
/// Bytes of the window that references reach into.
const WINDOW: usize = 4096;
/// Most bytes of one unpacked body.
const MAX_BODY: usize = 8 << 20;
/// Most groups inside each other, and most fonts, that are kept account of.
const MAX_GROUPS: usize = 500;

/// Text and HTML of a mail, out of its packed Rich Text where it has neither.
pub(super) fn fill(
    text: Option<String>,
    html: Option<String>,
    packed: &[u8],
    budget: &mut Budget,
) -> (Option<String>, Option<String>) {
    if packed.is_empty() || html.is_some() || text.as_ref().is_some_and(|text| !text.trim().is_empty()) {
        return (text, html);
    }
    match read(packed, budget) {
        Some(Rich::Text(text)) => (Some(text), None),
        Some(Rich::Html(html)) => (None, Some(html)),
        None => (text, html),
    }
}

/// The body of a mail.
enum Rich {
    Text(String),
    Html(String),
}

/// The body in the property `PidTagRtfCompressed`.
fn read(packed: &[u8], budget: &mut Budget) -> Option<Rich> {
    let rtf = unpacked(packed)?;
    let rtf = budget.read(rtf.as_slice(), packed.len());
    let mut reader = Reader::default();
    reader.read(&rtf);
    reader.flush();
    let text = reader.out;
    (!text.trim().is_empty()).then_some(if reader.html { Rich::Html(text) } else { Rich::Text(text) })
}

/// The bytes behind the 16 of the head, unpacked; what is broken ends where it breaks.
fn unpacked(packed: &[u8]) -> Option<Vec<u8>> {
    let raw = u32::from_le_bytes(packed.get(4..8)?.try_into().ok()?);
    let most = usize::try_from(raw).ok()?.min(MAX_BODY);
    let mut rest = packed.get(16..)?.iter();
    match packed.get(8..12)? {
        b"MELA" => return Some(rest.take(most).copied().collect()),
        b"LZFu" => {}
        _ => return None,
    }
    let mut window = [0_u8; WINDOW];
    window.get_mut(..START.len())?.copy_from_slice(START);
    let mut at = START.len();
    let mut out = Vec::new();
    let mut put = |byte: u8, window: &mut [u8; WINDOW], at: &mut usize| {
        out.push(byte);
        window[*at % WINDOW] = byte;
        *at = (*at + 1) % WINDOW;
        out.len() < most
    };
    'runs: while let Some(control) = rest.next() {
        for bit in 0..8 {
            let Some(&first) = rest.next() else { break 'runs };
            if control & (1 << bit) == 0 {
                if !put(first, &mut window, &mut at) {
                    break 'runs;
                }
                continue;
            }
            let Some(&second) = rest.next() else { break 'runs };
            let from = usize::from(u16::from_be_bytes([first, second]) >> 4);
            // A reference to the place that is written next is the end.
            if from == at {
                break 'runs;
            }
            for step in 0..usize::from(second & 0x0f) + 2 {
                if !put(window[(from + step) % WINDOW], &mut window, &mut at) {
                    break 'runs;
                }
            }
        }
    }
    Some(out)
}

/// What the words of a group are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Use {
    #[default]
    Body,
    Hidden,
    Fonts,
    /// `HYPERLINK "…"`, and from where on the text stands that is shown for it.
    Instruction,
    Result(usize),
}

#[derive(Debug, Clone, Copy)]
struct Group {
    purpose: Use,
    /// Characters behind `\uN` for readers without Unicode.
    fallback: usize,
    /// In `\htmlrtf`: what only readers of RTF are to see.
    not_html: bool,
    /// In a destination that not every reader knows.
    starred: bool,
    font: i32,
}

impl Default for Group {
    fn default() -> Self {
        Self { purpose: Use::Body, fallback: 1, not_html: false, starred: false, font: -1 }
    }
}

#[derive(Default)]
struct Reader {
    out: String,
    /// Bytes of one charset that are not decoded yet.
    bytes: Vec<u8>,
    now: Group,
    above: Vec<Group>,
    /// Groups that were too deep to be kept.
    deeper: usize,
    page: Option<&'static str>,
    fonts: HashMap<i32, &'static str>,
    /// Characters that stand for the last `\uN`.
    skip: usize,
    html: bool,
    /// First half of a character beyond the basic plane.
    half: Option<u16>,
    instruction: String,
}

impl Reader {
    fn read(&mut self, rtf: &[u8]) {
        let mut at = 0;
        while let Some(&byte) = rtf.get(at) {
            at += 1;
            match byte {
                b'{' => self.open(),
                b'}' => self.close(),
                b'\r' | b'\n' => {}
                b'\\' => at = self.control(rtf, at),
                _ => self.byte(byte),
            }
        }
    }

    fn open(&mut self) {
        self.flush();
        self.skip = 0;
        if self.above.len() < MAX_GROUPS {
            self.above.push(self.now);
            self.now.starred = false;
        } else {
            self.deeper += 1;
        }
    }

    fn close(&mut self) {
        self.flush();
        self.skip = 0;
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        if let Use::Result(from) = self.now.purpose
            && self.above.last().is_none_or(|above| above.purpose != self.now.purpose)
        {
            self.link(from);
        }
        self.now = self.above.pop().unwrap_or_default();
    }

    /// Puts the target of a link behind its text, if the text is not the target.
    fn link(&mut self, from: usize) {
        let instruction = std::mem::take(&mut self.instruction);
        let target =
            instruction.split('"').nth(1).or_else(|| instruction.split_whitespace().nth(1)).unwrap_or("").trim();
        if target.contains(':') && self.out.get(from..).is_some_and(|shown| !shown.contains(target)) {
            self.out.push_str(" <");
            self.out.push_str(target);
            self.out.push('>');
        }
    }

    /// What follows a backslash; returns where reading goes on.
    fn control(&mut self, rtf: &[u8], at: usize) -> usize {
        let Some(&first) = rtf.get(at) else { return at };
        if !first.is_ascii_alphabetic() {
            return self.sign(first, rtf, at + 1);
        }
        let run = |from: usize, of: fn(&u8) -> bool, most: usize| {
            from + rtf.get(from..).unwrap_or_default().iter().take(most).take_while(|byte| of(byte)).count()
        };
        let end = run(at, u8::is_ascii_alphabetic, 32);
        let minus = usize::from(rtf.get(end) == Some(&b'-'));
        let digits = run(end + minus, u8::is_ascii_digit, 10);
        let text = |from: usize, to: usize| std::str::from_utf8(rtf.get(from..to).unwrap_or_default()).unwrap_or("");
        let value = text(end, digits).parse::<i32>().ok();
        let next = if value.is_some() { digits } else { end };
        let next = next + usize::from(rtf.get(next) == Some(&b' '));
        if text(at, end) == "bin" {
            return next.saturating_add(usize::try_from(value.unwrap_or(0)).unwrap_or(0)).min(rtf.len());
        }
        self.word(text(at, end), value);
        next
    }

    fn sign(&mut self, sign: u8, rtf: &[u8], next: usize) -> usize {
        match sign {
            b'\'' => {
                let digits = rtf.get(next..next + 2).and_then(|two| std::str::from_utf8(two).ok());
                if let Some(byte) = digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
                    self.byte(byte);
                    return next + 2;
                }
            }
            b'*' => self.now.starred = true,
            b'~' => self.text(" "),
            b'_' => self.text("-"),
            b'\r' | b'\n' => self.text("\n"),
            b'\\' | b'{' | b'}' => self.byte(sign),
            _ => {}
        }
        next
    }

    fn word(&mut self, word: &str, value: Option<i32>) {
        match (word, value) {
            ("u", Some(code)) => self.unicode(code),
            ("uc", Some(count)) => self.now.fallback = usize::try_from(count).unwrap_or(1).min(8),
            ("par" | "line" | "row" | "sect" | "page", _) => self.text("\n"),
            ("tab" | "cell", _) => self.text("\t"),
            ("lquote" | "rquote", _) => self.text("'"),
            ("ldblquote" | "rdblquote", _) => self.text("\""),
            ("endash" | "emdash", _) => self.text("-"),
            ("bullet", _) => self.text("・"),
            ("ansicpg", Some(page)) => self.page = code_page(page),
            ("f", Some(font)) => {
                self.flush();
                self.now.font = font;
            }
            ("fcharset", Some(set)) if self.now.purpose == Use::Fonts && self.fonts.len() < MAX_GROUPS => {
                self.fonts.extend(font_charset(set).map(|label| (self.now.font, label)));
            }
            ("fromhtml", value) => self.html = value != Some(0),
            ("htmlrtf", value) => {
                self.flush();
                self.now.not_html = value != Some(0);
            }
            ("htmltag", _) if self.html => self.now.purpose = Use::Body,
            ("fonttbl", _) => self.now.purpose = Use::Fonts,
            ("fldinst", _) => self.now.purpose = Use::Instruction,
            ("fldrslt", _) => self.now.purpose = Use::Result(self.out.len()),
            (
                "colortbl" | "stylesheet" | "info" | "pict" | "object" | "header" | "footer" | "headerl" | "headerr"
                | "footerl" | "footerr" | "footnote" | "mhtmltag",
                _,
            ) => self.now.purpose = Use::Hidden,
            _ if self.now.starred => self.now.purpose = Use::Hidden,
            _ => {}
        }
        self.now.starred = false;
    }

    /// `\uN`: a unit of UTF-16, written as a signed number.
    fn unicode(&mut self, code: i32) {
        self.flush();
        // Of a number of sixteen bits only these are written.
        let unit = u16::try_from(code.rem_euclid(1 << 16)).unwrap_or_default();
        let both: Vec<u16> = self.half.take().into_iter().chain([unit]).collect();
        if (0xd800..0xdc00).contains(&unit) {
            self.half = Some(unit);
        } else {
            self.text(&String::from_utf16_lossy(&both));
        }
        self.skip = self.now.fallback;
    }

    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
        } else {
            self.bytes.push(byte);
        }
    }

    /// Text that is decoded already; what the fallback of a character would be is counted off.
    fn text(&mut self, text: &str) {
        self.flush();
        self.skip = 0;
        match self.now.purpose {
            Use::Hidden | Use::Fonts => {}
            Use::Instruction => self.instruction.push_str(text),
            Use::Body | Use::Result(_) if self.html && self.now.not_html => {}
            Use::Body | Use::Result(_) => self.out.push_str(text),
        }
    }

    /// Decodes what was collected.
    fn flush(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let label = self.fonts.get(&self.now.font).copied().or(self.page);
        let text = if bytes.is_ascii() { None } else { decode_as(&bytes, label.unwrap_or("windows-1252")) };
        let skip = self.skip;
        self.text(&text.unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned()));
        self.skip = skip;
    }
}

/// The charset of a Windows code page.
fn code_page(page: i32) -> Option<&'static str> {
    Some(match page {
        932 | 10001 => "shift_jis",
        936 => "gbk",
        949 => "euc-kr",
        950 => "big5",
        1250 => "windows-1250",
        1251 => "windows-1251",
        1253 => "windows-1253",
        1254 => "windows-1254",
        1257 => "windows-1257",
        65001 => "utf-8",
        _ => return None,
    })
}

/// The charset of a font, by the number of its set.
fn font_charset(set: i32) -> Option<&'static str> {
    let page = match set {
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        186 => 1257,
        204 => 1251,
        238 => 1250,
        _ => return None,
    };
    code_page(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of MS-OXRTFCP, section 3.
    const HELLO: &[u8] =
        b"-\0\0\0+\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\n\0rcpg125B2\n\xf3 hel\t\0 bw\x05\xb0ld}\n\x80\x0f\xa0";
    const AGAIN: &[u8] = b"\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4KQA\0\x04 WXYZ\rn}\x01\x0e\xb0";

    fn plain(rtf: &[u8]) -> Vec<u8> {
        let length = u32::try_from(rtf.len()).unwrap();
        [&(length + 12).to_le_bytes()[..], &length.to_le_bytes(), b"MELA\0\0\0\0", rtf].concat()
    }

    fn text(rtf: &[u8]) -> String {
        match read(&plain(rtf), &mut Budget::new()) {
            Some(Rich::Text(text)) => text,
            Some(Rich::Html(html)) => format!("HTML {html}"),
            None => String::new(),
        }
    }

    #[test]
    fn what_outlook_packs_is_unpacked() {
        assert_eq!(unpacked(HELLO).unwrap(), b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        assert_eq!(unpacked(AGAIN).unwrap(), b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
        for cut in 0..HELLO.len() {
            assert!(unpacked(&HELLO[..cut]).is_none_or(|out| out.len() <= 43));
        }
        assert!(unpacked(b"\0\0\0\0\0\0\0\0XXXX\0\0\0\0").is_none());
    }

    #[test]
    fn the_text_of_a_japanese_mail() {
        let rtf = b"{\\rtf1\\ansi\\ansicpg932\\deff0{\\fonttbl{\\f0\\fnil\\fcharset128 MS Gothic;}{\\f1\\fcharset0 A;}}\
                    {\\*\\generator Riched20;}{\\colortbl ;\\red0\\green0\\blue255;}\\f0 \\'91\\'97\\'90\\'4d\\'8c\\'b3: 192.0.2.1\\par\r\n\
                    \\f1\\u25915 ?\\u25731 ?\\tab \\{x\\}\\line {\\pict\\bin4 }}{}}{\\uc2\\u233 \\'a9\\'a9t}}";
        assert_eq!(text(rtf), "送信元: 192.0.2.1\n攻撃\t{x}\nét");
    }

    #[test]
    fn a_link_keeps_its_target() {
        let rtf =
            b"{\\rtf1 see {\\field{\\*\\fldinst{HYPERLINK \"http://www.example.com/a\"}}{\\fldrslt{\\ul here}}} now}";
        assert_eq!(text(rtf), "see here <http://www.example.com/a> now");
    }

    #[test]
    fn html_comes_out_as_it_went_in() {
        let rtf = b"{\\rtf1\\ansi\\fromhtml1 \\deff0{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 attack from 192.0.2.1\\htmlrtf\\par}\\htmlrtf0\r\n\
                    {\\*\\htmltag84 &amp;}\\htmlrtf &\\htmlrtf0 more{\\*\\htmltag72 </p>}{\\*\\mhtmltag x}}";
        assert_eq!(text(rtf), "HTML <p>attack from 192.0.2.1&amp;more</p>");
    }

    #[test]
    fn groups_without_end_and_ends_without_group() {
        assert_eq!(text(&b"{".repeat(100_000)), "");
        assert_eq!(text(b"}}}}a}}"), "a");
        assert_eq!(text(b"{\\rtf1 \\'zz \\u-10179 ?\\u-8704 ? \\bin99999999 x"), "zz \u{1f600} ");
    }
}
