//! Files that are damaged, odd or hostile, and what becomes of them.
#![allow(clippy::unwrap_used)]

use std::io::{Cursor, Read, Write};

use custos_tabular::write::{TableWriter, XlsxWriter};
use custos_tabular::{Detection, Limits, Overrides, RowError, Table, TableError, detect};
use proptest::prelude::*;

fn detected(bytes: &[u8]) -> Result<Detection, TableError> {
    detect(
        Cursor::new(bytes),
        &Overrides::default(),
        &Limits::default(),
    )
}

fn codes(detection: &Detection) -> Vec<&str> {
    detection
        .warnings
        .iter()
        .map(|warning| warning.code.as_str())
        .collect()
}

/// Each row as `number:cells` or `number!code`.
fn outcome(bytes: &[u8]) -> Vec<String> {
    let detection = detected(bytes).unwrap();
    let mut table = Table::open(Cursor::new(bytes), &detection, Limits::default()).unwrap();
    let show = |row: Result<custos_tabular::RawRow, RowError>| match row {
        Ok(row) => format!(
            "{}:{}{}",
            row.row,
            row.cells.join("|"),
            row.notes
                .iter()
                .map(|n| format!(" {}", n.code))
                .collect::<String>()
        ),
        Err(error) => format!("{}!{} {}", error.row, error.code, error.cells.join("|")),
    };
    table.rows().unwrap().map(show).collect()
}

fn refused(bytes: &[u8]) -> &'static str {
    detected(bytes).map_or_else(|error| error.code(), |_| "accepted")
}

#[test]
fn empty_and_nearly_empty() {
    assert_eq!(refused(b""), "file.empty");
    assert_eq!(refused(b"\r\n \n,,\n"), "file.empty");
    assert_eq!(refused(b"\xEF\xBB\xBF"), "file.empty");
    let detection = detected("客户名称,手机\r\n".as_bytes()).unwrap();
    assert_eq!(
        (detection.columns.len(), codes(&detection)),
        (2, vec!["table.no_rows"])
    );
    assert_eq!(outcome("客户名称,手机".as_bytes()), [""; 0]);
}

#[test]
fn truncated_within_a_quote() {
    let text = "客户名称,备注\n甲公司,\"好\"\n乙公司,\"第一行\n第二";
    assert_eq!(
        outcome(text.as_bytes()),
        ["2:甲公司|好", "3!row.unterminated_quote 乙公司|第一行"]
    );
}

#[test]
fn a_stray_quote_costs_one_row() {
    let text = "客户名称,备注\n甲公司,\"坏\n乙公司,好\n丙公司,好\n";
    assert_eq!(
        outcome(text.as_bytes()),
        [
            "2!row.unterminated_quote 甲公司|坏",
            "3:乙公司|好",
            "4:丙公司|好"
        ]
    );
}

#[test]
fn mixed_encodings() {
    let mut bytes = "客户名称,备注\n甲公司,这一行是另一种编码\n"
        .repeat(20)
        .into_bytes();
    bytes.extend(encoding_rs::GB18030.encode("乙公司,好").0.iter());
    bytes.extend("\n丙公司,好\n".as_bytes());
    let detection = detected(&bytes).unwrap();
    assert_eq!(
        (detection.encoding.as_deref(), codes(&detection)),
        (Some("utf-8"), vec!["encoding.mixed"])
    );
    let rows = outcome(&bytes);
    assert!(
        rows[39].starts_with("41!row.invalid_bytes") && rows[39].contains('\u{FFFD}'),
        "{}",
        rows[39]
    );
    assert_eq!(rows[40], "42:丙公司|好");
}

#[test]
fn truncated_within_a_character() {
    let mut bytes = "客户名称,备注\n甲公司,好\n乙公司,好".as_bytes().to_vec();
    bytes.pop();
    assert_eq!(
        outcome(&bytes),
        ["2:甲公司|好", "3!row.invalid_bytes 乙公司|\u{FFFD}"]
    );
}

