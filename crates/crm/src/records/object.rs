//! The declaration of a kind of record, from which everything else is made.

use crate::fields::{FieldKind, FieldSet};
use crate::index::Shape;
use crate::records::following::{Also, Following};
use crate::records::settle::Settling;
use crate::sharing::Guarded;
use crate::{Crm, CrmError};
use custos_http::Operation;
use futures::future::BoxFuture;
use std::sync::Arc;

/// Whether records of a kind hang on a customer: then the customer's key seals them, and they go with the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnCustomer {
    /// Never; each has a key of its own.
    No,
    /// Always.
    Required,
}

impl OnCustomer {
    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::No => "none",
            Self::Required => "required",
        }
    }
}

/// What a state means for reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateKind {
    /// Still going on.
    Open,
    /// Ended well.
    Won,
    /// Ended otherwise.
    Lost,
}

impl StateKind {
    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// Reads a name back.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Open, Self::Won, Self::Lost]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// A line of the table of states.
#[derive(Debug, Clone, Copy)]
pub struct State {
    /// Its code.
    pub code: &'static str,
    /// What it means.
    pub kind: StateKind,
    /// Fields that must be filled in it.
    pub needs: &'static [&'static str],
    /// Where one gets from it by hand.
    pub next: &'static [&'static str],
}

/// The states of a kind of record. The first is that of a new one.
#[derive(Debug, Clone, Copy)]
pub struct States {
    /// The field that holds the state.
    pub field: &'static str,
    /// The table; empty if the organisation's pipelines say it.
    pub table: &'static [State],
}

impl States {
    /// A state by its code.
    pub fn get(&self, code: &str) -> Option<&'static State> {
        self.table.iter().find(|state| state.code == code)
    }
}

/// Whose records of a kind are, which decides by which rules they are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belonging {
    /// Each has an owner, a department and a label, and can be shared.
    Owned,
    /// All are everybody's to read, and the sales leads' to change.
    Catalogue,
}

/// A kind of record, declared once.
#[derive(Debug)]
pub struct ObjectSpec {
    /// Its name in policies, entries, storage and the API, such as `opportunity`.
    pub name: &'static str,
    /// Its fields; the table they are sealed for has the same name.
    pub fields: FieldSet,
    /// The text that names a record.
    pub title: &'static str,
    /// Whether records hang on a customer.
    pub customer: OnCustomer,
    /// The states, if it has any.
    pub states: Option<States>,
    /// The amount boards and charts add up.
    pub amount: Option<&'static str>,
    /// The date calendars go by.
    pub date: Option<&'static str>,
    /// The pattern of the numbers they get in the field `number`, such as `HT-{yyyy}{mm}-{0000}`.
    pub number: Option<&'static str>,
    /// Whose they are.
    pub belonging: Belonging,
    /// Paths and names of its operations.
    pub operations: Operations,
}

impl ObjectSpec {
    /// How records lie in the index.
    pub(crate) const fn shape(&self) -> Shape {
        Shape {
            set: self.fields,
            title: self.title,
            amount: self.amount,
            besides: &[],
        }
    }

    /// Whether any field is shown masked.
    pub fn has_secrets(&self) -> bool {
        self.fields.fields.iter().any(|spec| spec.masked)
    }

    /// The fields that name another record, with the kind named.
    pub fn references(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let fields = self.fields.fields.iter();
        fields.filter_map(|spec| match spec.kind {
            FieldKind::Reference(object) => Some((spec.name, object)),
            _ => None,
        })
    }
}

/// A kind of record as a type without values, so that a permit for one kind is not one for another.
pub(crate) trait Object: Guarded + Sync + Send {
    /// The declaration.
    const SPEC: &'static ObjectSpec;

    /// Operations only this kind has.
    fn more_operations() -> Vec<Operation<Arc<Crm>>> {
        Vec::new()
    }

    /// What follows on other records from a change of one of this kind, in the same transaction.
    fn follow_up<'a>(
        _crm: &'a Crm,
        _following: &'a mut Following<'_, '_>,
    ) -> BoxFuture<'a, Result<Vec<Also>, CrmError>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// What the kind has of its own: completes what is about to be written, or refuses it.
    fn settle<'a>(
        _crm: &'a Crm,
        _settling: &'a mut Settling<'_, '_>,
    ) -> BoxFuture<'a, Result<(), CrmError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Paths and names of a kind's operations. Made by [`operations!`].
#[derive(Debug, Clone, Copy)]
pub struct Operations {
    /// The last part of its path, such as `opportunities`.
    pub segment: &'static str,
    /// Path of all.
    pub all: &'static str,
    /// Path of one.
    pub one: &'static str,
    /// Path of a field's disclosure.
    pub disclosures: &'static str,
    /// Names: list, create, read, update, delete, reveal.
    pub list: &'static str,
    /// Making one.
    pub create: &'static str,
    /// Reading one.
    pub read: &'static str,
    /// Changing one.
    pub update: &'static str,
    /// Removing one.
    pub delete: &'static str,
    /// Seeing a masked field in clear.
    pub reveal: &'static str,
    /// Path of the timeline.
    pub timeline: &'static str,
    /// The timeline.
    pub timeline_list: &'static str,
    /// Path of follow-ups.
    pub activities: &'static str,
    /// Adding a follow-up.
    pub activity_add: &'static str,
    /// Path of the board.
    pub board: &'static str,
    /// The board.
    pub board_read: &'static str,
    /// Those on who may see one.
    pub sharing: crate::sharing::Named,
}

/// The operations of a kind, from its name and the plural in its path.
macro_rules! operations {
    ($name:literal, $segment:literal) => {
        $crate::records::Operations {
            segment: $segment,
            all: concat!("/", $segment),
            one: concat!("/", $segment, "/{id}"),
            disclosures: concat!("/", $segment, "/{id}/disclosures"),
            timeline: concat!("/", $segment, "/{id}/timeline"),
            timeline_list: concat!($name, "_timeline"),
            activities: concat!("/", $segment, "/{id}/activities"),
            activity_add: concat!($name, "_follow_up"),
            board: concat!("/", $segment, "/board"),
            list: concat!($name, "_list"),
            create: concat!($name, "_create"),
            read: concat!($name, "_read"),
            update: concat!($name, "_update"),
            delete: concat!($name, "_delete"),
            reveal: concat!($name, "_reveal"),
            board_read: concat!($name, "_board"),
            sharing: $crate::sharing::named!($name, $segment),
        }
    };
}
pub(crate) use operations;

/// Declares the type of a kind of record.
macro_rules! object {
    ($(#[$doc:meta])* $type:ident, $name:literal) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $type {}

        impl custos_kernel::policy::Resource for $type {
            const TYPE: &'static str = $name;
            const MARKED: bool = true;
        }

        impl $crate::sharing::Guarded for $type {
            const ACCESS: &'static str = "record.access";
        }
    };
}
pub(crate) use object;
