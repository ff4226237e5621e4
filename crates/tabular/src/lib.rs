//! Reads and writes tables people send: CSV in any usual encoding, and XLSX.
//!
//! Reading takes three steps. [`detect`] looks at a file and says what it is; a person may correct that with
//! [`Overrides`]. [`Table::open`] opens the file as detected. [`Table::rows`] streams its rows with bounded memory: a
//! damaged row is an item of its own and does not end the stream. [`mapping`] proposes which column means what.
//! [`write`] is the way back.
//!
//! Files are untrusted. Every size is limited by [`Limits`]; nothing is executed, and formulas are only read as the
//! values that were stored with them.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod decode;
mod detect;
mod error;
mod limits;
pub mod mapping;
mod records;
mod scan;
mod table;
pub mod write;
mod xlsx;

pub use detect::{Column, Detection, Format, Overrides, detect};
pub use error::{RowError, TableError, Warning};
pub use limits::Limits;
pub use table::{RawRow, Rows, Table};
