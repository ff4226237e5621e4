//! Contacts 联系人: the people at a customer. Decided on and sealed as part of their customer.

mod http;
mod model;
pub(crate) mod sql;

pub use http::operations;
pub use model::StoredContact;
pub use sql::MIGRATION;
