//! Rounding once: exact sums over the document become the totals, totals are cut by rate, and rates by line. So lines
//! add up to what was rounded without them.

use std::collections::BTreeMap;

use super::exact::{FINE, MILLION, divide, settle, twice_quotient};
use super::{Columns, ExactLine, Line, Pricing};
use crate::{FieldError, Percent};

/// The lines of one rate.
#[derive(Default)]
struct Rate {
    /// Places among the lines.
    lines: Vec<usize>,
    /// What the lines' own discounts leave, over [`FINE`].
    left: i128,
}

/// A rate's share of the totals, in minor units.
struct Share {
    /// What the lines' own discounts leave.
    left: i128,
    /// Its part of the document's discount.
    off: i128,
    tax: i128,
}

pub(super) fn price(pricing: &Pricing, lines: &[ExactLine]) -> Result<Vec<Columns>, FieldError> {
    let mut rates: BTreeMap<Percent, Rate> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        let rate = rates.entry(line.line.tax).or_default();
        rate.lines.push(at);
        rate.left += line.left;
    }
    let shares = shares(pricing, &rates)?;

    let own: Vec<(i128, Line)> = lines
        .iter()
        .map(|line| (line.listed - line.left, line.line))
        .collect();
    let own_total = own.iter().map(|(own, _)| own).sum();
    let own = settle(pricing.mode.round(own_total, FINE), &own, FINE);

    let mut columns = vec![Columns::default(); lines.len()];
    for ((rate, group), share) in rates.iter().zip(&shares) {
        let keyed = |amount: &dyn Fn(usize) -> i128| -> Vec<(i128, Line)> {
            let parts = group.lines.iter().enumerate();
            parts
                .map(|(place, at)| (amount(place), lines[*at].line))
                .collect()
        };
        let left = settle(
            share.left,
            &keyed(&|place| lines[group.lines[place]].left),
            FINE,
        );
        let off = divide(share.off, &keyed(&|place| left[place]));
        let amount: Vec<i128> = left
            .iter()
            .zip(&off)
            .map(|(left, off)| left - off)
            .collect();
        let weights = if amount.iter().any(|amount| *amount > 0) {
            keyed(&|place| amount[place])
        } else {
            // Every line of the rate is less than half a minor unit, their tax together is not.
            keyed(&|place| i128::from(lines[group.lines[place]].left > 0))
        };
        let tax = divide(share.tax, &weights);
        for (place, at) in group.lines.iter().enumerate() {
            columns[*at] = Columns {
                rate: *rate,
                subtotal: left[place] + own[*at],
                discount: own[*at] + off[place],
                net: if pricing.tax_included {
                    amount[place] - tax[place]
                } else {
                    amount[place]
                },
                tax: tax[place],
            };
        }
    }
    Ok(columns)
}

/// Totals, cut by rate.
fn shares(pricing: &Pricing, rates: &BTreeMap<Percent, Rate>) -> Result<Vec<Share>, FieldError> {
    let mode = pricing.mode;
    let exact: Vec<(i128, Percent)> = rates
        .iter()
        .map(|(rate, group)| (group.left, *rate))
        .collect();
    let exact_total = exact.iter().map(|(left, _)| left).sum();
    let total = mode.round(exact_total, FINE);
    let left = settle(total, &exact, FINE);
    let keyed: Vec<(i128, Percent)> = left.iter().copied().zip(rates.keys().copied()).collect();
    let off_total = pricing.discount(exact_total, FINE, total)?;
    let off = divide(off_total, &keyed);

    let tax = if pricing.tax_included {
        let amounts = rates.keys().zip(left.iter().zip(&off));
        amounts
            .map(|(rate, (left, off))| {
                let amount = left - off;
                amount - mode.round(amount * MILLION, MILLION + millionths(*rate))
            })
            .collect()
    } else {
        // The discount takes the same part off every rate. Rounded up, it may be a little more than there is.
        let kept = (exact_total - off_total * FINE).max(0);
        let taxed = |tax: i128| match exact_total {
            0 => 0,
            all => twice_quotient(tax, kept, all),
        };
        let exact: Vec<(i128, Percent)> = exact
            .iter()
            .map(|(left, rate)| (left * millionths(*rate), *rate))
            .collect();
        let total = taxed(exact.iter().map(|(tax, _)| tax).sum());
        let parts: Vec<(i128, Percent)> = exact
            .iter()
            .map(|(tax, rate)| (taxed(*tax), *rate))
            .collect();
        let unit = 2 * FINE * MILLION;
        settle(mode.round(total, unit), &parts, unit)
    };
    let shares = left.into_iter().zip(off).zip(tax);
    Ok(shares
        .map(|((left, off), tax)| Share { left, off, tax })
        .collect())
}

fn millionths(rate: Percent) -> i128 {
    i128::from(rate.ten_thousandths())
}
