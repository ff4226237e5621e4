//! Reviews of access: at times, those who answer for people and customers look through what is granted, and what nobody
//! stands by goes.
//!
//! | state | how it comes to it | what may follow |
//! |---|---|---|
//! | `preparing` | started by the security administrator; lines are being written, in batches | `open`, `cancelled` |
//! | `open` | every line has a reviewer, who was told | `closing`, `cancelled` |
//! | `closing` | by its deadline, or by hand; nobody decides any more | `ended` |
//! | `ended` | everything was carried out, and the report made | |
//! | `cancelled` | called off; nothing is withdrawn | |
//!
//! A line is what was granted at the start: one role, share or key. What nobody decided on when the deadline passes is
//! withdrawn; ended by hand, it stays, so that nobody takes by haste from others what they hold. What counts is sealed and
//! bound to its row: reviewer, decision, outcome. No line holds a customer's name: it is looked up for whoever may read it.

mod asking;
mod begin;
mod close;
mod collect;
mod decide;
mod events;
mod grants;
mod http;
mod line;
mod manage;
mod model;
mod pages;
mod paper;
mod report;
mod reviewers;
mod sql;
mod suggest;
mod told;
mod view;
mod wire;

pub use events::EVENTS;
pub use grants::{Grants, ProgramKey, SharedCustomer, Withdrawal};
pub(crate) use http::operations;
pub(crate) use line::{SEALED_DECISION, SEALED_LINE, SEALED_RESULT};
pub(crate) use model::{SEALED_REPORT, SEALED_REVIEW};
pub(crate) use sql::MIGRATION;
