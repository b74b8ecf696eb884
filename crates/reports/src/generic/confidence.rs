//! How sure the reader is of a value, from stated evidence: where it stood, what was said of it, and what else was found.
//!
//! Each [`Evidence`] has one figure in [`Evidence::sure`]. The figures are calibrated against 369 labelled real reports,
//! and the share that the labels confirmed stands beside each kind of evidence. From [`model::Observation::SURE`] on, 995
//! of 1,000 values are confirmed, taken together; a kind with few or often refuted values stays below, even where the
//! label and not the reading was at fault (a third of the refuted links differ from the label only in form). The
//! scoring command prints the shares by band; when they drift, the figures here are what to change.

use super::candidates::Candidate;

/// Best score of an address that is accused in so many words.
pub(super) const PLAIN: i32 = 8;
/// A value this much weaker than the best of its kind was accused less plainly.
const GAP: i32 = 2;
/// Least score of a link that a word accuses or at least announces.
const SPOKEN: i32 = 4;

fn best<'c>(all: impl Iterator<Item = &'c Candidate>) -> i32 {
    all.map(|one| one.best).max().unwrap_or(0)
}

/// What speaks for a value, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// It stands in a table, under a column that says what it is. Confirmed: 4,209 of 4,212.
    Row,
    /// The only accused address, called so in plain words or in the subject. Confirmed: 103 of 103.
    Plain,
    /// The only one of its kind, and nothing speaks against it. Confirmed: 178 of 195, addresses 96 of 100.
    Only,
    /// One of several addresses that are accused alike. Confirmed: 159 of 162.
    Listed,
    /// One of several links, or of the addresses of a site that is accused by its URL and may be a proxy's. Confirmed:
    /// 431 of 520.
    OfSite,
    /// Only in the subject, where URLs are often shortened. Confirmed: 4 of 9, the others in form only.
    SubjectOnly,
    /// The host that handed the evidence mail over; its header may be forged. Confirmed: 13 of 14.
    Hop,
    /// Others of its kind are accused more plainly, or it is also called somebody else's. Confirmed: 26 of 34.
    Weaker,
    /// Nothing but its place in the mail speaks for it. Confirmed: 57 of 59, but by chance of who writes so.
    Quiet,
    /// The best of what nothing speaks for. Too few to say.
    LastResort,
}

impl Evidence {
    /// The evidence for each of the accused addresses; `links` says whether URLs are accused besides.
    pub(super) fn of_addresses<'c>(all: impl Iterator<Item = &'c Candidate> + Clone, links: bool) -> Vec<Self> {
        let (top, several) = (best(all.clone()), all.clone().nth(1).is_some());
        all.map(|one| Self::of_address(one, top, several, links)).collect()
    }

    /// The evidence for each of the accused URLs and names.
    pub(super) fn of_links<'c>(all: impl Iterator<Item = &'c Candidate> + Clone) -> Vec<Self> {
        let (top, several) = (best(all.clone()), all.clone().nth(1).is_some());
        all.map(|one| Self::of_link(one, top, several)).collect()
    }

    /// `top` is the best score of all of them.
    fn of_address(one: &Candidate, top: i32, several: bool, links: bool) -> Self {
        if one.in_table {
            Self::Row
        } else if one.best < top - GAP && one.slots.is_empty() {
            Self::Weaker
        } else if several {
            if links { Self::OfSite } else { Self::Listed }
        } else if one.best >= PLAIN || one.in_subject {
            Self::Plain
        } else {
            Self::Only
        }
    }

    fn of_link(one: &Candidate, top: i32, several: bool) -> Self {
        if one.in_table {
            Self::Row
        } else if one.in_subject && one.times_seen == 1 {
            Self::SubjectOnly
        } else if one.worst < 0 || (one.best < top - GAP && !one.in_subject) {
            Self::Weaker
        } else if one.best < SPOKEN {
            Self::Quiet
        } else if several {
            Self::OfSite
        } else {
            Self::Only
        }
    }

    /// The figure.
    pub(super) const fn sure(self) -> f32 {
        match self {
            Self::Row => 0.97,
            Self::Plain => 0.96,
            Self::Only => 0.92,
            Self::Listed => 0.91,
            Self::Hop => 0.86,
            Self::OfSite => 0.85,
            Self::SubjectOnly => 0.8,
            Self::Weaker => 0.7,
            Self::Quiet => 0.65,
            Self::LastResort => 0.4,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::net::Ipv4Addr;

    use super::*;
    use crate::generic::candidates::{Findings, Sighting, Spot, Value};

    /// So many accused addresses, one a line.
    fn addresses(count: u32) -> Vec<Candidate> {
        let mut found = Findings::default();
        for line in 0..count {
            let value = Value::Ip(Ipv4Addr::from(0xc612_0000 + line).into());
            let spot = Spot { section: 0, line, row: 0, depth: 0 };
            let bytes = 0..0;
            let sighting =
                Sighting { value, score: 8, spot, line: "", bytes, port: None, at: None, target: None, record: false };
            found.see(sighting, false);
        }
        found.candidates
    }

    #[test]
    fn a_list_ten_times_as_long_is_ten_times_the_work() {
        let looks = |count| {
            let (all, looks) = (addresses(count), Cell::new(0_u32));
            let counted = all.iter().inspect(|_| looks.set(looks.get() + 1));
            assert_eq!(Evidence::of_addresses(counted.clone(), false).len(), all.len());
            assert_eq!(Evidence::of_links(counted).len(), all.len());
            looks.get()
        };
        assert!(looks(1_000) <= 10 * looks(100), "{} for 100 addresses, {} for 1,000", looks(100), looks(1_000));
    }
}
