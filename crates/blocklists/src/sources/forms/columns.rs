//! Tables in text, whose columns are told by rules: CSV, TAB, bars, blanks.
//!
//! Read line by line, with quotes also behind blanks (`"a", "b"`), which general readers of CSV do not know, and so that an
//! open quote spoils one line and not the rest of the list.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Collector;
use super::fields::Fields;
use crate::error::ListError;

/// The rules for a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// What stands between columns: one character; a blank means any white space.
    #[serde(default = "comma")]
    pub separator: char,
    /// What opens a comment line.
    #[serde(default = "sharp")]
    pub comment: char,
    /// Where the names of columns stand.
    #[serde(default)]
    pub header: Header,
    /// The column with what is listed.
    pub what: Column,
    /// The last address, where a range stands in two columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Column>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Column>,
    /// Seen last when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Column>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Column>,
    /// Where the evidence is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Column>,
    /// Port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<Column>,
    /// Lines that do not count: a column and the values that say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip: Option<Skip>,
}

/// Lines that do not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// The column or field.
    pub field: Column,
    /// Its values, as written.
    pub values: Vec<String>,
}

/// A column, by its number from 1 or by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Column {
    /// Number, from 1.
    Number(usize),
    /// Name, as the header writes it, in whatever letters.
    Name(String),
}

impl From<&str> for Column {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

/// Where the names of columns stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Header {
    /// Nowhere.
    #[default]
    None,
    /// In the first line that is no comment.
    First,
    /// In the last comment line before the first line that is none.
    Comment,
}

const fn comma() -> char {
    ','
}

const fn sharp() -> char {
    '#'
}

impl Columns {
    /// A table of CSV whose value stands in this column.
    pub fn new(what: Column) -> Self {
        Self {
            separator: ',',
            comment: '#',
            header: Header::None,
            what,
            to: None,
            first: None,
            last: None,
            reason: None,
            link: None,
            port: None,
            skip: None,
        }
    }
}

/// Most columns looked at.
const MAX_COLUMNS: usize = 64;
/// Longest line that is read.
const MAX_LINE: usize = 64 << 10;

/// Reads the table.
pub fn read(rules: &Columns, bytes: &[u8], all: &mut Collector<'_>) -> Result<(), ListError> {
    let mut header: Option<Vec<String>> = None;
    let mut comment = String::new();
    let mut begun = false;
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii_end();
        if line.trim_ascii().is_empty() {
            continue;
        }
        all.line()?;
        if line.len() > MAX_LINE {
            all.junk(line);
            continue;
        }
        let text = String::from_utf8_lossy(line);
        if let Some(rest) = text.trim_start().strip_prefix(rules.comment) {
            if !begun && rules.header == Header::Comment {
                rest.trim_start_matches(rules.comment).trim().clone_into(&mut comment);
            }
            continue;
        }
        let fields = split(&text, rules.separator);
        if !begun {
            begun = true;
            let names = |fields: &[Cow<'_, str>]| fields.iter().map(|name| name.to_lowercase()).collect();
            match rules.header {
                Header::First => {
                    header = Some(names(&fields));
                    continue;
                }
                Header::Comment => header = Some(names(&split(&comment, rules.separator))),
                Header::None => {}
            }
        }
        let find = |column: &Column| cell(&fields, header.as_deref(), column);
        let given = |column: &Option<Column>| column.as_ref().map_or("", find);
        if rules.skip.as_ref().is_some_and(|skip| skip.values.iter().any(|value| find(&skip.field) == value)) {
            continue;
        }
        let what = match given(&rules.to) {
            "" => Cow::Borrowed(find(&rules.what)),
            to => format!("{}-{to}", find(&rules.what)).into(),
        };
        let found = Fields {
            what: &what,
            first: given(&rules.first),
            last: given(&rules.last),
            reason: given(&rules.reason),
            link: given(&rules.link),
            port: given(&rules.port),
        };
        if found.what.is_empty() {
            all.junk(line);
        } else {
            found.take(all)?;
        }
    }
    Ok(())
}

