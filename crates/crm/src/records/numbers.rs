//! Numbers 流水号: counted per kind and period, without gaps among what was kept, never twice.

use super::Object;
use super::sql;
use crate::{Crm, CrmError};
use custos_kernel::policy::{Permit, actions};
use custos_store::WriteTx;
use custos_values::NumberPattern;

/// The field that holds a number.
pub(super) const FIELD: &str = "number";

/// The next number of a kind, taken within the transaction that makes the record: if that is given up, so is the number.
pub(super) async fn next<R: Object>(
    crm: &Crm,
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, R>,
) -> Result<Option<String>, CrmError> {
    let Some(pattern) = R::SPEC.number else {
        return Ok(None);
    };
    let broken = |_| custos_store::StoreError::Corrupt(format!("the pattern {pattern}"));
    let pattern = NumberPattern::parse(pattern).map_err(broken)?.value;
    let today = crm.store.clock().now().utc_date();
    let period = pattern.reset().start(today);
    let period = period.map_or_else(String::new, |start| start.to_string());
    let counter = sql::next_number(tx, permit, &period).await?;
    Ok(Some(pattern.format(today, counter)))
}
