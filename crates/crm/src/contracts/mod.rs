//! Contracts 合同.

use crate::fields::{FieldKind as Kind, FieldSet, FieldSpec};
use crate::records::{
    Belonging, Object, ObjectSpec, OnCustomer, State, StateKind, States, object, operations,
};

object!(
    /// A contract.
    Contract,
    "contract"
);

const STATES: &[State] = &[
    State {
        code: "draft",
        kind: StateKind::Open,
        needs: &[],
        next: &["active", "terminated"],
    },
    State {
        code: "active",
        kind: StateKind::Open,
        needs: &["amount", "signed_at"],
        next: &["completed", "terminated"],
    },
    State {
        code: "completed",
        kind: StateKind::Won,
        needs: &["amount", "signed_at"],
        next: &["active"],
    },
    State {
        code: "terminated",
        kind: StateKind::Lost,
        needs: &[],
        next: &[],
    },
];

/// The declaration.
pub const CONTRACT: ObjectSpec = ObjectSpec {
    name: "contract",
    fields: FieldSet {
        table: "contract",
        fields: &[
            FieldSpec::new("name", Kind::Text)
                .required()
                .listed()
                .searchable()
                .sortable(),
            FieldSpec::new("number", Kind::Text)
                .max(60)
                .computed()
                .listed()
                .searchable(),
            FieldSpec::new("customer", Kind::Reference("customer"))
                .max(36)
                .required()
                .fixed()
                .listed(),
            FieldSpec::new("opportunity", Kind::Reference("opportunity")).max(36),
            FieldSpec::new("quote", Kind::Reference("quote")).max(36),
            FieldSpec::new(
                "status",
                Kind::Choice(&["draft", "active", "completed", "terminated"]),
            )
            .listed()
            .sortable()
            .filterable(),
            FieldSpec::new("amount", Kind::Amount)
                .max(40)
                .listed()
                .sortable(),
            FieldSpec::new("paid", Kind::Amount)
                .max(40)
                .computed()
                .listed()
                .sortable(),
            FieldSpec::new("signed_at", Kind::Date)
                .max(10)
                .listed()
                .sortable(),
            FieldSpec::new("start_at", Kind::Date).max(10).sortable(),
            FieldSpec::new("end_at", Kind::Date)
                .max(10)
                .listed()
                .sortable(),
            FieldSpec::new("payment_terms", Kind::LongText).max(4_000),
            FieldSpec::new("notes", Kind::LongText).max(10_000),
        ],
    },
    title: "name",
    customer: OnCustomer::Required,
    states: Some(States {
        field: "status",
        table: STATES,
    }),
    amount: Some("amount"),
    date: Some("signed_at"),
    number: Some("HT-{yyyy}{mm}-{0000}"),
    belonging: Belonging::Owned,
    operations: operations!("contract", "contracts"),
};

impl Object for Contract {
    const SPEC: &'static ObjectSpec = &CONTRACT;
}
