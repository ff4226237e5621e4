//! Telephone numbers as Chinese sales teams and exported lists write them.
//!
//! How a number without `+` or `00` is understood, in this order:
//! 1. `86` before a complete Chinese number: Chinese.
//! 2. Eleven digits beginning 13 to 19: a Chinese mobile.
//! 3. Digits beginning with 0: a Chinese landline; the area code is 010, 02x or 0[3-9]xx, the rest seven or eight digits.
//! 4. Ten digits beginning 400: a Chinese service number.
//! 5. Ten digits beginning 2 to 9: a number of the North American plan, whose area codes begin 2 to 9. It is kept without
//!    a plus, for nothing says that it is one. Ten digits beginning with 1 can only be a mobile that lost a digit:
//!    `phone.mobile_length`.
//! 6. Seven or eight digits not beginning with 0 or 1: a local number, kept as it is.

use std::fmt;

use crate::width::{is_scientific, tidy};
use crate::{FieldError, Parsed, Repair};

/// A telephone number in canonical form.
///
/// The canonical form is that of E.164 with the extension of RFC 3966: `+8613812345678`, `+17553229565;ext=123`.
/// A number whose country is unknown has no plus: `9393378767`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone {
    canonical: String,
    /// Length of the number before `;ext=`.
    number_len: usize,
}

impl Phone {
    /// Reads a number with any usual prefix, separators and extension (`x123`, `ext. 123`, `转123`, `-123` after a
    /// complete landline). What spreadsheet software added (`'` in front, `.0` behind) is removed, which is the repair
    /// `phone.spreadsheet_residue`; full-width digits are the repair `text.full_width`.
    ///
    /// # Errors
    /// `phone.empty`, `phone.scientific_notation`, `phone.multiple`, `phone.invalid_character`, `phone.extension`,
    /// `phone.mobile_length` {expected, found}, `phone.mobile_prefix`, `phone.area_code`, `phone.too_short` {min, found},
    /// `phone.too_long` {max, found}, `phone.country_code`.
    pub fn parse(text: &str) -> Result<Parsed<Self>, FieldError> {
        let tidied = tidy(text);
        if tidied.text.is_empty() {
            return Err(FieldError::new("phone.empty"));
        }
        if is_scientific(&tidied.text) {
            return Err(FieldError::new("phone.scientific_notation"));
        }
        let mut repairs = Vec::new();
        if tidied.full_width {
            repairs.push(Repair::new("text.full_width"));
        }
        let bare = without_spreadsheet_residue(&tidied.text);
        if bare.len() != tidied.text.len() {
            repairs.push(Repair::new("phone.spreadsheet_residue"));
        }
        let (main, extension) = split_extension(bare)?;
        let phone = match canonical_number(main) {
            Ok(number) => Self::from_parts(number, extension),
            Err(error) => {
                // `0755-28992695-801`: the last group is an extension if what stands before is a whole number.
                let (before, last) = main
                    .rsplit_once('-')
                    .filter(|_| extension.is_empty())
                    .ok_or_else(|| error.clone())?;
                let number = Some(before.trim())
                    .filter(|b| b.starts_with('0') || b.starts_with("400"))
                    .and_then(|b| canonical_number(b).ok())
                    .ok_or(error)?;
                Self::from_parts(number, &checked_extension(last)?)
            }
        };
        Ok(Parsed::repaired(phone, repairs))
    }

    fn from_parts(number: String, extension: &str) -> Self {
        let number_len = number.len();
        let canonical = if extension.is_empty() {
            number
        } else {
            format!("{number};ext={extension}")
        };
        Self {
            canonical,
            number_len,
        }
    }

    /// The canonical form: what is stored, compared and sent.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The number without its extension, `+8613812345678`.
    pub fn number(&self) -> &str {
        &self.canonical[..self.number_len]
    }

    /// The extension, if there is one.
    pub fn extension(&self) -> Option<&str> {
        self.canonical[self.number_len..].strip_prefix(";ext=")
    }

    /// Whether this is a Chinese mobile number.
    pub fn is_chinese_mobile(&self) -> bool {
        self.number().strip_prefix("+86").is_some_and(is_mobile)
    }

