//! Records of declared kinds.

mod attacks;
mod boards;
mod chain;
mod conversion;
mod documents;
mod filters;
mod sample;
mod states;
mod timeline;
