//! Customers 客户: the record everything else hangs on.

mod access;
mod actions_on_record;
mod duplicates;
mod finish;
mod handover;
mod http;
mod list;
mod list_row;
mod model;
mod record;
mod seal;
pub(crate) mod sql;
mod write;

pub(crate) use access::Access;
pub use duplicates::DuplicateMatch;
pub use handover::{Placing, Reach};
pub use http::{DisclosedField, DisclosureInput, operations};
pub(crate) use list::exact_key;
pub use list::{ListFilter, ListQuery};
pub(crate) use list_row::ListRow;
pub use model::{Customer, NewCustomer, StoredCustomer};
pub use record::{CustomerRecord, Reference};
pub(crate) use seal::{open_fields, seal_field};
pub use sql::MIGRATION;
pub(crate) use sql::NAME_ALONE;
pub(crate) use write::{Revealed, blind_hash};
