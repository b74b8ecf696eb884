//! How long things last, when some have not ended yet: the product-limit estimate of Kaplan and Meier (1958), its variance
//! by Greenwood, and the confidence limits of the median by Brookmeyer and Crowley (1982) on the log-log scale.

use serde::Serialize;

/// One observation, or many equal ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lasting {
    /// For how long it was seen to last, in seconds.
    pub seconds: i64,
    /// It lasts still, or nobody looked any longer: it lasts longer than that.
    pub open: bool,
    /// How many that are one and the same observation: the addresses of one prefix come and go together.
    pub weight: u64,
}

/// What observations say about the median.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Survival {
    /// Observations that ended.
    pub completed: u64,
    /// Observations that did not.
    pub open: u64,
    /// The median of those that ended alone, in seconds: too short whenever something lasts long.
    pub completed_median: Option<f64>,
    /// The Kaplan-Meier median in seconds; None where less than half have ended by any time.
    pub median: Option<f64>,
    /// Lower 95 % limit of it.
    pub low: Option<f64>,
    /// Upper 95 % limit of it; None where the data set none.
    pub high: Option<f64>,
}

/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and seconds are far below 2^53, or the last digits do not matter"
)]
const fn float(number: u64) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^53")]
const fn seconds(number: i64) -> f64 {
    number as f64
}

impl Survival {
    /// Works it out.
    pub fn of(mut observations: Vec<Lasting>) -> Self {
        observations.retain(|one| one.weight > 0);
        // At the same time, what ended counts before what was only seen so far.
        observations.sort_unstable();
        let sum = |open| {
            observations.iter().filter(|one| one.open == open).fold(0_u64, |sum, one| sum.saturating_add(one.weight))
        };
        let mut survival = Self { completed: sum(false), open: sum(true), ..Self::default() };
        survival.completed_median = completed_median(&observations, survival.completed);
        // Observations that stand and fall together say as little as one (Kish's design effect).
        let (weights, squares) = observations.iter().fold((0.0, 0.0), |(weights, squares), one| {
            let weight = float(one.weight);
            (weights + weight, weight.mul_add(weight, squares))
        });
        let together: f64 = if weights > 0.0 { squares / weights } else { 1.0 };
        let mut at_risk = weights;
        let (mut surviving, mut greenwood) = (1.0_f64, 0.0_f64);
        for group in observations.chunk_by(|a, b| a.seconds == b.seconds) {
            let weight = |open| group.iter().filter(|one| one.open == open).map(|one| float(one.weight)).sum::<f64>();
            let ended: f64 = weight(false);
            if ended > 0.0 {
                surviving *= 1.0 - ended / at_risk;
                greenwood += ended / (at_risk * (at_risk - ended).max(f64::MIN_POSITIVE));
                survival.step(seconds(group[0].seconds), surviving, greenwood * together);
            }
            at_risk -= ended + weight(true);
        }
        survival
    }

    /// The estimate falls to `surviving` at `time`, with Greenwood's sum.
    fn step(&mut self, time: f64, surviving: f64, greenwood: f64) {
        let (below, above) = band(surviving, greenwood);
        // A little room for rounding: a half reached by products of fractions is a half.
        let half = 0.5 + 1e-12;
        for (value, limit) in [(surviving, &mut self.median), (below, &mut self.low), (above, &mut self.high)] {
            if value <= half && limit.is_none() {
                *limit = Some(time);
            }
        }
    }
}

/// 95 % limits of the surviving share, on the log-log scale, which keeps them between 0 and 1.
fn band(surviving: f64, greenwood: f64) -> (f64, f64) {
    if surviving <= f64::EPSILON {
        return (0.0, 0.0);
    }
    let theta = Z * greenwood.sqrt() / surviving.ln();
    let limits = [surviving.powf(theta.exp()), surviving.powf((-theta).exp())];
    (limits[0].min(limits[1]), limits[0].max(limits[1]))
}

/// The middle of those that ended, or the mean of the two middle ones.
fn completed_median(sorted: &[Lasting], completed: u64) -> Option<f64> {
    let at = |place: u64| {
        let mut passed = 0_u64;
        sorted.iter().filter(|one| !one.open).find(|one| {
            passed = passed.saturating_add(one.weight);
            passed > place
        })
    };
    let (low, high) = (at(completed.checked_sub(1)? / 2)?, at(completed / 2)?);
    Some(f64::midpoint(seconds(low.seconds), seconds(high.seconds)))
}
