//! Keeping a customer as it is while what hangs on it is made.

use super::{COLUMNS, Lookup, stored};
use crate::CrmError;
use crate::crm::OrgKeys;
use crate::customers::StoredCustomer;
use custos_kernel::policy::Caller;
use custos_store::{EngineKind, Value, WriteTx};
use custos_values::CustomerId;

/// A customer as it stays until the transaction ends: whoever changes it meanwhile waits, and what it says is what the last
/// one to change it made of it.
pub(crate) async fn keep(
    tx: &mut WriteTx<'_>,
    keys: &OrgKeys,
    caller: &Caller,
    id: CustomerId,
) -> Result<StoredCustomer, CrmError> {
    let lock = match tx.engine() {
        // The only writer while it lives.
        EngineKind::Sqlite => "",
        EngineKind::Postgres => "FOR SHARE",
    };
    let sql = format!("SELECT {COLUMNS} FROM customer WHERE org_id = $1 AND id = $2 {lock}");
    let rows = tx.rows(caller, &sql, &[Value::from(id.as_bytes())]).await?;
    let row = rows.first().ok_or(CrmError::NotFound)?;
    Ok(stored(keys, caller.org(), row)?)
}
