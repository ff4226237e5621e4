//! The store on both engines, through its public interface.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod at_rest;
mod binding;
mod cancellation;
mod groups;
mod inspection;
mod log;
mod migrations;
mod notes;
mod scopes;
mod tampering;
mod transactions;
