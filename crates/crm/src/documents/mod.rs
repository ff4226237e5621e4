//! Documents with lines: what quotes and orders have in common, and what they come to.

mod totals;

pub(crate) use totals::{add_up, settle};

use crate::fields::{FieldKind as Kind, FieldSpec};

/// Whether prices include tax.
pub(crate) const TAX: FieldSpec = FieldSpec::new("tax", Kind::Choice(&["excluded", "included"]));
/// What is taken off the whole.
pub(crate) const DISCOUNT: FieldSpec = FieldSpec::new("discount", Kind::Percent).max(10);
/// The lines.
pub(crate) const LINES: FieldSpec = FieldSpec::new("lines", Kind::Lines).max(200_000);
/// Before discounts.
pub(crate) const SUBTOTAL: FieldSpec = FieldSpec::new("subtotal", Kind::Amount).max(40).computed();
/// All discounts.
pub(crate) const DISCOUNT_TOTAL: FieldSpec = FieldSpec::new("discount_total", Kind::Amount)
    .max(40)
    .computed();
/// All tax.
pub(crate) const TAX_TOTAL: FieldSpec =
    FieldSpec::new("tax_total", Kind::Amount).max(40).computed();
/// What is to be paid.
pub(crate) const TOTAL: FieldSpec = FieldSpec::new("total", Kind::Amount)
    .max(40)
    .computed()
    .listed()
    .sortable();
