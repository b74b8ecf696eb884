//! A table on a web page: what blocklist.de and CleanTalk say of one network. Rows are known by an address in a cell; times,
//! reasons and links by the words over their columns. Pages change: what is not understood is left empty, never guessed.

use super::Collector;
use super::fields::Fields;
use crate::error::ListError;
use crate::sources::What;

/// Words over a column, in small letters.
const FIRST: [&str; 3] = ["first", "since", "added"];
const LAST: [&str; 5] = ["last", "updated", "date", "time", "seen"];
const REASON: [&str; 6] = ["reason", "service", "type", "attack", "category", "status"];

/// Longest cell that is kept, in bytes.
const MAX_CELL: usize = 2 << 10;
/// Most cells of a row.
const MAX_CELLS: usize = 64;

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    First,
    Last,
    Reason,
    Other,
}

/// Reads the page.
pub fn read(bytes: &[u8], all: &mut Collector<'_>) -> Result<(), ListError> {
    let text = String::from_utf8_lossy(bytes);
    let mut columns: Vec<Column> = Vec::new();
    for row in text.split("<tr").skip(1) {
        all.line()?;
        let row = row.split("</tr").next().unwrap_or(row);
        let cells: Vec<String> = cells(row).take(MAX_CELLS).collect();
        if row.contains("<th") {
            columns = cells.iter().map(|cell| column(cell)).collect();
            continue;
        }
        let Some(what) = cells.iter().find(|cell| matches!(What::read(cell), Some(What::V4(_) | What::V6(_)))) else {
            continue;
        };
        let find = |wanted| {
            let place = columns.iter().position(|column| *column == wanted);
            place.and_then(|place| cells.get(place)).map_or("", String::as_str)
        };
        let (first, last, reason) = (find(Column::First), find(Column::Last), find(Column::Reason));
        Fields { what, first, last, reason, ..Fields::default() }.take(all)?;
    }
    Ok(())
}

fn column(heading: &str) -> Column {
    let heading = heading.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| heading.contains(word));
    match () {
        () if says(&FIRST) => Column::First,
        () if says(&LAST) => Column::Last,
        () if says(&REASON) => Column::Reason,
        () => Column::Other,
    }
}

/// The texts of the cells of a row, without tags.
fn cells(row: &str) -> impl Iterator<Item = String> + '_ {
    let starts = |text: &str| text.find("<td").into_iter().chain(text.find("<th")).min();
    let mut rest = row;
    std::iter::from_fn(move || {
        rest = &rest[starts(rest)? + 3..];
        let body = &rest[rest.find('>')? + 1..];
        let end = body.find("</t").into_iter().chain(starts(body)).min().unwrap_or(body.len());
        let text = bare(&body[..end]);
        rest = &body[end..];
        Some(text)
    })
}

/// Text without tags, with the five entities that matter undone and white space made one.
fn bare(html: &str) -> String {
    let mut text = String::new();
    for (number, piece) in html.split('<').enumerate() {
        let shown = if number == 0 { piece } else { piece.split_once('>').map_or("", |(_, shown)| shown) };
        text.push_str(shown);
        text.push(' ');
        if text.len() > MAX_CELL {
            break;
        }
    }
    let undone = text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    undone.replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::{Form, tests::lines};

    #[test]
    fn rows_with_addresses_are_found_by_their_headings() {
        let page = "<!DOCTYPE html><html><table class=x><tr><th>IP</th><th>Last <b>update</b></th><th>Service</th></tr>\
            <tr class=odd><td><a href='/ip/198.51.100.7'>198.51.100.7</a></td><td>2026-01-05 07:00:00</td><td>ssh &amp; imap</td></tr>\
            <tr><td>no address</td><td>x</td></tr><tr><td>2001:db8::1<td>2026-01-06</table>";
        assert_eq!(
            lines(&Form::Html, page),
            (
                vec![
                    "198.51.100.7||2026-01-05T07:00:00Z|ssh & imap||".to_owned(),
                    "2001:db8::1||2026-01-06T00:00:00Z|||".to_owned(),
                ],
                0
            )
        );
        assert_eq!(lines(&Form::Html, "<html><tr><td"), (vec![], 0));
    }
}
