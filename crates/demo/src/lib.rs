//! A provider that does not exist, and its year: inventory and abuse reports, generated, with the truth beside them.
//!
//! Everything is a pure function of a seed and an `end` moment: no I/O, no clock, no randomness of the machine, so a test,
//! a benchmark and `mimawari demo` all see the same bytes. Addresses come from the benchmarking block 198.18.0.0/15 and
//! from 2001:db8::/32, names from the documentation domains: nothing here exists.
//!
//! ```
//! use demo::{Oracle, Provider, Settings, Year, YearSettings};
//! use model::TimeSpan;
//!
//! let end = "2025-06-30T00:00:00Z".parse()?;
//! // Tables for an import: plans, customers, contracts, holdings and prefixes, row by row.
//! let provider = Provider::generate(&Settings::new(end));
//! assert_eq!(provider.contracts().count(), 2_000);
//!
//! // Reports in order of receipt, each with what is true about it.
//! let year = Year::generate(&provider, &YearSettings { reports: 100, noise: 5, ..YearSettings::new(end) });
//! for report in year.iter() {
//!     assert!(report.received < end && !report.raw.is_empty());
//! }
//!
//! // Who had it? Brute force over the rows, to check attribution against.
//! let oracle = Oracle::new(provider.holdings(), |row| row.subject.starts_with("ip:198.18."));
//! let question = provider.questions(7).next().ok_or("endless")?;
//! let _ = oracle.who_had(question.ip, question.port, TimeSpan::instant(question.at));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A new way of writing reports is one file in `styles/` and one line in its `ALL`.

mod attack;
mod incidents;
mod mail;
mod mime;
mod mmdb;
mod names;
mod oracle;
mod plans;
mod provider;
mod reporter;
mod rng;
mod rows;
mod scene;
mod schedule;
mod space;
mod stamp;
mod styles;
mod tables;
mod target;
mod tenure;
mod truth;
mod xarf4;
mod year;

pub use mail::{Hijack, HijackKind, LifeKind, MailSettings, MailYear};
pub use mmdb::{MmdbRecord, mmdb};
pub use oracle::{Held, Oracle, Question};
pub use provider::{HISTORY_DAYS, Mix, Provider, Settings};
pub use rows::{ContractRow, CustomerRow, HoldingRow, PlanRow, PrefixRow};
pub use space::ASN;
pub use truth::{Accused, DemoReport, Door, Expect, ReporterTruth, Truth};
pub use year::{Year, YearSettings, planted_day};
