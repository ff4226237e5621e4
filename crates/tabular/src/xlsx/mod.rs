//! Workbooks: measured first, then read cell by cell.

mod guard;
mod value;

use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError};
use custos_values::FieldError;

use crate::{Limits, TableError};

/// A workbook that has passed the guard.
pub(crate) struct Workbook<R: Read + Seek> {
    xlsx: Xlsx<Counted<R>>,
    bytes: Arc<AtomicU64>,
    size: u64,
}

/// Counts the bytes read through it, as a measure of progress.
struct Counted<R> {
    source: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.source.seek(to)
    }
}

impl<R: Read + Seek> Workbook<R> {
    /// Opens a workbook after its inflated size has been checked. Holds the shared texts in memory.
    pub(crate) fn open(mut source: R, limits: &Limits) -> Result<Self, TableError> {
        guard::check(&mut source, limits)?;
        let size = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(0))?;
        let bytes = Arc::new(AtomicU64::new(0));
        let counted = Counted {
            source,
            bytes: bytes.clone(),
        };
        let xlsx = survived(|| Xlsx::new(counted))?;
        Ok(Self { xlsx, bytes, size })
    }

    /// Names of the sheets of cells that are not hidden; if all are hidden, all.
    pub(crate) fn sheets(&self) -> Vec<String> {
        let sheets = || {
            self.xlsx
                .sheets_metadata()
                .iter()
                .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        };
        let visible: Vec<String> = sheets()
            .filter(|sheet| sheet.visible == SheetVisible::Visible)
            .map(|sheet| sheet.name.clone())
            .collect();
        if visible.is_empty() {
            sheets().map(|sheet| sheet.name.clone()).collect()
        } else {
            visible
        }
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Streams the rows of a sheet that have a filled cell, from this row number on.
    pub(crate) fn rows(
        &mut self,
        sheet: &str,
        from: u64,
        limits: &Limits,
    ) -> Result<SheetRows<'_, R>, TableError> {
        self.bytes.store(0, Ordering::Relaxed);
        let cells = survived(|| self.xlsx.worksheet_cells_reader(sheet))?;
        let bytes = self.bytes.clone();
        Ok(SheetRows {
            cells,
            ahead: None,
            next_number: from.max(1),
            reached: 0,
            blank: 0,
            max_columns: limits.columns,
            bytes,
            size: self.size,
            exhausted: false,
            ended: false,
        })
    }

    /// At most `count` rows from this row number on, cells only.
    pub(crate) fn first_rows(
        &mut self,
        sheet: &str,
        from: u64,
        count: usize,
        limits: &Limits,
    ) -> Result<Vec<(u64, Vec<String>)>, TableError> {
        let mut rows = self.rows(sheet, from, limits)?;
        let mut first = Vec::new();
        while first.len() < count {
            let Some(row) = rows.next_row()? else {
                break;
            };
            if row.columns > limits.columns {
                return Err(TableError::TooManyColumns {
                    found: row.columns,
                    max: limits.columns,
                });
            }
            first.push((row.number, row.cells));
        }
        Ok(first)
    }
}

/// Lets the library read. It reckons with numbers of the file as they come, so that a hostile one can make it panic
/// where arithmetic is checked; that is damage like any other.
fn survived<T>(read: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, TableError> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(outcome) => outcome.map_err(damaged),
        Err(_) => Err(TableError::DamagedWorkbook("not readable".to_owned())),
    }
}

fn damaged(error: XlsxError) -> TableError {
    match error {
        XlsxError::WorksheetNotFound(_) => TableError::SheetNotFound,
        XlsxError::Io(error) => TableError::Io(error),
        other => TableError::DamagedWorkbook(other.to_string()),
    }
}

/// One row of a sheet.
pub(crate) struct SheetRow {
    pub number: u64,
    pub cells: Vec<String>,
    /// Columns up to the last filled one, even if more than the limit; cells beyond it are not kept.
    pub columns: usize,
    pub notes: Vec<FieldError>,
}

/// The rows of a sheet as a stream.
pub(crate) struct SheetRows<'a, R: Read + Seek> {
    cells: XlsxCellReader<'a, Counted<R>>,
    ahead: Option<(u32, u32, DataRef<'a>)>,
    next_number: u64,
    /// The row, from 0, of the last filled cell.
    reached: u32,
    blank: u64,
    max_columns: usize,
    bytes: Arc<AtomicU64>,
    size: u64,
    /// No cell is left to read.
    exhausted: bool,
    /// No row is left to give.
    ended: bool,
}

impl<'a, R: Read + Seek> SheetRows<'a, R> {
    /// Bytes of the file read since the stream began, an estimate of progress; the whole size at the end.
    pub(crate) fn bytes_read(&self) -> u64 {
        if self.ended {
            self.size
        } else {
            self.bytes.load(Ordering::Relaxed).min(self.size)
        }
    }

    /// Rows without a filled cell passed so far.
    pub(crate) fn blank(&self) -> u64 {
        self.blank
    }

    pub(crate) fn next_number(&self) -> u64 {
        self.next_number
    }

    /// The next row with a filled cell.
    pub(crate) fn next_row(&mut self) -> Result<Option<SheetRow>, TableError> {
        let Some((row, column, value)) = self.next_filled()? else {
            self.ended = true;
            return Ok(None);
        };
        let number = u64::from(row) + 1;
        let mut found = SheetRow {
            number,
            cells: Vec::new(),
            columns: 0,
            notes: Vec::new(),
        };
        self.place(&mut found, column, &value);
        while let Some((next_row, column, value)) = self.next_filled()? {
            if next_row != row {
                self.ahead = Some((next_row, column, value));
                break;
            }
            self.place(&mut found, column, &value);
        }
        self.blank += number.saturating_sub(self.next_number);
        self.next_number = number + 1;
        Ok(Some(found))
    }

    fn next_filled(&mut self) -> Result<Option<(u32, u32, DataRef<'a>)>, TableError> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(Some(ahead));
        }
        // Past its end the reader reports the end of the file as damage.
        if self.exhausted {
            return Ok(None);
        }
        while let Some(cell) = survived(|| self.cells.next_cell())? {
            let (row, column) = cell.get_position();
            let value = cell.get_value();
            if value::is_blank(value) {
                continue;
            }
            // Rows that go back would come twice, or not at all where an import goes on from a row.
            if row < self.reached {
                return Err(TableError::DamagedWorkbook(
                    "rows are out of order".to_owned(),
                ));
            }
            self.reached = row;
            if u64::from(row) + 1 >= self.next_number {
                return Ok(Some((row, column, value.clone())));
            }
        }
        self.exhausted = true;
        Ok(None)
    }

    fn place(&self, row: &mut SheetRow, column: u32, value: &DataRef<'_>) {
        let column = column as usize;
        row.columns = row.columns.max(column + 1);
        if column < self.max_columns {
            row.cells
                .resize(row.cells.len().max(column + 1), String::new());
            row.cells[column] = value::text(value, column + 1, &mut row.notes);
        }
    }
}
