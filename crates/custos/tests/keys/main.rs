//! Keys replaced while people work, and data that opens for nobody any more, through the real router on both engines.
#![allow(clippy::unwrap_used, missing_docs)]

mod approval;
#[path = "../authorisation/browser.rs"]
#[allow(dead_code, reason = "shared with the sweep")]
mod browser;
mod erasure;
mod rotation;
#[path = "../authorisation/site.rs"]
#[allow(dead_code, reason = "shared with the sweep")]
mod site;
#[path = "../../../identity/tests/identity/totp.rs"]
#[allow(dead_code, reason = "only the codes are needed here")]
mod totp;
