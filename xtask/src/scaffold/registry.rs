//! Writes the one line: `mod name;` and the entry in the folder's list, both where the alphabet puts them.
//!
//! Works on the text of the folder's `mod.rs`, line by line, so that comments and order of everything else stay. What it
//! leaves in unusual shape (a list on one line) rustfmt puts right afterwards.

use anyhow::{Context as _, bail};

/// The modules that `text` declares in files of their own, in the order written, with the number of their line.
pub(crate) fn modules(text: &str) -> Vec<(usize, &str)> {
    text.lines().enumerate().filter_map(|(number, line)| Some((number, declared(line)?.1))).collect()
}

/// Visibility and name in a line `pub(crate) mod name;`.
fn declared(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_suffix(';')?;
    let (visibility, name) = rest.rsplit_once("mod ")?;
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let known = visibility.is_empty() || visibility.starts_with("pub");
    (plain && known).then_some((visibility, name))
}

/// Adds `mod module;` with the visibility of its neighbours.
pub(crate) fn add_module(text: &str, module: &str) -> anyhow::Result<String> {
    let known = modules(text);
    if known.iter().any(|(_, name)| *name == module) {
        bail!("there is a module `{module}` already");
    }
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let neighbour = known.iter().find(|(_, name)| *name > module).map(|(line, _)| (*line, *line));
    let neighbour = neighbour.or_else(|| known.last().map(|(line, _)| (*line + 1, *line)));
    if let Some((at, like)) = neighbour {
        let visibility = declared(&lines[like]).map_or("", |(visibility, _)| visibility).to_owned();
        lines.insert(at, format!("{visibility}mod {module};"));
    } else {
        let header = lines.iter().take_while(|line| line.starts_with("//!")).count();
        lines.splice(header..header, [String::new(), format!("mod {module};")]);
    }
    Ok(lines.join("\n") + "\n")
}

/// The entries of the list `list` (`const ALL: … = &[…];`) in the order written.
pub(crate) fn entries<'t>(text: &'t str, list: &str) -> anyhow::Result<Vec<&'t str>> {
    let (from, to) = span(text, list)?;
    Ok(pieces(&text[from..to]).into_iter().map(entry_of).filter(|entry| !entry.is_empty()).collect())
}

/// Adds `entry`, which names `module`, to the list `list`.
pub(crate) fn add_entry(text: &str, list: &str, module: &str, entry: &str) -> anyhow::Result<String> {
    let (from, to) = span(text, list)?;
    let mut offset = from;
    for piece in pieces(&text[from..to]) {
        let old = entry_of(piece);
        if !old.is_empty() && key(old) == module {
            bail!("`{list}` has an entry for `{module}` already");
        }
        if !old.is_empty() && key(old) > module {
            return Ok(format!("{}\n    {entry},{}", text[..offset].trim_end(), broken(&text[offset..])));
        }
        offset += piece.len() + 1;
    }
    let inside = text[..to].trim_end();
    let comma = if inside.ends_with(['[', ',']) { "" } else { "," };
    Ok(format!("{inside}{comma}\n    {entry},\n{}", &text[to..]))
}

/// `rest` beginning on a line of its own.
fn broken(rest: &str) -> String {
    if rest.starts_with('\n') { rest.to_owned() } else { format!("\n    {}", rest.trim_start()) }
}

/// Where the inside of `list`'s brackets begins and ends.
fn span(text: &str, list: &str) -> anyhow::Result<(usize, usize)> {
    let mark = format!(" {list}: ");
    let named = text.find(&mark).with_context(|| format!("found no list `{list}`"))?;
    let assigned = text[named..].find(" = ").with_context(|| format!("`{list}` is given no value"))? + named;
    let open = text[assigned..].find('[').with_context(|| format!("`{list}` is no list in brackets"))? + assigned;
    let mut depth = 0_usize;
    for (at, c) in text[open..].char_indices() {
        match c {
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Ok((open + 1, open + at));
        }
    }
    bail!("the list `{list}` does not end")
}

