//! The language of SCIM 2.0 (RFC 7643, RFC 7644): filters, changes and projections of resources.
//!
//! Everything here reads what a client sends and works on JSON; nothing is stored and nobody is asked. What a client may
//! see and change is decided where the resources are kept.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod attribute;
mod filter;
mod patch;
mod projection;

pub use attribute::{Attribute, NotAnAttribute, member};
pub use filter::{Comparison, Filter, MAX_DEPTH, MAX_FILTER, NotAFilter};
pub use patch::{MAX_OPERATIONS, Patch, PatchFault};
pub use projection::Projection;
