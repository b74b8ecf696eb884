//! An import in steps, so that no transaction of it is long: others write between two of them.
//!
//! What is decided about a row does not depend on where the steps end, and neither does the report: whatever one row says
//! about another of the file is remembered from step to step.

use jiff::Timestamp;

use super::catalogue::ReadinessImport;
use super::contracts::ContractImport;
use super::customers::CustomerImport;
use super::holdings::HoldingImport;
use super::{ContractRow, CustomerRow, HoldingRow, ImportReport, Line, PlanRow, PrefixRow, ReadinessRow};
use crate::{StoreError, Tx};

/// The rows of one file on their way in.
pub struct Import(Kind);

enum Kind {
    /// Small tables go in at once.
    Plans(Vec<Line<PlanRow>>, ImportReport),
    Prefixes(Vec<Line<PrefixRow>>, ImportReport),
    Customers(CustomerImport),
    Contracts(ContractImport),
    Holdings(HoldingImport),
    Readiness(ReadinessImport),
}

impl Import {
    /// Of plans.
    pub fn plans(lines: Vec<Line<PlanRow>>) -> Self {
        Self(Kind::Plans(lines, ImportReport::default()))
    }

    /// Of announced prefixes.
    pub fn prefixes(lines: Vec<Line<PrefixRow>>) -> Self {
        Self(Kind::Prefixes(lines, ImportReport::default()))
    }

    /// Of customers.
    pub fn customers(lines: Vec<Line<CustomerRow>>) -> Self {
        Self(Kind::Customers(CustomerImport::new(lines)))
    }

    /// Of contracts. A row with a known key corrects that contract, also its customer and plan, for all time.
    pub fn contracts(lines: Vec<Line<ContractRow>>) -> Self {
        Self(Kind::Contracts(ContractImport::new(lines)))
    }

    /// Of holdings. A row of the same subject, contract, ports and beginning as a stored one corrects its end. `source`
    /// names the file; line numbers are added to it.
    pub fn holdings(lines: Vec<Line<HoldingRow>>, source: &str) -> Self {
        Self(Kind::Holdings(HoldingImport::new(lines, source)))
    }

    /// Of readiness items.
    pub fn readiness(lines: Vec<Line<ReadinessRow>>, now: Timestamp) -> Self {
        Self(Kind::Readiness(ReadinessImport::new(lines, now)))
    }

    /// Takes in at most `most` further rows; says whether there is more to do. A step that fails ends the import: what
    /// earlier transactions took in stays, and the same file once more takes in the rest.
    pub async fn step(&mut self, tx: &mut Tx, most: usize) -> Result<bool, StoreError> {
        match &mut self.0 {
            Kind::Plans(lines, report) => *report = tx.import_plans(std::mem::take(lines)).await?,
            Kind::Prefixes(lines, report) => *report = tx.import_prefixes(std::mem::take(lines)).await?,
            Kind::Customers(import) => return import.step(tx, most).await,
            Kind::Contracts(import) => return import.step(tx, most).await,
            Kind::Holdings(import) => return import.step(tx, most).await,
            Kind::Readiness(import) => return import.step(tx, most).await,
        }
        Ok(false)
    }

    /// What became of the rows, once there is nothing more to do.
    pub fn into_report(self) -> ImportReport {
        match self.0 {
            Kind::Plans(_, report) | Kind::Prefixes(_, report) => report,
            Kind::Customers(import) => import.report.sorted(),
            Kind::Contracts(import) => import.report.sorted(),
            Kind::Holdings(import) => import.into_report(),
            Kind::Readiness(import) => import.report.sorted(),
        }
    }

    /// All steps in one transaction.
    pub async fn at_once(mut self, tx: &mut Tx) -> Result<ImportReport, StoreError> {
        while self.step(tx, usize::MAX).await? {}
        Ok(self.into_report())
    }
}

impl Tx {
    /// [`Import::customers`] in this transaction.
    pub async fn import_customers(&mut self, lines: Vec<Line<CustomerRow>>) -> Result<ImportReport, StoreError> {
        Import::customers(lines).at_once(self).await
    }

    /// [`Import::contracts`] in this transaction.
    pub async fn import_contracts(&mut self, lines: Vec<Line<ContractRow>>) -> Result<ImportReport, StoreError> {
        Import::contracts(lines).at_once(self).await
    }

    /// [`Import::holdings`] in this transaction.
    pub async fn import_holdings(
        &mut self,
        lines: Vec<Line<HoldingRow>>,
        source: &str,
    ) -> Result<ImportReport, StoreError> {
        Import::holdings(lines, source).at_once(self).await
    }
}
