//! What can be wrong with a file, and with one of its rows.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

/// Something doubtful about a file as a whole: a code and parameters for the sentence in the locale file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Stable code, such as `header.duplicate`.
    pub code: String,
    /// Named parameters.
    pub params: BTreeMap<String, String>,
}

impl Warning {
    pub(crate) fn new(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            params: BTreeMap::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

/// Why a file cannot be read as a table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// Nothing in it, or nothing but blank lines.
    #[error("the file holds no rows")]
    Empty,
    /// Binary content that is no workbook.
    #[error("the file is neither text nor a workbook")]
    NotText,
    /// A page or an XML document, which some programs save under a spreadsheet's name.
    #[error("the file is markup, not a table")]
    Markup,
    /// The binary workbook format of 1997 to 2003.
    #[error("the file is a workbook of the old binary format")]
    LegacyWorkbook,
    /// A workbook with a password to open.
    #[error("the workbook is encrypted")]
    EncryptedWorkbook,
    /// A ZIP archive that is no workbook, or a damaged one.
    #[error("the workbook cannot be read: {0}")]
    DamagedWorkbook(String),
    /// Inflates to more than the limits allow.
    #[error("the workbook inflates to more than {limit} bytes")]
    ExpandsTooFar {
        /// The limit that was hit, bytes.
        limit: u64,
    },
    /// The workbook has no sheet of cells.
    #[error("the workbook has no worksheet")]
    NoSheet,
    /// The sheet asked for does not exist.
    #[error("the workbook has no sheet of that name")]
    SheetNotFound,
    /// More columns than the limits allow.
    #[error("the table has {found} columns, more than {max}")]
    TooManyColumns {
        /// Columns found.
        found: usize,
        /// Columns allowed.
        max: usize,
    },
    /// The encoding asked for is unknown.
    #[error("unknown encoding")]
    UnknownEncoding,
    /// The delimiter asked for is not one of comma, semicolon, tab and bar.
    #[error("unsupported delimiter")]
    UnsupportedDelimiter,
    /// The header row asked for is not in the file.
    #[error("there is no row {row} to take the headers from")]
    HeaderRowMissing {
        /// The row asked for.
        row: u64,
    },
    /// Reading failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl TableError {
    /// Stable code for the locale file.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file.empty",
            Self::NotText => "file.not_text",
            Self::Markup => "file.markup",
            Self::LegacyWorkbook => "file.legacy_workbook",
            Self::EncryptedWorkbook => "file.encrypted_workbook",
            Self::DamagedWorkbook(_) => "file.damaged_workbook",
            Self::ExpandsTooFar { .. } => "file.expands_too_far",
            Self::NoSheet => "file.no_sheet",
            Self::SheetNotFound => "file.sheet_not_found",
            Self::TooManyColumns { .. } => "file.too_many_columns",
            Self::UnknownEncoding => "file.unknown_encoding",
            Self::UnsupportedDelimiter => "file.unsupported_delimiter",
            Self::HeaderRowMissing { .. } => "file.header_row_missing",
            Self::Io(_) => "file.io",
        }
    }

    /// Parameters of the sentence.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::ExpandsTooFar { limit } => vec![("limit", limit.to_string())],
            Self::TooManyColumns { found, max } => {
                vec![("found", found.to_string()), ("max", max.to_string())]
            }
            Self::HeaderRowMissing { row } => vec![("row", row.to_string())],
            _ => Vec::new(),
        }
    }
}

/// A row that cannot be taken, or the end of what can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// Number of the row as in [`crate::RawRow::row`].
    pub row: u64,
    /// Physical line where the row begins, from 1.
    pub line: u64,
    /// `row.invalid_bytes` {column}, `row.unterminated_quote`, `row.too_long` {max}, `row.cell_too_long` {column, max},
    /// `row.too_many_cells` {expected, found}; and, ending the stream, `file.io`, `file.damaged_workbook`.
    pub code: &'static str,
    /// Named parameters.
    pub params: Vec<(&'static str, String)>,
    /// The cells as far as they could be read, so that the row can be handed back. Bytes that could not be decoded
    /// are U+FFFD.
    pub cells: Vec<String>,
    /// Whether the stream ends here.
    pub fatal: bool,
}

impl RowError {
    pub(crate) fn rejected(row: u64, line: u64, code: &'static str, cells: Vec<String>) -> Self {
        Self {
            row,
            line,
            code,
            params: Vec::new(),
            cells,
            fatal: false,
        }
    }

    pub(crate) fn fatal(row: u64, line: u64, code: &'static str) -> Self {
        Self {
            row,
            line,
            code,
            params: Vec::new(),
            cells: Vec::new(),
            fatal: true,
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.params.push((name, value.to_string()));
        self
    }
}

impl std::fmt::Display for RowError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} in row {}", self.code, self.row)
    }
}

impl std::error::Error for RowError {}
