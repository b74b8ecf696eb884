//! The report of a year: the table of a Japanese provider's desk, with what the parts sum to (A03).

use model::calendar::Calendar;
use model::{DeskGroup, Lang};
use serde::Serialize;
use store::stats::{self, Cell};
use text::wording::number;
use text::{t, ta};

use super::months;
use crate::{Desk, DeskError};

/// One row of the yearly table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupRow {
    /// Which.
    pub group: DeskGroup,
    /// Its name in the language of the report.
    pub name: String,
    /// Reports.
    pub count: i64,
}

/// One month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MonthRow {
    /// 1 to 12.
    pub month: u8,
    /// Reports by row of the table, in the order of [`DeskGroup::ALL`], the unsorted last.
    pub groups: [i64; 5],
}

impl MonthRow {
    /// All reports of the month.
    pub fn total(&self) -> i64 {
        self.groups.iter().sum()
    }
}

/// A year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct YearReport {
    /// Which.
    pub year: i16,
    /// The language of its words.
    pub lang: Lang,
    /// The four rows of the table.
    pub groups: Vec<GroupRow>,
    /// What the four rows sum to.
    pub sorted: i64,
    /// Reports in none of the four.
    pub unsorted: i64,
    /// All reports.
    pub total: i64,
    /// The sentence that says what the parts sum to.
    pub statement: String,
    /// By month.
    pub months: Vec<MonthRow>,
}

/// Reports and cases of a year by month and category (B15, B41).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trend {
    /// Reports.
    pub reports: Vec<Cell>,
    /// Cases.
    pub cases: Vec<Cell>,
}

impl Desk {
    /// The report of a year.
    pub async fn year_report(&self, year: i16, lang: Lang) -> Result<YearReport, DeskError> {
        let bounds = months(year, &Calendar::default())?;
        Ok(report(year, lang, &stats::reports_by_group(&mut &self.store, &bounds).await?))
    }

    /// What rises and what falls in a year.
    pub async fn trend(&self, year: i16) -> Result<Trend, DeskError> {
        let bounds = months(year, &Calendar::default())?;
        Ok(Trend {
            reports: stats::reports_by_category(&mut &self.store, &bounds).await?,
            cases: stats::cases_by_category(&mut &self.store, &bounds).await?,
        })
    }
}

fn report(year: i16, lang: Lang, cells: &[Cell]) -> YearReport {
    let count = |month: u8, group: DeskGroup| -> i64 {
        // A name that is none of the five is not sorted either.
        let is = |name: &str| match DeskGroup::ALL.iter().find(|known| known.name() == name) {
            Some(known) => *known == group,
            None => group == DeskGroup::Unsorted,
        };
        cells.iter().filter(|cell| cell.month == month && is(&cell.name)).map(|cell| cell.count).sum()
    };
    let months: Vec<MonthRow> =
        (1..=12).map(|month| MonthRow { month, groups: DeskGroup::ALL.map(|group| count(month, group)) }).collect();
    let sum = |index: usize| months.iter().map(|month| month.groups[index]).sum::<i64>();
    let groups: Vec<GroupRow> = DeskGroup::ALL
        .into_iter()
        .enumerate()
        .filter(|(_, group)| *group != DeskGroup::Unsorted)
        .map(|(index, group)| GroupRow { group, name: t(lang, &format!("group-{}", group.name())), count: sum(index) })
        .collect();
    let sorted = groups.iter().map(|row| row.count).sum();
    let total: i64 = months.iter().map(MonthRow::total).sum();
    let unsorted = total - sorted;
    let values = [("sum", number(sorted).into()), ("total", number(total).into()), ("rest", number(unsorted).into())];
    let key = if unsorted == 0 { "year-statement-all" } else { "year-statement" };
    let statement = ta(lang, key, &values);
    YearReport { year, lang, groups, sorted, unsorted, total, statement, months }
}

impl YearReport {
    /// The report as plain text, for terminals and mails.
    pub fn to_text(&self) -> String {
        let year = self.year.to_string();
        let mut lines = vec![ta(self.lang, "year-title", &[("year", year.into())]), String::new()];
        for row in &self.groups {
            lines.push(format!("{}: {}", row.name, number(row.count)));
        }
        lines.extend([String::new(), self.statement.clone(), String::new(), t(self.lang, "year-months")]);
        for month in &self.months {
            let groups: Vec<_> = month.groups.iter().map(|count| number(*count)).collect();
            lines.push(format!("{:>2}  {:>7}  ({})", month.month, number(month.total()), groups.join(" / ")));
        }
        lines.join("\n") + "\n"
    }
}
