//! Keys of organisations: which there are, and their rotation while people work.
//!
//! A rotation makes a version of the organisation's key, waits until every node knows it, seals with it from then on, and
//! seals anew what is under the version before: in small transactions, each with its entry and its progress, so that it can
//! be broken off at any moment and goes on where it stopped. What is sealed under which key is said by every ciphertext;
//! a round over everything that finds nothing left ends it.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod error;
mod http;
mod keys;
mod root;
mod rotation;

pub use error::KeysError;
pub use http::{RotationForeseen, operations};
pub use keys::{Custodian, HomeView, KeyResource, Keys, Pace, Records, RecordsError};
pub use rotation::Step;

use custos_kernel::policy::PolicySource;

custos_kernel::events! {
    /// A version of the organisation's key is used from now on.
    ACTIVATED = "key.activated", Part;
    /// Secrets or customers were sealed anew.
    RESEALED = "key.resealed", Part;
    /// Nothing that can be sealed anew is under the version before.
    RETIRED = "key.retired", Part;
    /// The root key, and the keys that wrap organisations' keys, were replaced.
    ROOT_REPLACED = "key.root_replaced", Part;
}

/// Who may see keys and rotate them.
pub const POLICY: PolicySource = PolicySource::new("keys", include_str!("policy.cedar"));
