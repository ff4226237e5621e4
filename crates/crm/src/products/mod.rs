//! Products 产品: what is sold, by unit and list price.

use crate::fields::{FieldKind as Kind, FieldSet, FieldSpec};
use crate::records::{
    Belonging, Object, ObjectSpec, OnCustomer, State, StateKind, States, object, operations,
};

object!(
    /// A product.
    Product,
    "product"
);

const STATES: &[State] = &[
    State {
        code: "on_sale",
        kind: StateKind::Open,
        needs: &[],
        next: &["off_sale"],
    },
    State {
        code: "off_sale",
        kind: StateKind::Lost,
        needs: &[],
        next: &["on_sale"],
    },
];

/// The declaration.
pub const PRODUCT: ObjectSpec = ObjectSpec {
    name: "product",
    fields: FieldSet {
        table: "product",
        fields: &[
            FieldSpec::new("name", Kind::Text)
                .required()
                .listed()
                .searchable()
                .sortable(),
            FieldSpec::new("code", Kind::Text)
                .max(60)
                .listed()
                .searchable(),
            FieldSpec::new("category", Kind::Text)
                .max(60)
                .listed()
                .filterable()
                .sortable(),
            FieldSpec::new("unit", Kind::Text).max(20).listed(),
            FieldSpec::new("price", Kind::Amount)
                .max(40)
                .listed()
                .sortable(),
            FieldSpec::new("cost", Kind::Amount).max(40),
            FieldSpec::new("tax_rate", Kind::Percent).max(10),
            FieldSpec::new("status", Kind::Choice(&["on_sale", "off_sale"]))
                .listed()
                .sortable()
                .filterable(),
            FieldSpec::new("notes", Kind::LongText).max(10_000),
        ],
    },
    title: "name",
    customer: OnCustomer::No,
    states: Some(States {
        field: "status",
        table: STATES,
    }),
    amount: None,
    date: None,
    number: None,
    belonging: Belonging::Catalogue,
    operations: operations!("product", "products"),
};

impl Object for Product {
    const SPEC: &'static ObjectSpec = &PRODUCT;
}
