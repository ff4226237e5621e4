//! Looking at a database as it is, for whoever has to look after it.

use crate::migrate::APPLIED;
use crate::{EngineKind, MigrationSet, Store, StoreError};
use custos_values::OrgId;

/// Most remarks about damage that are told one by one.
const MOST_REMARKS: usize = 20;

impl Store {
    /// Names of the steps the database lacks; a server applies them when it starts.
    ///
    /// # Errors
    /// [`StoreError::TooNew`] when a newer version made it, [`StoreError`] when it cannot be read.
    pub async fn missing_migrations(
        &self,
        migrations: &MigrationSet,
    ) -> Result<Vec<&'static str>, StoreError> {
        let rows = self.read().await?.raw(APPLIED, &[]).await?;
        Ok(migrations.missing(&rows)?.map(|step| step.name).collect())
    }

    /// Reads the whole embedded database: whether every page is as it was encrypted, and whether the pages fit
    /// together. Gives the engine's remarks, at most 20; none if all is well. A database server looks after its own
    /// pages: nothing is read there. To be called where a thread may be held up.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be read at all.
    pub async fn damage(&self) -> Result<Vec<String>, StoreError> {
        if self.engine() == EngineKind::Postgres {
            return Ok(Vec::new());
        }
        let mut tx = self.read().await?;
        let mut remarks = Vec::new();
        for row in tx.raw("PRAGMA cipher_integrity_check", &[]).await? {
            remarks.push(row.text(0)?.to_owned());
        }
        // Over pages that do not open there is nothing to be seen.
        if remarks.is_empty() {
            let sql = format!("PRAGMA quick_check({MOST_REMARKS})");
            for row in tx.raw(&sql, &[]).await? {
                remarks.extend(Some(row.text(0)?.to_owned()).filter(|told| told != "ok"));
            }
        }
        remarks.truncate(MOST_REMARKS);
        Ok(remarks)
    }

    /// The organisations that have a key here.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be read.
    pub async fn organisations(&self) -> Result<Vec<OrgId>, StoreError> {
        let sql = "SELECT DISTINCT org_id FROM tenant_key ORDER BY org_id";
        let rows = self.read().await?.raw(sql, &[]).await?;
        rows.iter()
            .map(|row| Ok(OrgId::from_bytes(row.id(0)?)))
            .collect()
    }
}
