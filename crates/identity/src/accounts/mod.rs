//! Accounts: who has one, in which department, with which roles; one-time sign-in links.

mod foresee;
mod http;
mod model;
mod operations;
mod service;
pub(crate) mod sql;

pub use foresee::AccessForeseen;
pub(crate) use http::operations;
pub use model::{AccountChange, AccountView, NewAccount};
pub(crate) use model::{SEALED_LOGIN, SEALED_NAME, check_login, login_hash};
pub(crate) use operations::{check_department, keep_administrators};
pub(crate) use service::ServiceAccount;
pub(crate) use sql::{MIGRATION, people};
