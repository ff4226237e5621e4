//! Numbers 流水号: counted per kind and period, without gaps among what was kept, never twice.

use super::Object;
use super::sql;
use crate::CrmError;
use custos_kernel::policy::{Permit, actions};
use custos_store::WriteTx;
use custos_values::{Date, NumberPattern};

/// The field that holds a number.
pub(super) const FIELD: &str = "number";

/// The next number of a kind on a day, taken within the transaction that makes the record: if that is given up, so is the number.
pub(crate) async fn next<R: Object>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, R>,
    today: Date,
) -> Result<Option<String>, CrmError> {
    let Some(pattern) = R::SPEC.number else {
        return Ok(None);
    };
    let broken = |_| custos_store::StoreError::Corrupt(format!("the pattern {pattern}"));
    let pattern = NumberPattern::parse(pattern).map_err(broken)?.value;
    let period = pattern.reset().start(today);
    let period = period.map_or_else(String::new, |start| start.to_string());
    let counter = sql::next_number(tx, permit, &period).await?;
    Ok(Some(pattern.format(today, counter)))
}
