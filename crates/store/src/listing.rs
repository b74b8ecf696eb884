//! Pages of reports for the API, the latest first.

use jiff::Timestamp;

use crate::reports::{ReportRow, report_row};
use crate::{Arg, Query, StoreError, args};

/// Which reports a page shows; what is absent does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportFilter {
    /// Only in this state.
    pub state: Option<String>,
    /// Only through this door.
    pub door: Option<String>,
    /// Only received at or after this.
    pub from: Option<Timestamp>,
    /// Only received before this.
    pub to: Option<Timestamp>,
}

/// Where the next page begins: after this report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportCursor {
    received: i64,
    id: i64,
}

impl ReportCursor {
    /// The place right after `row`.
    pub fn after(row: &ReportRow) -> Self {
        Self { received: row.received_at.as_microsecond(), id: row.id.0 }
    }
}

impl std::fmt::Display for ReportCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.received, self.id)
    }
}

impl std::str::FromStr for ReportCursor {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('.').and_then(|(received, id)| Some((received.parse().ok()?, id.parse().ok()?)));
        let (received, id) = parts.ok_or_else(|| format!("`{text}` is not a place in the list of reports"))?;
        Ok(Self { received, id })
    }
}

/// At most `limit` reports that fit `filter`, the latest first, after `after`.
pub async fn reports(
    query: &mut impl Query,
    filter: &ReportFilter,
    after: Option<ReportCursor>,
    limit: i64,
) -> Result<Vec<ReportRow>, StoreError> {
    let mut terms = vec!["1 = 1".to_owned()];
    let mut values: Vec<Arg> = Vec::new();
    let mut term = |text: &str, value: Option<Arg>| {
        if let Some(value) = value {
            values.push(value);
            terms.push(text.replace('?', &format!("${}", values.len())));
        }
    };
    term("state = ?", filter.state.as_deref().map(Arg::from));
    term("door = ?", filter.door.as_deref().map(Arg::from));
    term("received_at >= ?", filter.from.map(Arg::from));
    term("received_at < ?", filter.to.map(Arg::from));
    if let Some(ReportCursor { received, id }) = after {
        let first = values.len() + 1;
        values.extend(args![received, id]);
        terms.push(format!("(received_at, id) < (${first}, ${})", first + 1));
    }
    values.push(limit.into());
    let sql = format!(
        "SELECT * FROM report WHERE {} ORDER BY received_at DESC, id DESC LIMIT ${}",
        terms.join(" AND "),
        values.len()
    );
    query.fetch(&sql, values).await?.iter().map(report_row).collect()
}

/// How many bytes are stored under `hash`.
pub async fn raw_size(query: &mut impl Query, hash: &str) -> Result<Option<i64>, StoreError> {
    query.fetch_opt("SELECT size FROM raw WHERE hash = $1", args![hash]).await?.map(|row| row.int("size")).transpose()
}
