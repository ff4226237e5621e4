//! Any text: what a parser accepts it accepts again in canonical form, unchanged.
#![no_main]

use custos_values::{
    Amount, AmountUnit, BankAccount, CompanyName, Date, Email, IdNumber, Phone, Uscc,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(phone) = Phone::parse(text) {
        let again = Phone::parse(phone.value.canonical()).map(|parsed| parsed.value);
        assert_eq!(again.as_ref(), Ok(&phone.value));
        assert!(phone.value.mask().contains("****"));
        assert_eq!(
            Phone::parse(&phone.value.display()).map(|parsed| parsed.value),
            Ok(phone.value)
        );
    }
    if let Ok(email) = Email::parse(text) {
        assert_eq!(
            Email::parse(email.value.as_str()).map(|parsed| parsed.value),
            Ok(email.value)
        );
    }
    if let Ok(name) = CompanyName::parse(text) {
        assert!(!name.value.match_key().is_empty());
        assert_eq!(
            CompanyName::parse(name.value.as_str()).map(|parsed| parsed.value),
            Ok(name.value)
        );
    }
    if let Ok(amount) = Amount::parse(text, AmountUnit::One) {
        assert_eq!(
            Amount::parse(&amount.value.to_string(), AmountUnit::One).map(|parsed| parsed.value),
            Ok(amount.value)
        );
    }
    if let Ok(date) = Date::parse(text) {
        assert_eq!(
            Date::parse(&date.value.to_string()).map(|parsed| parsed.value),
            Ok(date.value)
        );
    }
    if let Ok(code) = Uscc::parse_any_check_digit(text) {
        assert_eq!(code.value.as_str().len(), 18);
    }
    if let Ok(number) = IdNumber::parse(text) {
        assert!(number.value.birth_date().is_some());
    }
    if let Ok(account) = BankAccount::parse(text) {
        assert_eq!(account.value.mask().len(), 8);
    }
});
