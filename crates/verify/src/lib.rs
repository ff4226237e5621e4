//! Verifies evidence of an audit log for whoever received it: `custos-verify`, and the same as `custos audit verify`.
//!
//! It needs the file and nothing else: no server, no data folder, no keys, no network. It stands on the kernel alone, so
//! that it is small enough to be read by those who rely on it.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answer;
mod divergence;
mod evidence;
mod examined;
mod places;
mod proof;
mod refusal;
mod report;
mod report_pdf;
mod words;

pub use answer::Answer;
pub use divergence::divergence;
pub use evidence::{Asked, evidence, sources};
pub use proof::proof;
pub use refusal::{Refusal, io_reason};
pub use report::report;
pub use words::{Language, Message, Words};

/// Exit code when everything holds.
pub const EXIT_HOLDS: u8 = 0;
/// Exit code when the evidence was read and something is wrong with it.
pub const EXIT_FINDINGS: u8 = 1;
/// Exit code when the question or the evidence could not be read.
pub const EXIT_UNUSABLE: u8 = 2;
