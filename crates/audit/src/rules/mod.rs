//! The rules of the automated audit: what each looks at, with which parameters, and how grave a finding is.

mod access;
mod accounts;
mod behaviour;
mod catalogue;
mod context;
mod desk;
mod evaluate;
mod hit;
mod http;
mod keys;
mod operations;
mod sql;

pub(crate) use catalogue::{RULES, Rule};
pub(crate) use context::Context;
pub(crate) use hit::{Hit, Trace};
pub(crate) use http::operations;
pub(crate) use operations::Setting;
pub(crate) use sql::MIGRATION;
