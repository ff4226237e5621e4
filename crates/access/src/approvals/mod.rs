//! Approvals: the two-person rule, and every other that asks for the yes of somebody else.
//!
//! | state | how it comes to it | what may follow |
//! |---|---|---|
//! | `open` | asked for | `approved` with the last vote, `refused`, `withdrawn`, `expired` |
//! | `approved` | every step has its votes | `executing`; `open` again if somebody who approved may no longer do so |
//! | `executing` | the requester carries it out: exactly what was approved | `executed`, `failed` |
//!
//! What counts is sealed and bound to the request: who edits the database can neither make a vote nor change what was
//! approved. Using an approval up is one statement, which succeeds for one of any number of tries; what it is for follows,
//! so that it happens at most once, and `failed` stands also for what nobody knows the end of.

mod consider;
mod decide;
mod delegation;
mod describe;
mod events;
mod http;
mod model;
mod rules;
mod rules_http;
mod sitting;
mod sql;
mod transfer;
mod view;

pub(crate) use delegation::SEALED_DELEGATION;
pub use describe::{Change, Describe, Described};
pub use events::EVENTS;
pub(crate) use model::{SEALED_REQUEST, SEALED_VOTE};
pub use rules::{IfNobody, REVEALS, Rule};
pub(crate) use sql::{MIGRATION, TRANSFERS};
pub(crate) use transfer::SEALED_TRANSFER;

use crate::Access;
use custos_http::Operation;
use std::sync::Arc;

pub(crate) fn operations() -> Vec<Operation<Arc<Access>>> {
    let mut all = http::operations();
    all.extend(rules_http::operations());
    all
}
