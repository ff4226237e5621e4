//! What a cell holds.

use custos_values::{Amount, Date, Timestamp};
use std::borrow::Cow;

/// A cell to be written. Text stays text in every format; the others are numbers and dates where the format knows such.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Text, also of phones and codes: nothing of it is reckoned with.
    Text(Cow<'a, str>),
    /// A sum of money.
    Amount(Amount),
    /// A calendar day.
    Date(Date),
    /// A moment, written in UTC.
    Moment(Timestamp),
}

impl Cell<'_> {
    /// An empty cell.
    pub const EMPTY: Self = Self::Text(Cow::Borrowed(""));

    /// The cell as text that is read back as the same value.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            // With the currency first, a negative sum does not begin like a formula.
            Self::Amount(amount) if amount.minor < 0 => {
                format!("{} {}", amount.currency.code(), amount.decimal()).into()
            }
            Self::Amount(amount) => amount.to_string().into(),
            Self::Date(date) => date.to_string().into(),
            Self::Moment(moment) => moment.to_string().into(),
        }
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}