    /// The number as one reads it aloud: Chinese numbers in their national form (`138 1234 5678`, `0755-28992695`),
    /// others as stored; an extension follows after `x`. [`Self::parse`] reads it back to the same value.
    pub fn display(&self) -> String {
        let shown = match self.number().strip_prefix("+86") {
            Some(national) if is_mobile(national) => {
                format!("{} {} {}", &national[..3], &national[3..7], &national[7..])
            }
            Some(national) => match area_len(national) {
                Some(len) => format!("0{}-{}", &national[..len], &national[len..]),
                None if national.starts_with("400") => national.to_owned(),
                // Without the country, a number beginning 800 would be taken for a North American one.
                None => self.number().to_owned(),
            },
            None => self.number().to_owned(),
        };
        match self.extension() {
            Some(extension) => format!("{shown}x{extension}"),
            None => shown,
        }
    }

    /// The last four digits of the number, without the extension.
    pub fn last4(&self) -> &str {
        let number = self.number();
        &number[number.len() - 4..]
    }

    /// The number with its middle hidden: `138****5678`, `0755****2695`, `+175****9565`, `****2695`. The extension is
    /// left out. At least three digits are hidden.
    pub fn mask(&self) -> String {
        let number = self.number();
        let head = match number.strip_prefix("+86") {
            Some(national) if is_mobile(national) => national[..3].to_owned(),
            Some(national) => area_len(national).map_or_else(
                || national[..3].to_owned(),
                |len| format!("0{}", &national[..len]),
            ),
            None if number.starts_with('+') => {
                number[..number.len().saturating_sub(8).min(4)].to_owned()
            }
            None => number[..number.len().saturating_sub(7).min(3)].to_owned(),
        };
        format!("{head}****{}", self.last4())
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.mask())
    }
}

/// A leading apostrophe (text marker) and a trailing `.0` (number marker, only after eleven digits or more, for dots
/// also separate groups).
fn without_spreadsheet_residue(text: &str) -> &str {
    let text = text.strip_prefix('\'').unwrap_or(text);
    match text.strip_suffix(".0") {
        Some(whole) if whole.len() >= 11 && whole.bytes().all(|b| b.is_ascii_digit()) => whole,
        _ => text,
    }
}

/// Splits at the word that announces an extension.
fn split_extension(text: &str) -> Result<(&str, &str), FieldError> {
    const WORDS: [&str; 10] = [
        ";ext=",
        "extension",
        "ext.",
        "ext",
        "分机号",
        "分机",
        "转",
        "x",
        "#",
        "*",
    ];
    // ASCII lower case keeps byte positions, unlike full lower case.
    let lower = text.to_ascii_lowercase();
    let found = WORDS
        .iter()
        .filter_map(|word| lower.find(word).map(|at| (at, word.len())))
        .min_by_key(|(at, len)| (*at, usize::MAX - len));
    let Some((at, len)) = found else {
        return Ok((text, ""));
    };
    let extension = text[at + len..]
        .trim_start_matches([' ', ':', '.'])
        .trim_end();
    let main = text[..at].trim_end_matches([' ', '-', ',', '(']);
    let extension = extension.trim_end_matches(')');
    if extension.is_empty() || extension.len() > 8 || !extension.bytes().all(|b| b.is_ascii_digit())
    {
        return Err(FieldError::new("phone.extension"));
    }
    Ok((main, extension))
}

