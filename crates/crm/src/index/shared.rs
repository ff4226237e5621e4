//! The indexes of all organisations, shared between handlers, loader and follower.

use crate::CrmError;
use custos_search::Index;
use custos_values::OrgId;
use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::collections::HashMap;
use std::sync::Arc;

/// One organisation's index once it is complete.
#[derive(Clone)]
pub(crate) struct SharedIndex(Arc<RwLock<Index>>);

impl SharedIndex {
    pub(crate) fn new(index: Index) -> Self {
        Self(Arc::new(RwLock::new(index)))
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Index> {
        self.0.read()
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Index> {
        self.0.write()
    }
}

/// The indexes by organisation.
#[derive(Default)]
pub(crate) struct Indexes(RwLock<HashMap<OrgId, SharedIndex>>);

impl Indexes {
    /// The organisation's index.
    ///
    /// # Errors
    /// [`CrmError::IndexLoading`] until it has been read completely: a partial answer would look like a whole one.
    pub(crate) fn ready(&self, org: OrgId) -> Result<SharedIndex, CrmError> {
        self.0
            .read()
            .get(&org)
            .cloned()
            .ok_or(CrmError::IndexLoading)
    }

    pub(crate) fn is_ready(&self, org: OrgId) -> bool {
        self.0.read().contains_key(&org)
    }

    pub(crate) fn put(&self, org: OrgId, index: SharedIndex) {
        self.0.write().insert(org, index);
    }
}
