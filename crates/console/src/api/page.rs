//! Lists: at most 200 rows a page, continued by an opaque cursor.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Failure;

/// Rows of a page unless asked otherwise.
const USUAL: i64 = 50;
/// Most rows of a page.
pub(crate) const MOST: i64 = 200;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// The rows.
    items: Vec<T>,
    /// Give this as `cursor` for the next page; null on the last one.
    next: Option<String>,
}

impl<T> List<T> {
    /// A page and where the next one begins.
    pub(crate) const fn new(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next }
    }

    /// A page out of rows of which one more than `limit` was asked for: that there is one more tells that there is a next
    /// page, which begins after the last row shown.
    pub(crate) fn cut<R>(mut rows: Vec<R>, limit: i64, cursor: impl Fn(&R) -> String, show: impl Fn(R) -> T) -> Self {
        let shown = usize::try_from(limit).unwrap_or(0);
        let more = rows.len() > shown;
        rows.truncate(shown);
        let next = rows.last().filter(|_| more).map(cursor);
        Self { items: rows.into_iter().map(show).collect(), next }
    }
}

/// Which page.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// Rows a page, at most 200.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<i64>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

/// The number of rows asked for.
pub(crate) fn limit(asked: Option<i64>) -> Result<i64, Failure> {
    match asked {
        None => Ok(USUAL),
        Some(limit) if (1..=MOST).contains(&limit) => Ok(limit),
        Some(_) => Err(Failure::bad_request(format!("`limit` is from 1 to {MOST}"))),
    }
}

/// The place that a cursor names.
pub(crate) fn cursor<C: std::str::FromStr>(asked: Option<&str>) -> Result<Option<C>, Failure> {
    let read =
        |text: &str| text.parse().map_err(|_| Failure::bad_request("`cursor` is not one that a page before gave"));
    asked.map(read).transpose()
}
