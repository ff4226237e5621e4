//! Names of customers, and the form by which near duplicates are found.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::width::tidy;
use crate::{FieldError, Parsed, Repair};

const MAX: usize = 200;

/// The name of a company or person: half-width brackets and Latin, single spaces, no invisible characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CompanyName(String);

impl CompanyName {
    /// Reads a name. Replacing full-width forms, such as the brackets `（）`, is the repair `text.full_width`.
    ///
    /// # Errors
    /// `company_name.empty`, `company_name.too_long` {max, found}, `company_name.no_letters` (only punctuation).
    pub fn parse(text: &str) -> Result<Parsed<Self>, FieldError> {
        let tidied = tidy(text);
        let name = tidied
            .text
            .split(' ')
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        if name.is_empty() {
            return Err(FieldError::new("company_name.empty"));
        }
        let found = name.chars().count();
        if found > MAX {
            return Err(FieldError::new("company_name.too_long")
                .with("max", MAX)
                .with("found", found));
        }
        if !name.chars().any(char::is_alphanumeric) {
            return Err(FieldError::new("company_name.no_letters"));
        }
        let repairs = if tidied.full_width {
            vec![Repair::new("text.full_width")]
        } else {
            Vec::new()
        };
        Ok(Parsed::repaired(Self(name), repairs))
    }

    /// The name as shown and stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form by which near duplicates are equal: compatibility forms and case folded, punctuation and spaces
    /// dropped, `&` read as `and`, a leading `The` and the legal form at the end removed. The legal form stays if nothing
    /// else would be left, and 公司 or 集团 alone stays, because groups and their companies are different customers.
    pub fn match_key(&self) -> String {
        let folded = self
            .0
            .nfkc()
            .collect::<String>()
            .to_lowercase()
            .replace('&', " and ")
            .replace(['\'', '’', '.'], "");
        let words: Vec<&str> = folded
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        let latin = without_latin_form(&words).concat();
        without_chinese_form(&latin)
    }
}

impl fmt::Display for CompanyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CompanyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CompanyName({:?})", self.0)
    }
}

/// Legal forms written as a separate last word.
const LATIN_FORMS: [&str; 24] = [
    "ab",
    "ag",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "gmbh",
    "inc",
    "incorporated",
    "kg",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "nv",
    "oy",
    "plc",
    "pte",
    "pty",
    "sa",
    "sarl",
    "sas",
];

fn without_latin_form<'a>(words: &'a [&'a str]) -> &'a [&'a str] {
    let mut words = words;
    if let ["the", rest @ ..] = words
        && !rest.is_empty()
    {
        words = rest;
    }
    while let [rest @ .., last] = words {
        let announced = rest.last() == Some(&"and") && matches!(*last, "co" | "company");
        if rest.is_empty() || announced || !LATIN_FORMS.contains(last) {
            break;
        }
        words = rest;
    }
    words
}

/// Legal forms at the end of a Chinese name, the longer before those they contain.
const CHINESE_FORMS: [&str; 8] = [
    "股份有限责任公司",
    "有限责任公司",
    "股份有限公司",
    "有限公司",
    "股份公司",
    "有限責任公司",
    "股份有限公司",
    "有限合伙",
];

fn without_chinese_form(name: &str) -> String {
    // A branch is named after its company, whose legal form then stands inside.
    let unified = name
        .replace("有限责任公司", "有限公司")
        .replace("有限責任公司", "有限公司");
    for form in CHINESE_FORMS {
        if let Some(rest) = unified.strip_suffix(form)
            && rest.chars().count() >= 2
        {
            return rest.to_owned();
        }
    }
    unified
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(name: &str) -> String {
        CompanyName::parse(name).unwrap().value.match_key()
    }

    #[test]
    fn normal_form() {
        let parsed = CompanyName::parse(" 创汇\u{3000}科技（有限公司）\u{200B} ").unwrap();
        assert_eq!(parsed.value.as_str(), "创汇 科技(有限公司)");
        assert_eq!(parsed.repairs, [Repair::new("text.full_width")]);
        assert_eq!(
            CompanyName::parse("  Notion   Inc. ")
                .unwrap()
                .value
                .as_str(),
            "Notion Inc."
        );
        assert_eq!(
            CompanyName::parse("　").unwrap_err().code,
            "company_name.empty"
        );
        assert_eq!(
            CompanyName::parse("--").unwrap_err().code,
            "company_name.no_letters"
        );
        assert_eq!(
            CompanyName::parse(&"长".repeat(201)).unwrap_err().code,
            "company_name.too_long"
        );
    }

    #[test]
    fn same_company() {
        for (a, b) in [
            ("创汇科技（有限公司）", "创汇科技有限公司"),
            (" 万迅电脑传媒有限公司 ", "万迅电脑 传媒有限责任公司"),
            ("Stripe, Inc.", "  Stripe LLC"),
            ("Twilio, ltd", "The TWILIO Co., Ltd."),
            ("Aguilar, Reese and Lee", "Aguilar, Reese & Lee"),
            ("北京字节（集团）股份有限公司", "北京字节(集团)有限公司"),
            ("甲乙有限责任公司上海分公司", "甲乙有限公司 上海分公司"),
            ("Société Générale S.A.", "SOCIÉTÉ GÉNÉRALE"),
        ] {
            assert_eq!(key(a), key(b));
        }
    }

    #[test]
    fn different_companies() {
        for (a, b) in [
            ("Haas Inc", "Haas Group"),
            ("甲乙集团有限公司", "甲乙有限公司"),
            ("甲乙有限公司", "甲乙有限公司上海分公司"),
            ("创汇(北京)科技有限公司", "创汇科技有限公司"),
            ("Smith & Co", "Smith"),
            ("Ltd", "Inc"),
        ] {
            assert_ne!(key(a), key(b));
        }
        assert_eq!(key("有限公司"), "有限公司");
    }

    proptest! {
        #[test]
        fn spelling_does_not_change_the_key(stem in "[a-z\u{4e00}-\u{4e20}]{2,12}", form in "(有限公司|（有限公司）|有限责任公司)", pad in "[ \u{3000}]{0,3}") {
            prop_assert_eq!(key(&format!("{pad}{stem}{form}{pad}")), key(&format!("{stem}有限公司")));
        }

        #[test]
        fn reading_twice_changes_nothing(text in "\\PC{1,40}") {
            if let Ok(parsed) = CompanyName::parse(&text) {
                let again = CompanyName::parse(parsed.value.as_str()).unwrap();
                prop_assert!(again.repairs.is_empty());
                prop_assert!(!again.value.match_key().is_empty());
                prop_assert_eq!(again.value, parsed.value);
            }
        }
    }
}
