//! The index over sealed customer fields: in memory only, per node, per organisation.
//!
//! Plaintext of names and contacts lives here and nowhere on disk. The index is read from the database at start and
//! follows it through the audit log, in which every change has its place; a change made on this node is in the index
//! before its answer leaves.

mod bulk;
mod document;
mod follow;
mod load;
mod marks;
mod shared;

pub(crate) use document::{Besides, Head, Shape, currency_of};
pub(crate) use load::unindexable;
pub(crate) use marks::Marks;
pub(crate) use shared::{Indexes, SharedIndex};