#[test]
fn utf_16() {
    let text = "客户名称\t手机\n甲公司\t13812345678\n";
    for (label, to_bytes) in [
        ("utf-16le", u16::to_le_bytes as fn(u16) -> [u8; 2]),
        ("utf-16be", u16::to_be_bytes),
    ] {
        for mark in ["", "\u{FEFF}"] {
            let bytes: Vec<u8> = format!("{mark}{text}")
                .encode_utf16()
                .flat_map(to_bytes)
                .collect();
            let detection = detected(&bytes).unwrap();
            assert_eq!(
                (
                    detection.encoding.as_deref(),
                    detection.delimiter,
                    detection.bom
                ),
                (Some(label), Some('\t'), !mark.is_empty())
            );
            assert_eq!(detection.columns[0].header, "客户名称");
            assert_eq!(outcome(&bytes), ["2:甲公司|13812345678"]);
        }
    }
}

#[test]
fn rows_of_another_width() {
    let text = "客户名称,手机,备注\n甲\n乙,1,2,,\n丙,1,2,3\n\n,,\n丁,1,2\n";
    assert_eq!(
        outcome(text.as_bytes()),
        [
            "2:甲|| row.too_few_cells",
            "3:乙|1|2",
            "4!row.too_many_cells 丙|1|2|3",
            "7:丁|1|2"
        ]
    );
}

#[test]
fn duplicate_and_empty_headers() {
    let detection = detected("客户名称,手机,手机,\n甲,1,2,3\n".as_bytes()).unwrap();
    let headers: Vec<&str> = detection
        .columns
        .iter()
        .map(|column| column.header.as_str())
        .collect();
    assert_eq!(headers, ["客户名称", "手机", "手机 (2)", "D"]);
    assert_eq!(codes(&detection), ["header.duplicate", "header.empty"]);
}

#[test]
fn many_columns() {
    let row = |n: usize| {
        (0..n)
            .map(|i| format!("列{i}"))
            .collect::<Vec<_>>()
            .join(",")
    };
    let detection = detected(format!("{}\n{}\n", row(230), row(230)).as_bytes()).unwrap();
    assert_eq!(detection.columns.len(), 230);
    assert_eq!(
        refused(format!("{}\n{}\n", row(1_001), row(1_001)).as_bytes()),
        "file.too_many_columns"
    );
}

#[test]
fn a_cell_beyond_the_limit() {
    let text = format!(
        "客户名称,备注\n甲,{}\n乙,{}\n",
        "长".repeat(32_768),
        "长".repeat(32_767)
    );
    let rows = outcome(text.as_bytes());
    assert!(rows[0].starts_with("2!row.cell_too_long") && rows[1].starts_with("3:乙"));
}

#[test]
fn overrides_win() {
    let bytes = "说明\n客户名称;手机\n甲,乙;1\n".as_bytes();
    let with = |overrides: Overrides| detect(Cursor::new(bytes), &overrides, &Limits::default());
    let none = Overrides::default();
    let detection = with(Overrides {
        delimiter: Some(','),
        header_row: Some(1),
        ..none.clone()
    })
    .unwrap();
    assert_eq!((detection.delimiter, detection.header_row), (Some(','), 1));
    let detection = with(Overrides {
        header_row: Some(0),
        ..none.clone()
    })
    .unwrap();
    assert_eq!(
        (codes(&detection), detection.columns[0].header.as_str()),
        (vec!["header.absent"], "A")
    );
    assert_eq!(
        with(Overrides {
            encoding: Some("latin-99".into()),
            ..none.clone()
        })
        .unwrap_err()
        .code(),
        "file.unknown_encoding"
    );
    assert_eq!(
        with(Overrides {
            delimiter: Some('x'),
            ..none.clone()
        })
        .unwrap_err()
        .code(),
        "file.unsupported_delimiter"
    );
    assert_eq!(
        with(Overrides {
            header_row: Some(9),
            ..none
        })
        .unwrap_err()
        .code(),
        "file.header_row_missing"
    );
}

#[test]
fn a_declared_delimiter() {
    let bytes = "sep=;\r\n客户名称;手机\r\n甲;1\r\n".as_bytes();
    let detection = detected(bytes).unwrap();
    assert_eq!((detection.delimiter, detection.header_row), (Some(';'), 2));
    assert_eq!(outcome(bytes), ["3:甲|1"]);
}

