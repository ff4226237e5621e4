//! Years of the log: how long their entries stay, sealing, archives, and removal of what is archived.

mod archive;
mod http;
mod operations;
mod retention;
mod sql;

pub(crate) use http::operations;
pub(crate) use sql::MIGRATION;

pub use archive::{ArchiveFile, ArchiveProblem};
pub use operations::{RemovalRefused, YearView};
pub use retention::RetentionForeseen;
