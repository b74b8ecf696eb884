//! Tables in text: a row of column names, then rows; separated by commas, semicolons, tabs, bars or columns of blanks.

use std::borrow::Cow;

pub(crate) use super::columns::{Column, column};

/// A recognised head: separator and columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    separator: Separator,
    pub(crate) columns: Vec<Column>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    Char(char),
    Blanks,
    /// Two blanks or more: columns that are laid out by hand.
    Wide,
}

/// Most words in the name of a column; what is longer is a sentence with commas.
const MAX_WORDS: usize = 5;

/// Reads a line as a table head: at least two known columns, one of which is an address, URL or host.
pub(crate) fn head(line: &str) -> Option<Head> {
    if line.len() > 4_000 || line.ends_with('.') {
        return None;
    }
    let trimmed = line.trim().trim_start_matches(['#', '>', ' ']);
    // W3C Extended Log File Format
    let trimmed = trimmed.strip_prefix("Fields: ").unwrap_or(trimmed);
    // A log line in JSON has its names in quotes, too, but its values stand beside them.
    if trimmed.starts_with('{') {
        return None;
    }
    let separator = separator(trimmed)?;
    let long = |name: &str| name.len() > 60 || name.split_ascii_whitespace().nth(MAX_WORDS).is_some();
    // Most lines with commas are sentences: one long piece between two of them tells.
    let sentence = match separator {
        Separator::Char(sign) if !trimmed.contains('"') => {
            trimmed.split(sign).take(MAX_COLUMNS).any(|name| long(name.trim()))
        }
        _ => false,
    };
    if sentence || !super::columns::may_name(trimmed) {
        return None;
    }
    let mut names = cells(separator, trimmed);
    if separator == Separator::Wide && trimmed.contains('\u{3000}') {
        let each: Vec<Cow<'_, str>> = wide(trimmed, true).into_iter().map(Cow::Borrowed).collect();
        let known = |names: &[Cow<'_, str>]| names.iter().filter(|name| column(name) != Column::Other).count();
        let whole = each.iter().all(|name| name.chars().nth(1).is_some());
        let gain = known(&each).cmp(&known(&names));
        if each.len() > names.len() && (gain.is_gt() || gain.is_eq() && whole) {
            names = each;
        }
    }
    // `Source Port: 4242` is a labelled line.
    let labelled = separator == Separator::Blanks && names.iter().any(|name| name.ends_with(':'));
    if labelled || names.len() < 2 || names.iter().any(|name| long(name)) {
        return None;
    }
    let columns: Vec<Column> = names.iter().map(|name| column(name)).collect();
    let known = columns.iter().filter(|column| **column != Column::Other).count();
    let subject = columns.iter().any(|column| matches!(column, Column::Source | Column::Url | Column::Host));
    let enough = match separator {
        // Tabs and bars are no accident: one known name will do.
        Separator::Char('\t' | '|') => known >= 1,
        Separator::Char(_) | Separator::Wide => known >= 2,
        // `attacker IP source:` is a heading and no table.
        Separator::Blanks => {
            known >= 2 && known * 2 >= columns.len() && kinds(&columns) >= 2 && !trimmed.ends_with(':')
        }
    };
    (enough && subject && !holds_values(trimmed, &names)).then_some(Head { separator, columns })
}

/// Whether a line has addresses or URLs in it: a head has names and no values.
fn holds_values(line: &str, names: &[Cow<'_, str>]) -> bool {
    let mut found = Vec::new();
    for name in names {
        crate::extract::ip::scan(name, &mut found);
    }
    !found.is_empty() || line.contains("://")
}

/// What separates the names in a line that may be a head: the commonest of the signs that do, else blanks.
fn separator(line: &str) -> Option<Separator> {
    let count = |sign: u8| memchr::memchr_iter(sign, line.as_bytes()).count();
    let any = memchr::memchr3(b',', b';', b'\t', line.as_bytes()).is_some() || line.as_bytes().contains(&b'|');
    if any {
        let signs = [b',', b';', b'\t', b'|'].map(|sign| (count(sign), char::from(sign)));
        // Of two that are as common, the later one is rarer in prose.
        return signs.into_iter().max_by_key(|(count, _)| *count).map(|(_, sign)| Separator::Char(sign));
    }
    if memchr::memmem::find(line.as_bytes(), b"  ").is_some() || !line.is_ascii() && line.contains('\u{3000}') {
        return Some(Separator::Wide);
    }
    // Two or three words with single blanks may still be a head: `Date Sourceip port destips`.
    (1..8).contains(&count(b' ')).then_some(Separator::Blanks)
}

/// How many different sorts of known columns there are.
fn kinds(columns: &[Column]) -> usize {
    let mut seen: Vec<Column> = Vec::new();
    for column in columns.iter().filter(|column| **column != Column::Other) {
        if !seen.contains(column) {
            seen.push(*column);
        }
    }
    seen.len()
}

impl Head {
    /// The cells of a row.
    pub(crate) fn cells<'l>(&self, line: &'l str) -> Vec<Cow<'l, str>> {
        let line = line.trim().trim_start_matches(['>', ' ']);
        let found = cells(self.separator, line);
        if self.separator == Separator::Wide && found.len() < self.columns.len() && line.contains('\u{3000}') {
            // Full-width blanks, set by hand: one may separate here and be part of a cell there.
            let each = wide(line, true);
            if each.len() == self.columns.len() {
                return each.into_iter().map(Cow::Borrowed).collect();
            }
        }
        found
    }

    /// Whether `line` can be a row of this table.
    pub(crate) fn fits(&self, cells: &[Cow<'_, str>]) -> bool {
        let wanted = self.columns.len();
        match self.separator {
            Separator::Char(_) => cells.len() + 2 >= wanted && cells.len() <= wanted + 2,
            Separator::Blanks | Separator::Wide => cells.len() >= 2,
        }
    }

    /// Whether cells are set off by bars: such tables are drawn by hand or by a program, with cells of a fixed width.
    pub(crate) fn is_drawn(&self) -> bool {
        self.separator == Separator::Char('|')
    }

    /// Whether the cells of a line go on with those of the row above: nothing in the column of what is accused, and no
    /// value of its own that would make it a row.
    pub(crate) fn goes_on(&self, cells: &[Cow<'_, str>]) -> bool {
        let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        let mut named = self.columns.iter().zip(cells).filter(|(column, _)| {
            matches!(column, Column::Source | Column::SourcePort | Column::Port | Column::Url | Column::Host)
        });
        cells.len() == self.columns.len()
            && (1..cells.len()).contains(&filled)
            && named.all(|(_, cell)| cell.is_empty())
    }

    /// Whether rows are held together by a separator, so that cells can be trusted by their number.
    pub(crate) fn is_exact(&self) -> bool {
        matches!(self.separator, Separator::Char(_))
    }
}

/// Puts the cells of the row above in place of the signs that repeat them; whether there is any.
pub(crate) fn repeat<'l>(cells: &mut [Cow<'l, str>], above: &[Cow<'l, str>]) -> bool {
    const SAME: &[&str] = &["〃", "同上", "同", "々", "仝", "″", "”", "\"", "''", "ditto", "do.", "idem", "dito"];
    let mut any = false;
    let may =
        |cell: &str| cell.bytes().next().is_some_and(|first| matches!(first, b'"' | b'\'' | b'd' | b'i' | 0x80..));
    for (cell, above) in cells.iter_mut().zip(above).filter(|(cell, _)| cell.len() < 8 && may(cell)) {
        if SAME.contains(&cell.as_ref()) {
            cell.clone_from(above);
            any = true;
        }
    }
    any
}

/// How many rows under heads in `text` have as many cells as their head.
pub(crate) fn whole_rows(text: &str) -> usize {
    let mut rows = 0;
    let mut table: Option<Head> = None;
    for line in crate::text::lines(text).take(MAX_PROBED).map(str::trim_end).filter(|line| !line.is_empty()) {
        if let Some(head) = table.as_ref().filter(|head| head.cells(line).len() == head.columns.len()) {
            rows += usize::from(head.is_exact());
        } else {
            table = head(line).or(table);
        }
    }
    rows
}

/// Most lines in which whole rows are counted.
const MAX_PROBED: usize = 1_000;
/// Most columns of a row.
const MAX_COLUMNS: usize = 200;

/// The cells of a line that `sign` separates.
pub(crate) fn cells_of(sign: char, line: &str) -> Vec<Cow<'_, str>> {
    cells(Separator::Char(sign), line.trim().trim_start_matches(['>', ' ']))
}

