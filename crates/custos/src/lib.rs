//! The Custos server and command line: where features, store, network and file system are put together.
//!
//! This crate alone has the ambient clock and randomness ([`system`]); everything else takes them as arguments.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod cli;
pub mod config;
mod doctor;
mod keys;
pub mod product;
pub mod serve;
pub mod system;
pub mod words;

/// The version of this build.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
