//! Payments 回款 that came in.

use crate::fields::{FieldKind as Kind, FieldSet, FieldSpec};
use crate::records::{
    Also, Belonging, Following, Object, ObjectSpec, OnCustomer, State, StateKind, States, object,
    operations,
};

use crate::{Crm, CrmError};
use futures::FutureExt;
use futures::future::BoxFuture;

object!(
    /// A payment.
    Payment,
    "payment"
);

const STATES: &[State] = &[
    State {
        code: "draft",
        kind: StateKind::Open,
        needs: &[],
        next: &["confirmed", "void"],
    },
    State {
        code: "confirmed",
        kind: StateKind::Won,
        needs: &["paid_at"],
        next: &["void"],
    },
    State {
        code: "void",
        kind: StateKind::Lost,
        needs: &[],
        next: &[],
    },
];

/// The declaration.
pub const PAYMENT: ObjectSpec = ObjectSpec {
    name: "payment",
    fields: FieldSet {
        table: "payment",
        fields: &[
            FieldSpec::new("number", Kind::Text)
                .max(60)
                .computed()
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
            FieldSpec::new("plan", Kind::Reference("payment_plan")).max(36),
            FieldSpec::new("amount", Kind::Amount)
                .max(40)
                .required()
                .listed()
                .sortable(),
            FieldSpec::new("paid_at", Kind::Date)
                .max(10)
                .listed()
                .sortable(),
            FieldSpec::new(
                "method",
                Kind::Choice(&["transfer", "cheque", "cash", "card", "online", "other"]),
            )
            .listed()
            .filterable(),
            FieldSpec::new("status", Kind::Choice(&["draft", "confirmed", "void"]))
                .listed()
                .sortable()
                .filterable(),
            FieldSpec::new("account_note", Kind::Text).max(200),
            FieldSpec::new("notes", Kind::LongText).max(10_000),
        ],
    },
    title: "number",
    customer: OnCustomer::Required,
    states: Some(States {
        field: "status",
        table: STATES,
    }),
    amount: Some("amount"),
    date: Some("paid_at"),
    number: Some("HK-{yyyy}{mm}-{0000}"),
    belonging: Belonging::Owned,
    operations: operations!("payment", "payments"),
};

impl Object for Payment {
    const SPEC: &'static ObjectSpec = &PAYMENT;

    fn follow_up<'a>(
        crm: &'a Crm,
        following: &'a mut Following<'_, '_>,
    ) -> BoxFuture<'a, Result<Vec<Also>, CrmError>> {
        super::ledger::follow_up(crm, following).boxed()
    }
}
