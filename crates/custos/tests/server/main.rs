//! The real server, in this process, spoken to over real TLS.
#![allow(clippy::unwrap_used, missing_docs)]

mod client;
mod doors;
mod first_run;
mod generated;
mod host;
mod network;
mod nodes;
#[path = "../../../identity/tests/identity/totp.rs"]
#[allow(dead_code, reason = "only the codes are needed here")]
mod totp;
