//! Leads 线索: somebody who may become a customer. A lead has a key of its own; when it is converted, the customer is made
//! from it and it stays as it was.

mod conversion;

pub use conversion::{Conversion, ConversionInput, FieldsInput};

use crate::Crm;
use crate::fields::{FieldKind as Kind, FieldSet, FieldSpec, SOURCES};
use crate::records::{
    Belonging, Object, ObjectSpec, OnCustomer, State, StateKind, States, object, operations,
};

use custos_http::Operation;
use std::sync::Arc;

object!(
    /// A lead.
    Lead,
    "lead"
);

/// The states. A converted lead names its customer, which only the conversion can fill in.
const STATES: &[State] = &[
    State {
        code: "new",
        kind: StateKind::Open,
        needs: &[],
        next: &["following", "invalid", "converted"],
    },
    State {
        code: "following",
        kind: StateKind::Open,
        needs: &[],
        next: &["new", "invalid", "converted"],
    },
    State {
        code: "converted",
        kind: StateKind::Won,
        needs: &["customer"],
        next: &[],
    },
    State {
        code: "invalid",
        kind: StateKind::Lost,
        needs: &["invalid_reason"],
        next: &["new", "following"],
    },
];

/// The declaration.
pub const LEAD: ObjectSpec = ObjectSpec {
    name: "lead",
    fields: FieldSet {
        table: "lead",
        fields: &[
            FieldSpec::new("name", Kind::Name)
                .required()
                .personal()
                .listed()
                .searchable()
                .sortable(),
            FieldSpec::new(
                "status",
                Kind::Choice(&["new", "following", "converted", "invalid"]),
            )
            .listed()
            .sortable()
            .filterable(),
            FieldSpec::new("contact_name", Kind::Name)
                .max(100)
                .personal()
                .listed()
                .searchable(),
            FieldSpec::new("contact_title", Kind::Text)
                .max(100)
                .personal(),
            FieldSpec::new("phone", Kind::Phone)
                .max(40)
                .personal()
                .masked()
                .listed(),
            FieldSpec::new("landline", Kind::Phone)
                .max(40)
                .personal()
                .masked(),
            FieldSpec::new("email", Kind::Email)
                .max(254)
                .personal()
                .masked(),
            FieldSpec::new("wechat", Kind::Text)
                .max(60)
                .personal()
                .masked(),
            FieldSpec::new("source", Kind::Choice(SOURCES))
                .listed()
                .filterable(),
            FieldSpec::new("industry", Kind::Text).max(60).filterable(),
            FieldSpec::new("province", Kind::Text)
                .max(60)
                .listed()
                .filterable(),
            FieldSpec::new("city", Kind::Text).max(80),
            FieldSpec::new("need", Kind::LongText).max(4_000).personal(),
            FieldSpec::new("next_contact_at", Kind::Date)
                .max(10)
                .listed()
                .sortable(),
            FieldSpec::new("invalid_reason", Kind::Text).max(200),
            FieldSpec::new("customer", Kind::Reference("customer"))
                .max(36)
                .computed(),
            FieldSpec::new("opportunity", Kind::Reference("opportunity"))
                .max(36)
                .computed(),
            FieldSpec::new("notes", Kind::LongText)
                .max(10_000)
                .personal(),
        ],
    },
    title: "name",
    customer: OnCustomer::No,
    states: Some(States {
        field: "status",
        table: STATES,
    }),
    amount: None,
    date: Some("next_contact_at"),
    number: None,
    belonging: Belonging::Owned,
    operations: operations!("lead", "leads"),
};

impl Object for Lead {
    const SPEC: &'static ObjectSpec = &LEAD;

    fn more_operations() -> Vec<Operation<Arc<Crm>>> {
        vec![conversion::operation()]
    }
}
