//! The embedded engine: SQLite, encrypted as a whole by SQLCipher.

mod connection;
mod readers;
mod sync;
mod writer;

pub(crate) use connection::SqliteConnection;
pub use connection::SqliteOptions;
pub(crate) use readers::{ReadConnection, Readers};
pub(crate) use sync::WalSync;
pub(crate) use writer::{Writer, WriterTurn};
