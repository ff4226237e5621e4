//! Invoices 开票: asked for, issued, sent.

use crate::fields::{FieldKind as Kind, FieldSet, FieldSpec};
use crate::records::{
    Belonging, Object, ObjectSpec, OnCustomer, State, StateKind, States, object, operations,
};

object!(
    /// An invoice.
    Invoice,
    "invoice"
);

const STATES: &[State] = &[
    State {
        code: "requested",
        kind: StateKind::Open,
        needs: &[],
        next: &["issued", "void"],
    },
    State {
        code: "issued",
        kind: StateKind::Open,
        needs: &["invoice_number", "issued_at"],
        next: &["sent", "void"],
    },
    State {
        code: "sent",
        kind: StateKind::Won,
        needs: &["invoice_number", "issued_at"],
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
pub const INVOICE: ObjectSpec = ObjectSpec {
    name: "invoice",
    fields: FieldSet {
        table: "invoice",
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
                .listed(),
            FieldSpec::new(
                "kind",
                Kind::Choice(&["vat_special", "vat_general", "electronic"]),
            )
            .required()
            .listed()
            .filterable(),
            FieldSpec::new(
                "status",
                Kind::Choice(&["requested", "issued", "sent", "void"]),
            )
            .listed()
            .sortable()
            .filterable(),
            FieldSpec::new("title", Kind::Text).max(200).required(),
            FieldSpec::new("uscc", Kind::Uscc).max(18),
            FieldSpec::new("amount", Kind::Amount)
                .max(40)
                .required()
                .listed()
                .sortable(),
            FieldSpec::new("tax_rate", Kind::Percent).max(10),
            FieldSpec::new("invoice_number", Kind::Text)
                .max(60)
                .searchable(),
            FieldSpec::new("issued_at", Kind::Date)
                .max(10)
                .listed()
                .sortable(),
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
    date: Some("issued_at"),
    number: Some("FP-{yyyy}{mm}-{0000}"),
    belonging: Belonging::Owned,
    operations: operations!("invoice", "invoices"),
};

impl Object for Invoice {
    const SPEC: &'static ObjectSpec = &INVOICE;
}