#[test]
fn other_kinds_of_file() {
    assert_eq!(refused(b"PK\x03\x04 broken"), "file.damaged_workbook");
    assert_eq!(
        refused(&[&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..], &[0; 600]].concat()),
        "file.legacy_workbook"
    );
    let name: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(
        refused(&[&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..], &[0; 600], &name].concat()),
        "file.encrypted_workbook"
    );
    assert_eq!(
        refused(b"<html><table><tr><td>x</td></tr></table></html>"),
        "file.markup"
    );
}

#[test]
fn a_truncated_workbook() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/客户资料-标题行在第二行.xlsx"
    );
    let bytes = std::fs::read(path).unwrap();
    for keep in [100, bytes.len() / 2, bytes.len() - 10] {
        assert_eq!(refused(&bytes[..keep]), "file.damaged_workbook");
    }
}

/// A workbook with these cells, each at its place.
fn workbook(cells: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer: Box<dyn TableWriter + '_> = Box::new(XlsxWriter::new(&mut bytes, "a"));
    writer.header(&["x"]).unwrap();
    writer.finish().unwrap();
    let mut sound = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut changed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..sound.len() {
        let mut file = sound.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut content = String::new();
        file.read_to_string(&mut content).unwrap();
        if name.starts_with("xl/worksheets/") {
            let cell = |(place, text): &(&str, &str)| {
                format!("<row><c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c></row>")
            };
            let cells: String = cells.iter().map(cell).collect();
            let (head, rest) = content.split_once("<sheetData>").unwrap();
            let (_, tail) = rest.split_once("</sheetData>").unwrap();
            content = format!("{head}<sheetData>{cells}</sheetData>{tail}");
        }
        let options = zip::write::SimpleFileOptions::default();
        changed.start_file(name, options).unwrap();
        changed.write_all(content.as_bytes()).unwrap();
    }
    changed.finish().unwrap().into_inner()
}

/// Found by fuzzing: such rows came twice under one number, or not at all.
#[test]
fn rows_of_a_workbook_that_go_back() {
    let ahead = [("A1", "name"), ("A2", "x"), ("A4", "y"), ("A5", "z")];
    assert_eq!(outcome(&workbook(&ahead)), ["2:x", "4:y", "5:z"]);
    let back = [("A1", "name"), ("A2", "x"), ("A4", "y"), ("A3", "z")];
    assert_eq!(refused(&workbook(&back)), "file.damaged_workbook");
    let mut late: Vec<(String, &str)> = (1..=1_000).map(|row| (format!("A{row}"), "x")).collect();
    late.push(("A3".to_owned(), "again"));
    let late: Vec<(&str, &str)> = late
        .iter()
        .map(|(place, text)| (place.as_str(), *text))
        .collect();
    let rows = outcome(&workbook(&late));
    assert_eq!(rows.last().unwrap(), "1000!file.damaged_workbook ");
}

/// Found by fuzzing: a column beyond all counting made the reader of workbooks panic.
#[test]
fn places_of_a_workbook_that_do_not_exist() {
    for place in [
        "NXMLFORMATS1",
        "A99999999999",
        "ZZZZZZZZZZZZ99999999999",
        "1",
        "",
    ] {
        drain(&workbook(&[("A1", "name"), ("A2", "x"), (place, "y")]));
    }
}

fn drain(bytes: &[u8]) {
    let Ok(detection) = detected(bytes) else {
        return;
    };
    let mut table = Table::open(Cursor::new(bytes), &detection, Limits::default()).unwrap();
    let rows = table.rows().unwrap();
    let mut last = 0;
    for row in rows {
        let number = row.as_ref().map_or_else(|error| error.row, |row| row.row);
        assert!(number > last);
        last = number;
        if let Ok(row) = row {
            assert_eq!(row.cells.len(), detection.columns.len());
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        drain(&bytes);
    }

    #[test]
    fn any_table_like_text_is_survived(text in "[a-c\",;\t|\r\n\u{4e00}-\u{4e05}]{0,200}") {
        drain(text.as_bytes());
        drain(&encoding_rs::GB18030.encode(&text).0);
    }
}
