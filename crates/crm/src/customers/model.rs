//! A customer as stored and as made.

use custos_kernel::crypto::WrappedKey;
use custos_kernel::policy::{Facts, Permit, Resource, actions};
use custos_store::SealedFields;
use custos_values::{CustomerId, DepartmentId, Timestamp, UserId};

/// The resource type of customers; contacts and activities are decided as part of their customer.
#[derive(Debug)]
pub enum Customer {}

impl Resource for Customer {
    const TYPE: &'static str = "customer";
}

/// A customer's row: plain columns for decisions, everything descriptive still sealed.
#[derive(Debug)]
pub struct StoredCustomer {
    /// What decisions need.
    pub facts: Facts<Customer>,
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
        (owner, department): (Option<UserId>, Option<DepartmentId>),
        now: Timestamp,
        key: WrappedKey,
        fields: SealedFields,
    ) -> Self {
        Self {
            facts: Facts::owned(permit.org(), *permit.record(), 1, owner, department),
            revision: 1,
            created_at: now,
            updated_at: now,
            key,
            fields,
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
    /// The person responsible.
    pub owner: Option<UserId>,
    /// The department it belongs to.
    pub department: Option<DepartmentId>,
    /// Field names of the registry with canonical texts; empty ones are left out.
    pub fields: Vec<(&'static str, String)>,
}
