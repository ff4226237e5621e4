//! Lines of documents: what is offered or ordered, how many, at which price. A field of its own kind, because its parts
//! mean nothing apart.

use super::value::stored_amount;
use custos_values::{Amount, Currency, FieldError, Line, Percent, PricedLine, Quantity, RecordId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most lines of a document.
const MOST: usize = 200;
/// Most characters of what a line is about.
const LONGEST_NAME: usize = 200;
/// Most characters of a unit.
const LONGEST_UNIT: usize = 20;

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units, such as fen or cents.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// A line as a client sends it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct LineInput {
    /// The product, by its id.
    pub product: Option<String>,
    /// What it is, 1 to 200 characters.
    pub name: String,
    /// In what it is counted, up to 20 characters.
    pub unit: Option<String>,
    /// How many, up to six decimals.
    pub quantity: String,
    /// The price of one.
    pub price: Money,
    /// What is taken off, in percent; nothing if missing.
    pub discount: Option<String>,
    /// The rate of tax, in percent; nothing if missing.
    pub tax_rate: Option<String>,
}

/// A line as it is kept and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineValue {
    /// The product, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// What it is.
    pub name: String,
    /// In what it is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How many.
    pub quantity: String,
    /// The price of one.
    pub price: Money,
    /// What is taken off, in percent.
    pub discount: String,
    /// The rate of tax, in percent.
    pub tax_rate: String,
    /// Without tax.
    pub net: Option<Money>,
    /// Tax.
    pub tax: Option<Money>,
    /// With tax.
    pub gross: Option<Money>,
}

impl LineInput {
    fn checked(&self) -> Result<LineValue, FieldError> {
        let text = |text: &str, longest: usize| {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            match text.chars().count() > longest {
                true => Err(FieldError::new("field.too_long").with("max", longest)),
                false => Ok(text),
            }
        };
        let name = text(&self.name, LONGEST_NAME)?;
        if name.is_empty() {
            return Err(FieldError::new("lines.name"));
        }
        let unit = text(self.unit.as_deref().unwrap_or_default(), LONGEST_UNIT)?;
        let product = self.product.as_deref().filter(|id| !id.is_empty());
        let product = product.map(str::parse::<RecordId>).transpose()?;
        let percent = |given: &Option<String>| match given.as_deref().map(str::trim) {
            None | Some("") => Ok(Percent::ZERO),
            Some(text) => Ok::<_, FieldError>(Percent::parse(text)?.value),
        };
        let currency = Currency::from_code(&self.price.currency);
        currency.ok_or_else(|| FieldError::new("amount.currency_unknown"))?;
        Ok(LineValue {
            product: product.map(|id| id.to_string()),
            name,
            unit: Some(unit).filter(|unit| !unit.is_empty()),
            quantity: Quantity::parse(&self.quantity)?.value.to_string(),
            price: self.price.clone(),
            discount: percent(&self.discount)?.to_string(),
            tax_rate: percent(&self.tax_rate)?.to_string(),
            net: None,
            tax: None,
            gross: None,
        })
    }
}

impl LineValue {
    /// The line as prices are computed from it.
    pub(crate) fn priced_from(&self) -> Option<Line> {
        let currency = Currency::from_code(&self.price.currency)?;
        Some(Line {
            quantity: self.quantity.parse().ok()?,
            unit_price: Amount {
                minor: self.price.minor,
                currency,
            },
            discount: self.discount.parse().ok()?,
            tax: self.tax_rate.parse().ok()?,
        })
    }

    /// The same with what it comes to.
    pub(crate) fn coming_to(mut self, priced: &PricedLine) -> Self {
        let money = |amount: Amount| Money {
            minor: amount.minor,
            currency: amount.currency.code().to_owned(),
        };
        self.net = Some(money(priced.net));
        self.tax = Some(money(priced.tax));
        self.gross = Some(money(priced.gross));
        self
    }
}

/// The canonical text of lines; empty if there are none.
///
/// # Errors
/// `lines.too_many` {max}; `lines.invalid` {line, reason}.
pub(crate) fn check_lines(lines: &[LineInput]) -> Result<String, FieldError> {
    if lines.len() > MOST {
        return Err(FieldError::new("lines.too_many").with("max", MOST));
    }
    let numbered = (1..).zip(lines);
    let checked = numbered.map(|(number, line)| {
        let invalid = |error: FieldError| {
            let invalid = FieldError::new("lines.invalid").with("line", number);
            invalid.with("reason", error.code)
        };
        line.checked().map_err(invalid)
    });
    let checked: Vec<LineValue> = checked.collect::<Result<_, _>>()?;
    Ok(write_lines(&checked))
}

/// Lines as they are kept.
pub(crate) fn write_lines(lines: &[LineValue]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    serde_json::to_string(lines).unwrap_or_default()
}

/// Lines from their canonical text.
pub(crate) fn read_lines(canonical: &str) -> Vec<LineValue> {
    serde_json::from_str(canonical).unwrap_or_default()
}

/// The canonical text of an amount.
pub(crate) fn amount_text(amount: Amount) -> String {
    stored_amount(amount)
}
