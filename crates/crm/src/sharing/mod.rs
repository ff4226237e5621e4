//! Who may see a record beside its owner: label and shares.

mod access;

pub(crate) use access::{Access, Guarded, SealedAccess, Shared};
