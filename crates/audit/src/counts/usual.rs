//! What is usual, from a series of daily figures, and how far another is from it.
//!
//! The measure is the modified z-score of B. Iglewicz and D. Hoaglin, "How to Detect and Handle Outliers" (ASQC, 1993):
//! 0.6745 · (x − median) / MAD, where MAD is the median of the absolute deviations from the median. Medians are not
//! moved by the very days one looks for. They recommend to look at values above 3.5.

/// Makes MAD comparable with a standard deviation under a normal distribution.
const CONSISTENCY: f64 = 0.6745;
/// A person who does the same every day has no deviation: it counts as a tenth of the median, and one at the least.
const LEAST_DEVIATION: (f64, f64) = (0.1, 1.0);

/// The middle of a series and how far it spreads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Usual {
    /// The median.
    pub(crate) median: f64,
    /// The median of the absolute deviations, as used: never below what [`LEAST_DEVIATION`] says.
    pub(crate) deviation: f64,
}

impl Usual {
    /// None of an empty series.
    pub(crate) fn of(series: &[i64]) -> Option<Self> {
        let values: Vec<f64> = series.iter().map(|value| *value as f64).collect();
        let middle = median(values.clone())?;
        let deviations = values.iter().map(|value| (value - middle).abs()).collect();
        let least = (LEAST_DEVIATION.0 * middle).max(LEAST_DEVIATION.1);
        Some(Self {
            median: middle,
            deviation: median(deviations)?.max(least),
        })
    }

    /// The modified z-score of a value.
    pub(crate) fn score(self, value: i64) -> f64 {
        CONSISTENCY * (value as f64 - self.median) / self.deviation
    }

    /// The value from which on a score is reached.
    pub(crate) fn limit(self, score: f64) -> f64 {
        self.median + score * self.deviation / CONSISTENCY
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    match values.len() % 2 {
        1 => Some(upper),
        _ => Some((values.get(middle.checked_sub(1)?)? + upper) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_day_far_above_the_usual_scores_high_and_the_limit_says_from_where_on() {
        let usual = Usual::of(&[28, 31, 30, 33, 27, 30, 29]).unwrap();
        assert_eq!(usual.median, 30.0);
        assert!(usual.score(412) > 3.5);
        assert!(usual.score(33) < 3.5);
        assert!((usual.score(100) > 3.5) == (100.0 > usual.limit(3.5)));
    }

    proptest! {
        #[test]
        fn one_wild_day_does_not_move_what_is_usual_out_of_the_others(
            mut days in proptest::collection::vec(0_i64..200, 5..40), wild in 0_i64..1_000_000
        ) {
            let (least, most) = (*days.iter().min().unwrap(), *days.iter().max().unwrap());
            days.push(wild);
            let usual = Usual::of(&days).unwrap();
            prop_assert!(usual.median >= least.min(wild) as f64);
            prop_assert!(usual.median <= most as f64 || wild <= most);
            prop_assert!(usual.deviation >= 1.0);
            prop_assert!(usual.score(usual.limit(3.5).ceil() as i64 + 1) >= 3.5);
        }
    }
}
