//! Quotes 报价.

use crate::documents;
use crate::fields::{FieldKind as Kind, FieldSet, FieldSpec};
use crate::records::{
    Belonging, Object, ObjectSpec, OnCustomer, Settling, State, StateKind, States, object,
    operations,
};
use crate::{Crm, CrmError};
use futures::future::BoxFuture;

object!(
    /// A quote.
    Quote,
    "quote"
);

const STATES: &[State] = &[
    State {
        code: "draft",
        kind: StateKind::Open,
        needs: &[],
        next: &["sent", "void"],
    },
    State {
        code: "sent",
        kind: StateKind::Open,
        needs: &["lines", "valid_until"],
        next: &["accepted", "declined", "expired", "draft", "void"],
    },
    State {
        code: "accepted",
        kind: StateKind::Won,
        needs: &["lines"],
        next: &["void"],
    },
    State {
        code: "declined",
        kind: StateKind::Lost,
        needs: &[],
        next: &["draft"],
    },
    State {
        code: "expired",
        kind: StateKind::Lost,
        needs: &[],
        next: &["draft"],
    },
    State {
        code: "void",
        kind: StateKind::Lost,
        needs: &[],
        next: &[],
    },
];

/// The declaration.
pub const QUOTE: ObjectSpec = ObjectSpec {
    name: "quote",
    fields: FieldSet {
        table: "quote",
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
            FieldSpec::new(
                "status",
                Kind::Choice(&["draft", "sent", "accepted", "declined", "expired", "void"]),
            )
            .listed()
            .sortable()
            .filterable(),
            FieldSpec::new("valid_until", Kind::Date)
                .max(10)
                .listed()
                .sortable(),
            documents::TAX,
            documents::DISCOUNT,
            documents::LINES,
            documents::SUBTOTAL,
            documents::DISCOUNT_TOTAL,
            documents::TAX_TOTAL,
            documents::TOTAL,
            FieldSpec::new("terms", Kind::LongText).max(4_000),
            FieldSpec::new("notes", Kind::LongText).max(10_000),
        ],
    },
    title: "name",
    customer: OnCustomer::Required,
    states: Some(States {
        field: "status",
        table: STATES,
    }),
    amount: Some("total"),
    date: Some("valid_until"),
    number: Some("BJ-{yyyy}{mm}-{0000}"),
    belonging: Belonging::Owned,
    operations: operations!("quote", "quotes"),
};

impl Object for Quote {
    const SPEC: &'static ObjectSpec = &QUOTE;

    fn settle<'a>(
        crm: &'a Crm,
        settling: &'a mut Settling<'_, '_>,
    ) -> BoxFuture<'a, Result<(), CrmError>> {
        documents::settle(crm, settling)
    }
}
