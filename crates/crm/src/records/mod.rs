//! Records of declared kinds: leads, deals, contracts and whatever else the sales chain consists of.
//!
//! A kind is one declaration ([`ObjectSpec`]); storage, sealing, policy, lists, boards, forms and the API read it. What a
//! kind has of its own stands in its folder beside this one and is called at named places ([`Object`]).

mod board;
mod consistency;
mod erasing;
mod events;
mod filter;
mod following;
mod handover;
mod http;
mod index;
mod info;
mod kinds;
mod labelled;
mod list;
mod model;
mod numbers;
mod object;
mod policy;
mod record;
mod references;
mod reveal;
mod rotation;
mod settle;
pub(crate) mod sql;
mod timeline;
mod write;

pub use consistency::{RecordFault, record_faults};
pub use events::EVENTS;
pub(crate) use following::{Also, Following};
pub(crate) use http::common_operations;
pub(crate) use index::take_in;
pub(crate) use kinds::{Kind, KindIndexes, Of, kind};
pub(crate) use labelled::reindex;
pub(crate) use model::StoredRecord;
pub(crate) use numbers::next as next_number;
pub(crate) use object::Object;
pub use object::{Belonging, ObjectSpec, OnCustomer, Operations, State, StateKind, States};
pub(crate) use object::{object, operations};
pub(crate) use settle::{Settling, Values, missing, problem};
pub use sql::MIGRATION;
pub(crate) use write::{Asked, apart, values};
