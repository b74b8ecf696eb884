//! The YAML that X-ARF mails carry: flat documents of `Key: value`, read line by line.
//!
//! No YAML library reads what is sent: keys stand in running text, values hold `: ` and `#` unquoted, documents begin
//! without `---` and are quoted with `>`. A flat reader takes all of that, and what makes YAML dangerous (anchors,
//! aliases, tags, merges) means nothing to it: an alias is a value like any other, so there is no bomb.

/// Most lines of a text that are read.
const MAX_LINES: usize = 5_000;
/// Longest key, bytes without its quotes.
const MAX_KEY: usize = 40;
/// Longest value that is kept, bytes.
const MAX_VALUE: usize = 8 << 10;

/// One `Key: value`, or one item of a list below a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Key in lower case without separators (`Source-Type` and `source type` are `sourcetype`).
    pub(crate) key: String,
    /// Value without quotes and comment; the lines of a block are joined.
    pub(crate) value: String,
    /// Line of the key or the item, from 1.
    pub(crate) line: u32,
}

/// A flat document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Document {
    pub(crate) entries: Vec<Entry>,
}

impl Document {
    /// The first value that is there under one of `keys`.
    pub(crate) fn entry(&self, keys: &[&str]) -> Option<&Entry> {
        keys.iter().find_map(|key| self.entries.iter().find(|entry| entry.key == *key && !entry.value.is_empty()))
    }

    /// The same without its line.
    pub(crate) fn get(&self, keys: &[&str]) -> Option<&str> {
        self.entry(keys).map(|entry| entry.value.as_str())
    }

    /// Every value under `key`: several in a list, or where a key is written again.
    pub(crate) fn all<'s>(&'s self, key: &'s str) -> impl Iterator<Item = &'s Entry> {
        self.entries.iter().filter(move |entry| entry.key == key && !entry.value.is_empty())
    }
}

/// Splits a text into flat documents at `---` and `...`.
pub(crate) fn documents(text: &str) -> Vec<Document> {
    let mut out = vec![Document::default()];
    // The key whose value may go on, and how far it was indented.
    let mut open: Option<(usize, bool)> = None;
    for (number, line) in (1_u32..).zip(crate::text::lines(text)).take(MAX_LINES) {
        let line = bare(line);
        if line == "---" || line == "..." {
            out.push(Document::default());
            open = None;
            continue;
        }
        let Some(now) = out.last_mut() else { break };
        let indented = line.starts_with([' ', '\t']) || line.starts_with("- ");
        if let Some((at, block)) = open.filter(|_| indented) {
            go_on(&mut now.entries, at, block, line, number);
        } else if let Some((key, value)) = pair(line) {
            let block = matches!(value, "|" | ">" | "|-" | ">-" | "|+" | ">+");
            let flow = value.strip_prefix('[').and_then(|list| list.strip_suffix(']'));
            let items: Vec<&str> = flow.map_or_else(|| vec![value], |list| list.split(',').collect());
            open = Some((now.entries.len(), block));
            let key: String = key.bytes().filter_map(folded).map(char::from).collect();
            for item in items.into_iter().take(100) {
                let value = if block { String::new() } else { scalar(item) };
                now.entries.push(Entry { key: key.clone(), value, line: number });
            }
        } else if !line.is_empty() {
            open = None;
        }
    }
    out
}

/// An indented line: an item of a list, or more of the value.
fn go_on(entries: &mut Vec<Entry>, at: usize, block: bool, line: &str, number: u32) {
    let text = line.trim();
    let Some(key) = entries.get(at).map(|entry| entry.key.clone()) else { return };
    if let Some(item) = text.strip_prefix("- ").filter(|_| !block) {
        entries.push(Entry { key, value: scalar(item), line: number });
    } else if let Some(entry) = entries.get_mut(at)
        // `Source: 192.0.2.1` with something indented below is a nested map or prose, no longer value.
        && (block || !entry.value.is_empty() && !text.contains(": "))
        && entry.value.len() + text.len() < MAX_VALUE
    {
        if !entry.value.is_empty() {
            entry.value.push(if block { '\n' } else { ' ' });
        }
        entry.value.push_str(text);
    }
}

