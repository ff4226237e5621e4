//! What roles grant and nobody used: a comparison of the policies with the counts over the log.
//!
//! What a role grants is asked of the policies themselves, for somebody who holds nothing else. What every role grants is
//! left out: it is nobody's in particular. A role can be taken from a person who, for as long as was looked at, used
//! nothing that this role alone gives them. Nothing is changed here: it is proposed, and goes the way of every change of
//! roles.

mod compare;
mod http;
mod own;

pub(crate) use compare::{Names, made_at};
pub use compare::{Permission, Usage, Use, Uses};
pub(crate) use http::operations;