/// `inside` cut at the commas of its own level.
fn pieces(inside: &str) -> Vec<&str> {
    let mut cut = Vec::new();
    let (mut depth, mut start, mut comment, mut last) = (0_usize, 0, false, ' ');
    for (at, c) in inside.char_indices() {
        match c {
            '\n' => comment = false,
            _ if comment => {}
            '/' if last == '/' => comment = true,
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                cut.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        last = c;
    }
    cut.push(&inside[start..]);
    cut
}

/// The entry in a piece, without comments before it.
fn entry_of(piece: &str) -> &str {
    let mut rest = piece.trim();
    while let Some(comment) = rest.strip_prefix("//") {
        rest = comment.split_once('\n').map_or("", |(_, after)| after.trim_start());
    }
    rest
}

/// The module an entry names: `&arf::Arf` is `arf`, `Entry::new("x", arf::read)` is `arf` as well.
pub(crate) fn key(entry: &str) -> &str {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    entry
        .match_indices("::")
        .map(|(at, _)| entry[..at].rsplit(|c| !word(c)).next().unwrap_or_default())
        .find(|name| name.starts_with(|c: char| c.is_ascii_lowercase()) && *name != "self" && *name != "crate")
        .unwrap_or(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str = "//! Formats.\n\nmod arf;\nmod fail2ban;\npub(crate) mod mime;\nmod xarf_v4;\n\n/// All.\n\
        pub const ALL: &[&dyn Format] = &[\n    &arf::Arf,\n    // Jails, of all versions.\n    &fail2ban::Fail2ban,\n    \
        &xarf_v4::XarfV4,\n];\n\nfn after() {}\n";

    #[test]
    fn a_line_goes_where_the_alphabet_puts_it() {
        let text = add_module(LONG, "generic").unwrap();
        let text = add_entry(&text, "ALL", "generic", "&generic::Generic").unwrap();
        assert!(text.contains("mod fail2ban;\npub(crate) mod generic;\npub(crate) mod mime;"), "{text}");
        assert!(text.contains("    &fail2ban::Fail2ban,\n    &generic::Generic,\n    &xarf_v4::XarfV4,\n];"), "{text}");
        assert!(text.ends_with("fn after() {}\n"));
    }

    #[test]
    fn first_and_last_places_and_comments_are_kept() {
        let first = add_entry(LONG, "ALL", "acns", "&acns::Acns").unwrap();
        assert!(first.contains("= &[\n    &acns::Acns,\n    &arf::Arf,"), "{first}");
        let before_comment = add_entry(LONG, "ALL", "dmarc", "&dmarc::Dmarc").unwrap();
        assert!(before_comment.contains("&arf::Arf,\n    &dmarc::Dmarc,\n    // Jails, of all"), "{before_comment}");
        let last = add_entry(LONG, "ALL", "zz", "&zz::Zz").unwrap();
        assert!(last.contains("    &xarf_v4::XarfV4,\n    &zz::Zz,\n];\n"), "{last}");
        assert!(add_module(LONG, "zz").unwrap().contains("mod xarf_v4;\nmod zz;\n"));
    }

    #[test]
    fn lists_on_one_line_and_empty_ones_grow() {
        let one = "//! x\npub static ALL: &[fn(u8) -> [u8; 2]] = &[command::run, webhook::run];\n";
        let text = add_entry(one, "ALL", "mail", "mail::run").unwrap();
        assert_eq!(entries(&text, "ALL").unwrap(), ["command::run", "mail::run", "webhook::run"]);
        let empty = "//! x\n\n/// All.\nconst ALL: &[T] = &[];\n";
        let text = add_entry(&add_module(empty, "a").unwrap(), "ALL", "a", "a::A").unwrap();
        assert_eq!(text, "//! x\n\nmod a;\n\n/// All.\nconst ALL: &[T] = &[\n    a::A,\n];\n");
    }

    #[test]
    fn nothing_is_written_twice_and_a_missing_list_is_said() {
        assert!(add_module(LONG, "arf").is_err());
        assert!(add_entry(LONG, "ALL", "arf", "&arf::Arf").is_err());
        assert!(add_entry("//! x\n", "ALL", "a", "a::A").is_err());
    }

    #[test]
    fn the_key_is_the_module() {
        assert_eq!(key("&arf::Arf"), "arf");
        assert_eq!(key("Entry::new(\"x\", arf::read)"), "arf");
        assert_eq!(key("(\"arf\", crate::formats::arf::read as Reader)"), "formats");
        assert_eq!(key("&Plain"), "&Plain");
    }
}
