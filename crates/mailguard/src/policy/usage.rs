//! What an account sent lately: exact sliding windows, one list of mails for all quotas of its plan.
//!
//! A mail counts in a window of length w at the moment t if it was sent after t - w. A clock that is set back must neither give
//! mails away nor lock an account for years: what lies in the future is moved to the present.

use std::collections::VecDeque;

use super::settings::{Of, Quota};

/// One mail, or one recipient of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sent {
    /// Microseconds since 1970.
    pub(super) at: i64,
    pub(super) mails: u32,
    pub(super) recipients: u32,
}

/// A quota's window over the list.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    /// Items at the front that have left the window.
    left: usize,
    /// What the others count for.
    sum: u64,
}

/// An address from which an account was used, and when last, in microseconds.
type Source = (u64, i64);

/// One account's.
#[derive(Debug, Default)]
pub(super) struct Usage {
    sent: VecDeque<Sent>,
    marks: Vec<Mark>,
    /// The settings and the moment for which the marks were made.
    generation: u32,
    present: i64,
    sources: Vec<Source>,
}

impl Sent {
    const fn counts(self, of: Of) -> u64 {
        match of {
            Of::Mails => self.mails as u64,
            Of::Recipients => self.recipients as u64,
        }
    }
}

impl Usage {
    /// Brings the windows to the present.
    pub(super) fn advance(&mut self, now: i64, quotas: &[Quota], generation: u32) {
        if self.generation != generation || self.marks.len() != quotas.len() || now < self.present {
            self.generation = generation;
            let sum = |quota: &Quota| self.sent.iter().map(|sent| sent.counts(quota.of)).sum();
            self.marks = quotas.iter().map(|quota| Mark { left: 0, sum: sum(quota) }).collect();
        }
        self.present = now;
        for sent in self.sent.iter_mut().rev().take_while(|sent| sent.at > now) {
            sent.at = now;
        }
        for (mark, quota) in self.marks.iter_mut().zip(quotas) {
            let oldest = now - quota.window.seconds() * 1_000_000;
            while let Some(sent) = self.sent.get(mark.left).filter(|sent| sent.at <= oldest) {
                mark.sum -= sent.counts(quota.of);
                mark.left += 1;
            }
        }
        let gone = self.marks.iter().map(|mark| mark.left).min().unwrap_or(self.sent.len());
        self.sent.drain(..gone);
        self.marks.iter_mut().for_each(|mark| mark.left -= gone);
    }

    /// What a quota's window holds; [`Self::advance`] comes first.
    pub(super) fn used(&self, quota: usize) -> u64 {
        self.marks.get(quota).map_or(0, |mark| mark.sum)
    }

    /// When a quota's window will have room for `more`, in microseconds since 1970.
    pub(super) fn frees_at(&self, index: usize, quota: &Quota, more: u64) -> Option<i64> {
        let mark = self.marks.get(index)?;
        let mut sum = mark.sum;
        for sent in self.sent.iter().skip(mark.left) {
            sum -= sent.counts(quota.of);
            if sum + more <= u64::from(quota.most) {
                return Some(sent.at + quota.window.seconds() * 1_000_000);
            }
        }
        None
    }

    /// Counts a mail that was allowed; [`Self::advance`] comes first.
    pub(super) fn count(&mut self, sent: Sent, quotas: &[Quota]) {
        if quotas.iter().all(|quota| sent.counts(quota.of) == 0) {
            return;
        }
        self.sent.push_back(sent);
        for (mark, quota) in self.marks.iter_mut().zip(quotas) {
            mark.sum += sent.counts(quota.of);
        }
    }

    /// How many other addresses used the account within `window` seconds.
    pub(super) fn other_sources(&mut self, source: u64, now: i64, window: i64) -> usize {
        self.sources.retain_mut(|(_, last)| {
            *last = (*last).min(now);
            *last > now - window * 1_000_000
        });
        self.sources.iter().filter(|(other, _)| *other != source).count()
    }

    /// Remembers an address; at most so many are kept.
    pub(super) fn remember_source(&mut self, source: u64, now: i64, most: usize) {
        if let Some(known) = self.sources.iter_mut().find(|(known, _)| *known == source) {
            known.1 = now;
        } else if self.sources.len() <= most {
            self.sources.push((source, now));
        }
    }

    /// What still counts.
    pub(super) fn sent(&self) -> impl Iterator<Item = &Sent> {
        self.sent.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Fail, Verdict};
    use crate::window::Window;

    fn quota(of: Of, most: u32, hours: u32) -> Quota {
        let (action, fail) = (Verdict::Defer, Fail::Open);
        Quota { name: "q".to_owned(), of, most, window: Window::hours(hours), action, fail }
    }

    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn a_mail_leaves_each_window_at_its_own_time() {
        let quotas = [quota(Of::Mails, 5, 1), quota(Of::Recipients, 100, 24)];
        let mut usage = Usage::default();
        for at in [0, HOUR / 2] {
            usage.advance(at, &quotas, 1);
            usage.count(Sent { at, mails: 1, recipients: 10 }, &quotas);
        }
        usage.advance(HOUR - 1, &quotas, 1);
        assert_eq!((usage.used(0), usage.used(1)), (2, 20));
        assert_eq!(usage.frees_at(0, &quotas[0], 4), Some(HOUR));
        usage.advance(HOUR, &quotas, 1);
        assert_eq!((usage.used(0), usage.used(1)), (1, 20));
        // A plan with other windows counts anew from what is kept.
        let wider = [quota(Of::Recipients, 5, 24)];
        usage.advance(HOUR, &wider, 2);
        assert_eq!(usage.used(0), 20);
        usage.advance(25 * HOUR, &wider, 2);
        assert_eq!((usage.used(0), usage.sent().count()), (0, 0));
    }

    #[test]
    fn a_clock_set_back_gives_nothing_away_and_locks_nobody_for_long() {
        let quotas = [quota(Of::Mails, 5, 1)];
        let mut usage = Usage::default();
        usage.advance(1_000 * HOUR, &quotas, 1);
        usage.count(Sent { at: 1_000 * HOUR, mails: 1, recipients: 1 }, &quotas);
        usage.advance(HOUR, &quotas, 1);
        assert_eq!(usage.used(0), 1);
        usage.advance(2 * HOUR, &quotas, 1);
        assert_eq!(usage.used(0), 0);
    }
}
