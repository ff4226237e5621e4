//! Mail and text messages: queued with the change that causes them, sent later, seen by the administrator.
//!
//! A message is a template, a language and parameters, put into the table within the transaction of the change it tells
//! of: it exists if and only if the change does. Words are put together when it is sent. A node that sends one holds it by
//! a lease; what a stopped node left is taken up again when the lease has run out, so that each message is sent at least
//! once. Recipient and parameters are sealed, and erased once the message is sent; what remains says which kind of message
//! went out when, and to whom with the middle hidden.
//!
//! # When it is tried again
//!
//! | attempt | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 |
//! |---|---|---|---|---|---|---|---|---|
//! | after the one before | | 30 s | 2 min | 10 min | 30 min | 2 h | 6 h | 15 h |
//!
//! each up to a fifth longer, so that messages do not come back all at once. A refusal that will not change (an unknown
//! recipient, a wrong signature) ends it at once; a message whose link or code has run out is dropped.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod delivery;
mod error;
mod message;
mod outbox;
mod resources;
mod settings;
mod sms;
#[cfg(test)]
mod tests;

pub use delivery::{Rendered, Renderer};
pub use error::OutboxError;
pub use message::{Draft, Queue, Recipient, Template, Ways};
pub use outbox::Outbox;
pub use resources::{MessageResource, OutboxResource};
pub use sms::{HttpAnswer, HttpFailure, HttpPost, HttpRequest, HttpsClient};

use custos_http::Operation;
use custos_kernel::policy::PolicySource;
use custos_store::{Migration, Purpose, SealedColumn};
use std::sync::Arc;

custos_kernel::events! {
    /// The administrator tried the settings with a message to an address of their choice.
    TEST = "outbox.test", Part;
}

/// Who may see messages and set the ways they go out.
pub const POLICY: PolicySource = PolicySource::new("outbox", include_str!("policy.cedar"));

/// The tables of this crate.
pub const MIGRATIONS: &[Migration] = &[message::MIGRATION, settings::MIGRATION];

/// The columns of this crate's tables that hold secrets under the organisation's key, for a rotation of it.
pub const SEALED_COLUMNS: &[SealedColumn] = &[
    SealedColumn {
        table: "outbox_settings",
        column: "value",
        row: "id",
        purpose: Purpose::Fixed("outbox.settings"),
    },
    SealedColumn {
        table: "message",
        column: "mask",
        row: "id",
        purpose: Purpose::Fixed("message.mask"),
    },
    SealedColumn {
        table: "message",
        column: "content",
        row: "id",
        purpose: Purpose::Fixed("message.content"),
    },
];

/// The operations of this crate, to be registered with [`Outbox`] as their state.
pub fn operations() -> Vec<Operation<Arc<Outbox>>> {
    let mut all = settings::operations();
    all.extend(message::operations());
    all
}
