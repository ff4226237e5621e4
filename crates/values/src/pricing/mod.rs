//! What a quotation, an order or an invoice adds up to, line by line: discounts, tax, rounding. Whole numbers all along,
//! no floats: what is not rounded yet is an exact fraction.

mod exact;
mod per_document;
mod per_line;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use self::exact::{FINE, MILLION};
use crate::amount::LIMIT;
use crate::{Amount, Currency, FieldError, Percent, Quantity};

/// A line of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Line {
    /// How many.
    pub quantity: Quantity,
    /// Price of one, zero or more, in the document's currency. Whether tax is in it says [`Pricing::tax_included`].
    pub unit_price: Amount,
    /// What is taken off this line.
    pub discount: Percent,
    /// Rate of tax.
    pub tax: Percent,
}

/// When amounts are rounded to minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Each line's amount, then its tax on that amount: whoever adds up the lines gets the totals, and each line can be
    /// checked by hand. Cutting a line in two may move what is rounded by one: with tax on top, net and tax each.
    PerLine,
    /// The exact sum of all lines, once; then the lines are settled so that they add up. Neither order nor cutting of
    /// lines moves a total. With tax on top, net and tax are rounded, each by half a minor unit at most; with tax
    /// included, the total is, and then the tax of each rate.
    PerDocument,
}

/// Where a half of a minor unit goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundingMode {
    /// Up, as people do it by hand.
    HalfUp,
    /// To the even neighbour, so that many halves cancel out.
    HalfEven,
}

/// What is taken off a document as a whole, after the lines' own discounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentDiscount {
    /// A part of it, rounded once.
    Percent(Percent),
    /// A sum, in the document's currency.
    Amount(Amount),
}

/// How a document is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pricing {
    /// Currency of everything on it.
    pub currency: Currency,
    /// When amounts are rounded.
    pub rounding: Rounding,
    /// Where halves of a minor unit go.
    pub mode: RoundingMode,
    /// Whether prices, and so discounts, include tax.
    pub tax_included: bool,
    /// What is taken off the whole.
    pub discount: Option<DocumentDiscount>,
}

/// Amounts of a line. `subtotal - discount` is `gross` if prices include tax, `net` if not; `gross = net + tax`.
/// None is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PricedLine {
    /// Quantity times price.
    pub subtotal: Amount,
    /// Taken off: the line's own discount and its part of the document's.
    pub discount: Amount,
    /// Without tax.
    pub net: Amount,
    /// Tax.
    pub tax: Amount,
    /// With tax.
    pub gross: Amount,
}

/// What is taxed at one rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TaxOfRate {
    /// The rate.
    pub rate: Percent,
    /// What is taxed.
    pub net: Amount,
    /// The tax on it.
    pub tax: Amount,
}

/// A document added up. Every total is the sum of its column in the lines, and of its column in the rates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Priced {
    /// The lines, in the order given.
    pub lines: Vec<PricedLine>,
    /// Before discounts.
    pub subtotal: Amount,
    /// All discounts.
    pub discount_total: Amount,
    /// Without tax.
    pub net_total: Amount,
    /// All tax.
    pub tax_total: Amount,
    /// What is to be paid: with tax.
    pub total: Amount,
    /// By rate of tax, ascending; rates that no line has are left out.
    pub by_rate: Vec<TaxOfRate>,
}

impl Pricing {
    /// Adds up a document.
    ///
    /// # Errors
    /// `lines.currency` {line, currency}: a price is in another currency. `lines.negative_price` {line}.
    /// `lines.discount_currency` {currency}, `lines.discount_negative`, `lines.discount_too_large`: the discount of the
    /// whole is in another currency, below zero, or more than there is. `amount.too_large`: an amount is more than
    /// [`Amount`] holds.
    pub fn price(&self, lines: &[Line]) -> Result<Priced, FieldError> {
        let mut all = 0;
        let mut exact = Vec::with_capacity(lines.len());
        for (number, line) in (1..).zip(lines) {
            let line = self.exact(number, line)?;
            // Each is at most LIMIT, and so is their sum after every step: it stays far below 128 bits.
            all = within_limit(all + line.listed, FINE)?;
            exact.push(line);
        }
        let discounted = match self.rounding {
            Rounding::PerLine => per_line::price(self, &exact)?,
            Rounding::PerDocument => per_document::price(self, &exact)?,
        };
        self.priced(discounted)
    }

