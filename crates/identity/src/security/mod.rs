//! What an organisation asks of passwords and sessions, and from where and when roles may be used.
//!
//! The settings are part of the directory: they are read with it, kept with it, and a change of them is noticed like a
//! change of it, by this node at once and by others within a second. Every request is held against them, also that of a
//! session that is not complete yet.
//!
//! # Passwords
//!
//! A new password is held against length, strength (zxcvbn, which is told login, name and organisation), the list of
//! passwords known from leaks, and the ones the person had before. When its time has passed, its owner may do nothing but
//! change it: until then the account has no roles.
//!
//! # Nobody locks the administrators out
//!
//! Settings are refused that would keep out the person who saves them, as things are at that moment; so are networks for
//! an administrator's role from which none of those who hold it has come, the saver neither. Hours come again every week.
//! A number of sessions is never a reason to refuse an administrator's sign-in: their oldest session goes.

mod breached;
mod concurrency;
mod http;
mod operations;
mod passwords;
mod preview;
mod rules;
mod settings;
mod sql;
mod week;

pub use breached::breached_filter;
pub(crate) use breached::is_breached;
pub(crate) use concurrency::Room;
pub(crate) use http::operations;
pub(crate) use operations::load;
pub(crate) use rules::{Demands, Rules, among, networks};
pub(crate) use sql::{MIGRATION, password_times};
