//! Bank account and card numbers.

use std::fmt;

use crate::width::{is_scientific, tidy};
use crate::{FieldError, Parsed, Repair};

const MIN: usize = 8;
const MAX: usize = 30;

/// A bank account or card number: 8 to 30 digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankAccount(String);

impl BankAccount {
    /// Reads a number written with or without spaces and hyphens. Numbers of 16 to 19 digits may be cards; a wrong Luhn
    /// check digit (ISO/IEC 7812-1) is then the warning `bank_account.check_digit`, because accounts of companies are
    /// often as long and follow no common rule.
    ///
    /// # Errors
    /// `bank_account.empty`, `bank_account.scientific_notation`, `bank_account.invalid_character` {position},
    /// `bank_account.length` {min, max, found}.
    pub fn parse(text: &str) -> Result<Parsed<Self>, FieldError> {
        let tidied = tidy(text);
        if tidied.text.is_empty() {
            return Err(FieldError::new("bank_account.empty"));
        }
        if is_scientific(&tidied.text) {
            return Err(FieldError::new("bank_account.scientific_notation"));
        }
        let number: String = tidied
            .text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '\''))
            .collect();
        if let Some(position) = number.chars().position(|c| !c.is_ascii_digit()) {
            return Err(
                FieldError::new("bank_account.invalid_character").with("position", position + 1)
            );
        }
        let found = number.len();
        if !(MIN..=MAX).contains(&found) {
            return Err(FieldError::new("bank_account.length")
                .with("min", MIN)
                .with("max", MAX)
                .with("found", found));
        }
        let mut parsed = Parsed::clean(Self(number));
        if tidied.full_width {
            parsed.repairs.push(Repair::new("text.full_width"));
        }
        if (16..=19).contains(&found) && !luhn(parsed.value.0.as_bytes()) {
            parsed
                .warnings
                .push(FieldError::new("bank_account.check_digit"));
        }
        Ok(parsed)
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last four digits.
    pub fn last4(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }

    /// The last four digits behind stars, `****6789`.
    pub fn mask(&self) -> String {
        format!("****{}", self.last4())
    }
}

impl fmt::Debug for BankAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BankAccount({})", self.mask())
    }
}

/// ISO/IEC 7812-1, annex B: every second digit from the right doubled, digit sums added up to a multiple of ten.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, digit)| match (i % 2, u32::from(digit - b'0')) {
            (0, value) => value,
            (_, value) => value * 2 / 10 + value * 2 % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn examples() {
        // Test numbers published by card schemes.
        for card in [
            "4111 1111 1111 1111",
            "6200-0000-0000-0005",
            "5555555555554444",
        ] {
            assert!(
                BankAccount::parse(card).unwrap().warnings.is_empty(),
                "{card}"
            );
        }
        assert_eq!(
            BankAccount::parse("4111111111111112").unwrap().warnings[0].code,
            "bank_account.check_digit"
        );
        assert!(
            BankAccount::parse("110060149013000123456")
                .unwrap()
                .warnings
                .is_empty()
        );
        assert_eq!(
            BankAccount::parse("1234567").unwrap_err().code,
            "bank_account.length"
        );
        assert_eq!(
            BankAccount::parse("6.22E+18").unwrap_err().code,
            "bank_account.scientific_notation"
        );
        assert_eq!(
            BankAccount::parse("账号12345678").unwrap_err().code,
            "bank_account.invalid_character"
        );
    }

    proptest! {
        #[test]
        fn mask_shows_four_digits_only(number in "[0-9]{8,30}") {
            let account = BankAccount::parse(&number).unwrap().value;
            prop_assert_eq!(account.as_str(), &number);
            prop_assert_eq!(account.mask(), format!("****{}", &number[number.len() - 4..]));
        }

        #[test]
        fn one_check_digit_fits(number in "[0-9]{15,18}") {
            let fitting = (b'0'..=b'9').filter(|digit| luhn(&[number.as_bytes(), &[*digit]].concat())).count();
            prop_assert_eq!(fitting, 1);
        }
    }
}
