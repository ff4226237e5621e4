//! Every operation of the product × every role × one's own, a colleague's, an out-of-scope and another organisation's
//! record, through the real router on both engines. What is expected stands in `expected.rs`, apart from the policies.
#![allow(clippy::unwrap_used, missing_docs)]

mod approvals;
mod approvals_reassign;
mod approvals_reveal;
mod approvals_transfer;
mod browser;
mod cases;
mod duties;
mod emergencies;
mod emergency_limits;
mod events;
mod expected;
mod external;
mod findings;
mod insiders;
mod keys;
mod kinds;
mod leavers;
mod lifecycle;
mod own_rules;
mod papers;
mod provisioning;
mod references;
mod review_lines;
mod reviews;
mod site;
mod sweep;
mod target;
#[path = "../../../identity/tests/identity/totp.rs"]
#[allow(dead_code, reason = "only the codes are needed here")]
mod totp;
mod transfers;
mod unused;
