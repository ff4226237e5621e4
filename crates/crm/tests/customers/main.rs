//! Customers, contacts and timeline through their routes, on both engines.
#![allow(clippy::unwrap_used, reason = "tests")]

mod access;
mod api;
mod attacks;
mod behaviour;
mod label_races;
mod matrix;
mod records;
mod search;
