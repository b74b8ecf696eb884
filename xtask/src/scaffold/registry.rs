//! Writes the one line: `mod name;` and the entry in a list, both where the alphabet puts them.
//!
//! Works on the text of the file, entry by entry, so that comments and order of everything else stay. What it
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

/// A place in a file where parts are named, one entry each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// `const ALL: … = &[…];`, by its name.
    List(String),
    /// A block, by the text that opens it, bracket included: `enum Command {`.
    Block(String),
    /// The end of the file, where order says nothing: a catalogue.
    End,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::List(name) => write!(f, "`{name}`"),
            Self::Block(opening) => write!(f, "`{opening}`"),
            Self::End => f.write_str("the end"),
        }
    }
}

/// The entries of `place` in the order written.
pub(crate) fn entries<'t>(text: &'t str, place: &Place) -> anyhow::Result<Vec<&'t str>> {
    let (from, to) = span(text, place)?;
    Ok(pieces(&text[from..to]).into_iter().map(entry_of).filter(|entry| !entry.is_empty()).collect())
}

/// Adds `entry`, which names `module`, to `place`.
pub(crate) fn add_entry(text: &str, place: &Place, module: &str, entry: &str) -> anyhow::Result<String> {
    if *place == Place::End {
        return Ok(format!("{}\n{entry}\n", text.trim_end()));
    }
    let (from, to) = span(text, place)?;
    for piece in pieces(&text[from..to]) {
        let old = entry_of(piece);
        let offset = piece.as_ptr() as usize - text.as_ptr() as usize;
        if !old.is_empty() && key(old) == module {
            bail!("{place} has an entry for `{module}` already");
        }
        if !old.is_empty() && key(old) > module {
            return Ok(format!("{}\n    {entry},{}", text[..offset].trim_end(), broken(&text[offset..])));
        }
    }
    let inside = text[..to].trim_end();
    let closed = pieces(&text[from..to]).last().is_none_or(|last| entry_of(last).is_empty());
    let comma = if closed { "" } else { "," };
    Ok(format!("{inside}{comma}\n    {entry},\n{}", &text[to..]))
}

/// `rest` beginning on a line of its own.
fn broken(rest: &str) -> String {
    if rest.starts_with('\n') { rest.to_owned() } else { format!("\n    {}", rest.trim_start()) }
}

/// Where the inside of `place`'s brackets begins and ends.
fn span(text: &str, place: &Place) -> anyhow::Result<(usize, usize)> {
    let open = match place {
        Place::List(name) => {
            let mark = format!(" {name}: ");
            let named = text.find(&mark).with_context(|| format!("found no list {place}"))?;
            // The value may begin on the next line; `==` and `=>` are no assignment.
            let is_assigned = |(at, _): &(usize, &str)| text[named + at + 2..].starts_with([' ', '\n']);
            let mut signs = text[named..].match_indices(" =");
            let assigned = signs.find(is_assigned).with_context(|| format!("{place} is given no value"))?.0 + named;
            text[assigned..].find('[').with_context(|| format!("{place} is no list in brackets"))? + assigned
        }
        Place::Block(opening) => {
            text.find(opening).with_context(|| format!("found no {place}"))? + opening.len().saturating_sub(1)
        }
        Place::End => bail!("the end of a file has no entries"),
    };
    let mut depth = 0_usize;
    for (at, c) in code(&text[open..]) {
        match c {
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Ok((open + 1, open + at));
        }
    }
    bail!("{place} does not end")
}

/// The characters of `text` outside line comments and strings.
fn code(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let (mut comment, mut string, mut last) = (false, false, ' ');
    text.char_indices().filter(move |(_, c)| {
        let inside = comment || string;
        match c {
            '\n' => comment = false,
            '"' if !comment && last != '\\' => string = !string,
            '/' if !inside && last == '/' => comment = true,
            _ => {}
        }
        last = *c;
        !inside && !comment && !string
    })
}

