//! External auditors: accounts of people from outside, who look at a period of the log until a day that is set.
//!
//! The audit administrator invites them, and nobody gives them anything else: their role excludes every other and is not
//! granted, what they can ever do is a closed list in the kernel, the period is bound to their sessions and applied by
//! the store, and from the end on no session of theirs is accepted, whatever became of the row.

mod http;
mod model;
mod operations;
pub(crate) mod sql;

pub(crate) use http::operations;
pub(crate) use sql::MIGRATION;

/// The purpose under which the firm is sealed.
pub(crate) const SEALED_FIRM: &str = "external_auditor.firm";
