//! Doing jobs: taken up by a lease, worked at step by step, ended with their effect.

mod attempt;
mod pause;
mod run;
mod take;
mod trouble;

pub(crate) use attempt::Core;
pub use attempt::{Attempt, Progress, Settled};
pub use trouble::Trouble;
