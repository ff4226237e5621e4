//! The values of the sample files: what their parsers accept, repair and refuse.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::path::PathBuf;

use custos_tabular::mapping::suggest;
use custos_tabular::{Limits, Overrides, Table, detect};
use custos_values::{
    Amount, AmountUnit, CompanyName, Date, Email, FieldError, IdNumber, Parsed, Phone, Uscc,
};

/// The values of a column, by the field it is suggested for.
fn column(name: &str, field: &str) -> Vec<String> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", name]
        .iter()
        .collect();
    let open = || File::open(&path).unwrap();
    let detection = detect(open(), &Overrides::default(), &Limits::default()).unwrap();
    let headers: Vec<&str> = detection
        .columns
        .iter()
        .map(|column| column.header.as_str())
        .collect();
    let index = suggest(&headers, detection.preset)
        .fields
        .iter()
        .position(|f| *f == Some(field))
        .unwrap();
    let mut table = Table::open(open(), &detection, Limits::default()).unwrap();
    table
        .rows()
        .unwrap()
        .map(|row| row.unwrap().cells.swap_remove(index))
        .collect()
}

/// How often each code occurs among errors, repairs and warnings; `x.empty` left out.
fn codes<T>(
    name: &str,
    field: &str,
    parse: impl Fn(&str) -> Result<Parsed<T>, FieldError>,
) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for value in column(name, field) {
        let found: Vec<String> = match parse(&value) {
            Ok(parsed) => parsed
                .repairs
                .iter()
                .map(|r| format!("({})", r.code))
                .chain(parsed.warnings.iter().map(|w| format!("[{}]", w.code)))
                .collect(),
            Err(error) => vec![error.code.to_owned()],
        };
        for code in found {
            *counts.entry(code).or_default() += 1;
        }
    }
    counts
        .iter()
        .filter(|(code, _)| !code.ends_with(".empty"))
        .map(|(code, count)| format!("{code} {count}"))
        .collect::<Vec<_>>()
        .join(", ")
}

#[test]
fn chinese_customers() {
    let name = "客户资料-gb18030.csv";
    assert_eq!(codes(name, "phone", Phone::parse), "phone.mobile_length 10");
    assert_eq!(codes(name, "landline", Phone::parse), "");
    assert_eq!(codes(name, "uscc", Uscc::parse), "uscc.check_digit 10");
    assert_eq!(
        codes(name, "uscc", Uscc::parse_any_check_digit),
        "[uscc.check_digit] 10"
    );
    assert_eq!(
        codes(name, "id_number", IdNumber::parse),
        "id_number.birth_date 10"
    );
    assert_eq!(codes(name, "email", Email::parse), "(email.full_width) 10");
    assert_eq!(
        codes(name, "amount_10k", |text| Amount::parse(
            text,
            AmountUnit::TenThousand
        )),
        "amount.not_a_number 10"
    );
    assert_eq!(
        codes(name, "last_contact_at", Date::parse),
        "(date.serial) 603, (date.time_dropped) 593"
    );
    assert_eq!(codes(name, "next_contact_at", Date::parse), "");
    let names = column(name, "name");
    assert_eq!(
        names
            .iter()
            .filter(|name| CompanyName::parse(name).is_err())
            .count(),
        10
    );
}

#[test]
fn near_duplicates_have_one_key() {
    let name = "客户资料-gb18030.csv";
    let mut keys: BTreeMap<String, HashSet<(String, String)>> = BTreeMap::new();
    let mut rows = 0;
    let columns = ["uscc", "name", "phone"].map(|field| column(name, field));
    for ((code, name), phone) in columns[0].iter().zip(&columns[1]).zip(&columns[2]) {
        if let (Ok(code), Ok(name), Ok(phone)) = (
            Uscc::parse(code),
            CompanyName::parse(name),
            Phone::parse(phone),
        ) {
            rows += 1;
            let key = (name.value.match_key(), phone.value.canonical().to_owned());
            keys.entry(code.value.to_string()).or_default().insert(key);
        }
    }
    assert!(keys.values().all(|keys| keys.len() == 1));
    assert_eq!((rows, keys.len()), (2_330, 2_000));
}

#[test]
fn phones_of_other_lists() {
    for name in [
        "customers-10000.csv",
        "people-1000.csv",
        "leads-duplicates-1000.csv",
        "enterprise-customers-150.csv",
    ] {
        assert_eq!(codes(name, "phone", Phone::parse), "", "{name}");
        assert_eq!(codes(name, "email", Email::parse), "", "{name}");
    }
    for name in [
        "customers-10000.csv",
        "leads-duplicates-1000.csv",
        "enterprise-customers-150.csv",
    ] {
        assert_eq!(codes(name, "landline", Phone::parse), "", "{name}");
    }
}

#[test]
fn dates_of_a_messy_list() {
    let name = "messy-company-data-1000.csv";
    let expected = "(date.serial) 89, (date.time_dropped) 93, date.ambiguous 80, date.invalid 209, date.two_digit_year 99";
    assert_eq!(codes(name, "last_contact_at", Date::parse), expected);
}
