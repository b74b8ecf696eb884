//! Reading through either a store or an open transaction.
//!
//! A function that reads takes `&mut impl Query`: called with `&mut &store` it sees what is committed, called with
//! `&mut tx` it also sees what that transaction has written.

use std::future::Future;

use crate::{Arg, Row, Store, StoreError, Tx};

/// Something that answers reading statements.
pub trait Query: Send {
    /// All rows.
    fn fetch(&mut self, sql: &str, args: Vec<Arg>) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;
    /// The first row, if any.
    fn fetch_opt(&mut self, sql: &str, args: Vec<Arg>) -> impl Future<Output = Result<Option<Row>, StoreError>> + Send;
    /// The single row of a statement that always has one.
    fn fetch_one(&mut self, sql: &str, args: Vec<Arg>) -> impl Future<Output = Result<Row, StoreError>> + Send;
}

impl Query for &Store {
    async fn fetch(&mut self, sql: &str, args: Vec<Arg>) -> Result<Vec<Row>, StoreError> {
        Store::fetch(self, sql, args).await
    }
    async fn fetch_opt(&mut self, sql: &str, args: Vec<Arg>) -> Result<Option<Row>, StoreError> {
        Store::fetch_opt(self, sql, args).await
    }
    async fn fetch_one(&mut self, sql: &str, args: Vec<Arg>) -> Result<Row, StoreError> {
        Store::fetch_one(self, sql, args).await
    }
}

impl Query for Tx {
    async fn fetch(&mut self, sql: &str, args: Vec<Arg>) -> Result<Vec<Row>, StoreError> {
        Self::fetch(self, sql, args).await
    }
    async fn fetch_opt(&mut self, sql: &str, args: Vec<Arg>) -> Result<Option<Row>, StoreError> {
        Self::fetch_opt(self, sql, args).await
    }
    async fn fetch_one(&mut self, sql: &str, args: Vec<Arg>) -> Result<Row, StoreError> {
        Self::fetch_one(self, sql, args).await
    }
}