    fn exact(&self, number: usize, line: &Line) -> Result<ExactLine, FieldError> {
        if line.unit_price.currency != self.currency {
            return Err(FieldError::new("lines.currency")
                .with("line", number)
                .with("currency", self.currency.code()));
        }
        let price = i128::from(line.unit_price.minor);
        if price < 0 {
            return Err(FieldError::new("lines.negative_price").with("line", number));
        }
        // 2^63 times 10^15 stays within 128 bits.
        let listed = price * i128::from(line.quantity.millionths());
        let listed = within_limit(listed, MILLION)?;
        let kept = MILLION - i128::from(line.discount.ten_thousandths());
        Ok(ExactLine {
            listed: listed * MILLION,
            left: listed * kept,
            line: *line,
        })
    }

    /// What the whole-document discount takes off an amount, given as a fraction; `most` is that amount, rounded. No more
    /// than that: rounding keeps the order.
    fn discount(&self, amount: i128, denominator: i128, most: i128) -> Result<i128, FieldError> {
        match self.discount {
            None => Ok(0),
            Some(DocumentDiscount::Percent(percent)) => {
                let part = amount * i128::from(percent.ten_thousandths());
                Ok(self.mode.round(part, denominator * MILLION))
            }
            Some(DocumentDiscount::Amount(sum)) => {
                let minor = i128::from(sum.minor);
                if sum.currency != self.currency {
                    Err(FieldError::new("lines.discount_currency")
                        .with("currency", self.currency.code()))
                } else if minor < 0 {
                    Err(FieldError::new("lines.discount_negative"))
                } else if minor > most {
                    Err(FieldError::new("lines.discount_too_large"))
                } else {
                    Ok(minor)
                }
            }
        }
    }

    fn priced(&self, columns: Vec<Columns>) -> Result<Priced, FieldError> {
        let mut all = Columns::default();
        let mut rates: BTreeMap<Percent, Columns> = BTreeMap::new();
        for line in &columns {
            all.add(line);
            rates.entry(line.rate).or_default().add(line);
        }
        let amount = |minor: i128| {
            let minor = i64::try_from(within_limit(minor, 1)?).map_err(|_| too_large())?;
            Ok(Amount {
                minor,
                currency: self.currency,
            })
        };
        let line = |line: &Columns| {
            Ok(PricedLine {
                subtotal: amount(line.subtotal)?,
                discount: amount(line.discount)?,
                net: amount(line.net)?,
                tax: amount(line.tax)?,
                gross: amount(line.net + line.tax)?,
            })
        };
        let of_rate = |(rate, columns): (&Percent, &Columns)| {
            Ok(TaxOfRate {
                rate: *rate,
                net: amount(columns.net)?,
                tax: amount(columns.tax)?,
            })
        };
        Ok(Priced {
            lines: columns
                .iter()
                .map(line)
                .collect::<Result<_, FieldError>>()?,
            subtotal: amount(all.subtotal)?,
            discount_total: amount(all.discount)?,
            net_total: amount(all.net)?,
            tax_total: amount(all.tax)?,
            total: amount(all.net + all.tax)?,
            by_rate: rates
                .iter()
                .map(of_rate)
                .collect::<Result<_, FieldError>>()?,
        })
    }
}

/// A line before rounding.
struct ExactLine {
    /// Quantity times price, over [`FINE`].
    listed: i128,
    /// What its own discount leaves of it, over [`FINE`].
    left: i128,
    /// The line, which breaks ties: equal lines are as good as each other.
    line: Line,
}

impl ExactLine {
    /// The rate of tax, over [`MILLION`].
    fn rate(&self) -> i128 {
        i128::from(self.line.tax.ten_thousandths())
    }
}

/// Rounded amounts of a line, or sums of them, in minor units.
#[derive(Clone, Copy, Default)]
struct Columns {
    rate: Percent,
    subtotal: i128,
    discount: i128,
    net: i128,
    tax: i128,
}

impl Columns {
    fn add(&mut self, line: &Self) {
        self.subtotal += line.subtotal;
        self.discount += line.discount;
        self.net += line.net;
        self.tax += line.tax;
    }
}

/// The same fraction, unless it is more than an [`Amount`] holds.
fn within_limit(numerator: i128, denominator: i128) -> Result<i128, FieldError> {
    if numerator <= LIMIT * denominator {
        Ok(numerator)
    } else {
        Err(too_large())
    }
}

fn too_large() -> FieldError {
    FieldError::new("amount.too_large")
}
