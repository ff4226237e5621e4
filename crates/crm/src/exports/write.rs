//! Reading, opening and writing the rows of an export.

use super::columns::{Column, Rows};
use super::foresee::fields_level;
use crate::crm::OrgKeys;
use crate::customers::{Customer, StoredCustomer, sql};
use crate::download::DownloadError;
use crate::{Crm, CrmError};
use custos_kernel::policy::{Scope, actions};
use custos_tabular::write::{Cell, TableWriter};
use futures::StreamExt;
use std::sync::Arc;
use tokio::runtime::Handle;

/// Customers read and opened at once.
const BATCH: usize = 512;
/// Batches opened side by side, each on a thread of its own.
const SIDE_BY_SIDE: usize = 2;

/// An export about to be written.
pub(super) struct Export {
    pub(super) crm: Arc<Crm>,
    pub(super) scope: Scope<actions::Export, Customer>,
    pub(super) keys: Arc<OrgKeys>,
    pub(super) columns: Vec<Column>,
    pub(super) language: String,
    pub(super) ids: Vec<[u8; 16]>,
}

impl Export {
    /// Writes header and rows. Customers that went away or out of reach meanwhile, or whose label is by now higher than
    /// what was approved, are left out. To be called on a
    /// thread that may block.
    pub(super) fn write(
        self,
        runtime: &Handle,
        out: &mut dyn TableWriter,
    ) -> Result<(), DownloadError> {
        let export = Arc::new(self);
        let words = export.crm.words();
        let header: Vec<String> = export
            .columns
            .iter()
            .map(|column| words.field(&export.language, column.name()))
            .collect();
        out.header(&header.iter().map(String::as_str).collect::<Vec<_>>())?;
        let chunks = export.ids.len().div_ceil(BATCH);
        let opening = (0..chunks).map(|chunk| {
            let export = Arc::clone(&export);
            async move {
                let stored = export.read(chunk).await?;
                let opened = tokio::task::spawn_blocking(move || export.open(&stored)).await;
                opened.map_err(|error| CrmError::Problem(custos_http::Problem::internal(error)))?
            }
        });
        let mut batches = std::pin::pin!(futures::stream::iter(opening).buffered(SIDE_BY_SIDE));
        // Writing waits for the client, which must not be done while driving tasks.
        while let Some(rows) = runtime.block_on(batches.next()) {
            for row in rows? {
                out.row(&row)?;
            }
        }
        Ok(())
    }

    async fn read(&self, chunk: usize) -> Result<Vec<StoredCustomer>, CrmError> {
        let from = chunk * BATCH;
        let ids = self
            .ids
            .get(from..(from + BATCH).min(self.ids.len()))
            .unwrap_or_default();
        let mut tx = self.crm.store.read().await?;
        sql::find_batch(&mut tx, &self.keys, self.scope.caller(), ids).await
    }

    fn open(&self, stored: &[StoredCustomer]) -> Result<Vec<Vec<Cell<'static>>>, CrmError> {
        let mut rows = Rows::new(
            &self.crm,
            self.scope.caller(),
            &self.keys,
            &self.columns,
            &self.language,
        );
        let covered = |customer: &&StoredCustomer| {
            let level = fields_level(&self.crm, &customer.facts, &self.columns);
            let (policy, caller) = (&self.crm.policy, self.scope.caller());
            policy
                .covers_label::<actions::Export, _>(caller, &customer.facts, level)
                .is_ok()
        };
        let admitted = stored
            .iter()
            .filter(covered)
            .filter_map(|customer| Some((self.scope.admit(&customer.facts)?, customer)));
        admitted
            .map(|(permit, customer)| rows.row(&permit, customer))
            .collect()
    }
}
