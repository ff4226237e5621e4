//! The ways out: mail server, provider of text messages, the address links lead to.

mod http;
mod model;
mod operations;
mod sql;

pub(crate) use http::operations;
pub(crate) use model::{Security, Settings, Sms, SmsProvider, SmsTemplate, Smtp};
pub(crate) use operations::load;
pub(crate) use sql::MIGRATION;
