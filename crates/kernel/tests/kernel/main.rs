//! Sealing and policy as other crates see them.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod api_key;
mod approval;
mod cache;
mod customers;
mod device_key;
mod erasure;
mod event;
mod explain;
mod key_file;
mod key_rotation;
mod keys;
mod marked;
mod names;
mod organisation_rules;
mod passwords;
mod policy;
mod provisioning;
mod reference;
mod roles;
mod scopes;
mod sealed;
mod session;
mod sm;
mod step_up;
mod stream;
mod support;
mod token;
mod totp;
