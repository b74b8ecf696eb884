//! The one place that asks the machine what time it is.

use jiff::Timestamp;

/// A source of the present moment, passed to whatever needs it so that tests can stop time.
pub trait Clock: Send + Sync {
    /// The present moment, UTC, microseconds.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the one file that may ask for the time")]
        let now = Timestamp::now();
        // What is stored is microseconds; cut here so that a value compares equal after a round trip.
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}
