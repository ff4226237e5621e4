//! Sums of money.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::width::tidy;
use crate::{FieldError, Parsed, Repair};

/// A currency of ISO 4217 that the parser knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Chinese yuan.
    Cny,
    /// United States dollar.
    Usd,
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
    /// Hong Kong dollar.
    Hkd,
    /// Japanese yen.
    Jpy,
}

impl Currency {
    const ALL: [Self; 6] = [
        Self::Cny,
        Self::Usd,
        Self::Eur,
        Self::Gbp,
        Self::Hkd,
        Self::Jpy,
    ];

    /// The ISO 4217 code, upper case.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cny => "CNY",
            Self::Usd => "USD",
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
            Self::Hkd => "HKD",
            Self::Jpy => "JPY",
        }
    }

    /// Decimals of the minor unit: 2, or 0 for yen.
    pub const fn decimals(self) -> u32 {
        match self {
            Self::Jpy => 0,
            _ => 2,
        }
    }

    /// The currency with this ISO 4217 code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|currency| currency.code() == code)
    }
}

/// What a bare number in a column counts, as the column's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountUnit {
    /// 元: the currency's main unit.
    One,
    /// 万元: ten thousand of it.
    TenThousand,
}

/// A sum in minor units (fen, cents) of a currency; within ±(2^53 − 1), so that every JSON reader keeps it exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Amount {
    /// Minor units.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

pub(crate) const LIMIT: i128 = (1 << 53) - 1;

impl Amount {
    /// Reads an amount such as `1,234.50`, `￥1,234`, `12.5万`, `-3亿元`, `4.2M`, `12,000,000 USD`. A bare number counts in
    /// `unit` and is in yuan; a unit or currency in the text goes first. A letter factor (K, M, B) is the repair
    /// `amount.factor` {factor}.
    ///
    /// # Errors
    /// `amount.empty`, `amount.range` (`11-50`, `$10M+`: not one number), `amount.not_a_number` (待定),
    /// `amount.separators` (`1.234,50` or `12,34`: unclear), `amount.too_precise` {decimals}, `amount.too_large`,
    /// `amount.unit_conflict` (万 and M together).
    pub fn parse(text: &str, unit: AmountUnit) -> Result<Parsed<Self>, FieldError> {
        let tidied = tidy(text);
        let upper = tidied.text.to_ascii_uppercase().replace(' ', "");
        if upper.is_empty() {
            return Err(FieldError::new("amount.empty"));
        }
        let (negative, rest) = strip_sign(&upper);
        let (currency, rest) = strip_currency(rest)?;
        // A sign may also follow the currency, as in `￥-5`.
        let (negative_after, rest) = strip_sign(rest);
        let (factor, letter, number) = strip_factor(rest, unit)?;
        let scaled = scale(number, factor, currency.decimals())?;
        if scaled > LIMIT {
            return Err(FieldError::new("amount.too_large"));
        }
        let minor = i64::try_from(scaled).map_err(|_| FieldError::new("amount.too_large"))?;
        let mut parsed = Parsed::clean(Self {
            minor: if negative != negative_after {
                -minor
            } else {
                minor
            },
            currency,
        });
        if tidied.full_width && !text.contains('￥') {
            parsed.repairs.push(Repair::new("text.full_width"));
        }
        if let Some(letter) = letter {
            parsed
                .repairs
                .push(Repair::new("amount.factor").with("factor", letter));
        }
        Ok(parsed)
    }

    /// The amount in main units with the currency's decimals and without separators, `1234.50`.
    pub fn decimal(&self) -> String {
        let decimals = self.currency.decimals() as usize;
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = format!(
            "{:0>width$}",
            self.minor.unsigned_abs(),
            width = decimals + 1
        );
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        if decimals == 0 {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{fraction}")
        }
    }
}

impl fmt::Display for Amount {
    /// The decimal form and the code, `1234.50 CNY`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency.code())
    }
}

