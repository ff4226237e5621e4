//! The index over sealed fields: lives in memory only, answers substring, pinyin, sort and filter.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod container;
mod docset;
mod fold;
mod reading;
mod set;
