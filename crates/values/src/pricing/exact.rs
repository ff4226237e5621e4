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

/// A product divided, exact: the quotient doubled, and one more if something is left over. Halves and what is above or
/// below them are told apart by it as by the quotient itself. The product may be longer than 128 bits.
pub(super) fn twice_quotient(factor: i128, times: i128, divisor: i128) -> i128 {
    let (whole, part) = (factor / divisor, factor % divisor);
    let (mut quotient, mut rest) = (0, 0);
    for bit in (0..i128::BITS - 1).rev() {
        (quotient, rest) = (2 * quotient, 2 * rest);
        if times >> bit & 1 == 1 {
            (quotient, rest) = (quotient + whole, rest + part);
        }
        // It was less than the divisor twice over, and the part is less than it once.
        (quotient, rest) = (quotient + rest / divisor, rest % divisor);
    }
    2 * quotient + i128::from(rest > 0)
}

fn round_up<'k, K: Ord + 'k>(
    total: i128,
    mut whole: Vec<i128>,
    losses: impl Iterator<Item = (i128, &'k K)>,
) -> Vec<i128> {
    let missing = total - whole.iter().sum::<i128>();
    let mut losses: Vec<(i128, &K, usize)> = losses
        .zip(0..)
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
            // Nobody who was rounded down lost more than one who was rounded up.
            let loss = |at: usize| total * weights[at] % all.max(1);
            let up = |at: usize| parts[at] * all > total * weights[at];
            let places = || 0..weights.len();
            let most = places().filter(|at| !up(*at)).map(loss).max();
            prop_assert!(places().filter(|at| up(*at)).all(|at| most.is_none_or(|most| loss(at) >= most)));
        }

        #[test]
        fn long_products_are_divided_exactly(factor in 0i128..1 << 62, times in 0i128..1 << 62, divisor in 1i128..1 << 62, shift in 0u32..50) {
            let (quotient, rest) = (factor * times / divisor, factor * times % divisor);
            prop_assert_eq!(twice_quotient(factor, times, divisor), 2 * quotient + i128::from(rest > 0));
            // The same beyond 128 bits: what both are multiplied by falls out.
            let long = twice_quotient(factor << 2, times << shift, divisor << shift);
            prop_assert_eq!(long, 2 * (4 * factor * times / divisor) + i128::from(4 * factor * times % divisor > 0));
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
