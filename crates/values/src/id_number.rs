//! Resident identity numbers of the People's Republic of China (公民身份号码), GB 11643-1999.

use std::fmt;

use crate::width::{is_scientific, tidy};
use crate::{Date, FieldError, Parsed, Repair};

const LENGTH: usize = 18;
/// Province level of GB/T 2260, with 83 and 91 for residence permits of people from Taiwan and from abroad.
const PROVINCES: [u8; 36] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52,
    53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83, 91,
];

/// An 18-character resident identity number with a real birth date and a right check digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdNumber(String);

impl IdNumber {
    /// Reads a number; `x` becomes `X`.
    ///
    /// # Errors
    /// `id_number.empty`, `id_number.scientific_notation`, `id_number.length` {expected, found},
    /// `id_number.invalid_character` {position}, `id_number.region`, `id_number.birth_date` {date},
    /// `id_number.check_digit`.
    pub fn parse(text: &str) -> Result<Parsed<Self>, FieldError> {
        let tidied = tidy(text);
        if tidied.text.is_empty() {
            return Err(FieldError::new("id_number.empty"));
        }
        if is_scientific(&tidied.text) {
            return Err(FieldError::new("id_number.scientific_notation"));
        }
        let number: String = tidied
            .text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '\''))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let found = number.chars().count();
        if found != LENGTH {
            return Err(FieldError::new("id_number.length")
                .with("expected", LENGTH)
                .with("found", found));
        }
        if let Some(position) = number
            .chars()
            .enumerate()
            .position(|(i, c)| !(c.is_ascii_digit() || (i == LENGTH - 1 && c == 'X')))
        {
            return Err(
                FieldError::new("id_number.invalid_character").with("position", position + 1)
            );
        }
        let digits = number.as_bytes();
        if !PROVINCES.contains(&((digits[0] - b'0') * 10 + digits[1] - b'0')) {
            return Err(FieldError::new("id_number.region"));
        }
        if birth_date(&number).is_none() {
            return Err(FieldError::new("id_number.birth_date"));
        }
        if check_character(&digits[..LENGTH - 1]) != digits[LENGTH - 1] {
            return Err(FieldError::new("id_number.check_digit"));
        }
        let repairs = if tidied.full_width {
            vec![Repair::new("text.full_width")]
        } else {
            Vec::new()
        };
        Ok(Parsed::repaired(Self(number), repairs))
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The birth date written in the number.
    pub fn birth_date(&self) -> Option<Date> {
        birth_date(&self.0)
    }

    /// The first three and the last four characters, `530***********5665`.
    pub fn mask(&self) -> String {
        format!("{}***********{}", &self.0[..3], &self.0[LENGTH - 4..])
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdNumber({})", self.mask())
    }
}

fn birth_date(number: &str) -> Option<Date> {
    let year: i16 = number.get(6..10)?.parse().ok()?;
    let date = Date::new(
        year,
        number.get(10..12)?.parse().ok()?,
        number.get(12..14)?.parse().ok()?,
    )?;
    (1850..=2150).contains(&year).then_some(date)
}

/// ISO 7064, MOD 11-2, by Horner's scheme: double the running value with each digit.
fn check_character(first_17: &[u8]) -> u8 {
    let sum = first_17
        .iter()
        .fold(0u32, |acc, digit| (acc + u32::from(digit - b'0')) * 2 % 11);
    match (12 - sum) % 11 {
        10 => b'X',
        value => b'0' + value as u8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn examples_of_the_standard() {
        for number in ["11010519491231002X", "440524188001010014"] {
            assert_eq!(IdNumber::parse(number).unwrap().value.as_str(), number);
        }
        assert_eq!(
            IdNumber::parse("11010519491231002x")
                .unwrap()
                .value
                .birth_date(),
            Date::new(1949, 12, 31)
        );
    }

    #[test]
    fn defects() {
        let code = |text: &str| IdNumber::parse(text).unwrap_err().code;
        assert_eq!(code("110105199002300029"), "id_number.birth_date");
        assert_eq!(code("110105194912310021"), "id_number.check_digit");
        assert_eq!(code("1101051949123100"), "id_number.length");
        assert_eq!(code("1101051949123100X2"), "id_number.invalid_character");
        assert_eq!(code("001105194912310021"), "id_number.region");
        assert_eq!(code("1.10105E+17"), "id_number.scientific_notation");
        assert_eq!(code("　"), "id_number.empty");
    }

    /// The table of weights printed in the standard, as a second way to the same digit.
    fn by_table(first_17: &str) -> char {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = first_17
            .chars()
            .zip(weights)
            .map(|(c, w)| c.to_digit(10).unwrap() * w)
            .sum();
        "10X98765432".chars().nth((sum % 11) as usize).unwrap()
    }

    proptest! {
        #[test]
        fn check_digit_agrees_with_the_table(head in "(11|31|44|53)[0-9]{4}", year in 1900..2026, month in 1..=12, day in 1..=28, order in "[0-9]{3}") {
            let first = format!("{head}{year}{month:02}{day:02}{order}");
            let number = format!("{first}{}", by_table(&first));
            let parsed = IdNumber::parse(&number).unwrap();
            prop_assert_eq!(parsed.value.as_str(), &number);
            let masked = parsed.value.mask();
            prop_assert!(!masked.contains(&number[6..14]));
            prop_assert_eq!(masked.matches('*').count(), 11);
            let printed = format!("{:?}", parsed.value);
            prop_assert!(!printed.contains(&number));
        }
    }
}
