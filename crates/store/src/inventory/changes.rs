//! Single changes of who holds what, for the API and for connectors: start, end, reassign.

use jiff::Timestamp;
use model::{ContractId, HoldingId, SubjectKey};

use super::exclusive::{Hold, check_ports, period};
use super::holdings::prefix_length;
use crate::{StoreError, Tx, args};

/// Something that somebody begins to hold.
#[derive(Debug, Clone, Copy)]
pub struct NewHolding<'a> {
    /// What.
    pub subject: &'a SubjectKey,
    /// Who; absent = the provider's own infrastructure.
    pub contract: Option<ContractId>,
    /// First and last port; 0 and 65535 unless the address is shared.
    pub ports: (u16, u16),
    /// First moment (inclusive).
    pub from: Timestamp,
    /// First moment after (exclusive); open if absent.
    pub to: Option<Timestamp>,
    /// Where this is known from.
    pub source: &'a str,
}

/// What a reassignment did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reassigned {
    /// Holdings that were ended.
    pub ended: Vec<HoldingId>,
    /// The holding that began.
    pub started: HoldingId,
}

impl Tx {
    /// Begins a holding. [`StoreError::Conflict`] if another contract holds the same at any moment of it, or if the
    /// ports or the period make no sense.
    pub async fn start_holding(&mut self, new: &NewHolding<'_>) -> Result<HoldingId, StoreError> {
        check_ports(new.subject, new.ports).map_err(StoreError::Conflict)?;
        let subject = canonical(new.subject);
        let hold = Hold {
            contract: new.contract.map(|contract| contract.0),
            ports: (new.ports.0.into(), new.ports.1.into()),
            from: new.from.as_microsecond(),
            to: new.to.map(Timestamp::as_microsecond),
        };
        if hold.to.is_some_and(|to| to <= hold.from) {
            return Err(StoreError::Conflict(format!("the holding of {subject} would end before it begins")));
        }
        self.lock_inventory().await?;
        for (_, held) in self.holds_of(&subject).await? {
            if held.excludes(&hold) || held.is_same_row(&hold) {
                let holder = held.contract.map_or("the provider".to_owned(), |id| format!("contract number {id}"));
                let why = format!("{subject} is held by {holder} {}; end that holding first", period(&held));
                return Err(StoreError::Conflict(why));
            }
        }
        let id = self.new_id().await?;
        self.execute(
            "INSERT INTO holding (id, subject, contract_id, port_lo, port_hi, valid_from, valid_to, source) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![id, subject.to_string(), hold.contract, hold.ports.0, hold.ports.1, hold.from, hold.to, new.source],
        )
        .await?;
        self.add_prefix_lengths(&prefix_length(&subject).into_iter().collect()).await?;
        Ok(HoldingId(id))
    }

    /// Ends a holding at `at` (the first moment at which it no longer counts). An end that is there already is only ever
    /// brought forward: a later one could reach into somebody else's time.
    pub async fn end_holding(&mut self, id: HoldingId, at: Timestamp) -> Result<(), StoreError> {
        self.lock_inventory().await?;
        let row = self.fetch_opt("SELECT * FROM holding WHERE id = $1", args![id]).await?;
        let row = row.ok_or_else(|| StoreError::NotFound { what: format!("holding {id}") })?;
        let hold = Hold::of(&row)?;
        if at.as_microsecond() <= hold.from || hold.to.is_some_and(|to| at.as_microsecond() > to) {
            return Err(StoreError::Conflict(format!("holding {id} counts {}; it cannot end at {at}", period(&hold))));
        }
        self.execute("UPDATE holding SET valid_to = $2 WHERE id = $1", args![id, at]).await?;
        Ok(())
    }

    /// Gives a subject to somebody else: ends whatever holds it at `new.from`, then starts the new holding.
    ///
    /// A holding that begins later than `new.from` is in the way and makes this a [`StoreError::Conflict`].
    pub async fn reassign(&mut self, new: &NewHolding<'_>) -> Result<Reassigned, StoreError> {
        self.lock_inventory().await?;
        let from = new.from.as_microsecond();
        let wanted = Hold {
            contract: new.contract.map(|contract| contract.0),
            ports: (new.ports.0.into(), new.ports.1.into()),
            from,
            to: new.to.map(Timestamp::as_microsecond),
        };
        let mut ended = Vec::new();
        for (id, held) in self.holds_of(&canonical(new.subject)).await? {
            if held.from < from && held.excludes(&wanted) {
                self.end_holding(id, new.from).await?;
                ended.push(id);
            }
        }
        Ok(Reassigned { ended, started: self.start_holding(new).await? })
    }

    async fn holds_of(&mut self, subject: &SubjectKey) -> Result<Vec<(HoldingId, Hold)>, StoreError> {
        let rows = self.fetch("SELECT * FROM holding WHERE subject = $1", args![subject.to_string()]).await?;
        rows.iter().map(|row| Ok((HoldingId(row.int("id")?), Hold::of(row)?))).collect()
    }
}

fn canonical(subject: &SubjectKey) -> SubjectKey {
    match subject {
        SubjectKey::Ip(net) => SubjectKey::network(*net),
        other => other.clone(),
    }
}
