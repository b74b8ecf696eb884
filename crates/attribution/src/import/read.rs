//! Bytes to rows: CSV (RFC 4180) or JSON (an array, or one object a line). Pure and bounded.
//!
//! Text is UTF-8, with or without a byte order mark, UTF-16 with one, or Shift_JIS, in which Japanese spreadsheets save.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

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

    /// Reads the row from the fields of a CSV record.
    fn from_fields(fields: &Fields<'_>) -> Result<Self, FieldError>;
}

/// The fields of one CSV record by column name. An empty field is an absent one.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'r> {
    columns: &'r csv::StringRecord,
    record: &'r csv::StringRecord,
}

/// What is wrong in which column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column `{column}`: {why}")]
pub struct FieldError {
    /// Column.
    pub column: &'static str,
    /// What is wrong and how it is written.
    pub why: String,
}

impl Fields<'_> {
    fn get(&self, column: &str) -> Option<&str> {
        let index = self.columns.iter().position(|known| known == column)?;
        self.record.get(index).filter(|value| !value.is_empty())
    }

    /// An optional text.
    pub fn opt_text(&self, column: &'static str) -> Option<String> {
        self.get(column).map(str::to_owned)
    }

    /// A text.
    pub fn text(&self, column: &'static str) -> Result<String, FieldError> {
        self.opt_text(column).ok_or_else(|| missing(column))
    }

    /// An optional value.
    pub fn opt<T: FromStr<Err: Display>>(&self, column: &'static str) -> Result<Option<T>, FieldError> {
        self.get(column)
            .map(str::parse)
            .transpose()
            .map_err(|error: T::Err| FieldError { column, why: format!("{error}{}", remedy(column)) })
    }

    /// A value.
    pub fn value<T: FromStr<Err: Display>>(&self, column: &'static str) -> Result<T, FieldError> {
        self.opt(column)?.ok_or_else(|| missing(column))
    }
}

fn missing(column: &'static str) -> FieldError {
    FieldError { column, why: "there is nothing in it, and it must be filled".to_owned() }
}

/// How the values of a column are written.
fn remedy(column: &str) -> &'static str {
    match column {
        "from" | "to" | "valid_until" => "; write a time with its zone, such as 2026-04-01T00:00:00+09:00",
        "prefix" => "; write a prefix, such as 192.0.2.0/24",
        "port_lo" | "port_hi" => "; write a port from 0 to 65535",
        "yen_per_month" | "disk_gb" | "mails_per_hour" | "asn" => "; write a whole number",
        _ => "",
    }
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

fn bad(name: &str, line: u64, why: impl Display) -> AttributionError {
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
    let mut lines = LineCounter { text, line: 1, counted: 0 };
    let mut record = csv::StringRecord::new();
    loop {
        let read = reader.read_record(&mut record);
        let position = match &read {
            Ok(_) => record.position(),
            Err(error) => error.position(),
        };
        let line = position.map_or(0, |position| lines.at(position.byte()));
        match read {
            Ok(false) => return Ok(parsed),
            Ok(true) if record.as_slice().len() > MAX_ROW_BYTES => {
                parsed.refuse(line, format!("the row is longer than {MAX_ROW_BYTES} bytes"));
            }
            Ok(true) => match T::from_fields(&Fields { columns: &columns, record: &record }) {
                Ok(row) => parsed.rows.push(Line { line, row }),
                Err(error) => parsed.refuse(line, error.to_string()),
            },
            Err(error) => match error.kind() {
                csv::ErrorKind::UnequalLengths { expected_len, len, .. } => parsed.refuse(
                    line,
                    format!(
                        "the row has {len} columns, the heading {expected_len}; put values with commas into quotes"
                    ),
                ),
                _ => return Err(bad(name, line, error)),
            },
        }
    }
}

/// Tells the line of a place in the text. The reader's own count is one short after a CRLF, because it hands over a record
/// between the two.
struct LineCounter<'t> {
    text: &'t str,
    line: u64,
    counted: usize,
}

impl LineCounter<'_> {
    /// The line of the first record that begins at byte `at` or after it; `at` never goes back.
    fn at(&mut self, at: u64) -> u64 {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        let start = at + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let between = self.text.get(self.counted..start).unwrap_or_default();
        self.line += u64::try_from(between.matches('\n').count()).unwrap_or(0);
        self.counted = start;
        self.line
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
