//! Publishing checkpoints: to a file, by mail, under an address.

mod file;
mod http;
mod mail;

pub(crate) use file::FILE;
pub(crate) use http::operations;
pub(crate) use mail::MIGRATION;
