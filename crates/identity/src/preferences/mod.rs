//! What a person wants kept about how they work: columns of a list and the like.

mod http;
mod sql;

pub(crate) use http::{chosen_language, language_before_sign_in, language_within, operations};
pub(crate) use sql::MIGRATION;
