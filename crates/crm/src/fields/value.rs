//! Values of fields: parsing what people send, the stored canonical text, and what is shown of it.

use super::lines::{LineInput, LineValue, check_lines, read_lines};
use super::spec::{FieldKind, FieldSpec};
use custos_values::{
    Amount, AmountUnit, BankAccount, CompanyName, Currency, Date, Email, FieldError, IdNumber,
    Percent, Phone, RecordId, Repair, Uscc, mask_text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A field value as a client sends it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum FieldInput {
    /// `null` empties the field.
    Empty,
    /// Text in any spelling the field's kind understands.
    Text(String),
    /// An amount of money.
    Money {
        /// Minor units, such as fen or cents.
        minor: i64,
        /// ISO 4217 code.
        currency: String,
    },
    /// The lines of a document.
    Lines {
        /// The lines, in order.
        lines: Vec<LineInput>,
    },
}

/// A field value as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum FieldValue {
    /// In clear.
    Text(String),
    /// An amount of money.
    Money {
        /// Minor units, such as fen or cents.
        minor: i64,
        /// ISO 4217 code.
        currency: String,
    },
    /// The lines of a document.
    Lines {
        /// The lines, in order.
        lines: Vec<LineValue>,
    },
    /// Another record; its name, if the caller may see it.
    Reference {
        /// Its id.
        id: String,
        /// What it is called.
        name: Option<String>,
    },
    /// With its middle hidden.
    Masked {
        /// What is left of it.
        masked: String,
    },
}

/// Whether a wrong check digit in a 统一社会信用代码 refuses the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UsccCheck {
    /// It does.
    #[default]
    Reject,
    /// It is accepted with a warning; some registries issued such codes.
    Accept,
}

/// A value that may be stored.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// The canonical text; empty means the field is empty.
    pub canonical: String,
    /// What was repaired.
    pub repairs: Vec<Repair>,
    /// What is doubtful.
    pub warnings: Vec<FieldError>,
}

/// Parses a text for a field.
///
/// # Errors
/// A coded [`FieldError`] that does not repeat the text.
pub fn check(
    spec: &FieldSpec,
    text: &str,
    uscc: UsccCheck,
    unit: AmountUnit,
) -> Result<Checked, FieldError> {
    let text = text.trim();
    if text.is_empty() {
        return if spec.required {
            Err(FieldError::new("field.required"))
        } else {
            Ok(Checked::default())
        };
    }
    if text.chars().count() > spec.max_length.max(64) {
        return Err(FieldError::new("field.too_long").with("max", spec.max_length));
    }
    macro_rules! canonical {
        ($parsed:expr, $text:expr) => {{
            let parsed = $parsed?.map($text);
            Checked {
                canonical: parsed.value,
                repairs: parsed.repairs,
                warnings: parsed.warnings,
            }
        }};
    }
    let checked = match spec.kind {
        FieldKind::Text => clean(single_line(text)?),
        FieldKind::LongText => clean(text.replace("\r\n", "\n").replace(['\r', '\0'], "\n")),
        FieldKind::Name => canonical!(CompanyName::parse(text), |v| v.as_str().to_owned()),
        FieldKind::Phone => canonical!(Phone::parse(text), |v| v.canonical().to_owned()),
        FieldKind::Email => canonical!(Email::parse(text), |v| v.as_str().to_owned()),
        FieldKind::Uscc => match Uscc::parse(text) {
            Err(error) if uscc == UsccCheck::Accept => {
                let mut checked =
                    canonical!(Uscc::parse_any_check_digit(text), |v| v.as_str().to_owned());
                if !checked.warnings.contains(&error) {
                    checked.warnings.push(error);
                }
                checked
            }
            parsed => canonical!(parsed, |v| v.as_str().to_owned()),
        },
        FieldKind::IdNumber => canonical!(IdNumber::parse(text), |v| v.as_str().to_owned()),
        FieldKind::BankAccount => canonical!(BankAccount::parse(text), |v| v.as_str().to_owned()),
        FieldKind::Choice(codes) => {
            let code = text.to_ascii_lowercase();
            if !codes.contains(&code.as_str()) {
                return Err(FieldError::new("choice.unknown"));
            }
            clean(code)
        }
        FieldKind::Date => canonical!(Date::parse(text), |v| v.to_string()),
        FieldKind::Amount => canonical!(Amount::parse(text, unit), stored_amount),
        FieldKind::Percent => canonical!(Percent::parse(text), |v| v.to_string()),
        FieldKind::Lines => return Err(FieldError::new("lines.expected")),
        FieldKind::Reference(_) | FieldKind::Pipeline | FieldKind::Stage => {
            clean(text.parse::<RecordId>()?.to_string())
        }
    };
    if checked.canonical.chars().count() > spec.max_length {
        return Err(FieldError::new("field.too_long").with("max", spec.max_length));
    }
    Ok(checked)
}

