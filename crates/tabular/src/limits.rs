//! How much of an untrusted file is taken in.

/// Upper bounds for reading. The defaults fit the largest tables people really send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Columns of a table.
    pub columns: usize,
    /// Characters of one cell (32,767 is what spreadsheet software allows).
    pub cell_chars: usize,
    /// Bytes of one CSV record, decoded.
    pub record_bytes: usize,
    /// Bytes of one file inside a workbook, inflated.
    pub sheet_bytes: u64,
    /// Bytes of the table of shared texts inside a workbook, inflated. It is the one part that is held in memory.
    pub shared_text_bytes: u64,
    /// Bytes of everything inside a workbook, inflated.
    pub workbook_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            columns: 1_000,
            cell_chars: 32_767,
            record_bytes: 4 << 20,
            sheet_bytes: 1 << 30,
            shared_text_bytes: 256 << 20,
            workbook_bytes: 2 << 30,
        }
    }
}
