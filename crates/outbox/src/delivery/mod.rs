//! Sending: the worker, the schedule of attempts, mail and text messages.

mod mail;
mod outcome;
mod schedule;
mod send;
mod worker;

pub(crate) use outcome::Failure;
pub use send::{Rendered, Renderer};
pub(crate) use send::{send, send_now};
