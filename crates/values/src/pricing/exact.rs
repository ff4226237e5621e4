//! Rounding of fractions, and whole parts that add up. Everything here is zero or more.

use std::cmp::Reverse;

use super::RoundingMode;

/// A percentage's ten-thousandths, and a quantity's millionths, in one.
pub(super) const MILLION: i128 = 1_000_000;
/// Parts of a minor unit in which line amounts are exact: a quantity's times a percentage's.
pub(super) const FINE: i128 = MILLION * MILLION;

impl RoundingMode {
    /// The whole number nearest to a fraction.
    pub(super) fn round(self, numerator: i128, denominator: i128) -> i128 {
        let (whole, rest) = (numerator / denominator, numerator % denominator);
        let up = match (2 * rest).cmp(&denominator) {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Equal => self == Self::HalfUp || whole % 2 == 1,
        };
        whole + i128::from(up)
    }
}

/// Exact parts, as numerators over one denominator, as whole numbers that add up to their rounded sum: each part is
/// rounded down, then those that lost most are rounded up. Of equal losses the greater key goes first, so that the order
/// of the parts says nothing.
pub(super) fn settle<K: Ord>(total: i128, parts: &[(i128, K)], denominator: i128) -> Vec<i128> {
    let whole: Vec<i128> = parts.iter().map(|(part, _)| part / denominator).collect();
    let losses = parts.iter().map(|(part, key)| (part % denominator, key));
    round_up(total, whole, losses)
}

/// A total cut in proportion to weights: the method of the largest remainder. A part is no more than its weight if the
/// total is no more than all of them. Without any weight there are no parts.
pub(super) fn divide<K: Ord>(total: i128, weights: &[(i128, K)]) -> Vec<i128> {
    let all: i128 = weights.iter().map(|(weight, _)| weight).sum();
    if all == 0 {
        return vec![0; weights.len()];
    }
    let whole: Vec<i128> = weights
        .iter()
        .map(|(weight, _)| total * weight / all)
        .collect();
    let losses = weights
        .iter()
        .map(|(weight, key)| (total * weight % all, key));
    round_up(total, whole, losses)
}

fn round_up<'k, K: Ord + 'k>(
    total: i128,
    mut whole: Vec<i128>,
    losses: impl Iterator<Item = (i128, &'k K)>,
) -> Vec<i128> {
    let missing = total - whole.iter().sum::<i128>();
    let mut losses: Vec<(i128, &K, usize)> = losses
        .zip(0..)
        .filter(|((loss, _), _)| *loss > 0)
        .map(|((loss, key), at)| (loss, key, at))
        .collect();
    losses.sort_unstable_by_key(|loss| Reverse(*loss));
    for (_, _, at) in losses
        .into_iter()
        .take(usize::try_from(missing).unwrap_or(0))
    {
        whole[at] += 1;
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves() {
        for (numerator, up, even) in [
            (0, 0, 0),
            (1, 1, 0),
            (2, 1, 1),
            (3, 2, 2),
            (5, 3, 2),
            (7, 4, 4),
        ] {
            assert_eq!(RoundingMode::HalfUp.round(numerator, 2), up);
            assert_eq!(RoundingMode::HalfEven.round(numerator, 2), even);
        }
        assert_eq!(RoundingMode::HalfUp.round(14, 10), 1);
        assert_eq!(RoundingMode::HalfEven.round(16, 10), 2);
    }

    proptest! {
        #[test]
        fn parts_add_up(weights in prop::collection::vec(0i128..1_000, 1..20), thousandths in 0i128..=1_000) {
            let all: i128 = weights.iter().sum();
            let total = all * thousandths / 1_000;
            let keyed: Vec<(i128, usize)> = weights.iter().copied().zip(0..).collect();
            let parts = divide(total, &keyed);
            prop_assert_eq!(parts.iter().sum::<i128>(), total);
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!(*part <= *weight);
                // Less than one away from what is exact.
                prop_assert!((part * all - total * weight).abs() < all.max(1));
            }
        }

        #[test]
        fn settled_parts_add_up(parts in prop::collection::vec(0i128..10_000, 1..20), even: bool) {
            let mode = if even { RoundingMode::HalfEven } else { RoundingMode::HalfUp };
            let total = mode.round(parts.iter().sum(), 100);
            let keyed: Vec<(i128, usize)> = parts.iter().copied().zip(0..).collect();
            let settled = settle(total, &keyed, 100);
            prop_assert_eq!(settled.iter().sum::<i128>(), total);
            for (settled, part) in settled.iter().zip(&parts) {
                prop_assert!((settled * 100 - part).abs() < 100);
            }
        }
    }
}
