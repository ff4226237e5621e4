//! Records of declared kinds.

mod attacks;
mod boards;
mod chain;
mod conversion;
mod documents;
mod filters;
mod payments;
mod sample;
mod sharing;
mod states;
mod timeline;
