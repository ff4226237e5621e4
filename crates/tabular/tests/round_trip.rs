//! What is written is read back the same.
#![allow(clippy::unwrap_used)]

use std::io::{Cursor, Write};

use custos_tabular::write::{Cell, CsvWriter, TableWriter, WriteError, XlsxWriter};
use custos_tabular::{Limits, Overrides, Table, detect};
use custos_values::{Amount, AmountUnit, Currency, Date, Timestamp};
use proptest::prelude::*;

const HEADER: [&str; 3] = ["客户名称", "手机", "备注"];

fn fill(mut writer: Box<dyn TableWriter + '_>, rows: &[[String; 3]]) {
    writer.header(&HEADER).unwrap();
    for row in rows {
        writer
            .row(&row.each_ref().map(|cell| Cell::from(cell.as_str())))
            .unwrap();
    }
    writer.finish().unwrap();
}

fn read(bytes: &[u8]) -> Vec<Vec<String>> {
    let overrides = Overrides {
        header_row: Some(1),
        ..Overrides::default()
    };
    let detection = detect(Cursor::new(bytes), &overrides, &Limits::default()).unwrap();
    let headers: Vec<&str> = detection
        .columns
        .iter()
        .map(|column| column.header.as_str())
        .collect();
    assert_eq!(headers, HEADER);
    let mut table = Table::open(Cursor::new(bytes), &detection, Limits::default()).unwrap();
    let rows: Vec<Vec<String>> = table
        .rows()
        .unwrap()
        .map(|row| row.unwrap().cells)
        .collect();
    rows
}

fn as_csv(rows: &[[String; 3]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    fill(Box::new(CsvWriter::new(&mut bytes).unwrap()), rows);
    bytes
}

fn as_xlsx(rows: &[[String; 3]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    fill(Box::new(XlsxWriter::new(&mut bytes, "客户")), rows);
    bytes
}

/// Rows that are not blank and of cells no spreadsheet takes for a formula.
fn rows() -> impl Strategy<Value = Vec<[String; 3]>> {
    let cell = "([a-z0-9\u{4e00}-\u{4fff}\u{20000}-\u{20100}][^\u{0}-\u{8}\u{b}-\u{1f}\u{7f}-\u{9f}\u{ffff}\u{fffe}]{0,12})?";
    proptest::collection::vec(
        ("[a-z甲乙]{1,4}", cell, cell).prop_map(|(a, b, c)| [a, b, c]),
        0..12,
    )
}

proptest! {
    #[test]
    fn csv(rows in rows()) {
        prop_assert_eq!(read(&as_csv(&rows)), rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>());
    }

    #[test]
    fn xlsx(rows in rows()) {
        prop_assert_eq!(read(&as_xlsx(&rows)), rows.iter().map(|row| row.to_vec()).collect::<Vec<_>>());
    }
}

#[test]
fn texts_stay_texts_in_a_workbook() {
    let row = [
        "=1+1".to_owned(),
        "+8613812345678".to_owned(),
        "007 <&> \"_x0041_\" \u{7}\r\n 1E5 ".to_owned(),
    ];
    let back = read(&as_xlsx(&[row]));
    assert_eq!(back[0][..2], ["=1+1", "+8613812345678"]);
    assert_eq!(back[0][2], "007 <&> \"_x0041_\" \u{7}\r\n 1E5 ");
}

#[test]
fn a_workbook_needs_no_seeking_and_no_temporary_file() {
    /// Only `Write`, and counts how much is held back before anything arrives.
    struct Sink(u64);
    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len() as u64;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut sink = Sink(0);
    let mut writer = Box::new(XlsxWriter::new(&mut sink, "a/b"));
    writer.header(&["x"]).unwrap();
    assert!(matches!(
        writer.row(&[Cell::from("长".repeat(32_768))]),
        Err(WriteError::CellTooLong)
    ));
    writer.row(&[Cell::EMPTY]).unwrap();
    writer.finish().unwrap();
    assert!(sink.0 > 500);
}

fn workbook(cells: &[Cell<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer: Box<dyn TableWriter + '_> = Box::new(XlsxWriter::new(&mut bytes, "客户"));
    writer.header(&HEADER).unwrap();
    writer.row(cells).unwrap();
    writer.finish().unwrap();
    bytes
}

fn delimited(cells: &[Cell<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer: Box<dyn TableWriter + '_> = Box::new(CsvWriter::new(&mut bytes).unwrap());
    writer.header(&HEADER).unwrap();
    writer.row(cells).unwrap();
    writer.finish().unwrap();
    bytes
}

fn currency() -> impl Strategy<Value = Currency> {
    let known = ["CNY", "USD", "JPY"].map(|code| Currency::from_code(code).unwrap());
    proptest::sample::select(known.to_vec())
}

proptest! {
    /// Whatever the format makes of them, sums and days are read back as what they were.
    #[test]
    fn sums_and_days_come_back(
        minor in -((1i64 << 53) - 1)..1 << 53,
        currency in currency(),
        // From 1900-01-01, the first day that is taken.
        days in -25_567i32..60_000,
    ) {
        let amount = Amount { minor, currency };
        let date = Date::new(1970, 1, 1).unwrap().plus_days(days).unwrap();
        let cells = [Cell::from("甲"), Cell::Amount(amount), Cell::Date(date)];
        for bytes in [workbook(&cells), delimited(&cells)] {
            let row = &read(&bytes)[0];
            prop_assert_eq!(Amount::parse(&row[1], AmountUnit::One).unwrap().value, amount);
            prop_assert_eq!(Date::parse(&row[2]).unwrap().value, date);
        }
    }
}

#[test]
fn a_workbook_reckons_with_sums_and_days() {
    use calamine::{Data, Reader};
    let amount = |code| {
        Cell::Amount(Amount {
            minor: -1_250,
            currency: Currency::from_code(code).unwrap(),
        })
    };
    let moment: Timestamp = "2026-03-19T14:30:00.000Z".parse().unwrap();
    let cells = [
        amount("CNY"),
        Cell::Date(Date::new(2026, 3, 19).unwrap()),
        Cell::Moment(moment),
        amount("USD"),
        Cell::Date(Date::new(1900, 1, 31).unwrap()),
    ];
    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(workbook(&cells))).unwrap();
    let sheet = book.worksheet_range("客户").unwrap();
    let row = sheet.rows().nth(1).unwrap();
    assert_eq!(row[0], Data::Float(-12.5));
    for (cell, days) in [(&row[1], 46_100.0), (&row[2], 46_100.604_166_667)] {
        let Data::DateTime(moment) = cell else {
            panic!("{cell:?} is no date")
        };
        assert_eq!(moment.as_f64(), days);
    }
    // What would be added up or read back as something else stays text.
    assert_eq!(row[3], Data::String("USD -12.50".to_owned()));
    assert_eq!(row[4], Data::String("1900-01-31".to_owned()));
}