/// Whether a line of the text begins with one of `keys`: a cheap test before [`documents`].
pub(crate) fn has_key(text: &str, keys: &[&str]) -> bool {
    crate::text::lines(text)
        .take(MAX_LINES)
        .filter_map(|line| pair(bare(line)))
        .any(|(key, _)| keys.iter().any(|known| key.bytes().filter_map(folded).eq(known.bytes())))
}

/// A line without its quoting.
fn bare(line: &str) -> &str {
    line.strip_prefix("> ").unwrap_or(line).trim_end()
}

/// A letter or digit of a key, lower case; signs and blanks do not count.
fn folded(byte: u8) -> Option<u8> {
    byte.is_ascii_alphanumeric().then(|| byte.to_ascii_lowercase())
}

/// `Key: value` at the start of a line; prose with a colon is none.
fn pair(line: &str) -> Option<(&str, &str)> {
    let colon = memchr::memchr(b':', &line.as_bytes()[..line.len().min(MAX_KEY + 3)])?;
    let (key, value) = (line[..colon].trim_matches(['"', '\'']), &line[colon + 1..]);
    if key.len() > MAX_KEY || key.starts_with([' ', '\t']) || !(value.is_empty() || value.starts_with([' ', '\t'])) {
        return None;
    }
    let named = key.bytes().any(|byte| byte.is_ascii_alphanumeric());
    (named && key.split_whitespace().nth(2).is_none()).then_some((key, value.trim()))
}

/// A value without quotes; behind an unquoted one, ` #` begins a comment.
fn scalar(text: &str) -> String {
    let text = text.trim();
    let quoted = ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.split_once(quote));
    let plain = match quoted {
        Some((inside, rest)) if rest.trim().is_empty() || rest.trim_start().starts_with('#') => inside,
        _ => text.split_once(" #").map_or(text, |(value, _)| value).trim_matches(['"', '\'']),
    };
    crate::charset::prefix(plain.trim(), MAX_VALUE).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let documents = documents(text);
        documents.into_iter().flat_map(|one| one.entries).map(|one| (one.key, one.value)).collect()
    }

    #[test]
    fn values_as_they_are_written() {
        for (text, key, value) in [
            ("Report-ID: 12@example.net", "reportid", "12@example.net"),
            ("Source: \"192.0.2.1\" # the attacker", "source", "192.0.2.1"),
            ("Source: 192.0.2.1 # the attacker", "source", "192.0.2.1"),
            ("Source: http://example.com/a#b", "source", "http://example.com/a#b"),
            ("Date: Wed, 01 May 2024 12:00:00 +0000", "date", "Wed, 01 May 2024 12:00:00 +0000"),
            ("'Source Type': ipv6", "sourcetype", "ipv6"),
            ("> Source: 2001:db8::1", "source", "2001:db8::1"),
        ] {
            assert_eq!(pairs(text), [(key.to_owned(), value.to_owned())], "{text}");
        }
        assert!(pairs("Dear all, this is how it is: we were attacked").is_empty());
    }

    #[test]
    fn lists_blocks_and_documents() {
        let text = "Source:\n  - 192.0.2.1\n  - 192.0.2.2\nPort: [22, 2222]\nLog: |\n  first: line\n  second\nUser-Agent: a\n  b\n---\nSource: 192.0.2.3\n";
        let documents = documents(text);
        assert_eq!(documents.len(), 2);
        let sources: Vec<_> = documents[0].all("source").map(|one| (one.value.as_str(), one.line)).collect();
        assert_eq!(sources, [("192.0.2.1", 2), ("192.0.2.2", 3)]);
        assert_eq!(documents[0].all("port").count(), 2);
        assert_eq!(documents[0].get(&["log"]), Some("first: line\nsecond"));
        assert_eq!(documents[0].get(&["useragent"]), Some("a b"));
        assert_eq!(documents[1].get(&["source"]), Some("192.0.2.3"));
    }

    #[test]
    fn an_alias_bomb_is_only_text() {
        let level = |at| format!("b{at}: &b{at} [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n");
        let text: Vec<String> = (0..60).map(level).collect();
        let text = format!("a: &a [x, x, x]\n{}", text.concat());
        let kept: usize = documents(&text).iter().flat_map(|one| &one.entries).map(|one| one.value.len()).sum();
        assert!(kept < text.len());
    }
}
