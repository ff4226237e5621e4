//! Customers 客户: the record everything else hangs on.

mod actions_on_record;
mod duplicates;
mod finish;
mod foresee;
mod governed;
mod handover;
mod http;
mod labelled;
mod list;
mod list_row;
mod model;
mod record;
mod reviewing;
mod seal;
pub(crate) mod sql;
mod write;

pub use duplicates::DuplicateMatch;
pub use foresee::RevealForeseen;
pub use handover::{Placing, Reach};
pub use http::{DisclosedField, DisclosureInput};
pub use labelled::EVENTS;
pub use list::{ListFilter, ListQuery};
pub(crate) use list::{exact_key, open_cursor, query_problem};
pub(crate) use list_row::ListRow;
pub use model::{Customer, NewCustomer, StoredCustomer};
pub use record::{CustomerRecord, Reference};
pub(crate) use seal::{OpenedFields, Row, open_fields, seal_field};
pub use sql::MIGRATION;
pub(crate) use sql::NAME_ALONE;
pub(crate) use write::{Inputs, Revealed, blind_hash, blind_hashes};

use crate::Crm;
use crate::fields::CUSTOMER;
use crate::index::Shape;
use crate::sharing::{self, Named, named};
use custos_http::Operation;
use std::sync::Arc;

/// How customers lie in the index: with the names of their contacts.
pub(crate) const SHAPE: Shape = Shape {
    set: CUSTOMER,
    title: "name",
    amount: None,
    besides: &["contacts"],
};

/// The operations on who may see a customer.
static SHARING: Named = named!("customer", "customers");

/// The operations of this feature.
pub fn operations() -> Vec<Operation<Arc<Crm>>> {
    let mut all = http::operations();
    all.extend(sharing::operations::<Customer>(&SHARING));
    all.push(sharing::own_operation());
    all
}
