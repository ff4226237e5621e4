//! CSV that spreadsheet software opens well: UTF-8 with byte order mark, CR LF, no formulas.

use std::borrow::Cow;
use std::io::Write;

use csv::Terminator;

use super::{Cell, TableWriter, WriteError};

/// Writes CSV by RFC 4180.
///
/// A cell that a spreadsheet would take for a formula (beginning with `=`, `+`, `-`, `@`, their full-width forms, tab or a
/// line end) gets an apostrophe in front, so that data cannot act when somebody opens the file. Plain signed numbers and
/// `+` followed by digits only are left as they are.
pub struct CsvWriter<W: Write> {
    csv: csv::Writer<W>,
}

impl<W: Write> CsvWriter<W> {
    /// A writer to this destination.
    ///
    /// # Errors
    /// If the byte order mark cannot be written.
    pub fn new(mut destination: W) -> Result<Self, WriteError> {
        destination.write_all("\u{FEFF}".as_bytes())?;
        let csv = csv::WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .flexible(true)
            .from_writer(destination);
        Ok(Self { csv })
    }

    fn write<'a>(&mut self, cells: impl Iterator<Item = Cow<'a, str>>) -> Result<(), WriteError> {
        self.csv
            .write_record(cells.map(|cell| harmless(&cell).into_owned()))
            .map_err(io_error)
    }
}

impl<W: Write> TableWriter for CsvWriter<W> {
    fn header(&mut self, cells: &[&str]) -> Result<(), WriteError> {
        self.write(cells.iter().map(|cell| Cow::Borrowed(*cell)))
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), WriteError> {
        self.write(cells.iter().map(Cell::text))
    }

    fn finish(mut self: Box<Self>) -> Result<(), WriteError> {
        Ok(self.csv.flush()?)
    }
}

fn io_error(error: csv::Error) -> WriteError {
    WriteError::Io(error.into())
}

fn harmless(cell: &str) -> Cow<'_, str> {
    let dangerous =
        cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']);
    if dangerous && !is_signed_number(cell) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// A sign, digits, and at most one decimal point between digits.
fn is_signed_number(cell: &str) -> bool {
    let Some(rest) = cell.strip_prefix(['+', '-']) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match rest.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_disarmed() {
        for cell in [
            "=1+1",
            "+1+1",
            "-1+1",
            "@SUM(A1)",
            "\tx",
            "\r=1",
            "\n=1",
            "=cmd|' /C calc'!A0",
            "-",
            "+",
            "＝1+1",
            "+86 138",
            "-1.",
            "+1;ext=2",
        ] {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        for cell in ["", "a=b", "-12.50", "+8613812345678", "'x", "12", "甲-乙"] {
            assert_eq!(harmless(cell), cell);
        }
    }

    #[test]
    fn shape() {
        let mut bytes = Vec::new();
        let mut writer = Box::new(CsvWriter::new(&mut bytes).unwrap());
        writer.header(&["名称", "备注"]).unwrap();
        writer
            .row(&["甲,乙".into(), "第一行\n\"二\"".into()])
            .unwrap();
        writer.row(&[Cell::EMPTY, Cell::EMPTY]).unwrap();
        writer.finish().unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "\u{FEFF}名称,备注\r\n\"甲,乙\",\"第一行\n\"\"二\"\"\"\r\n,\r\n"
        );
    }

    proptest! {
        #[test]
        fn no_cell_begins_a_formula(cell in "[=+@\t\r-]?\\PC{0,12}") {
            let safe = harmless(&cell);
            prop_assert!(!safe.starts_with(['=', '@', '\t', '\r']));
            prop_assert!(!safe.starts_with(['+', '-']) || safe[1..].bytes().all(|b| b.is_ascii_digit() || b == b'.'));
            prop_assert!(safe == cell || safe[1..] == cell);
        }
    }
}
