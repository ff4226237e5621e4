//! Makes the log's history known to others, so that nobody can rewrite it, the holder of its key included.
//!
//! Every new checkpoint goes to the witnesses that the system administrator named, who sign it only if it continues the one
//! they signed before (C2SP tlog-witness), and is published: to a file, by mail, under an address. Whoever then rewrites the
//! log has to make all of these forget. This crate also is such a witness, for other installations' logs.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod error;
mod publishing;
mod resources;
mod serving;
mod settings;
mod transparency;
mod witnesses;
mod worker;

pub use error::TransparencyError;
pub use resources::{LogResource, LogSettingsResource};
pub use transparency::{OwnRules, Transparency, TransparencyOptions};
pub use witnesses::Standing;
pub use worker::INTERVAL;

use custos_http::Operation;
use custos_kernel::policy::PolicySource;
use custos_store::{Migration, Purpose, SealedColumn};
use std::sync::Arc;

custos_kernel::events! {
    /// A witness, or a published checkpoint, and the log do not agree any more.
    REFUSED = "log.refused", Part;
    /// A witness signs the log again.
    ACCEPTED = "log.accepted", Part;
    /// The policies named are in force from here on.
    POLICY_IN_FORCE = "policy.in_force", Part;
    /// This installation, as a witness, refused to sign another log.
    WITNESS_REFUSED = "witness.refused", Part;
}

/// Who may see and set who the log is shown to.
pub const POLICY: PolicySource = PolicySource::new("transparency", include_str!("policy.cedar"));

/// The columns of this crate's tables that hold secrets under the organisation's key, for a rotation of it.
pub const SEALED_COLUMNS: &[SealedColumn] = &[SealedColumn {
    table: "log_settings",
    column: "value",
    row: "id",
    purpose: Purpose::Fixed("log.settings"),
}];

/// The tables of this crate.
pub const MIGRATIONS: &[Migration] = &[
    settings::MIGRATION,
    witnesses::MIGRATION,
    publishing::MIGRATION,
    serving::MIGRATION,
];

/// The operations of this crate, to be registered with [`Transparency`] as their state.
pub fn operations() -> Vec<Operation<Arc<Transparency>>> {
    let mut all = settings::operations();
    all.extend(witnesses::operations());
    all.extend(publishing::operations());
    all.extend(serving::operations());
    all
}
