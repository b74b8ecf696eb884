//! One row of an answer, read by column name.

use std::str::FromStr;

use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use crate::StoreError;

/// A row of either database.
pub struct Row(pub(crate) Inner);

pub(crate) enum Inner {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! get {
    ($($(#[$doc:meta])* $name:ident -> $type:ty;)+) => {$(
        $(#[$doc])*
        pub fn $name(&self, column: &str) -> Result<$type, StoreError> {
            Ok(match &self.0 {
                Inner::Sqlite(row) => row.try_get(column)?,
                Inner::Postgres(row) => row.try_get(column)?,
            })
        }
    )+};
}

impl Row {
    get! {
        /// A fraction.
        real -> f64;
        /// A text.
        text -> String;
        /// A text or null.
        opt_text -> Option<String>;
        /// Bytes.
        blob -> Vec<u8>;
    }

    /// A number.
    pub fn int(&self, column: &str) -> Result<i64, StoreError> {
        self.opt_int(column)?.ok_or_else(|| StoreError::Damaged(format!("column {column} is null")))
    }

    /// A number or null.
    pub fn opt_int(&self, column: &str) -> Result<Option<i64>, StoreError> {
        Ok(match &self.0 {
            Inner::Sqlite(row) => row.try_get(column)?,
            // A column is BIGINT, but what a statement computes from literals is INTEGER to PostgreSQL.
            Inner::Postgres(row) => row
                .try_get::<Option<i64>, _>(column)
                .or_else(|_| row.try_get::<Option<i32>, _>(column).map(|value| value.map(i64::from)))?,
        })
    }

    /// A boolean, stored as 0 or 1.
    pub fn flag(&self, column: &str) -> Result<bool, StoreError> {
        self.int(column).map(|value| value != 0)
    }

    /// A moment, stored as microseconds.
    pub fn time(&self, column: &str) -> Result<Timestamp, StoreError> {
        moment(column, self.int(column)?)
    }

    /// A moment or null.
    pub fn opt_time(&self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        self.opt_int(column)?.map(|value| moment(column, value)).transpose()
    }

    /// A value stored by its name.
    pub fn parse<T: FromStr>(&self, column: &str) -> Result<T, StoreError> {
        let text = self.text(column)?;
        text.parse().map_err(|_| StoreError::Damaged(format!("column {column} holds `{text}`")))
    }

    /// A value stored by its name, or null.
    pub fn opt_parse<T: FromStr>(&self, column: &str) -> Result<Option<T>, StoreError> {
        self.opt_text(column)?
            .map(|text| text.parse().map_err(|_| StoreError::Damaged(format!("column {column} holds `{text}`"))))
            .transpose()
    }

    /// A value stored as JSON.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?)
            .map_err(|error| StoreError::Damaged(format!("column {column}: {error}")))
    }
}

fn moment(column: &str, micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|error| StoreError::Damaged(format!("column {column}: {error}")))
}
