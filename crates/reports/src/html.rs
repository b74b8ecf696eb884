//! HTML to text with the layout that matters for reading a report: lines, table cells, links.

use std::borrow::Cow;
use std::sync::OnceLock;

/// Most bytes of HTML that are looked at.
const MAX_HTML: usize = 2 << 20;

/// HTML with its visible text, which several readers of one mail ask for: it is made once.
#[derive(Debug, Clone)]
pub struct Html<'a> {
    source: Cow<'a, str>,
    visible: OnceLock<String>,
}

impl<'a> From<Cow<'a, str>> for Html<'a> {
    fn from(source: Cow<'a, str>) -> Self {
        Self { source, visible: OnceLock::new() }
    }
}

impl PartialEq for Html<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Html<'_> {
    /// As it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What a person sees of it ([`to_text`]).
    pub fn visible(&self) -> &str {
        self.visible.get_or_init(|| to_text(&self.source))
    }

    /// The same, of its own.
    pub fn into_owned(self) -> Html<'static> {
        Html { source: Cow::Owned(self.source.into_owned()), visible: self.visible }
    }
}

/// The visible text. Cells are separated by tabs, rows and blocks by line ends; a link whose text is no address itself
/// is followed by its target in angle brackets.
pub fn to_text(html: &str) -> String {
    let html = crate::charset::prefix(html, MAX_HTML);
    let mut out = Writer::default();
    let mut rest = html;
    while let Some(open) = memchr::memchr(b'<', rest.as_bytes()) {
        out.text(&rest[..open]);
        rest = &rest[open..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let is_tag = rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        let Some(end) = memchr::memchr(b'>', rest.as_bytes()).filter(|_| is_tag) else {
            out.text("<");
            rest = &rest[1..];
            continue;
        };
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        let name_end =
            tag.char_indices().skip(1).find(|(_, c)| !c.is_ascii_alphanumeric()).map_or(tag.len(), |(at, _)| at);
        let name = tag[..name_end].to_ascii_lowercase();
        match name.as_str() {
            "script" | "style" | "head" | "title" => {
                // `head` and friends have no visible text; skip to the end tag.
                let close = format!("</{name}");
                rest = find_ignore_case(rest, &close)
                    .and_then(|at| rest[at..].find('>').map(|end| &rest[at + end + 1..]))
                    .unwrap_or(if name == "head" { rest } else { "" });
            }
            "pre" => out.pre += 1,
            "/pre" => {
                out.pre = out.pre.saturating_sub(1);
                out.line();
            }
            "a" => out.open_link(attribute(tag, "href")),
            "/a" => out.close_link(),
            "td" | "th" => out.cell(),
            "br" => out.line_break(),
            "p" | "/p" | "div" | "/div" | "tr" | "/tr" | "table" | "/table" | "li" | "/li" | "ul" | "/ul" | "ol"
            | "/ol" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "/h1" | "/h2" | "/h3" | "/h4" | "/h5" | "/h6"
            | "hr" | "blockquote" | "/blockquote" | "center" | "/center" | "dt" | "dd" => out.line(),
            _ => {}
        }
    }
    out.text(rest);
    out.close_link();
    out.out
}

#[derive(Default)]
struct Writer {
    out: String,
    pre: usize,
    link: Option<(String, usize)>,
}

impl Writer {
    fn text(&mut self, raw: &str) {
        if raw.is_empty() {
            return;
        }
        let decoded = entities(raw);
        if self.pre > 0 {
            self.out.push_str(&decoded);
            return;
        }
        let mut rest = &*decoded;
        while let Some(blank) = rest.find(char::is_whitespace) {
            self.out.push_str(&rest[..blank]);
            let hard = rest[blank..].starts_with('\u{a0}');
            if hard || !self.out.ends_with([' ', '\n', '\t']) && !self.out.is_empty() {
                self.out.push(' ');
            }
            rest = &rest[blank..];
            rest = &rest[rest.chars().next().map_or(1, char::len_utf8)..];
        }
        self.out.push_str(rest);
    }

    fn line(&mut self) {
        let end = self.out.trim_end_matches([' ', '\t']).len();
        self.out.truncate(end);
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn line_break(&mut self) {
        self.out.push('\n');
    }

    fn cell(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with(['\n', '\t']) {
            self.out.push('\t');
        }
    }

    fn open_link(&mut self, href: Option<String>) {
        self.close_link();
        self.link = href.map(|href| (href, self.out.len()));
    }

    fn close_link(&mut self) {
        let Some((href, start)) = self.link.take() else {
            return;
        };
        if !href.contains("://") {
            return;
        }
        // A layout change inside the link may have cut the text in front of it.
        let label = self.out.get(start..).unwrap_or("").trim();
        if label.is_empty() || label.contains("://") || (label.contains('.') && !label.contains(' ')) {
            return;
        }
        self.out.push_str(" <");
        self.out.push_str(&href);
        self.out.push('>');
    }
}

fn find_ignore_case(text: &str, word: &str) -> Option<usize> {
    let (bytes, word) = (text.as_bytes(), word.as_bytes());
    memchr::memchr_iter(b'<', bytes)
        .find(|&at| bytes.len() >= at + word.len() && bytes[at..at + word.len()].eq_ignore_ascii_case(word))
}

/// The value of an attribute in the inside of a tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower[from..].find(name).map(|at| from + at) {
        from = at + name.len();
        let before = lower[..at].chars().next_back();
        if !before.is_some_and(|c| c.is_whitespace() || matches!(c, '"' | '\'')) {
            continue;
        }
        let rest = tag[from..].trim_start();
        let Some(value) = rest.strip_prefix('=').map(str::trim_start) else {
            continue;
        };
        let value = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split(quote).next().unwrap_or(""),
            _ => value.split(char::is_whitespace).next().unwrap_or(""),
        };
        return Some(entities(value.trim()).into_owned());
    }
    None
}

/// Character references undone; unknown ones stay as they are.
fn entities(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.as_bytes().iter().take(12).position(|&b| b == b';');
        if let Some((end, c)) = end.and_then(|end| Some((end, entity(&rest[1..end])?))) {
            out.push(c);
            rest = &rest[end + 1..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).map(|c| if c == '\0' { ' ' } else { c });
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" | "ldquo" | "rdquo" => '"',
        "apos" | "rsquo" | "lsquo" => '\'',
        "nbsp" => '\u{a0}',
        "period" => '.',
        "colon" => ':',
        "sol" => '/',
        "ndash" | "mdash" => '-',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        "copy" => '©',
        "reg" => '®',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_is_kept() {
        let html = "<html><head><style>a{}</style></head><body><p>Dear&nbsp;team,<br>IP: <b>192.0.2.1</b></p>\
                    <table><tr><th>URL</th><th>IP</th></tr><tr><td>http://example.com/</td><td>192.0.2.1</td></tr></table>\
                    <a href='http://example.com/more?a=1&amp;b'>more</a> <a href=\"http://example.net/\">http://example.net/</a></body>";
        assert_eq!(
            to_text(html),
            "Dear\u{20}team,\nIP: 192.0.2.1\nURL\tIP\nhttp://example.com/\t192.0.2.1\nmore <http://example.com/more?a=1&b> http://example.net/"
        );
    }

    #[test]
    fn broken_html_ends() {
        for html in ["<", "<a href", "<!--", "a < b & c &#x; &#99999999; <script>", "<a href='x"] {
            assert!(to_text(html).len() <= html.len() + 8, "{html}");
        }
        assert_eq!(to_text("<pre>a\n b</pre>"), "a\n b\n");
    }
}
