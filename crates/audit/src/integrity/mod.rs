//! The log as a whole: its signed state, its verification, and the evidence to take away.

mod checkpoint;
mod export;
mod verification;

pub use export::EvidenceFile;
pub(crate) use export::attached;

use crate::Desk;
use custos_http::Operation;
use std::sync::Arc;

pub(crate) fn operations() -> Vec<Operation<Arc<Desk>>> {
    vec![
        checkpoint::operation(),
        verification::operation(),
        export::operation(),
    ]
}
