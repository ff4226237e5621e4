//! The indexes of all organisations, shared between handlers, loader and follower.

use super::Marks;
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
pub(crate) struct Indexes {
    ready: RwLock<HashMap<OrgId, SharedIndex>>,
    marks: RwLock<HashMap<OrgId, Arc<Marks>>>,
}

impl Indexes {
    /// The organisation's index.
    ///
    /// # Errors
    /// [`CrmError::IndexLoading`] until it has been read completely: a partial answer would look like a whole one.
    pub(crate) fn ready(&self, org: OrgId) -> Result<SharedIndex, CrmError> {
        self.ready
            .read()
            .get(&org)
            .cloned()
            .ok_or(CrmError::IndexLoading)
    }

    pub(crate) fn is_ready(&self, org: OrgId) -> bool {
        self.ready.read().contains_key(&org)
    }

    pub(crate) fn put(&self, org: OrgId, index: SharedIndex) {
        self.ready.write().insert(org, index);
    }

    /// The markings of the organisation's customers.
    pub(crate) fn marks(&self, org: OrgId) -> Arc<Marks> {
        if let Some(marks) = self.marks.read().get(&org) {
            return Arc::clone(marks);
        }
        Arc::clone(self.marks.write().entry(org).or_default())
    }
}