fn strip_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Names and signs of currencies; the longer before those they contain.
const CURRENCY_NAMES: [(&str, Currency); 18] = [
    ("HK$", Currency::Hkd),
    ("US$", Currency::Usd),
    ("人民币", Currency::Cny),
    ("美元", Currency::Usd),
    ("欧元", Currency::Eur),
    ("英镑", Currency::Gbp),
    ("港元", Currency::Hkd),
    ("日元", Currency::Jpy),
    ("RMB", Currency::Cny),
    ("CNY", Currency::Cny),
    ("USD", Currency::Usd),
    ("EUR", Currency::Eur),
    ("GBP", Currency::Gbp),
    ("HKD", Currency::Hkd),
    ("JPY", Currency::Jpy),
    ("$", Currency::Usd),
    ("€", Currency::Eur),
    ("£", Currency::Gbp),
];

fn strip_currency(text: &str) -> Result<(Currency, &str), FieldError> {
    let mut rest = text.trim_start_matches(['¥', '￥']);
    let mut named = (rest.len() != text.len()).then_some(Currency::Cny);
    for (name, currency) in CURRENCY_NAMES {
        let stripped = rest.strip_prefix(name).or_else(|| rest.strip_suffix(name));
        if let Some(stripped) = stripped {
            // `CNY ¥5` names one currency twice; `$5 EUR` names two.
            if named.is_some_and(|earlier| earlier != currency) {
                return Err(FieldError::new("amount.unit_conflict"));
            }
            named = Some(currency);
            rest = stripped.trim_start_matches(['¥', '￥']);
        }
    }
    let rest = rest
        .strip_suffix("元整")
        .or_else(|| rest.strip_suffix(['元', '圆', '块']))
        .unwrap_or(rest);
    Ok((named.unwrap_or(Currency::Cny), rest))
}

fn strip_factor(text: &str, unit: AmountUnit) -> Result<(i128, Option<char>, &str), FieldError> {
    let from_header = match unit {
        AmountUnit::One => 1,
        AmountUnit::TenThousand => 10_000,
    };
    let Some(last) = text.chars().next_back() else {
        return Err(FieldError::new("amount.not_a_number"));
    };
    let number = &text[..text.len() - last.len_utf8()];
    let (factor, letter) = match last {
        '亿' => (100_000_000, None),
        '万' => (10_000, None),
        '千' => (1_000, None),
        'K' => (1_000, Some('K')),
        'M' => (1_000_000, Some('M')),
        'B' => (1_000_000_000, Some('B')),
        _ => return Ok((from_header, None, text)),
    };
    if letter.is_some() && unit == AmountUnit::TenThousand {
        return Err(FieldError::new("amount.unit_conflict"));
    }
    Ok((factor, letter, number))
}

/// The number times factor, in minor units; exact or an error.
fn scale(number: &str, factor: i128, decimals: u32) -> Result<i128, FieldError> {
    let has_digit = number.bytes().any(|b| b.is_ascii_digit());
    if has_digit && (number.ends_with('+') || number.contains(['-', '~', '至', '–'])) {
        return Err(FieldError::new("amount.range"));
    }
    if !has_digit
        || !number
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b',' | b'.'))
    {
        return Err(FieldError::new("amount.not_a_number"));
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains(['.', ',']) || !groups_of_three(whole) {
        return Err(FieldError::new("amount.separators"));
    }
    let digits = format!("{}{fraction}", whole.replace(',', ""));
    // Thirty digits times the largest factor stay within 128 bits.
    if digits.len() > 25 {
        return Err(FieldError::new("amount.too_large"));
    }
    let value: i128 = digits
        .parse()
        .map_err(|_| FieldError::new("amount.not_a_number"))?;
    let scaled = value * factor * 10i128.pow(decimals);
    let divisor = 10i128.pow(fraction.len() as u32);
    if scaled % divisor != 0 {
        return Err(FieldError::new("amount.too_precise").with("decimals", decimals));
    }
    Ok(scaled / divisor)
}

