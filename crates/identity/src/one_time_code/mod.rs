//! Codes of six digits, sent by mail or text message: for proving that an address is one's own, and as a second factor of
//! accounts without a privileged role.
//!
//! | rule | value |
//! |---|---|
//! | life | 10 minutes |
//! | tries | 5, then the code is gone |
//! | at once | one per account and purpose; a new one takes the place of the one before |
//! | bound to | the session it was asked from |
//! | pause between two | 30 s per account |
//! | per day and account | 10 |
//! | per day and destination | 10 |
//!
//! What is stored is a keyed hash. The limits are kept in the database, so that they hold across nodes and restarts.

mod sending;
mod sql;

pub(crate) use sending::{Holder, LIFE_MIN, PAUSE_MS, Purpose};
pub(crate) use sql::MIGRATION;
