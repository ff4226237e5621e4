//! The index over sealed customer fields: in memory only, per node, per organisation.
//!
//! Plaintext of names and contacts lives here and nowhere on disk. The index is read from the database at start and
//! follows it through the audit log, in which every change has its place; a change made on this node is in the index
//! before its answer leaves.

mod bulk;
mod document;
mod follow;
mod load;
mod shared;

pub(crate) use document::{document, schema, text_position};
pub(crate) use shared::{Indexes, SharedIndex};

use crate::customers::Customer;
use custos_kernel::policy::{Action, Scope};
use custos_search::ScopeTerm;

/// Renders a scope as the index understands it.
pub(crate) fn search_scope<A: Action>(scope: &Scope<A, Customer>) -> custos_search::Scope {
    if scope.is_all() {
        return custos_search::Scope::All;
    }
    let owner = scope
        .owner()
        .map(|owner| ScopeTerm::Owner(*owner.as_bytes()));
    let departments = scope
        .departments()
        .into_iter()
        .map(|d| ScopeTerm::Department(*d.as_bytes()));
    let terms: Vec<ScopeTerm> = owner.into_iter().chain(departments).collect();
    if terms.is_empty() {
        custos_search::Scope::Nothing
    } else {
        custos_search::Scope::Any(terms)
    }
}
