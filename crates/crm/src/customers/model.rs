//! A customer as stored and as made.

use crate::index::Head;
use crate::sharing::{Access, Guarded};
use custos_kernel::crypto::WrappedKey;
use custos_kernel::policy::{Facts, Permit, Resource, actions};
use custos_store::SealedFields;
use custos_values::{CustomerId, Timestamp};

/// The resource type of customers; contacts and activities are decided as part of their customer.
#[derive(Debug)]
pub enum Customer {}

impl Resource for Customer {
    const TYPE: &'static str = "customer";
    const MARKED: bool = true;
}

impl Guarded for Customer {
    const ACCESS: &'static str = "customer.access";
}

/// A customer's row: plain columns for decisions, everything descriptive still sealed.
#[derive(Debug)]
pub struct StoredCustomer {
    /// What decisions need.
    pub facts: Facts<Customer>,
    /// What they are made from.
    pub(crate) access: Access,
    /// Counts every change of the customer or of what hangs on it; orders updates of the index.
    pub revision: i64,
    /// When the record was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The customer's data key, wrapped.
    pub key: WrappedKey,
    /// The fields, each sealed.
    pub fields: SealedFields,
}

impl StoredCustomer {
    /// A customer as its creation leaves it.
    pub(crate) fn created(
        permit: &Permit<actions::Create, Customer>,
        access: Access,
        now: Timestamp,
        key: WrappedKey,
        fields: SealedFields,
    ) -> Self {
        Self {
            facts: access.facts(permit.org(), *permit.record(), 1),
            access,
            revision: 1,
            created_at: now,
            updated_at: now,
            key,
            fields,
        }
    }

    /// What the index keeps beside the fields.
    pub(crate) fn head(&self, mark: u32) -> Head {
        Head {
            id: self.facts.id,
            version: self.facts.version,
            revision: self.revision,
            owner: self.facts.owner,
            department: self.facts.department,
            created_at: self.created_at,
            updated_at: self.updated_at,
            mark,
        }
    }

    /// The customer's id.
    pub fn id(&self) -> CustomerId {
        CustomerId::from_bytes(self.facts.id)
    }
}

/// A customer about to be inserted: values checked and canonical.
#[derive(Debug, Clone)]
pub struct NewCustomer {
    /// Whose it is and who may see it.
    pub(crate) access: Access,
    /// Field names of the registry with canonical texts; empty ones are left out.
    pub fields: Vec<(&'static str, String)>,
}
