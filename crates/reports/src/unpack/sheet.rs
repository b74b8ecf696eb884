//! Tables out of workbooks (Office Open XML, ECMA-376 part 1, chapter 18): each sheet as a CSV file.
//!
//! Only the text of cells is read: no formula is calculated, no number is given its format. The budget bounds what is
//! unpacked, the constants here bound what may become of it.

use std::io::Cursor;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::{Budget, file_part};
use crate::mime::Part;

/// Most sheets of one workbook.
const MAX_SHEETS: usize = 16;
/// Most columns that are kept.
const MAX_COLUMNS: usize = 200;
/// Most bytes of text out of one workbook: a short string may be used by many cells.
pub(super) const MAX_TEXT: usize = 8 << 20;

/// The sheets of a workbook, in the order of their numbers.
pub(super) fn read<'a>(bytes: &[u8], budget: &mut Budget) -> Option<Vec<Part<'a>>> {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else {
        budget.remark("A workbook is damaged and was not opened.");
        return None;
    };
    let mut member = |name: &str, budget: &mut Budget| {
        let file = archive.by_name(name).ok().filter(|_| budget.file())?;
        let packed = usize::try_from(file.compressed_size()).unwrap_or(usize::MAX).min(bytes.len());
        Some(String::from_utf8_lossy(&budget.read(file, packed)).into_owned())
    };
    let mut shared: Option<Vec<String>> = None;
    let mut room = MAX_TEXT;
    let mut out = Vec::new();
    for number in 1..=MAX_SHEETS {
        let Some(sheet) = member(&format!("xl/worksheets/sheet{number}.xml"), budget) else { continue };
        let shared = shared
            .get_or_insert_with(|| member("xl/sharedStrings.xml", budget).map_or_else(Vec::new, |xml| strings(&xml)));
        let csv = table(&sheet, shared, &mut room);
        if !csv.trim().is_empty() {
            out.push(file_part(Some(format!("sheet{number}.csv")), csv.into_bytes()));
        }
    }
    if room == 0 {
        budget.remark("A workbook holds more text than is read; only its start was read.");
    }
    // Nobody else reads a workbook: its start has to do.
    budget.cut = false;
    (!out.is_empty()).then_some(out)
}

/// What the elements of a document begin and end, and the text of its `t` and `v` elements; the reading aids of Japanese
/// names (`rPh`) are no text of the cell.
fn walk(xml: &str, mut see: impl FnMut(Step<'_>)) {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let (mut text, mut aid) = (false, false);
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => match element.local_name().as_ref() {
                "t" | "v" => text = !aid,
                "rPh" => aid = true,
                name => see(Step::Begins(name, &element)),
            },
            Ok(Event::End(element)) => match element.local_name().as_ref() {
                "t" | "v" => text = false,
                "rPh" => aid = false,
                name => see(Step::Ends(name)),
            },
            Ok(Event::Text(part)) if text => see(Step::Text(&part)),
            Ok(Event::CData(part)) if text => see(Step::Text(&part)),
            Ok(Event::GeneralRef(reference)) if text => {
                if let Some(sign) = crate::xml::character(&reference) {
                    see(Step::Text(sign.encode_utf8(&mut [0; 4])));
                }
            }
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

enum Step<'x> {
    Begins(&'x str, &'x BytesStart<'x>),
    Text(&'x str),
    Ends(&'x str),
}

/// The strings that cells name by their number.
pub(super) fn strings(xml: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut now = String::new();
    walk(xml, |step| match step {
        Step::Begins("si", _) => now.clear(),
        Step::Text(text) => now.push_str(text),
        Step::Ends("si") => out.push(std::mem::take(&mut now)),
        _ => {}
    });
    out
}

/// The cells of a sheet as CSV, up to `room` bytes.
pub(super) fn table(xml: &str, shared: &[String], room: &mut usize) -> String {
    let mut out = String::new();
    let (mut column, mut written, mut by_number, mut value) = (0, 0, false, String::new());
    walk(xml, |step| match step {
        Step::Begins("row", _) => (column, written) = (0, 0),
        Step::Begins("c", cell) => {
            value.clear();
            by_number = attribute(cell, "t").as_deref() == Some("s");
            column = attribute(cell, "r").as_deref().and_then(place).unwrap_or(column);
        }
        Step::Text(text) => value.push_str(text),
        Step::Ends("c") if column < MAX_COLUMNS => {
            let number = by_number.then(|| value.trim().parse::<usize>().ok()).flatten();
            let text = number.and_then(|number| shared.get(number)).unwrap_or(&value);
            if text.len() + 4 + column > *room {
                *room = 0;
            } else {
                // Cells that are left out are empty.
                let gap = column.saturating_sub(written);
                *room -= text.len() + gap;
                out.extend(std::iter::repeat_n(',', gap));
                quote(text, &mut out);
                written = written.max(column);
            }
            column += 1;
        }
        Step::Ends("row") => out.push('\n'),
        _ => {}
    });
    out
}

/// RFC 4180; a line break in a cell would end the row for those who read line by line.
fn quote(text: &str, out: &mut String) {
    let plain = text.trim();
    let quoted = plain.contains([',', '"', '\n', '\r']);
    if quoted {
        out.push('"');
    }
    for c in plain.chars() {
        match c {
            '"' => out.push_str("\"\""),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    if quoted {
        out.push('"');
    }
}

/// The number of the column that a reference such as `AB12` names, from 0.
fn place(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_uppercase);
    let number = letters.take(4).fold(0_usize, |sum, letter| sum * 26 + usize::from(letter - b'A') + 1);
    number.checked_sub(1)
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = element.attributes();
    all.with_checks(false)
        .flatten()
        .take(16)
        .find(|one| one.key.local_name().as_ref() == name)
        .map(|one| one.value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_where_they_stand() {
        let shared = strings(
            "<sst><si><t>URL</t></si><si><r><t>http://www.example.com/?a=1</t></r><r><t>&amp;b=2</t></r></si>\
             <si><t>銀行</t><rPh sb=\"0\" eb=\"2\"><t>ギンコウ</t></rPh></si></sst>",
        );
        assert_eq!(shared, ["URL", "http://www.example.com/?a=1&b=2", "銀行"]);
        let sheet = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>say \"no\", twice</t></is></c>\
                     <c r=\"C1\" t=\"s\"><v>0</v></c></row><row r=\"2\"><c t=\"n\"><v>7</v></c><c r=\"C2\" t=\"s\"><v>1</v></c>\
                     <c r=\"D2\" t=\"s\"><v>99</v></c></row></sheetData></worksheet>";
        let mut room = 1_000;
        assert_eq!(
            table(sheet, &shared, &mut room),
            "\"say \"\"no\"\", twice\",,URL\n7,,http://www.example.com/?a=1&b=2,99\n"
        );
        let mut little = 20;
        assert!(table(sheet, &shared, &mut little).len() < 40);
        assert_eq!(little, 0);
    }

    #[test]
    fn columns_have_letters() {
        assert_eq!([place("A1"), place("Z9"), place("AA1"), place("1")], [Some(0), Some(25), Some(26), None]);
    }

    #[test]
    fn what_is_broken_is_read_up_to_there() {
        let mut room = 1_000;
        assert_eq!(table("<row><c><v>1</v></c><c><v>2", &[], &mut room), "1");
        assert_eq!(table("no xml", &[], &mut room), "");
        assert!(strings("<si><t>a</si><si>").len() <= 2);
    }
}
