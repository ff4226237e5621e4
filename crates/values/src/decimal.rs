//! Decimals of few places, exact: quantities and percentages.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::width::tidy;
use crate::{FieldError, Parsed, Repair};

/// How many of something: 0 to 1,000,000,000 with up to six decimals.
///
/// Text and JSON form: the shortest decimal, `1.5`, in JSON as a string.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(i64);

/// A part of a hundred: 0 to 100 with up to four decimals. Text and JSON form: the shortest decimal without a sign,
/// `12.5`, in JSON as a string.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(i64);

impl Quantity {
    /// None.
    pub const ZERO: Self = Self(0);
    /// One.
    pub const ONE: Self = Self(1_000_000);
    /// The largest.
    pub const MAX: Self = Self(1_000_000_000 * Self::ONE.0);
    const PLACES: usize = 6;

    /// This many millionths, if within the range.
    pub const fn from_millionths(millionths: i64) -> Option<Self> {
        if 0 <= millionths && millionths <= Self::MAX.0 {
            Some(Self(millionths))
        } else {
            None
        }
    }

    /// The quantity in millionths.
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// Reads a quantity such as `3`, `1,200.5`, `０．２５`. Full-width characters are the repair `text.full_width`.
    ///
    /// # Errors
    /// `quantity.empty`, `quantity.not_a_number`, `quantity.negative`, `quantity.separators` (`1.234,5` or `12,34`:
    /// unclear), `quantity.too_precise` {decimals}, `quantity.too_large` {max}.
    pub fn parse(text: &str) -> Result<Parsed<Self>, FieldError> {
        let tidied = tidy(text);
        let value = read(&tidied.text, Self::PLACES).map_err(|defect| match defect {
            Defect::Empty => FieldError::new("quantity.empty"),
            Defect::NotANumber => FieldError::new("quantity.not_a_number"),
            Defect::Negative => FieldError::new("quantity.negative"),
            Defect::Separators => FieldError::new("quantity.separators"),
            Defect::TooPrecise => {
                FieldError::new("quantity.too_precise").with("decimals", Self::PLACES)
            }
            Defect::TooLarge => Self::too_large(),
        })?;
        let quantity = Self::from_millionths(value).ok_or_else(Self::too_large)?;
        Ok(noted(quantity, tidied.full_width))
    }

    fn too_large() -> FieldError {
        FieldError::new("quantity.too_large").with("max", Self::MAX)
    }
}

impl Percent {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The whole.
    pub const HUNDRED: Self = Self(100 * Self::SCALE);
    const SCALE: i64 = 10_000;
    const PLACES: usize = 4;

    /// This many ten-thousandths of a percent, if within the range.
    pub const fn from_ten_thousandths(parts: i64) -> Option<Self> {
        if 0 <= parts && parts <= Self::HUNDRED.0 {
            Some(Self(parts))
        } else {
            None
        }
    }

    /// The percentage in ten-thousandths of a percent, which are millionths of the whole.
    pub const fn ten_thousandths(self) -> i64 {
        self.0
    }

    /// Reads a percentage such as `13`, `12.5%`, `６％`. Full-width characters are the repair `text.full_width`.
    ///
    /// # Errors
    /// `percent.empty`, `percent.not_a_number`, `percent.separators`, `percent.too_precise` {decimals},
    /// `percent.out_of_range` {min, max}.
    pub fn parse(text: &str) -> Result<Parsed<Self>, FieldError> {
        let tidied = tidy(text);
        let number = tidied.text.strip_suffix('%').unwrap_or(&tidied.text);
        let value = read(number.trim_end(), Self::PLACES).map_err(|defect| match defect {
            Defect::Empty if tidied.text.is_empty() => FieldError::new("percent.empty"),
            Defect::Empty | Defect::NotANumber => FieldError::new("percent.not_a_number"),
            Defect::Separators => FieldError::new("percent.separators"),
            Defect::TooPrecise => {
                FieldError::new("percent.too_precise").with("decimals", Self::PLACES)
            }
            Defect::Negative | Defect::TooLarge => Self::out_of_range(),
        })?;
        let percent = Self::from_ten_thousandths(value).ok_or_else(Self::out_of_range)?;
        Ok(noted(percent, tidied.full_width))
    }

    fn out_of_range() -> FieldError {
        FieldError::new("percent.out_of_range")
            .with("min", Self::ZERO)
            .with("max", Self::HUNDRED)
    }
}

/// What is wrong with a decimal, before its type gives it a code.
enum Defect {
    Empty,
    NotANumber,
    Negative,
    Separators,
    TooPrecise,
    TooLarge,
}

