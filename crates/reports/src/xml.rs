//! XML of reports, read leniently: the leaves of a document with their paths, up to where it breaks.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Deepest element that is followed.
const MAX_DEPTH: usize = 32;
/// Most leaves of one document.
const MAX_LEAVES: usize = 200_000;

/// Text or an attribute of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// Names from the root in lower case without prefixes, `/` between them; an attribute is `element/@name`.
    pub(crate) path: String,
    /// The text, entities resolved, trimmed; never empty.
    pub(crate) text: String,
    /// Where the text begins, bytes from the start of the document.
    pub(crate) at: usize,
}

/// The leaves of the first element in `text`; what follows a fault is left out.
///
/// Only the five entities of XML and character references are known, so no entity can grow.
pub(crate) fn leaves(text: &str) -> Vec<Leaf> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let (mut out, mut path, mut now) = (Vec::new(), Vec::<String>::new(), String::new());
    while out.len() < MAX_LEAVES {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(0);
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                now.clear();
                if path.len() >= MAX_DEPTH {
                    break;
                }
                path.push(element.local_name().as_ref().to_ascii_lowercase());
                attributes(&element, &path.join("/"), at, &mut out);
            }
            Ok(Event::Empty(element)) => {
                let name = element.local_name().as_ref().to_ascii_lowercase();
                attributes(&element, &format!("{}/{name}", path.join("/")), at, &mut out);
            }
            Ok(Event::Text(part)) => now.push_str(&part),
            Ok(Event::CData(part)) => now.push_str(&part),
            Ok(Event::GeneralRef(reference)) => now.extend(character(&reference)),
            Ok(Event::End(_)) => {
                if !now.trim().is_empty() {
                    out.push(Leaf { path: path.join("/"), text: now.trim().to_owned(), at });
                }
                now.clear();
                path.pop();
                if path.is_empty() {
                    break;
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    out
}

fn attributes(element: &BytesStart<'_>, path: &str, at: usize, out: &mut Vec<Leaf>) {
    for attribute in element.attributes().with_checks(false).flatten().take(32) {
        let name = attribute.key.local_name().as_ref().to_ascii_lowercase();
        let text = attribute.value.trim().to_owned();
        if !text.is_empty() {
            out.push(Leaf { path: format!("{path}/@{name}"), text, at });
        }
    }
}

pub(crate) fn character(reference: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}

/// The first leaf whose path ends with `end` (`source/ip_address`).
pub(crate) fn find<'l>(leaves: &'l [Leaf], end: &str) -> Option<&'l Leaf> {
    leaves
        .iter()
        .find(|leaf| leaf.path.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_attributes_entities() {
        let all = leaves(
            "<?xml version=\"1.0\"?><a:R x='1'><Title>A &amp; B &#x41; &x; <![CDATA[<i>]]></Title><e k=\"v\"/></a:R> <z>no</z>",
        );
        let read: Vec<_> = all.iter().map(|leaf| (leaf.path.as_str(), leaf.text.as_str())).collect();
        assert_eq!(read, [("r/@x", "1"), ("r/title", "A & B A  <i>"), ("r/e/@k", "v")]);
        assert_eq!(find(&all, "title").unwrap().text, "A & B A  <i>");
        assert!(find(&all, "itle").is_none());
    }

    #[test]
    fn what_is_broken_is_read_up_to_there() {
        assert_eq!(leaves("<a><b>1</b><c>2</d><e>3").len(), 2);
        assert_eq!(leaves("<a><b>x & y</b>")[0].text, "x & y");
        assert!(leaves("no xml").is_empty());
        assert!(leaves(&"<a>".repeat(100_000)).is_empty());
        let bomb = "<!DOCTYPE a [<!ENTITY b \"xxxxxxxxxx\"><!ENTITY c \"&b;&b;&b;&b;&b;\">]><a>&c;&c;&c;</a>";
        assert!(leaves(bomb).iter().all(|leaf| leaf.text.len() < 10));
    }
}
