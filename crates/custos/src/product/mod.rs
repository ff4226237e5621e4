//! The product put together: which features there are, over which store, behind which door.

mod catalogue;
mod custody;
mod document;
mod features;
mod file_words;
mod foreseeing;
mod foundation;
mod generate;
mod key_records;
mod mail_words;
mod offline;
mod reviewed;
mod staff;
mod status;
mod usage;

pub use catalogue::{actions, permissions};
pub use document::ApiDocument;
pub use features::Features;
pub use foundation::{Foundation, MIGRATIONS, location, migrations, policy};
pub use generate::{GeneratedFiles, generate};
pub use offline::Offline;
pub use usage::TELLING;
