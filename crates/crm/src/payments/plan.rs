//! Payment plans 回款计划: a part of a contract's amount and when it is due.

use crate::fields::{FieldKind as Kind, FieldSet, FieldSpec};
use crate::records::{
    Belonging, Object, ObjectSpec, OnCustomer, State, StateKind, States, object, operations,
};

object!(
    /// A payment plan.
    PaymentPlan,
    "payment_plan"
);

/// The states. What is paid follows from the payments; by hand a plan is only given up and taken up again.
const STATES: &[State] = &[
    State {
        code: "planned",
        kind: StateKind::Open,
        needs: &[],
        next: &["void"],
    },
    State {
        code: "partial",
        kind: StateKind::Open,
        needs: &[],
        next: &["void"],
    },
    State {
        code: "paid",
        kind: StateKind::Won,
        needs: &[],
        next: &[],
    },
    State {
        code: "void",
        kind: StateKind::Lost,
        needs: &[],
        next: &["planned"],
    },
];

/// The declaration.
pub const PAYMENT_PLAN: ObjectSpec = ObjectSpec {
    name: "payment_plan",
    fields: FieldSet {
        table: "payment_plan",
        fields: &[
            FieldSpec::new("name", Kind::Text)
                .max(100)
                .required()
                .listed()
                .searchable()
                .sortable(),
            FieldSpec::new("customer", Kind::Reference("customer"))
                .max(36)
                .required()
                .fixed()
                .listed(),
            FieldSpec::new("contract", Kind::Reference("contract"))
                .max(36)
                .required()
                .listed(),
            FieldSpec::new("due_at", Kind::Date)
                .max(10)
                .required()
                .listed()
                .sortable(),
            FieldSpec::new("amount", Kind::Amount)
                .max(40)
                .required()
                .listed()
                .sortable(),
            FieldSpec::new("paid", Kind::Amount)
                .max(40)
                .computed()
                .listed()
                .sortable(),
            FieldSpec::new(
                "status",
                Kind::Choice(&["planned", "partial", "paid", "void"]),
            )
            .listed()
            .sortable()
            .filterable(),
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
    date: Some("due_at"),
    number: None,
    belonging: Belonging::Owned,
    operations: operations!("payment_plan", "payment-plans"),
};

impl Object for PaymentPlan {
    const SPEC: &'static ObjectSpec = &PAYMENT_PLAN;
}
