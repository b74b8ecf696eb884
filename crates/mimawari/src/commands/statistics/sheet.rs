//! The reports of the desk as one table each: words and rounded numbers for people, exact numbers for spreadsheets.

use anyhow::Result;
use comfy_table::Table;
use desk::stats::{Coverage, SourceTable, Speed, SpeedReport, TARGET_DAYS, WorkReport, YearReport};
use jiff::SignedDuration;
use model::{DeskGroup, Lang};
use text::wording::{duration, group, number};
use text::{t, ta};

use crate::show;

/// One value of a table.
pub(super) enum Cell {
    /// A word of ours, and its stable name.
    Word(String, String),
    /// Text of strangers.
    Text(String),
    /// How many.
    Count(i64),
    /// A fraction.
    Real(f64),
    /// A length of time, microseconds; absent if nothing has it.
    Micros(Option<i64>),
    /// Days; absent if nothing has them.
    Days(Option<u32>),
}

/// A table, and what is said below it.
pub(super) struct Sheet {
    /// Names of the columns: of the CSV, and with `cli-col-` before them of the catalogue.
    columns: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
    /// Sentences for people.
    pub(super) after: Vec<String>,
}

impl Cell {
    fn shown(&self, lang: Lang) -> String {
        match self {
            Self::Word(word, _) => word.clone(),
            Self::Text(text) => show::cell(text),
            Self::Count(count) => number(*count),
            Self::Real(value) => group(&format!("{value:.1}")),
            Self::Micros(micros) => {
                micros.map(|micros| duration(lang, SignedDuration::from_micros(micros))).unwrap_or_default()
            }
            Self::Days(days) => days.map(number).unwrap_or_default(),
        }
    }

    fn exact(&self) -> String {
        match self {
            Self::Word(_, name) => name.clone(),
            Self::Text(text) => harmless(text),
            Self::Count(count) => count.to_string(),
            Self::Real(value) => value.to_string(),
            Self::Micros(micros) => micros.map(|micros| (micros / 1_000_000).to_string()).unwrap_or_default(),
            Self::Days(days) => days.map(|days| days.to_string()).unwrap_or_default(),
        }
    }
}

/// Text that a spreadsheet takes for a formula is marked as text, as such programs do it themselves.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

impl Sheet {
    /// For people.
    pub(super) fn table(&self, lang: Lang) -> Table {
        let mut table = show::table(lang, &self.columns);
        for row in &self.rows {
            table.add_row(row.iter().map(|cell| cell.shown(lang)));
        }
        table
    }

    /// For spreadsheets.
    pub(super) fn csv(&self) -> Result<String> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(&self.columns)?;
        for row in &self.rows {
            csv.write_record(row.iter().map(Cell::exact))?;
        }
        Ok(String::from_utf8(csv.into_inner()?)?)
    }
}

/// A row for each month, a column for each row of the yearly table.
pub(super) fn year(report: &YearReport) -> Sheet {
    let groups = DeskGroup::ALL.map(DeskGroup::name);
    let rows = report.months.iter().map(|row| {
        let counts = row.groups.iter().copied().chain([row.total()]);
        [Cell::Count(row.month.into())].into_iter().chain(counts.map(Cell::Count)).collect()
    });
    Sheet {
        columns: ["month"].into_iter().chain(groups).chain(["total"]).collect(),
        rows: rows.collect(),
        after: Vec::new(),
    }
}

pub(super) fn speed(lang: Lang, report: &SpeedReport) -> Sheet {
    let step = |name: &str, speed: &Speed| {
        let mut row = vec![
            Cell::Word(t(lang, &format!("cli-step-{name}")), name.to_owned()),
            Cell::Count(speed.elapsed.map_or(0, |spread| spread.count)),
            Cell::Micros(speed.elapsed.map(|spread| spread.median_us)),
            Cell::Micros(speed.elapsed.map(|spread| spread.p90_us)),
            Cell::Days(speed.median_business_days),
            Cell::Days(speed.p90_business_days),
        ];
        row.extend(speed.within.iter().map(|within| Cell::Count(within.business)));
        row.extend(speed.within.iter().map(|within| Cell::Count(within.calendar)));
        row
    };
    let mut columns = vec!["step", "cases", "median", "p90", "median-business-days", "p90-business-days"];
    columns.extend(["within-1-business", "within-3-business", "within-5-business"]);
    columns.extend(["within-1-calendar", "within-3-calendar", "within-5-calendar"]);
    debug_assert_eq!(TARGET_DAYS, [1, 3, 5], "the columns name the targets");
    Sheet {
        columns,
        rows: vec![step("first-action", &report.first_action), step("fix", &report.fix)],
        after: vec![ta(lang, "statistics-opened", &[("n", report.opened.into())])],
    }
}

