//! The state this crate's handlers share.

use crate::fields::{CONTACT, CUSTOMER};
use crate::index::Indexes;
use crate::{CrmError, People};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::{BlindIndex, TenantKey};
use custos_kernel::event::Event;
use custos_kernel::policy::Policy;
use custos_store::{AuditSink, Store};
use custos_values::{OrgId, Random};
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;

/// An organisation's key with the blind indexes derived from it.
pub(crate) struct OrgKeys {
    pub(crate) tenant: Arc<TenantKey>,
    audit: BlindIndex,
    blind: HashMap<&'static str, BlindIndex>,
}

impl OrgKeys {
    fn new(tenant: Arc<TenantKey>) -> Self {
        let names = CUSTOMER
            .fields
            .iter()
            .chain(CONTACT.fields)
            .filter_map(|field| field.blind);
        let blind = names
            .map(|name| (name, tenant.blind_index(&format!("customer.{name}"))))
            .collect();
        Self {
            audit: tenant.blind_index("audit.value"),
            blind,
            tenant,
        }
    }

    /// The blind index value of a match key; none for an index no field declares.
    pub(crate) fn blind(&self, index: &str, key: &str) -> Option<i64> {
        Some(self.blind.get(index)?.hash(key))
    }

    /// Seals a list cursor, which holds the sort key of a row.
    pub(crate) fn seal_cursor(&self, cursor: &[u8], random: &dyn Random) -> Vec<u8> {
        self.tenant.seal_secret("cursor", &[0; 16], cursor, random)
    }

    /// Opens a cursor this organisation handed out; none if it was not.
    pub(crate) fn open_cursor(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        self.tenant
            .open_secret("cursor", &[0; 16], sealed)
            .ok()
            .map(|bytes| bytes.to_vec())
    }

    /// A value as the log may hold it: comparable by whoever holds the key, unreadable to everybody else.
    pub(crate) fn audit_value(&self, field: &str, canonical: &str) -> Detail {
        Detail::keyed_hash(
            self.audit
                .hash(&format!("{field}\0{canonical}"))
                .to_be_bytes(),
        )
    }
}

/// The customer features.
pub struct Crm {
    pub(crate) store: Arc<Store>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) sink: AuditSink,
    pub(crate) people: Arc<dyn People>,
    pub(crate) indexes: Indexes,
    keys: RwLock<HashMap<OrgId, Arc<OrgKeys>>>,
}

impl Crm {
    /// The features over an open store. Call [`Self::start_indexing`] for each organisation afterwards.
    pub fn new(
        store: Arc<Store>,
        policy: Arc<Policy>,
        sink: AuditSink,
        people: Arc<dyn People>,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            policy,
            sink,
            people,
            indexes: Indexes::default(),
            keys: RwLock::default(),
        })
    }

    pub(crate) async fn keys(&self, org: OrgId) -> Result<Arc<OrgKeys>, CrmError> {
        if let Some(keys) = self.keys.read().get(&org) {
            return Ok(Arc::clone(keys));
        }
        let tenant = self.store.keys().get(&self.store, org).await?;
        let keys = Arc::new(OrgKeys::new(tenant));
        self.keys.write().insert(org, Arc::clone(&keys));
        Ok(keys)
    }

    /// Records an ordinary read before its answer leaves.
    pub(crate) async fn record_read(&self, event: Event) -> Result<(), CrmError> {
        Ok(self.sink.record(event).await?)
    }
}
