//! What an account usually does in an hour or a day, learnt from what it did: the counts of the running span and the highest
//! count of the spans before. Shared by the detectors that ask for "far more than ever".

/// The running span and the highest one before it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pace {
    /// Number of the running span.
    span: u32,
    /// Spans since the first one in which anything happened.
    born: u32,
    /// Happenings in the running span.
    pub(super) now: u32,
    /// The highest number of a span before; it fades by a half in [`HALF`] spans without its like.
    peak: f32,
}

/// Spans after which half of the highest number is forgotten.
const HALF: f32 = 60.0;

impl Pace {
    /// Counts `more` at a moment of span number `span`; returns the count of the running span.
    pub(super) fn count(&mut self, span: u32, more: u32) -> u32 {
        if self.born == 0 {
            (self.born, self.span) = (span, span);
        }
        if span > self.span {
            self.roll(span);
        }
        self.now = self.now.saturating_add(more);
        self.now
    }

    #[expect(clippy::cast_precision_loss, reason = "a fading highest number need not be exact")]
    fn roll(&mut self, span: u32) {
        self.peak = self.usual(self.now as f32, (span - self.span) as f32);
        (self.span, self.now) = (span, 0);
    }

    fn usual(&self, now: f32, spans: f32) -> f32 {
        (self.peak.max(now)) * (-spans / HALF).exp2()
    }

    /// The highest number of the spans before.
    pub(super) const fn peak(&self) -> f32 {
        self.peak
    }

    /// Whether the account was known for so many spans before this one.
    pub(super) const fn is_older_than(&self, spans: u32) -> bool {
        self.span - self.born > spans
    }
}

/// The number of the span of `length` seconds that a moment is in.
pub(super) fn span(second: i64, length: i64) -> u32 {
    u32::try_from(second.div_euclid(length)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_number_is_remembered_and_fades() {
        let mut pace = Pace::default();
        assert_eq!(pace.count(10, 5), 5);
        assert_eq!(pace.count(10, 3), 8);
        assert_eq!(pace.count(11, 1), 1);
        assert!((7.8..8.0).contains(&pace.peak()), "{}", pace.peak());
        pace.count(71, 1);
        assert!((3.9..4.1).contains(&pace.peak()), "{}", pace.peak());
        assert!(pace.is_older_than(60) && !pace.is_older_than(61));
    }
}
