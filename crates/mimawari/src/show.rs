//! Tables and words for people: headings and names from the catalogue in their language, times in their zone.

use std::fmt::Display;

use comfy_table::Table;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::Lang;
use text::wording;

/// Longest text in a cell, in characters; `--json` has the whole.
const CELL: usize = 60;

/// A table with the headings `cli-col-<name>`.
pub(crate) fn table(lang: Lang, headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.set_header(headings.iter().map(|name| text::t(lang, &format!("cli-col-{name}"))));
    table
}

/// The catalogue's word for `name`, one of the names that `prefix` has; the name itself if there is no word.
pub(crate) fn word(lang: Lang, prefix: &str, name: &str) -> String {
    let key = format!("{prefix}-{name}");
    if text::has(lang, &key) { text::t(lang, &key) } else { name.to_owned() }
}

/// The first few of a list in one cell, one a line (prefixes of one address without their length), and how many more.
pub(crate) fn some_of<T: Display>(all: &[T]) -> String {
    const SHOWN: usize = 3;
    let mut lines: Vec<String> = all.iter().take(SHOWN).map(|one| format!("{one:#}")).collect();
    if all.len() > SHOWN {
        lines.push(format!("… +{}", all.len() - SHOWN));
    }
    lines.join("\n")
}

/// A part of a whole in percent, as exact as is of use; nothing of nothing is a dash.
#[expect(clippy::cast_precision_loss, reason = "for people, in three digits")]
pub(crate) fn share(part: u128, whole: u128) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{:.1} %", part as f64 / whole as f64 * 100.0) }
}

/// A moment in the zone of this machine, with the zone.
pub(crate) fn time(at: Timestamp) -> String {
    wording::stamp(at, &TimeZone::system())
}

/// A moment that may be absent.
pub(crate) fn maybe_time(at: Option<Timestamp>) -> String {
    at.map(time).unwrap_or_default()
}

/// Text of strangers, in one line and without control characters, so that a mail cannot write on the terminal.
pub(crate) fn cell(text: &str) -> String {
    wording::clean(text, CELL)
}
