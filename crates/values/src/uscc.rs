//! Unified social credit identifiers of Chinese organisations (统一社会信用代码), GB 32100-2015.

use std::fmt;

use crate::width::{is_scientific, tidy};
use crate::{FieldError, Parsed, Repair};

/// The 31 symbols in the order of their values; I, O, S, V and Z are left out by the standard.
const SYMBOLS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const LENGTH: usize = 18;

/// A unified social credit identifier: 18 characters, upper case. Public, so it is neither masked nor hidden.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc(String);

impl Uscc {
    /// Reads an identifier; its check digit must be right.
    ///
    /// # Errors
    /// `uscc.empty`, `uscc.scientific_notation`, `uscc.length` {expected, found}, `uscc.invalid_character` {position},
    /// `uscc.region` (characters 3 to 8 are not digits), `uscc.check_digit`.
    pub fn parse(text: &str) -> Result<Parsed<Self>, FieldError> {
        let mut parsed = Self::parse_any_check_digit(text)?;
        match parsed.warnings.pop() {
            Some(warning) => Err(warning),
            None => Ok(parsed),
        }
    }

    /// Reads an identifier whose check digit may be wrong; that is then the warning `uscc.check_digit`.
    ///
    /// # Errors
    /// As [`Self::parse`], without `uscc.check_digit`.
    pub fn parse_any_check_digit(text: &str) -> Result<Parsed<Self>, FieldError> {
        let tidied = tidy(text);
        if tidied.text.is_empty() {
            return Err(FieldError::new("uscc.empty"));
        }
        if is_scientific(&tidied.text) && tidied.text.len() != LENGTH {
            return Err(FieldError::new("uscc.scientific_notation"));
        }
        let code: String = tidied
            .text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '\''))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let found = code.chars().count();
        if found != LENGTH {
            return Err(FieldError::new("uscc.length")
                .with("expected", LENGTH)
                .with("found", found));
        }
        if let Some(position) = code.chars().position(|c| value_of(c).is_none()) {
            return Err(FieldError::new("uscc.invalid_character").with("position", position + 1));
        }
        if !code.as_bytes()[2..8].iter().all(u8::is_ascii_digit) {
            return Err(FieldError::new("uscc.region"));
        }
        let mut parsed = Parsed::clean(Self(code));
        if tidied.full_width {
            parsed.repairs.push(Repair::new("text.full_width"));
        }
        if check_symbol(&parsed.value.0[..LENGTH - 1]) != parsed.value.0.as_bytes()[LENGTH - 1] {
            parsed.warnings.push(FieldError::new("uscc.check_digit"));
        }
        Ok(parsed)
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uscc({})", self.0)
    }
}

fn value_of(c: char) -> Option<usize> {
    SYMBOLS.iter().position(|s| char::from(*s) == c)
}

/// GB 32100-2015, 4.2: the sum of value times 3^(i-1) mod 31 over the first 17, subtracted from 31.
fn check_symbol(first_17: &str) -> u8 {
    let mut weight = 1;
    let mut sum = 0;
    for c in first_17.chars() {
        sum += value_of(c).unwrap_or(0) * weight;
        weight = weight * 3 % 31;
    }
    SYMBOLS[(31 - sum % 31) % 31]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_identifiers_are_valid() {
        // Taken from public registers.
        for code in [
            "91350100M000100Y43",
            "914403001922038216",
            "91110000802100433B",
        ] {
            let parsed = Uscc::parse(code);
            assert!(parsed.is_ok(), "{code}: {parsed:?}");
        }
    }

    #[test]
    fn wrong_check_digit_is_its_own_code() {
        assert_eq!(
            Uscc::parse("91350100M000100Y44").unwrap_err().code,
            "uscc.check_digit"
        );
        let accepted = Uscc::parse_any_check_digit("91350100M000100Y44").unwrap();
        assert_eq!(accepted.warnings[0].code, "uscc.check_digit");
        assert_eq!(accepted.value.as_str(), "91350100M000100Y44");
    }

    #[test]
    fn other_defects() {
        let code = |text: &str| Uscc::parse(text).unwrap_err().code;
        assert_eq!(code(" "), "uscc.empty");
        assert_eq!(code("9135010"), "uscc.length");
        assert_eq!(code("91350100I000100Y43"), "uscc.invalid_character");
        assert_eq!(code("91A50100M000100Y43"), "uscc.region");
        assert_eq!(code("9.1350100E+17"), "uscc.scientific_notation");
        assert_eq!(
            Uscc::parse("９１350100m000100y43").unwrap().repairs[0].code,
            "text.full_width"
        );
    }

    /// Valid if and only if the weighted sum over all 18 characters is a multiple of 31: the same rule, computed
    /// from the right by Horner's scheme with the inverse of 3 instead of by powers.
    fn sum_is_zero(code: &str) -> bool {
        let value =
            |c: char| i64::try_from("0123456789ABCDEFGHJKLMNPQRTUWXY".find(c).unwrap()).unwrap();
        let horner = code[..17]
            .chars()
            .rev()
            .fold(0, |acc, c| (acc * 3 + value(c)) % 31);
        (horner + value(code.chars().last().unwrap())) % 31 == 0
    }

    proptest! {
        #[test]
        fn check_digit_agrees_with_horner(code in "[159Y][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}") {
            prop_assert_eq!(Uscc::parse(&code).is_ok(), sum_is_zero(&code));
        }

        #[test]
        fn exactly_one_check_symbol_fits(code in "[159Y][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{9}") {
            let fits = SYMBOLS.iter().filter(|s| Uscc::parse(&format!("{code}{}", char::from(**s))).is_ok()).count();
            prop_assert_eq!(fits, 1);
        }
    }
}