pub(crate) fn groups_of_three(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    rest.peek().is_none() || ((1..=3).contains(&first.len()) && rest.all(|group| group.len() == 3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str, unit: AmountUnit) -> String {
        match Amount::parse(text, unit) {
            Ok(parsed) => parsed.value.to_string(),
            Err(error) => error.code.to_owned(),
        }
    }

    #[test]
    fn spellings() {
        for (text, expected) in [
            ("1,234.50", "1234.50 CNY"),
            ("￥1,234", "1234.00 CNY"),
            ("¥ 1234.5元", "1234.50 CNY"),
            ("12.5万", "125000.00 CNY"),
            ("12.5万元", "125000.00 CNY"),
            ("１２．５万", "125000.00 CNY"),
            ("-3亿元", "-300000000.00 CNY"),
            ("￥-5", "-5.00 CNY"),
            (".5", "0.50 CNY"),
            ("4.2M", "4200000.00 CNY"),
            ("12,000,000 USD", "12000000.00 USD"),
            ("€2.5m", "2500000.00 EUR"),
            ("RMB 250000", "250000.00 CNY"),
            ("HK$8", "8.00 HKD"),
            ("5000日元", "5000 JPY"),
            ("0", "0.00 CNY"),
        ] {
            assert_eq!(read(text, AmountUnit::One), expected, "{text}");
        }
        assert_eq!(read("1,277.5", AmountUnit::TenThousand), "12775000.00 CNY");
        assert_eq!(read("2.651234", AmountUnit::TenThousand), "26512.34 CNY");
        assert_eq!(read("12.5万", AmountUnit::TenThousand), "125000.00 CNY");
    }

    #[test]
    fn defects() {
        for (text, expected) in [
            ("", "amount.empty"),
            ("待定", "amount.not_a_number"),
            ("Confidential", "amount.not_a_number"),
            ("n/a", "amount.not_a_number"),
            ("￥", "amount.not_a_number"),
            (".", "amount.not_a_number"),
            ("$10M+", "amount.range"),
            ("$1M-$5M", "amount.range"),
            ("11-50", "amount.range"),
            ("approx. 900k", "amount.not_a_number"),
            ("1.234,50", "amount.separators"),
            ("12,34", "amount.separators"),
            ("1.005", "amount.too_precise"),
            ("99999999999999999", "amount.too_large"),
            ("9999999999999999999999999999999", "amount.too_large"),
            ("$5 EUR", "amount.unit_conflict"),
        ] {
            assert_eq!(read(text, AmountUnit::One), expected, "{text}");
        }
        assert_eq!(read("4M", AmountUnit::TenThousand), "amount.unit_conflict");
    }

    #[test]
    fn wire_form() {
        let amount = Amount {
            minor: 123_450,
            currency: Currency::Cny,
        };
        assert_eq!(
            serde_json::to_string(&amount).unwrap(),
            r#"{"minor":123450,"currency":"CNY"}"#
        );
    }

    fn grouped(whole: u64) -> String {
        let digits = whole.to_string();
        let mut out = String::new();
        for (i, c) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(',');
            }
            out.push(c);
        }
        out
    }

    proptest! {
        #[test]
        fn display_reads_back(minor in -((1i64 << 53) - 1)..(1i64 << 53), index in 0usize..6) {
            let amount = Amount { minor, currency: Currency::ALL[index] };
            prop_assert_eq!(Amount::parse(&amount.to_string(), AmountUnit::One).unwrap().value, amount);
        }

        #[test]
        fn separators_do_not_matter(whole in 0u64..1_000_000_000_000, fen in 0u64..100) {
            let expected = (whole * 100 + fen) as i64;
            let text = format!("{}.{fen:02}", grouped(whole));
            prop_assert_eq!(Amount::parse(&text, AmountUnit::One).unwrap().value.minor, expected);
        }

        #[test]
        fn never_panics(text in "[0-9.,万亿元KM$+~-]{0,40}|\\PC{0,20}") {
            if let Ok(parsed) = Amount::parse(&text, AmountUnit::TenThousand) {
                prop_assert!(i128::from(parsed.value.minor).abs() <= LIMIT);
            }
        }
    }
}
