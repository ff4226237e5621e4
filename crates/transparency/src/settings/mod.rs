//! Who the log is shown to: witnesses, published checkpoints, and the logs that this installation is a witness of.

mod http;
mod model;
mod operations;
mod sql;

pub(crate) use http::operations;
pub(crate) use model::{MailTo, Settings, Witness};
pub(crate) use sql::MIGRATION;
