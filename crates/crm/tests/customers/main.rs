//! Customers, contacts and timeline through their routes, on both engines.
#![allow(clippy::unwrap_used, reason = "tests")]

mod api;
mod attacks;
mod behaviour;
mod matrix;
mod search;
