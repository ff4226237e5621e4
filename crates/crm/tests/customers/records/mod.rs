//! Records of declared kinds.

mod attacks;
mod boards;
mod chain;
mod conversion;
mod documents;
mod filters;
mod sample;
mod sharing;
mod states;
mod timeline;
