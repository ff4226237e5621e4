//! The state this crate's handlers share.

use crate::fields::{CONTACT, CUSTOMER};
use crate::imports::Runs;
use crate::index::Indexes;
use crate::reassignments::HandoverLimit;
use crate::records::KindIndexes;
use crate::words::{Codes, Words};
use crate::{CrmError, People};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::{BlindIndex, TenantKey};
use custos_kernel::event::Event;
use custos_kernel::policy::Policy;
use custos_store::{AuditSink, Store};
use custos_values::{OrgId, Random};
use parking_lot::RwLock;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// An organisation's key with the blind indexes derived from it.
pub(crate) struct OrgKeys {
    pub(crate) tenant: Arc<TenantKey>,
    audit: BlindIndex,
    blind: HashMap<&'static str, BlindIndex>,
}

impl OrgKeys {
    pub(crate) fn new(tenant: Arc<TenantKey>) -> Self {
        let names = CUSTOMER
            .fields
            .iter()
            .chain(CONTACT.fields)
            .filter_map(|field| field.blind);
        let blind = names
            .map(|name| (name, tenant.blind_index(&format!("customer.{name}"))))
            .collect();
        Self {
            audit: tenant.lasting_index("audit.value"),
            blind,
            tenant,
        }
    }

    /// The blind index value of a match key; none for an index no field declares.
    pub(crate) fn blind(&self, index: &str, key: &str) -> Option<i64> {
        Some(self.blind.get(index)?.hash(key))
    }

    /// The blind index values a row with this match key may have: two while the organisation's key is rotated.
    pub(crate) fn blind_all(&self, index: &str, key: &str) -> Vec<i64> {
        self.blind
            .get(index)
            .map_or_else(Vec::new, |index| index.all(key))
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

    /// A value of a record as the log may hold it: comparable with that record's others, until it is erased for good.
    pub(crate) fn record_value(&self, record: &[u8; 16], field: &str, canonical: &str) -> Detail {
        let hash = self.tenant.record_hash(record, field, canonical);
        Detail::keyed_hash(hash.unwrap_or_default())
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
    /// Of customers.
    pub(crate) indexes: Indexes,
    kind_indexes: KindIndexes,
    pub(crate) runs: Runs,
    pub(crate) uploads: OnceLock<PathBuf>,
    words: OnceLock<Arc<dyn Words>>,
    pub(crate) limit: OnceLock<Box<dyn HandoverLimit>>,
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
            kind_indexes: KindIndexes::default(),
            runs: Runs::default(),
            uploads: OnceLock::new(),
            words: OnceLock::new(),
            limit: OnceLock::new(),
            keys: RwLock::default(),
        })
    }

    /// Says where uploaded files are kept, sealed; the folder is made if it is missing. Without it nothing can be
    /// imported. Only the first call counts.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn with_files(self: Arc<Self>, folder: PathBuf) -> std::io::Result<Arc<Self>> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder)?;
        self.uploads.get_or_init(|| folder);
        Ok(self)
    }

    /// Gives the words for files people download. Without it they hold codes. Only the first call counts.
    #[must_use]
    pub fn with_words(self: Arc<Self>, words: Arc<dyn Words>) -> Arc<Self> {
        self.words.get_or_init(|| words);
        self
    }

    /// Says how much one person may hand over alone. Without it any number may be. Only the first call counts.
    pub fn limit_handovers(&self, limit: Box<dyn HandoverLimit>) {
        self.limit.get_or_init(|| limit);
    }

    /// The indexes of one kind of record.
    pub(crate) fn indexes_of(&self, kind: &str) -> &Indexes {
        self.kind_indexes.of(kind)
    }

    pub(crate) fn words(&self) -> &dyn Words {
        self.words.get().map_or(&Codes, |words| &**words)
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
