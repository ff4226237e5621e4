//! Imports and exports through their routes, on both engines.
#![allow(clippy::unwrap_used, reason = "tests")]

mod api;
mod duplicates;
mod exports;
mod kill;
mod privacy;
mod runs;
mod samples;
mod shapes;