pub(super) fn sources(lang: Lang, table: &SourceTable) -> Sheet {
    let rows = table.sources.iter().map(|source| {
        vec![
            Cell::Text(source.address.clone()),
            Cell::Word(show::word(lang, "source-kind", &source.kind), source.kind.clone()),
            Cell::Real(source.trust),
            Cell::Count(source.cases),
            Cell::Count(source.only),
            Cell::Count(source.shared()),
            Cell::Count(source.first),
            Cell::Count(source.observations),
        ]
    });
    let whole = |value: f64| group(&format!("{value:.0}"));
    let after = match &table.estimate {
        None => vec![ta(lang, "statistics-estimate-none", &[("n", table.all_cases.into())])],
        Some(is) => {
            let values = [
                ("known", number(i128::from(is.known)).into()),
                ("total", whole(is.total).into()),
                ("low", whole(is.low).into()),
                ("high", whole(is.high).into()),
            ];
            vec![ta(lang, "statistics-estimate", &values), t(lang, "statistics-estimate-caveat")]
        }
    };
    let columns = vec!["reporter", "kind", "trust", "cases", "only", "overlapping", "first", "observations"];
    Sheet { columns, rows: rows.collect(), after }
}

/// A row for each month, a column for each origin.
pub(super) fn coverage(lang: Lang, coverage: &Coverage) -> Sheet {
    let origins = ["told", "found", "person"];
    let count = |month: u8, origin: &str| {
        let here = coverage.months.iter().filter(|cell| cell.month == month && cell.name == origin);
        Cell::Count(here.map(|cell| cell.count).sum())
    };
    let rows = (1..=12).map(|month: u8| {
        [Cell::Count(month.into())].into_iter().chain(origins.map(|origin| count(month, origin))).collect()
    });
    let all = coverage.told + coverage.found + coverage.entered;
    let share = text::wording::percent(coverage.found, all);
    Sheet {
        columns: ["month"].into_iter().chain(origins).collect(),
        rows: rows.collect(),
        after: vec![ta(lang, "statistics-found-share", &[("value", share.into())])],
    }
}

pub(super) fn work(lang: Lang, work: &WorkReport) -> Sheet {
    let rows = work.people.iter().map(|row| {
        let name = row.name.clone().or_else(|| row.user.map(|user| format!("#{user}")));
        vec![
            name.map_or_else(|| Cell::Word(t(lang, "nobody"), String::new()), Cell::Text),
            Cell::Count(row.cases),
            Cell::Count(row.open),
            Cell::Real(row.minutes_per_case),
            Cell::Real(row.clicks_per_case),
        ]
    });
    let mut opened = ta(lang, "statistics-opened", &[("n", work.opened.into())]);
    if let Some(rate) = work.cases_per_business_day {
        opened = format!("{opened} {}", ta(lang, "statistics-per-day", &[("value", format!("{rate:.1}").into())]));
    }
    let handled = text::wording::percent(work.outcomes.handled, work.outcomes.closed);
    let mut after = vec![opened, ta(lang, "statistics-handled", &[("value", handled.into())])];
    let named = |name: String, cases: i64| format!("  {name}: {}", number(cases));
    after
        .extend(work.outcomes.endings.iter().map(|ended| named(t(lang, &format!("exit-{}", ended.exit)), ended.count)));
    if !work.repeaters.is_empty() {
        after.push(t(lang, "statistics-repeaters-question"));
        after.extend(work.repeaters.iter().take(20).map(|row| named(show::cell(&row.key), row.cases)));
    }
    let columns = vec!["worker", "cases", "still-open", "minutes-per-case", "clicks-per-case"];
    Sheet { columns, rows: rows.collect(), after }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_gets_exact_numbers_and_no_formulas() -> Result<()> {
        let sheet = Sheet {
            columns: vec!["reporter", "cases", "p90"],
            rows: vec![
                vec![Cell::Text("=HYPERLINK(1)".to_owned()), Cell::Count(12_345), Cell::Micros(Some(90_000_000))],
                vec![Cell::Text("a \"b\", c".to_owned()), Cell::Count(0), Cell::Micros(None)],
            ],
            after: Vec::new(),
        };
        assert_eq!(sheet.csv()?, "reporter,cases,p90\n'=HYPERLINK(1),12345,90\n\"a \"\"b\"\", c\",0,\n");
        assert!(sheet.table(Lang::En).to_string().contains("12,345"));
        Ok(())
    }
}
