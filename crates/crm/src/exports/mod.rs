//! Export 导出: the customers a filter shows, as a file, streamed.
//!
//! The entry that says which fields of how many customers leave, and why, is on disk before the first byte leaves.
//! Nothing is written to disk on the way.

mod columns;
mod foresee;
mod http;
mod select;
mod write;

pub use foresee::ExportForeseen;
pub use http::{CustomerExport, operations};
