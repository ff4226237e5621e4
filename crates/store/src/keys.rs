//! The organisations' keys: wrapped in the database, opened once and kept.

use crate::store::Store;
use crate::{Migration, StoreError, Value, WriteTx};
use custos_kernel::crypto::{RootKey, TenantKey, WrappedKey};
use custos_values::{OrgId, Random};
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;
use zeroize::Zeroizing;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "0002_tenant_key",
    sql: "CREATE TABLE tenant_key (
            org_id {bytes} NOT NULL, version BIGINT NOT NULL, wrapped {bytes} NOT NULL,
            PRIMARY KEY (org_id, version)) {clustered}",
}];

/// Version of the tenant keys made by this build; a rotation makes the next one.
const VERSION: u32 = 1;

/// The root key and the tenant keys opened so far.
pub struct TenantKeys {
    root: RootKey,
    open: RwLock<HashMap<OrgId, Arc<TenantKey>>>,
}

impl TenantKeys {
    pub(crate) fn new(root: RootKey) -> Self {
        Self {
            root,
            open: RwLock::default(),
        }
    }

    /// Makes the key of a new organisation within the transaction that makes the organisation.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when the organisation has one already.
    pub async fn create(
        &self,
        tx: &mut WriteTx<'_>,
        random: &dyn Random,
    ) -> Result<Arc<TenantKey>, StoreError> {
        let (key, wrapped) = self.root.new_tenant_key(tx.org(), VERSION, random);
        let values = [
            Value::from(&tx.org().as_bytes()[..]),
            Value::Int(VERSION.into()),
            Value::from(wrapped.as_bytes()),
        ];
        tx.raw_execute(
            "INSERT INTO tenant_key (org_id, version, wrapped) VALUES ($1, $2, $3)",
            &values,
        )
        .await?;
        Ok(Arc::new(key))
    }

    /// The key of an organisation.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when there is none, [`StoreError::Crypto`] when it does not open under the root key.
    pub async fn get(&self, store: &Store, org: OrgId) -> Result<Arc<TenantKey>, StoreError> {
        if let Some(key) = self.open.read().get(&org) {
            return Ok(Arc::clone(key));
        }
        let sql = "SELECT wrapped FROM tenant_key WHERE org_id = $1 AND version = $2";
        let values = [Value::from(&org.as_bytes()[..]), Value::Int(VERSION.into())];
        let rows = store.read().await?.raw(sql, &values).await?;
        let row = rows
            .first()
            .ok_or_else(|| StoreError::Corrupt("the organisation has no key".to_owned()))?;
        let wrapped = WrappedKey::from_bytes(row.bytes(0)?.to_vec());
        let key = Arc::new(self.root.open_tenant_key(org, VERSION, &wrapped)?);
        self.open.write().insert(org, Arc::clone(&key));
        Ok(key)
    }

    /// The key for a node-local file, such as an upload.
    pub fn file_key(&self, file_id: &[u8; 16]) -> Zeroizing<[u8; 32]> {
        self.root.file_key(file_id)
    }
}
