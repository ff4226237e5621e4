//! Where a person can be reached: a mail address and a mobile number, sealed, each proven by a code sent there.
//!
//! The system administrator gives the first mail address with an invitation; it counts as proven when the link that was
//! sent there is used. Messages about an account go to proven addresses only.

mod http;
mod model;
mod notice;
mod operations;
pub(crate) mod sql;

pub(crate) use http::operations;
pub(crate) use model::{Kind, proven_addresses, proven_mail, recipient, seal_contact};
pub(crate) use notice::language_within;
pub(crate) use sql::MIGRATION;
