//! Who may see a record beside its owner: label, shares, and everybody's reach with its reasons.
//!
//! One mechanism for every kind of record that is [`Labelled`]: customers, and whatever else belongs to people.

mod access;
mod changing;
mod explaining;
mod http;
mod labelled;
mod wire;

pub(crate) use access::{Access, Guarded, SealedAccess, Shared};
pub(crate) use explaining::Asked;
pub use http::Named;
pub(crate) use http::{named, operations, own_operation};
pub(crate) use labelled::{Followed, Held, Labelled};
pub(crate) use wire::{LabelBody, label_detail, noting};