fn cell<'a>(fields: &'a [Cow<'_, str>], header: Option<&[String]>, column: &Column) -> &'a str {
    let number = match column {
        Column::Number(number) => number.checked_sub(1),
        Column::Name(name) => {
            header.and_then(|header| header.iter().position(|known| known.eq_ignore_ascii_case(name)))
        }
    };
    number.and_then(|number| fields.get(number)).map_or("", |field| field.as_ref())
}

/// The columns of a line, without quotes and the white space around them.
fn split(line: &str, separator: char) -> Vec<Cow<'_, str>> {
    if separator == ' ' {
        return line.split_whitespace().take(MAX_COLUMNS).map(Cow::Borrowed).collect();
    }
    let mut fields = Vec::new();
    let mut rest = line;
    while fields.len() < MAX_COLUMNS {
        let (field, behind) = match rest.trim_start().strip_prefix('"') {
            Some(quoted) => unquote(quoted, separator),
            None => match rest.split_once(separator) {
                Some((field, behind)) => (Cow::Borrowed(field.trim()), Some(behind)),
                None => (Cow::Borrowed(rest.trim()), None),
            },
        };
        fields.push(field);
        match behind {
            Some(behind) => rest = behind,
            None => break,
        }
    }
    fields
}

/// A quoted column, a doubled quote standing for one; and what is behind its separator.
fn unquote(text: &str, separator: char) -> (Cow<'_, str>, Option<&str>) {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let Some((before, behind)) = rest.split_once('"') else {
            // Never closed: the rest of the line, and no more.
            value.push_str(rest);
            return (value.into(), None);
        };
        value.push_str(before);
        if let Some(more) = behind.strip_prefix('"') {
            value.push('"');
            rest = more;
            continue;
        }
        return (value.into(), behind.split_once(separator).map(|(_, behind)| behind));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Form, tests::lines};
    use super::*;

    #[test]
    fn quotes_blanks_bars_and_names_of_columns() {
        let by_name = Columns {
            header: Header::First,
            reason: Some("why".into()),
            last: Some("seen".into()),
            ..Columns::new("IP".into())
        };
        let text =
            "# made by hand\nip, seen ,why\n198.51.100.1, \"2026-01-05 07:00:00\" , \"a, \"\"b\"\"\"\n,,\nx,y,z\n";
        let (found, junk) = lines(&Form::Columns(by_name), text);
        assert_eq!(found, ["198.51.100.1||2026-01-05T07:00:00Z|a, \"b\"||"]);
        assert_eq!(junk, 2);
        let bars = Columns { separator: '|', last: Some(Column::Number(4)), ..Columns::new(Column::Number(3)) };
        let text = "# c\n64500  |  EXAMPLE-AS  |  198.51.100.2  |  2026-01-05 07:00:00  |  sshpwauth\n";
        assert_eq!(lines(&Form::Columns(bars), text).0, ["198.51.100.2||2026-01-05T07:00:00Z|||"]);
        let blanks = Columns { separator: ' ', reason: Some(Column::Number(2)), ..Columns::new(Column::Number(1)) };
        assert_eq!(lines(&Form::Columns(blanks), "198.51.100.3\t8\n").0, ["198.51.100.3|||8||"]);
        let range = Columns { to: Some(Column::Number(2)), ..Columns::new(Column::Number(1)) };
        assert_eq!(lines(&Form::Columns(range), "198.51.100.0,198.51.100.255\n").0, ["198.51.100.0/24|||||"]);
    }

    #[test]
    fn an_open_quote_spoils_its_line_only() {
        let rules = Columns::new(Column::Number(2));
        let (found, junk) = lines(&Form::Columns(rules), "1,\"198.51.100.1\n2,198.51.100.2\n3\n");
        assert_eq!((found.len(), junk), (2, 1));
    }

    #[test]
    fn rules_are_written_in_toml() {
        let text = "what = 3\nseparator = \"|\"\nlast = \"seen\"\nheader = \"comment\"\nskip = { field = 4, values = [\"x\"] }";
        let rules: Columns = toml::from_str(text).unwrap();
        assert_eq!((rules.what, rules.header), (Column::Number(3), Header::Comment));
        assert!(toml::from_str::<Columns>("what = 3\nseperator = \",\"").is_err(), "a slip is told");
    }
}
