//! What a mass reassignment is about: sealed, so that what was approved is what is carried out.

use crate::crm::OrgKeys;
use custos_store::StoreError;
use custos_values::{CustomerId, Random, ReassignmentId, UserId};
use serde::{Deserialize, Serialize};

/// For what it is sealed.
pub(crate) const PURPOSE: &str = "reassignment.details";

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Details {
    /// Who is to have them.
    pub(super) to: UserId,
    /// Why.
    pub(super) reason: String,
    /// The customers in the order of their ids, and whose each of them was.
    pub(super) items: Vec<(CustomerId, Option<UserId>)>,
}

impl Details {
    pub(super) fn seal(
        &self,
        keys: &OrgKeys,
        id: ReassignmentId,
        random: &dyn Random,
    ) -> Result<Vec<u8>, StoreError> {
        let plain = serde_json::to_vec(self)
            .map_err(|error| StoreError::Corrupt(format!("a reassignment: {error}")))?;
        Ok(keys
            .tenant
            .seal_secret(PURPOSE, id.as_bytes(), &plain, random))
    }

    pub(super) fn open(
        keys: &OrgKeys,
        id: ReassignmentId,
        sealed: &[u8],
    ) -> Result<Self, StoreError> {
        let plain = keys.tenant.open_secret(PURPOSE, id.as_bytes(), sealed)?;
        serde_json::from_slice(&plain)
            .map_err(|error| StoreError::Corrupt(format!("a reassignment: {error}")))
    }
}
