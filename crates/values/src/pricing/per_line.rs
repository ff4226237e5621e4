//! Rounding line by line: what the lines say is what is added up.

use super::exact::{FINE, MILLION, divide};
use super::{Columns, ExactLine, Pricing};
use crate::FieldError;

pub(super) fn price(pricing: &Pricing, lines: &[ExactLine]) -> Result<Vec<Columns>, FieldError> {
    let round = |numerator, denominator| pricing.mode.round(numerator, denominator);
    let left: Vec<(i128, _)> = lines
        .iter()
        .map(|line| (round(line.left, FINE), line.line))
        .collect();
    let all: i128 = left.iter().map(|(left, _)| left).sum();
    let off = divide(pricing.discount(all, 1, all)?, &left);
    let columns = lines
        .iter()
        .zip(&left)
        .zip(off)
        .map(|((line, (left, _)), off)| {
            let subtotal = round(line.listed, FINE);
            let amount = left - off;
            let (net, tax) = if pricing.tax_included {
                let net = round(amount * MILLION, MILLION + line.rate());
                (net, amount - net)
            } else {
                (amount, round(amount * line.rate(), MILLION))
            };
            Columns {
                rate: line.line.tax,
                subtotal,
                discount: subtotal - amount,
                net,
                tax,
            }
        });
    Ok(columns.collect())
}
