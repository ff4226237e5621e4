//! The first run: organisation, key, departments and first accounts, in one transaction, once.

mod demo;
mod founding;
mod http;
mod operations;

pub use demo::{DemoAccount, DemoPlan};
pub(crate) use http::operations;
pub(crate) use operations::LANGUAGES;
pub use operations::{NewOrganisation, NewUser};
