//! Records of declared kinds.

mod attacks;
mod boards;
mod chain;
mod filters;
mod sample;
mod sharing;
mod states;
