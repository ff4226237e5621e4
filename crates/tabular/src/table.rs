//! A detected file, open for reading rows.

use std::io::{Read, Seek, SeekFrom};

use custos_values::FieldError;
use encoding_rs::Encoding;

use crate::decode::UNDECODABLE;
use crate::detect::{Format, by_label, byte_of, text_records};
use crate::records::{Flaw, Record, Records, undecodable_column};
use crate::xlsx::{SheetRow, SheetRows, Workbook};
use crate::{Detection, Limits, RowError, TableError};

/// A file opened as detected.
pub struct Table<R: Read + Seek> {
    source: Source<R>,
    header_row: u64,
    columns: usize,
    size: u64,
    limits: Limits,
}

enum Source<R: Read + Seek> {
    Text {
        source: R,
        encoding: &'static Encoding,
        delimiter: u8,
    },
    Workbook {
        workbook: Box<Workbook<R>>,
        sheet: String,
    },
}

/// A row of data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRow {
    /// Number of the row from 1 as a spreadsheet shows it: the header and blank rows count, a line break within a cell
    /// does not.
    pub row: u64,
    /// Physical line of the file where the row begins, from 1; for a workbook the same as `row`.
    pub line: u64,
    /// As many cells as the table has columns.
    pub cells: Vec<String>,
    /// `row.too_few_cells` {expected, found}, `cell.error` {column, error}, `cell.precision_lost` {column}.
    pub notes: Vec<FieldError>,
}

impl<R: Read + Seek> Table<R> {
    /// Opens a file as a detection describes it.
    ///
    /// # Errors
    /// [`TableError`], if the detection does not fit the file.
    pub fn open(mut source: R, detection: &Detection, limits: Limits) -> Result<Self, TableError> {
        let (source, size) = match detection.format {
            Format::Csv => {
                let label = detection.encoding.as_deref().unwrap_or("utf-8");
                let encoding = by_label(label).ok_or(TableError::UnknownEncoding)?;
                let delimiter = byte_of(detection.delimiter.unwrap_or(','))?;
                let size = source.seek(SeekFrom::End(0))?;
                (
                    Source::Text {
                        source,
                        encoding,
                        delimiter,
                    },
                    size,
                )
            }
            Format::Xlsx => {
                let workbook = Workbook::open(source, &limits)?;
                let sheet = detection.sheet.clone().ok_or(TableError::SheetNotFound)?;
                let size = workbook.size();
                (
                    Source::Workbook {
                        workbook: Box::new(workbook),
                        sheet,
                    },
                    size,
                )
            }
        };
        Ok(Self {
            source,
            header_row: detection.header_row,
            columns: detection.columns.len(),
            size,
            limits,
        })
    }

    /// Size of the file in bytes, to measure [`Rows::bytes_read`] by.
    pub fn bytes_total(&self) -> u64 {
        self.size
    }

    /// The rows after the header.
    ///
    /// # Errors
    /// [`TableError`], if the file cannot be read from its beginning.
    pub fn rows(&mut self) -> Result<Rows<'_, R>, TableError> {
        self.rows_from(self.header_row + 1)
    }

    /// The rows from this row number on, as counted by [`RawRow::row`], but none before the end of the header. The way
    /// there is read without being taken apart.
    ///
    /// # Errors
    /// [`TableError`], if the file cannot be read up to there.
    pub fn rows_from(&mut self, row: u64) -> Result<Rows<'_, R>, TableError> {
        let from = row.max(self.header_row + 1);
        let stream = match &mut self.source {
            Source::Text {
                source,
                encoding,
                delimiter,
            } => {
                let mut records = text_records(
                    source,
                    encoding,
                    *delimiter,
                    Some(self.columns),
                    &self.limits,
                )?;
                while records.next_number() < from && records.skip_record()? {}
                Stream::Text(Box::new(records))
            }
            Source::Workbook { workbook, sheet } => {
                Stream::Workbook(Box::new(workbook.rows(sheet, from, &self.limits)?))
            }
        };
        Ok(Rows {
            stream,
            columns: self.columns,
            cell_chars: self.limits.cell_chars,
            ended: false,
        })
    }
}

/// The rows of a table as a stream. Blank lines and rows of empty cells are no rows; [`Rows::blank_rows`] counts them.
pub struct Rows<'a, R: Read + Seek> {
    stream: Stream<'a, R>,
    columns: usize,
    cell_chars: usize,
    ended: bool,
}

