//! Opportunities 商机: deals on their way through a pipeline.

mod stages;

use crate::fields::{FieldKind as Kind, FieldSet, FieldSpec, SOURCES};
use crate::records::{
    Belonging, Object, ObjectSpec, OnCustomer, Settling, States, object, operations,
};
use crate::{Crm, CrmError};
use futures::FutureExt;
use futures::future::BoxFuture;

object!(
    /// An opportunity.
    Opportunity,
    "opportunity"
);

/// The declaration.
pub const OPPORTUNITY: ObjectSpec = ObjectSpec {
    name: "opportunity",
    fields: FieldSet {
        table: "opportunity",
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
            FieldSpec::new("pipeline", Kind::Pipeline)
                .max(36)
                .filterable()
                .listed(),
            FieldSpec::new("stage", Kind::Stage)
                .max(36)
                .filterable()
                .listed(),
            FieldSpec::new("outcome", Kind::Choice(&["open", "won", "lost"]))
                .computed()
                .listed()
                .filterable(),
            FieldSpec::new("amount", Kind::Amount)
                .max(40)
                .listed()
                .sortable(),
            FieldSpec::new("close_at", Kind::Date)
                .max(10)
                .listed()
                .sortable(),
            FieldSpec::new("stage_since", Kind::Date)
                .max(10)
                .computed()
                .listed()
                .sortable(),
            FieldSpec::new("closed_at", Kind::Date)
                .max(10)
                .computed()
                .sortable(),
            FieldSpec::new("kind", Kind::Choice(&["new_business", "renewal", "upsell"]))
                .filterable(),
            FieldSpec::new("source", Kind::Choice(SOURCES)).filterable(),
            FieldSpec::new("win_reason", Kind::Text).max(200),
            FieldSpec::new(
                "lost_reason",
                Kind::Choice(&[
                    "price",
                    "competitor",
                    "no_budget",
                    "no_need",
                    "timing",
                    "other",
                ]),
            )
            .filterable(),
            FieldSpec::new("competitor", Kind::Reference("competitor")).max(36),
            FieldSpec::new("next_contact_at", Kind::Date)
                .max(10)
                .sortable(),
            FieldSpec::new("notes", Kind::LongText).max(10_000),
        ],
    },
    title: "name",
    customer: OnCustomer::Required,
    states: Some(States {
        field: "stage",
        table: &[],
    }),
    amount: Some("amount"),
    date: Some("close_at"),
    number: Some("SJ-{yyyy}{mm}-{0000}"),
    belonging: Belonging::Owned,
    operations: operations!("opportunity", "opportunities"),
};

impl Object for Opportunity {
    const SPEC: &'static ObjectSpec = &OPPORTUNITY;

    fn settle<'a>(
        crm: &'a Crm,
        settling: &'a mut Settling<'_, '_>,
    ) -> BoxFuture<'a, Result<(), CrmError>> {
        stages::settle(crm, settling).boxed()
    }
}