fn checked_extension(text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    let valid = (1..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    valid
        .then(|| text.to_owned())
        .ok_or_else(|| FieldError::new("phone.extension"))
}

fn canonical_number(text: &str) -> Result<String, FieldError> {
    let (international, digits) = digits_of(text)?;
    if digits.is_empty() {
        return Err(FieldError::new("phone.invalid_character"));
    }
    if international {
        return match digits.strip_prefix("86") {
            Some(national) => chinese(national.strip_prefix('0').unwrap_or(national)),
            None => foreign(&digits),
        };
    }
    if let Some(foreign_digits) = digits.strip_prefix("00") {
        return canonical_number(&format!("+{foreign_digits}"));
    }
    if let Some(national) = digits.strip_prefix("86")
        && digits.len() >= 12
    {
        return chinese(national.strip_prefix('0').unwrap_or(national));
    }
    match digits.as_bytes()[0] {
        b'0' => landline(&digits[1..]),
        b'1' => mobile(&digits),
        _ if digits.len() == 10 && digits.starts_with("400") => Ok(format!("+86{digits}")),
        _ => match digits.len() {
            0..=6 => Err(too_short(digits.len())),
            7 | 8 | 10 => Ok(digits),
            9 => Err(too_short(9).with("near", 10)),
            found => Err(FieldError::new("phone.too_long")
                .with("max", 10)
                .with("found", found)),
        },
    }
}

fn too_short(found: usize) -> FieldError {
    FieldError::new("phone.too_short")
        .with("min", 7)
        .with("found", found)
}

/// Whether the number begins with a plus, and its digits without separators.
fn digits_of(text: &str) -> Result<(bool, String), FieldError> {
    let text = text.trim();
    let (international, rest) = match text.strip_prefix('+').or_else(|| text.strip_prefix("(+")) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut digits = String::with_capacity(rest.len());
    for c in rest.chars() {
        match c {
            '0'..='9' => digits.push(c),
            ' ' | '-' | '.' | '(' | ')' | '‐' | '‑' | '–' | '—' | '－' => {}
            '/' | ',' | ';' | '、' | '；' | '，' | '|' | '+' | '或' => {
                return Err(FieldError::new("phone.multiple"));
            }
            _ => return Err(FieldError::new("phone.invalid_character")),
        }
    }
    Ok((international, digits))
}

/// A Chinese number without country code and without the leading 0 of its area code.
fn chinese(national: &str) -> Result<String, FieldError> {
    if is_mobile(national) || area_len(national).is_some() || is_service(national) {
        return Ok(format!("+86{national}"));
    }
    if national.starts_with('1') && !national.starts_with("10") {
        mobile(national)
    } else {
        landline(national)
    }
}

fn mobile(digits: &str) -> Result<String, FieldError> {
    if is_mobile(digits) {
        return Ok(format!("+86{digits}"));
    }
    match digits.len() {
        0..=6 => Err(too_short(digits.len())),
        11 => Err(FieldError::new("phone.mobile_prefix")),
        found => Err(FieldError::new("phone.mobile_length")
            .with("expected", 11)
            .with("found", found)),
    }
}

fn landline(national: &str) -> Result<String, FieldError> {
    match national.len() {
        _ if area_len(national).is_some() => Ok(format!("+86{national}")),
        0..=8 => Err(FieldError::new("phone.too_short")
            .with("min", 10)
            .with("found", national.len())),
        12.. => Err(FieldError::new("phone.too_long")
            .with("max", 11)
            .with("found", national.len())),
        _ => Err(FieldError::new("phone.area_code")),
    }
}

fn is_mobile(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1])
}

/// Whether this is a service number of the 400 or 800 range, which has no area code.
fn is_service(national: &str) -> bool {
    national.len() == 10 && (national.starts_with("400") || national.starts_with("800"))
}

/// Length of the area code (without its 0) of a complete Chinese landline: 10 and 2x have two digits and eight-digit
/// local numbers, all others three digits and seven or eight. Local numbers do not begin with 0.
fn area_len(national: &str) -> Option<usize> {
    let bytes = national.as_bytes();
    let len = match (bytes.first()?, bytes.get(1)?, bytes.len()) {
        (b'1', b'0', 10) | (b'2', _, 10) => 2,
        (b'3'..=b'9', _, 10 | 11) if !is_service(national) => 3,
        _ => return None,
    };
    (bytes[len] != b'0').then_some(len)
}

/// A number of another country: E.164 allows at most fifteen digits; North American numbers have exactly eleven.
fn foreign(digits: &str) -> Result<String, FieldError> {
    let bytes = digits.as_bytes();
    match bytes.len() {
        _ if bytes[0] == b'0' => Err(FieldError::new("phone.country_code")),
        found @ 0..=6 => Err(too_short(found)),
        found @ 16.. => Err(FieldError::new("phone.too_long")
            .with("max", 15)
            .with("found", found)),
        found if bytes[0] == b'1' && found < 11 => Err(FieldError::new("phone.too_short")
            .with("min", 11)
            .with("found", found)),
        found if bytes[0] == b'1' && found > 11 => Err(FieldError::new("phone.too_long")
            .with("max", 11)
            .with("found", found)),
        _ if bytes[0] == b'1' && !(b'2'..=b'9').contains(&bytes[1]) => {
            Err(FieldError::new("phone.area_code"))
        }
        _ => Ok(format!("+{digits}")),
    }
}

#[cfg(test)]
#[path = "phone_tests.rs"]
mod tests;
