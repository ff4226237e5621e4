//! Any file: detection and reading end without a panic, rows come in order and have the table's width.
#![no_main]

use std::io::Cursor;

use custos_tabular::{Limits, Overrides, Table, detect};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        sheet_bytes: 4 << 20,
        shared_text_bytes: 1 << 20,
        workbook_bytes: 8 << 20,
        ..Limits::default()
    };
    let Ok(detection) = detect(Cursor::new(bytes), &Overrides::default(), &limits) else {
        return;
    };
    let Ok(mut table) = Table::open(Cursor::new(bytes), &detection, limits) else {
        return;
    };
    let Ok(rows) = table.rows() else { return };
    for row in rows.flatten() {
        assert_eq!(row.cells.len(), detection.columns.len());
        assert!(row.row > detection.header_row);
    }
});