/// `inside` cut at the commas of its own level, and after a block that ends a line (an arm of a `match`).
fn pieces(inside: &str) -> Vec<&str> {
    let mut cut = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in code(inside) {
        match c {
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let after_block = c == '}' && inside[at + 1..].starts_with('\n');
        if depth == 0 && after_block {
            cut.push(&inside[start..=at]);
            start = at + 1;
        } else if depth == 0 && c == ',' {
            cut.push(&inside[start..at]);
            start = at + 1;
        }
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

/// The module an entry names, last in its path: `&arf::Arf` is `arf`, `Journal(commands::journal::Verb)` is `journal`.
pub(crate) fn key(entry: &str) -> &str {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let module = |name: &str| name.starts_with(|c: char| c.is_ascii_lowercase()) && name != "self" && name != "crate";
    for (at, mark) in entry.match_indices("::") {
        let name = entry[..at].rsplit(|c| !word(c)).next().unwrap_or_default();
        let rest = &entry[at + mark.len()..];
        let next = rest.split(|c| !word(c)).next().unwrap_or_default();
        let goes_on = module(next) && rest[next.len()..].starts_with("::");
        if module(name) && !goes_on {
            return name;
        }
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Place {
        Place::List("ALL".to_owned())
    }

    const LONG: &str = "//! Formats.\n\nmod arf;\nmod fail2ban;\npub(crate) mod mime;\nmod xarf_v4;\n\n/// All.\n\
        pub const ALL: &[&dyn Format] = &[\n    &arf::Arf,\n    // Jails, of all versions.\n    &fail2ban::Fail2ban,\n    \
        &xarf_v4::XarfV4,\n];\n\nfn after() {}\n";

    #[test]
    fn a_line_goes_where_the_alphabet_puts_it() {
        let text = add_module(LONG, "generic").unwrap();
        let text = add_entry(&text, &all(), "generic", "&generic::Generic").unwrap();
        assert!(text.contains("mod fail2ban;\npub(crate) mod generic;\npub(crate) mod mime;"), "{text}");
        assert!(text.contains("    &fail2ban::Fail2ban,\n    &generic::Generic,\n    &xarf_v4::XarfV4,\n];"), "{text}");
        assert!(text.ends_with("fn after() {}\n"));
    }

    #[test]
    fn first_and_last_places_and_comments_are_kept() {
        let first = add_entry(LONG, &all(), "acns", "&acns::Acns").unwrap();
        assert!(first.contains("= &[\n    &acns::Acns,\n    &arf::Arf,"), "{first}");
        let before_comment = add_entry(LONG, &all(), "dmarc", "&dmarc::Dmarc").unwrap();
        assert!(before_comment.contains("&arf::Arf,\n    &dmarc::Dmarc,\n    // Jails, of all"), "{before_comment}");
        let last = add_entry(LONG, &all(), "zz", "&zz::Zz").unwrap();
        assert!(last.contains("    &xarf_v4::XarfV4,\n    &zz::Zz,\n];\n"), "{last}");
        assert!(add_module(LONG, "zz").unwrap().contains("mod xarf_v4;\nmod zz;\n"));
    }

    #[test]
    fn lists_on_one_line_and_empty_ones_grow() {
        let one = "//! x\npub static ALL: &[fn(u8) -> [u8; 2]] = &[command::run, webhook::run];\n";
        let text = add_entry(one, &all(), "mail", "mail::run").unwrap();
        assert_eq!(entries(&text, &all()).unwrap(), ["command::run", "mail::run", "webhook::run"]);
        let wrapped =
            "//! x\npub const ALL: &[Entry] =\n    &[arf::ENTRY, xarf_v4::ENTRY];\n\n#[cfg(test)]\nmod tests {}\n";
        let text = add_entry(wrapped, &all(), "generic", "generic::ENTRY").unwrap();
        assert_eq!(entries(&text, &all()).unwrap(), ["arf::ENTRY", "generic::ENTRY", "xarf_v4::ENTRY"]);
        let braces = "//! x\nconst ALL: &[S] = &[S { r: a::R }];\n";
        let text = add_entry(braces, &all(), "b", "S { r: b::R }").unwrap();
        assert_eq!(entries(&text, &all()).unwrap(), ["S { r: a::R }", "S { r: b::R }"]);
        let empty = "//! x\n\n/// All.\nconst ALL: &[T] = &[];\n";
        let text = add_entry(&add_module(empty, "a").unwrap(), &all(), "a", "a::A").unwrap();
        assert_eq!(text, "//! x\n\nmod a;\n\n/// All.\nconst ALL: &[T] = &[\n    a::A,\n];\n");
    }

    #[test]
    fn nothing_is_written_twice_and_a_missing_list_is_said() {
        assert!(add_module(LONG, "arf").is_err());
        assert!(add_entry(LONG, &all(), "arf", "&arf::Arf").is_err());
        assert!(add_entry("//! x\n", &all(), "a", "a::A").is_err());
    }

    #[test]
    fn the_key_is_the_module() {
        assert_eq!(key("&arf::Arf"), "arf");
        assert_eq!(key("Entry::new(\"x\", arf::read)"), "arf");
        assert_eq!(key("(\"arf\", crate::formats::arf::read as Reader)"), "arf");
        assert_eq!(key("Command::Report(verb) => report::run(&context, verb)"), "report");
        assert_eq!(key("#[command(subcommand)]\n    Journal(commands::journal::Verb)"), "journal");
        assert_eq!(key("&Plain"), "&Plain");
    }

    #[test]
    fn enums_and_matches_grow_as_lists_do() {
        let text = "//! x\nenum Command {\n    /// Tells, who, had it: all of { it.\n    Attribute(attribute::Args),\n    /// Reads.\n    \
            #[command(subcommand)]\n    Report(report::Verb),\n}\n\nfn run() {\n    match command {\n        \
            Command::Attribute(args) => {\n            attribute::run(args, \"}\")\n        }\n        \
            Command::Report(verb) => report::run(verb),\n    }\n}\n";
        let variants = Place::Block("enum Command {".to_owned());
        let arms = Place::Block("match command {".to_owned());
        let text = add_entry(text, &variants, "journal", "/// Proves.\n    Journal(journal::Verb)").unwrap();
        let text = add_entry(&text, &arms, "journal", "Command::Journal(verb) => journal::run(verb)").unwrap();
        let text = add_entry(&text, &arms, "serve", "Command::Serve => serve::run()").unwrap();
        assert!(text.contains("Args),\n    /// Proves.\n    Journal(journal::Verb),\n    /// Reads."), "{text}");
        assert!(
            text.contains("}\n    Command::Journal(verb) => journal::run(verb),\n        Command::Report"),
            "{text}"
        );
        assert!(text.contains("report::run(verb),\n    Command::Serve => serve::run(),\n}\n}\n"), "{text}");
        let keys: Vec<&str> = entries(&text, &variants).unwrap().into_iter().map(key).collect();
        assert_eq!(keys, ["attribute", "journal", "report"]);
    }
}
