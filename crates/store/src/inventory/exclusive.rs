//! The rule that nothing is in the hands of two contracts at once, and the row it decides about.

use jiff::Timestamp;
use model::SubjectKey;

use super::catalogue::bad_period;
use super::{HoldingRow, RefusalCode};
use crate::{Row, StoreError};

/// Somebody's hold on one subject; times in microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hold {
    pub(super) contract: Option<i64>,
    pub(super) ports: (i64, i64),
    pub(super) from: i64,
    pub(super) to: Option<i64>,
}

impl Hold {
    pub(super) fn of(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            contract: row.opt_int("contract_id")?,
            ports: (row.int("port_lo")?, row.int("port_hi")?),
            from: row.int("valid_from")?,
            to: row.opt_int("valid_to")?,
        })
    }

    /// Whether this is the row of the same beginning, which a new end would correct.
    pub(super) fn is_same_row(&self, other: &Self) -> bool {
        (self.contract, self.ports, self.from) == (other.contract, other.ports, other.from)
    }

    /// Whether both cannot be true.
    ///
    /// Infrastructure may lie under a contract's ports if it is wider: an address of a port-sharing router is the
    /// provider's as far as no contract holds a block of it.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        if self.contract == other.contract || !self.touches(other) {
            return false;
        }
        match (self.contract, other.contract) {
            (None, Some(_)) => !self.is_wider(other),
            (Some(_), None) => !other.is_wider(self),
            _ => true,
        }
    }

    fn touches(&self, other: &Self) -> bool {
        let before = |end: Option<i64>, start: i64| end.is_some_and(|end| end <= start);
        let apart_in_time = before(self.to, other.from) || before(other.to, self.from);
        let apart_in_ports = self.ports.1 < other.ports.0 || other.ports.1 < self.ports.0;
        !apart_in_time && !apart_in_ports
    }

    fn is_wider(&self, other: &Self) -> bool {
        self.ports != other.ports && self.ports.0 <= other.ports.0 && other.ports.1 <= self.ports.1
    }
}

/// Reads a row's subject, ports and period.
pub(super) fn check(row: &HoldingRow) -> Result<(SubjectKey, Hold), (RefusalCode, String)> {
    let subject: SubjectKey = row.subject.parse().map_err(|why| (RefusalCode::BadSubject, why))?;
    check_ports(&subject, (row.port_lo, row.port_hi)).map_err(|why| (RefusalCode::BadPorts, why))?;
    let (from, to) = (row.from.as_microsecond(), row.to.map(Timestamp::as_microsecond));
    if to.is_some_and(|to| to <= from) {
        return Err((RefusalCode::BadPeriod, bad_period()));
    }
    Ok((subject, Hold { contract: None, ports: (row.port_lo.into(), row.port_hi.into()), from, to }))
}

/// Whether a subject can be held with these ports.
pub(super) fn check_ports(subject: &SubjectKey, (low, high): (u16, u16)) -> Result<(), String> {
    if low > high {
        return Err(format!("port {low} is after port {high}; the first port comes first"));
    }
    if !matches!(subject, SubjectKey::Ip(_)) && (low, high) != (0, u16::MAX) {
        return Err(format!("only addresses are shared by ports, not a {}; leave the ports out", subject.kind()));
    }
    Ok(())
}

/// A period as a person reads it.
pub(super) fn period(hold: &Hold) -> String {
    let moment = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or_default();
    match hold.to {
        Some(to) => format!("from {} to {}", moment(hold.from), moment(to)),
        None => format!("since {}", moment(hold.from)),
    }
}