fn cells(separator: Separator, line: &str) -> Vec<Cow<'_, str>> {
    match separator {
        Separator::Wide => wide(line, false).into_iter().map(Cow::Borrowed).collect(),
        Separator::Blanks => line.split_whitespace().take(MAX_COLUMNS).map(Cow::Borrowed).collect(),
        Separator::Char('|') => {
            line.trim_matches('|').split('|').take(MAX_COLUMNS).map(|cell| Cow::Borrowed(cell.trim())).collect()
        }
        Separator::Char(c) if !line.contains('"') => {
            line.split(c).take(MAX_COLUMNS).map(|cell| Cow::Borrowed(cell.trim())).collect()
        }
        Separator::Char(c) => quoted(line, c),
    }
}

/// Columns of blanks, full-width ones too: two or more separate, one alone only where no two stand together, or `each`.
fn wide(line: &str, each: bool) -> Vec<&str> {
    let blank = |c: char| c == ' ' || c == '\u{3000}' || c == '\t';
    let line = line.trim();
    let (mut out, mut start, mut run) = (Vec::new(), 0, 0);
    let runs = !each && line.chars().zip(line.chars().skip(1)).any(|(one, next)| blank(one) && blank(next));
    for (at, c) in line.char_indices() {
        if blank(c) {
            run += if c == '\u{3000}' && !runs { 2 } else { 1 };
            continue;
        }
        if run >= 2 && out.len() + 1 < MAX_COLUMNS {
            out.push(line[start..at].trim());
            start = at;
        }
        run = 0;
    }
    out.push(line[start..].trim());
    out.retain(|cell| !cell.is_empty());
    out
}

