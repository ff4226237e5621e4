//! Writes tables row by row, to anything bytes can be written to.
//!
//! Nothing is kept but the current row, and nothing is written beside the destination: no temporary file ever holds what
//! is exported.

mod cell;
mod csv;
mod xlsx;

use std::io;

pub use self::cell::Cell;
pub use self::csv::CsvWriter;
pub use self::xlsx::XlsxWriter;

/// A table being written.
pub trait TableWriter {
    /// Writes the header. Comes first, once.
    ///
    /// # Errors
    /// [`WriteError`].
    fn header(&mut self, cells: &[&str]) -> Result<(), WriteError>;

    /// Writes a row.
    ///
    /// # Errors
    /// [`WriteError`].
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), WriteError>;

    /// Ends the table and flushes the destination. Without it the output is incomplete.
    ///
    /// # Errors
    /// [`WriteError`].
    fn finish(self: Box<Self>) -> Result<(), WriteError>;
}

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The destination failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A workbook's cell holds at most 32,767 characters.
    #[error("a cell is longer than a workbook allows")]
    CellTooLong,
    /// A workbook's sheet has at most 16,384 columns.
    #[error("the table has more columns than a workbook allows")]
    TooManyColumns,
}
