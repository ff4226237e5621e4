//! The server engine: PostgreSQL 15 or newer, through a pool, with TLS required on every network connection.

mod connection;
mod pool;
mod value;

pub(crate) use connection::PgConnection;
pub(crate) use pool::{PgPool, Purpose};
