//! What is written is read back the same.
#![allow(clippy::unwrap_used)]

use std::io::{Cursor, Write};

use custos_tabular::write::{CsvWriter, TableWriter, WriteError, XlsxWriter};
use custos_tabular::{Limits, Overrides, Table, detect};
use proptest::prelude::*;

const HEADER: [&str; 3] = ["客户名称", "手机", "备注"];

fn fill(mut writer: Box<dyn TableWriter + '_>, rows: &[[String; 3]]) {
    writer.header(&HEADER).unwrap();
    for row in rows {
        writer.row(&row.each_ref().map(String::as_str)).unwrap();
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
        writer.row(&["长".repeat(32_768).as_str()]),
        Err(WriteError::CellTooLong)
    ));
    writer.row(&[""]).unwrap();
    writer.finish().unwrap();
    assert!(sink.0 > 500);
}
