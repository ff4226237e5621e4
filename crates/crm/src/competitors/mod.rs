//! Competitors 竞争对手: whom deals are lost to.

use crate::fields::{FieldKind as Kind, FieldSet, FieldSpec};
use crate::records::{Belonging, Object, ObjectSpec, OnCustomer, object, operations};

object!(
    /// A competitor.
    Competitor,
    "competitor"
);

/// The declaration.
pub const COMPETITOR: ObjectSpec = ObjectSpec {
    name: "competitor",
    fields: FieldSet {
        table: "competitor",
        fields: &[
            FieldSpec::new("name", Kind::Name)
                .required()
                .listed()
                .searchable()
                .sortable(),
            FieldSpec::new("website", Kind::Text).max(300).listed(),
            FieldSpec::new("strengths", Kind::LongText).max(4_000),
            FieldSpec::new("weaknesses", Kind::LongText).max(4_000),
            FieldSpec::new("notes", Kind::LongText).max(10_000),
        ],
    },
    title: "name",
    customer: OnCustomer::No,
    states: None,
    amount: None,
    date: None,
    number: None,
    belonging: Belonging::Catalogue,
    operations: operations!("competitor", "competitors"),
};

impl Object for Competitor {
    const SPEC: &'static ObjectSpec = &COMPETITOR;
}