/// RFC 4180: cells in quotes may hold the separator; a doubled quote is a quote.
fn quoted(line: &str, separator: char) -> Vec<Cow<'_, str>> {
    let mut out = Vec::new();
    let mut rest = line;
    while out.len() < MAX_COLUMNS {
        let trimmed = rest.trim_start_matches(' ');
        if let Some(inside) = trimmed.strip_prefix('"') {
            let mut end = 0;
            let bytes = inside.as_bytes();
            while end < bytes.len() && !(bytes[end] == b'"' && bytes.get(end + 1) != Some(&b'"')) {
                end += if bytes[end] == b'"' { 2 } else { 1 };
            }
            let end = end.min(inside.len());
            let cell = inside.get(..end).unwrap_or(inside);
            out.push(if cell.contains("\"\"") { Cow::Owned(cell.replace("\"\"", "\"")) } else { Cow::Borrowed(cell) });
            let behind = inside.get(end + 1..).unwrap_or("");
            match behind.split_once(separator) {
                Some((_, next)) => rest = next,
                None => break,
            }
        } else if let Some((cell, next)) = rest.split_once(separator) {
            out.push(Cow::Borrowed(cell.trim()));
            rest = next;
        } else {
            out.push(Cow::Borrowed(rest.trim()));
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_and_rows() {
        let head = head("\"timestamp\",\"ip\",\"port\",\"hostname\",\"tag\"").unwrap();
        assert_eq!(head.columns, [Column::Time, Column::Source, Column::Port, Column::Host, Column::Other]);
        let cells = head.cells("\"2024-05-01 00:00:00\",192.0.2.1,80,\"a,b\",\"say \"\"x\"\"\"");
        assert_eq!(cells, ["2024-05-01 00:00:00", "192.0.2.1", "80", "a,b", "say \"x\""]);
        assert!(head.fits(&cells));
        assert!(super::head("Date\tSourceip\tport\tdestips").is_some());
        assert!(super::head("| IP | Time |").is_some());
        let head = super::head("#Fields: date time action protocol src-ip dst-ip src-port dst-port").unwrap();
        assert_eq!(head.columns[6..], [Column::SourcePort, Column::TargetPort]);
        let head = super::head("日時　　　　　　　　IPアドレス　　　　結果").unwrap();
        assert_eq!(head.columns, [Column::Time, Column::Source, Column::Other]);
        assert_eq!(head.cells("2024/05/01　9:15　　192.0.2.1　　失敗"), ["2024/05/01　9:15", "192.0.2.1", "失敗"]);
        assert_eq!(wide("IP　ポート 番号", false), ["IP", "ポート 番号"]);
        assert!(
            super::head("{\"src_ip\":\"192.0.2.1\",\"dst_port\":22,\"timestamp\":\"2024-05-01T00:00:00Z\"}").is_none()
        );
        assert!(super::head("Dear Sir, the source of this attack").is_none());
        assert!(super::head("192.0.2.1, 192.0.2.2").is_none());
        assert!(super::head("発信元　192.0.2.1（送信元ポート 33071）").is_none());
        assert!(super::head("・接続元:192.0.2.1　ポート:58120").is_none());
    }
}
