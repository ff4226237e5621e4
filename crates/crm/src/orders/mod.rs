//! Orders 订单.

use crate::documents;
use crate::fields::{FieldKind as Kind, FieldSet, FieldSpec};
use crate::records::{
    Belonging, Object, ObjectSpec, OnCustomer, Settling, State, StateKind, States, object,
    operations,
};
use crate::{Crm, CrmError};
use futures::future::BoxFuture;

object!(
    /// An order.
    Order,
    "order"
);

const STATES: &[State] = &[
    State {
        code: "draft",
        kind: StateKind::Open,
        needs: &[],
        next: &["confirmed", "cancelled"],
    },
    State {
        code: "confirmed",
        kind: StateKind::Open,
        needs: &["lines", "ordered_at"],
        next: &["shipped", "completed", "cancelled"],
    },
    State {
        code: "shipped",
        kind: StateKind::Open,
        needs: &["lines", "ordered_at"],
        next: &["completed", "confirmed"],
    },
    State {
        code: "completed",
        kind: StateKind::Won,
        needs: &["lines", "ordered_at"],
        next: &["shipped"],
    },
    State {
        code: "cancelled",
        kind: StateKind::Lost,
        needs: &[],
        next: &["draft"],
    },
];

/// The declaration.
pub const ORDER: ObjectSpec = ObjectSpec {
    name: "order",
    fields: FieldSet {
        table: "order",
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
            FieldSpec::new("contract", Kind::Reference("contract")).max(36),
            FieldSpec::new("quote", Kind::Reference("quote")).max(36),
            FieldSpec::new(
                "status",
                Kind::Choice(&["draft", "confirmed", "shipped", "completed", "cancelled"]),
            )
            .listed()
            .sortable()
            .filterable(),
            FieldSpec::new("ordered_at", Kind::Date)
                .max(10)
                .listed()
                .sortable(),
            FieldSpec::new("deliver_at", Kind::Date)
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
            FieldSpec::new("address", Kind::Text).max(300).personal(),
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
    date: Some("deliver_at"),
    number: Some("DD-{yyyy}{mm}-{0000}"),
    belonging: Belonging::Owned,
    operations: operations!("order", "orders"),
};

impl Object for Order {
    const SPEC: &'static ObjectSpec = &ORDER;

    fn settle<'a>(
        crm: &'a Crm,
        settling: &'a mut Settling<'_, '_>,
    ) -> BoxFuture<'a, Result<(), CrmError>> {
        documents::settle(crm, settling)
    }
}