/// A number of tidy text in units of its last place.
fn read(text: &str, places: usize) -> Result<i64, Defect> {
    if text.is_empty() {
        return Err(Defect::Empty);
    }
    let (negative, number) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let number = number.trim_start();
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b',' | b'.');
    if !number.bytes().all(plain) || !number.bytes().any(|b| b.is_ascii_digit()) {
        return Err(Defect::NotANumber);
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains(['.', ',']) || !crate::amount::groups_of_three(whole) {
        return Err(Defect::Separators);
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > places {
        return Err(Defect::TooPrecise);
    }
    let digits = format!("{}{fraction:0<places$}", whole.replace(',', ""));
    let value: i64 = digits.parse().map_err(|_| Defect::TooLarge)?;
    if negative && value > 0 {
        return Err(Defect::Negative);
    }
    Ok(value)
}

/// The shortest decimal of a number in units of its last place, of which there are `places`.
fn write(f: &mut fmt::Formatter<'_>, value: i64, places: usize) -> fmt::Result {
    let digits = format!("{value:0>width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    match fraction.trim_end_matches('0') {
        "" => f.write_str(whole),
        fraction => write!(f, "{whole}.{fraction}"),
    }
}

fn noted<T>(value: T, full_width: bool) -> Parsed<T> {
    let repairs = full_width.then(|| Repair::new("text.full_width"));
    Parsed::repaired(value, repairs.into_iter().collect())
}

macro_rules! as_text {
    ($type:ident) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write(f, self.0, Self::PLACES)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $type {
            type Err = FieldError;

            /// Reads what [`Self::parse`] reads, with its errors.
            fn from_str(text: &str) -> Result<Self, FieldError> {
                Self::parse(text).map(|parsed| parsed.value)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

as_text!(Quantity);
as_text!(Percent);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quantity(text: &str) -> String {
        Quantity::parse(text).map_or_else(|error| error.code.to_owned(), |p| p.value.to_string())
    }

    fn percent(text: &str) -> String {
        Percent::parse(text).map_or_else(|error| error.code.to_owned(), |p| p.value.to_string())
    }

    #[test]
    fn spellings() {
        for (text, expected) in [
            ("3", "3"),
            (" 1,200.50 ", "1200.5"),
            ("１，２００．２５", "1200.25"),
            (".5", "0.5"),
            ("5.", "5"),
            ("+007", "7"),
            ("-0.0", "0"),
            ("0.000001", "0.000001"),
            ("1.0000000000", "1"),
            ("1000000000", "1000000000"),
        ] {
            assert_eq!(quantity(text), expected, "{text}");
        }
        for (text, expected) in [
            ("13", "13"),
            ("12.50%", "12.5"),
            ("６％", "6"),
            ("0.0001 %", "0.0001"),
            ("100", "100"),
            ("0%", "0"),
        ] {
            assert_eq!(percent(text), expected, "{text}");
        }
        assert_eq!(
            Percent::parse("６％").unwrap().repairs[0].code,
            "text.full_width"
        );
        assert!(Quantity::parse("6").unwrap().repairs.is_empty());
    }

    #[test]
    fn defects() {
        for (text, expected) in [
            ("", "quantity.empty"),
            (" ", "quantity.empty"),
            ("若干", "quantity.not_a_number"),
            (".", "quantity.not_a_number"),
            ("-", "quantity.not_a_number"),
            ("1e3", "quantity.not_a_number"),
            ("5%", "quantity.not_a_number"),
            ("-1", "quantity.negative"),
            ("1.234,5", "quantity.separators"),
            ("12,34", "quantity.separators"),
            ("1.2.3", "quantity.separators"),
            ("0.0000001", "quantity.too_precise"),
            ("1000000000.000001", "quantity.too_large"),
            ("99999999999999999999999", "quantity.too_large"),
        ] {
            assert_eq!(quantity(text), expected, "{text}");
        }
        for (text, expected) in [
            ("", "percent.empty"),
            ("%", "percent.not_a_number"),
            ("5%%", "percent.not_a_number"),
            ("九折", "percent.not_a_number"),
            ("12,5", "percent.separators"),
            ("0.00001", "percent.too_precise"),
            ("100.0001", "percent.out_of_range"),
            ("-1", "percent.out_of_range"),
            ("99999999999999999999999", "percent.out_of_range"),
        ] {
            assert_eq!(percent(text), expected, "{text}");
        }
    }

    #[test]
    fn wire_form() {
        let quantity: Quantity = serde_json::from_str(r#""1.50""#).unwrap();
        assert_eq!(serde_json::to_string(&quantity).unwrap(), r#""1.5""#);
        assert!(serde_json::from_str::<Percent>(r#""101""#).is_err());
        assert_eq!(Quantity::from_millionths(-1), None);
        assert_eq!(Percent::from_ten_thousandths(1_000_001), None);
    }

    proptest! {
        #[test]
        fn text_reads_back(millionths in 0..=Quantity::MAX.0, parts in 0..=Percent::HUNDRED.0) {
            let quantity = Quantity::from_millionths(millionths).unwrap();
            let percent = Percent::from_ten_thousandths(parts).unwrap();
            prop_assert_eq!(quantity.to_string().parse::<Quantity>(), Ok(quantity));
            prop_assert_eq!(percent.to_string().parse::<Percent>(), Ok(percent));
            let text = quantity.to_string();
            prop_assert!(!text.contains('.') || !text.ends_with(['0', '.']));
            prop_assert!(text == "0" || text.starts_with("0.") || !text.starts_with('0'));
        }

        #[test]
        fn zeros_at_the_end_do_not_matter(whole in 0u32..1_000_000, fraction in "[0-9]{1,6}", zeros in 0usize..9) {
            let (short, long) = (format!("{whole}.{fraction}"), format!("{whole}.{fraction}{:0<zeros$}", ""));
            prop_assert_eq!(quantity(&short), quantity(&long));
        }

        #[test]
        fn never_panics(text in "[0-9.,%+−-]{0,30}|\\PC{0,20}") {
            let _ = (Quantity::parse(&text), Percent::parse(&text));
        }
    }
}
