//! Imports and exports through their routes, on both engines.
#![allow(clippy::unwrap_used, reason = "tests")]

mod api;
mod samples;
