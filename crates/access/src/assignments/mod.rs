//! Who holds what of an organisation's own: roles, clearances, teams.

mod http;
mod people;
mod teams;

pub(crate) use http::operations;
