//! A clock that moves only when told.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use model::Clock;

/// A stopped clock, shared by reference.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that shows `at` (RFC 3339).
    ///
    /// # Panics
    /// If `at` is no time: a mistake in the test.
    #[expect(clippy::expect_used, reason = "a wrong time in a test should stop it")]
    pub fn at(at: &str) -> Self {
        let at: Timestamp = at.parse().expect("an RFC 3339 time");
        Self(AtomicI64::new(at.as_microsecond()))
    }

    /// Moves the hands.
    pub fn advance(&self, by: SignedDuration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }
}
