//! Bytes to rows: CSV (RFC 4180) or JSON (an array, or one object a line). Pure and bounded.
//!
//! Text is UTF-8, with or without a byte order mark, UTF-16 with one, or Shift_JIS, in which Japanese spreadsheets save.

use std::borrow::Cow;

use encoding_rs::{Encoding, SHIFT_JIS};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use store::inventory::{Line, Refusal, RefusalCode};

use crate::AttributionError;

/// Largest file: ten times the holdings of 400,000 contracts.
pub const MAX_BYTES: usize = 1 << 30;
/// Longest row.
pub const MAX_ROW_BYTES: usize = 65_536;

/// A row that can be read from a file.
pub trait ImportRow: DeserializeOwned {
    /// Columns that a file must have.
    const REQUIRED: &'static [&'static str];
    /// Columns that a file may have.
    const OPTIONAL: &'static [&'static str];
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed<T> {
    /// Rows.
    pub rows: Vec<Line<T>>,
    /// Lines that are no rows.
    pub refused: Vec<Refusal>,
}

impl<T> Parsed<T> {
    const fn new() -> Self {
        Self { rows: Vec::new(), refused: Vec::new() }
    }

    fn refuse(&mut self, line: u64, why: String) {
        self.refused.push(Refusal { line, key: String::new(), code: RefusalCode::Unreadable, why });
    }
}

/// Reads a file; `name` stands in the messages.
pub fn parse<T: ImportRow>(bytes: &[u8], name: &str) -> Result<Parsed<T>, AttributionError> {
    if bytes.len() > MAX_BYTES {
        return Err(bad(name, 1, format!("the file is larger than {MAX_BYTES} bytes; cut it in two")));
    }
    let text = decode(bytes, name)?;
    match text.trim_start().as_bytes().first() {
        None => Err(bad(name, 1, format!("the file is empty; the first line of a CSV file is {}", heading::<T>()))),
        Some(b'[') => array(&text, name),
        Some(b'{') => Ok(objects(&text)),
        Some(_) => csv(&text, name),
    }
}

fn bad(name: &str, line: u64, why: impl std::fmt::Display) -> AttributionError {
    AttributionError::BadInput(format!("{name}, line {line}: {why}"))
}

fn decode<'b>(bytes: &'b [u8], name: &str) -> Result<Cow<'b, str>, AttributionError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes.get(mark..).unwrap_or_default());
        return text
            .ok_or_else(|| bad(name, 1, format!("the file is not the {} it says; save it as UTF-8", encoding.name())));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(error) => SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(|| {
            let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = u64::try_from(good.split(|byte| *byte == b'\n').count()).unwrap_or(0);
            bad(name, line, "neither UTF-8 nor Shift_JIS; save the file as UTF-8")
        }),
    }
}

fn heading<T: ImportRow>() -> String {
    T::REQUIRED.iter().chain(T::OPTIONAL).copied().collect::<Vec<_>>().join(",")
}

fn csv<T: ImportRow>(text: &str, name: &str) -> Result<Parsed<T>, AttributionError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let columns = reader.headers().map_err(|error| bad(name, 1, error.to_string()))?.clone();
    check_heading::<T>(&columns, name)?;
    let mut parsed = Parsed::new();
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(parsed),
            Ok(true) => {
                let line = record.position().map_or(0, csv::Position::line);
                if record.as_slice().len() > MAX_ROW_BYTES {
                    parsed.refuse(line, format!("the row is longer than {MAX_ROW_BYTES} bytes"));
                    continue;
                }
                match record.deserialize(Some(&columns)) {
                    Ok(row) => parsed.rows.push(Line { line, row }),
                    Err(error) => parsed.refuse(line, explain(&error, &columns)),
                }
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                if error.is_io_error() {
                    return Err(bad(name, line, error.to_string()));
                }
                parsed.refuse(line, explain(&error, &columns));
            }
        }
    }
}

fn check_heading<T: ImportRow>(columns: &csv::StringRecord, name: &str) -> Result<(), AttributionError> {
    let known = |column: &&str| T::REQUIRED.contains(column) || T::OPTIONAL.contains(column);
    if let Some(unknown) = columns.iter().find(|column| !known(column)) {
        let shown: String = unknown.chars().take(40).collect();
        return Err(bad(name, 1, format!("column `{shown}` is not known; the columns are {}", heading::<T>())));
    }
    if let Some(missing) = T::REQUIRED.iter().find(|required| !columns.iter().any(|column| column == **required)) {
        return Err(bad(name, 1, format!("column `{missing}` is missing; the columns are {}", heading::<T>())));
    }
    let twice = columns.iter().enumerate().find(|(index, column)| columns.iter().take(*index).any(|c| c == *column));
    match twice {
        Some((_, column)) => Err(bad(name, 1, format!("column `{column}` stands twice; remove one"))),
        None => Ok(()),
    }
}

/// What is wrong with a record, by column name.
fn explain(error: &csv::Error, columns: &csv::StringRecord) -> String {
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => {
            let column = err.field().and_then(|index| columns.get(usize::try_from(index).ok()?));
            format!("column `{}`: {}{}", column.unwrap_or("?"), err.kind(), remedy(column))
        }
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the row has {len} columns, the heading {expected_len}; put values with commas into quotes")
        }
        _ => error.to_string(),
    }
}

/// How the values of a column are written.
fn remedy(column: Option<&str>) -> &'static str {
    match column {
        Some("from" | "to" | "valid_until") => "; write a time with its zone, such as 2026-04-01T00:00:00+09:00",
        Some("prefix") => "; write a prefix, such as 192.0.2.0/24",
        Some("port_lo" | "port_hi") => "; write a port from 0 to 65535",
        Some("lang") => "; write ja or en",
        _ => "",
    }
}

/// One object a line.
fn objects<T: ImportRow>(text: &str) -> Parsed<T> {
    let mut parsed = Parsed::new();
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        object(&mut parsed, line, text);
    }
    parsed
}

fn array<T: ImportRow>(text: &str, name: &str) -> Result<Parsed<T>, AttributionError> {
    let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| {
        bad(name, u64::try_from(error.line()).unwrap_or(0), format!("column {}: {error}", error.column()))
    })?;
    let mut parsed = Parsed::new();
    let (mut line, mut counted) = (1, 0);
    for item in items {
        // Where the item stands in the text: it borrows from it.
        let start = item.get().as_ptr().addr() - text.as_ptr().addr();
        let between = text.get(counted..start).unwrap_or_default();
        line += u64::try_from(between.matches('\n').count()).unwrap_or(0);
        counted = start;
        object(&mut parsed, line, item.get());
    }
    Ok(parsed)
}

fn object<T: ImportRow>(parsed: &mut Parsed<T>, line: u64, text: &str) {
    if text.len() > MAX_ROW_BYTES {
        return parsed.refuse(line, format!("the object is longer than {MAX_ROW_BYTES} bytes"));
    }
    match serde_json::from_str(text) {
        Ok(row) => parsed.rows.push(Line { line, row }),
        Err(error) => parsed.refuse(line, format!("{error} of the object; the fields are {}", heading::<T>())),
    }
}
