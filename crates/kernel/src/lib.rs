//! The trusted core of Custos: sealing, policy and audit.
//!
//! Invariants of this crate: no I/O, no async, no SQL, no ambient clock or randomness, no unsafe code.
//! Everything another crate must not be able to forge (a [`policy::Permit`], a [`policy::Caller`], an opened
//! [`crypto::Plain`] value) has private fields and is made here only.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod audit;
pub mod crypto;
pub mod event;
pub mod fault;
pub mod policy;