enum Stream<'a, R: Read + Seek> {
    Text(Box<Records<&'a mut R>>),
    Workbook(Box<SheetRows<'a, R>>),
}

impl<R: Read + Seek> Rows<'_, R> {
    /// Bytes of the file read so far. For a workbook an estimate that reaches the size of the file at the end.
    pub fn bytes_read(&self) -> u64 {
        match &self.stream {
            Stream::Text(records) => records.bytes_read(),
            Stream::Workbook(rows) => rows.bytes_read(),
        }
    }

    /// Blank rows passed so far.
    pub fn blank_rows(&self) -> u64 {
        match &self.stream {
            Stream::Text(records) => records.blank(),
            Stream::Workbook(rows) => rows.blank(),
        }
    }

    /// The row number to resume at with [`Table::rows_from`].
    pub fn next_row(&self) -> u64 {
        match &self.stream {
            Stream::Text(records) => records.next_number(),
            Stream::Workbook(rows) => rows.next_number(),
        }
    }

    fn of_record(&self, record: Record) -> Result<RawRow, RowError> {
        let Record {
            number,
            line,
            mut cells,
            flaw,
        } = record;
        if let Some(flaw) = flaw {
            replace_undecodable(&mut cells);
            let code = match flaw {
                Flaw::UnterminatedQuote => "row.unterminated_quote",
                Flaw::TooLong => "row.too_long",
            };
            return Err(RowError::rejected(number, line, code, cells));
        }
        if let Some(column) = undecodable_column(&cells) {
            replace_undecodable(&mut cells);
            return Err(
                RowError::rejected(number, line, "row.invalid_bytes", cells).with("column", column)
            );
        }
        let found = cells.len();
        let mut notes = Vec::new();
        if found < self.columns {
            notes.push(
                FieldError::new("row.too_few_cells")
                    .with("expected", self.columns)
                    .with("found", found),
            );
        }
        let filled = cells
            .iter()
            .rposition(|cell| !cell.trim().is_empty())
            .map_or(0, |at| at + 1);
        self.checked(
            RawRow {
                row: number,
                line,
                cells,
                notes,
            },
            filled,
        )
    }

    fn of_sheet(&self, row: SheetRow) -> Result<RawRow, RowError> {
        self.checked(
            RawRow {
                row: row.number,
                line: row.number,
                cells: row.cells,
                notes: row.notes,
            },
            row.columns,
        )
    }

    /// Brings a row to the table's width, if its filled cells fit and none is too long.
    fn checked(&self, mut row: RawRow, filled: usize) -> Result<RawRow, RowError> {
        if filled > self.columns {
            let error = RowError::rejected(row.row, row.line, "row.too_many_cells", row.cells);
            return Err(error.with("expected", self.columns).with("found", filled));
        }
        // A character has at least one byte, so most cells need not be counted.
        let too_long =
            |cell: &String| cell.len() > self.cell_chars && cell.chars().count() > self.cell_chars;
        if let Some(at) = row.cells.iter().position(too_long) {
            let error = RowError::rejected(row.row, row.line, "row.cell_too_long", row.cells);
            return Err(error.with("column", at + 1).with("max", self.cell_chars));
        }
        row.cells.resize(self.columns, String::new());
        Ok(row)
    }
}

fn replace_undecodable(cells: &mut [String]) {
    for cell in cells.iter_mut().filter(|cell| cell.contains(UNDECODABLE)) {
        *cell = cell.replace(UNDECODABLE, "\u{FFFD}");
    }
}

impl<R: Read + Seek> Iterator for Rows<'_, R> {
    type Item = Result<RawRow, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = match &mut self.stream {
            Stream::Text(records) => match records.next_record() {
                Ok(record) => record.map(|record| self.of_record(record)),
                Err(_) => Some(Err(RowError::fatal(
                    records.next_number(),
                    records.line(),
                    "file.io",
                ))),
            },
            Stream::Workbook(rows) => match rows.next_row() {
                Ok(row) => row.map(|row| self.of_sheet(row)),
                Err(_) => Some(Err(RowError::fatal(
                    rows.next_number(),
                    rows.next_number(),
                    "file.damaged_workbook",
                ))),
            },
        };
        self.ended = next
            .as_ref()
            .is_none_or(|item| item.as_ref().is_err_and(|error| error.fatal));
        next
    }
}