/// Parses what a client of the API sent.
///
/// # Errors
/// See [`check`].
pub(crate) fn check_input(spec: &FieldSpec, input: &FieldInput) -> Result<Checked, FieldError> {
    match input {
        FieldInput::Empty => check(spec, "", UsccCheck::Reject, AmountUnit::One),
        FieldInput::Text(text) => check(spec, text, UsccCheck::Reject, AmountUnit::One),
        FieldInput::Money { minor, currency } if spec.kind == FieldKind::Amount => {
            let currency = Currency::from_code(currency)
                .ok_or_else(|| FieldError::new("amount.currency_unknown"))?;
            Ok(clean(stored_amount(Amount {
                minor: *minor,
                currency,
            })))
        }
        FieldInput::Lines { lines } if spec.kind == FieldKind::Lines => {
            let canonical = check_lines(lines)?;
            if canonical.chars().count() > spec.max_length {
                return Err(FieldError::new("field.too_long").with("max", spec.max_length));
            }
            Ok(clean(canonical))
        }
        FieldInput::Lines { .. } => Err(FieldError::new("field.not_lines")),
        FieldInput::Money { .. } => Err(FieldError::new("field.not_an_amount")),
    }
}

fn clean(canonical: String) -> Checked {
    Checked {
        canonical,
        ..Checked::default()
    }
}

fn single_line(text: &str) -> Result<String, FieldError> {
    if text.chars().any(|c| c == '\0') {
        return Err(FieldError::new("field.control_character"));
    }
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

pub(super) fn stored_amount(amount: Amount) -> String {
    format!("{} {}", amount.minor, amount.currency.code())
}

fn parse_stored_amount(canonical: &str) -> Option<(i64, &str)> {
    let (minor, currency) = canonical.split_once(' ')?;
    Some((minor.parse().ok()?, currency))
}

/// The value in clear, for somebody allowed to read it.
pub fn display(spec: &FieldSpec, canonical: &str) -> FieldValue {
    match (spec.kind, parse_stored_amount(canonical)) {
        (FieldKind::Amount, Some((minor, currency))) => FieldValue::Money {
            minor,
            currency: currency.to_owned(),
        },
        (FieldKind::Phone, _) => FieldValue::Text(
            Phone::parse(canonical).map_or_else(|_| canonical.to_owned(), |p| p.value.display()),
        ),
        (FieldKind::Lines, _) => FieldValue::Lines {
            lines: read_lines(canonical),
        },
        (FieldKind::Reference(_), _) => FieldValue::Reference {
            id: canonical.to_owned(),
            name: None,
        },
        _ => FieldValue::Text(canonical.to_owned()),
    }
}

/// A stored amount as the value it is.
pub(crate) fn amount(canonical: &str) -> Option<Amount> {
    let (minor, code) = parse_stored_amount(canonical)?;
    let currency = Currency::from_code(code)?;
    Some(Amount { minor, currency })
}

/// A stored amount as people write it: decimals and currency code. Other text as it stands.
pub(crate) fn money_text(canonical: &str) -> String {
    amount(canonical).map_or_else(|| canonical.to_owned(), |amount| amount.to_string())
}

/// The value with its middle hidden.
pub fn mask(spec: &FieldSpec, canonical: &str) -> String {
    let masked = match spec.kind {
        FieldKind::Phone => Phone::parse(canonical).ok().map(|v| v.value.mask()),
        FieldKind::Email => Email::parse(canonical).ok().map(|v| v.value.mask()),
        FieldKind::IdNumber => IdNumber::parse(canonical).ok().map(|v| v.value.mask()),
        FieldKind::BankAccount => BankAccount::parse(canonical).ok().map(|v| v.value.mask()),
        _ => None,
    };
    masked.unwrap_or_else(|| mask_text(canonical))
}

/// The text whose blind index finds equal values whatever their spelling; none if there is nothing to compare.
pub fn match_key(spec: &FieldSpec, canonical: &str) -> Option<String> {
    let key = match spec.kind {
        FieldKind::Name => CompanyName::parse(canonical).ok()?.value.match_key(),
        FieldKind::Email => Email::parse(canonical).ok()?.value.match_key(),
        FieldKind::Text => canonical.to_lowercase(),
        _ => canonical.to_owned(),
    };
    (!key.is_empty()).then_some(key)
}

/// The number by which dates and amounts sort: days since the epoch, minor units.
pub fn sort_number(spec: &FieldSpec, canonical: &str) -> Option<i64> {
    match spec.kind {
        FieldKind::Date => Date::parse(canonical)
            .ok()
            .map(|d| d.value.days_since_epoch().into()),
        FieldKind::Amount => parse_stored_amount(canonical).map(|(minor, _)| minor),
        _ => None,
    }
}
