//! What was done last.

use super::desk::StoredEntry;
use crate::{ReadTx, StoreError, Value};
use custos_values::OrgId;

impl ReadTx {
    /// The newest entry of something that was done, for a feature that compares what it stores with what the log says it
    /// stored.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read.
    pub async fn newest_entry(
        &mut self,
        org: OrgId,
        action: &str,
    ) -> Result<Option<StoredEntry>, StoreError> {
        self.follow_log();
        let sql = "SELECT idx, body FROM audit_entry WHERE org_id = $1 AND action = $2 AND outcome = 'allowed' \
                   ORDER BY idx DESC LIMIT 1";
        let values = [Value::from(&org.as_bytes()[..]), Value::from(action)];
        let rows = self.raw(sql, &values).await?;
        rows.first()
            .map(|row| {
                Ok(StoredEntry {
                    index: row.int(0)?,
                    body: row.bytes(1)?.to_vec(),
                })
            })
            .transpose()
    }
}
