//! A record as stored.

use super::Object;
use crate::CrmError;
use crate::crm::OrgKeys;
use crate::customers::{OpenedFields, Row, open_fields};
use crate::index::Head;
use crate::sharing::Access;
use custos_kernel::crypto::{RecordKey, WrappedKey};
use custos_kernel::policy::{Action, Facts, Permit};
use custos_store::SealedFields;
use custos_values::{CustomerId, RecordId, Timestamp};

/// A record's row: plain columns for decisions, everything descriptive still sealed.
#[derive(Debug)]
pub(crate) struct StoredRecord<R: Object> {
    /// What decisions need.
    pub(crate) facts: Facts<R>,
    /// What they are made from.
    pub(crate) access: Access,
    /// Orders updates of the index.
    pub(crate) revision: i64,
    /// The customer it hangs on.
    pub(crate) customer: Option<CustomerId>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// The key its fields are sealed under, wrapped: the customer's, or its own.
    pub(crate) key: WrappedKey,
    pub(crate) fields: SealedFields,
}

impl<R: Object> StoredRecord<R> {
    pub(crate) fn id(&self) -> RecordId {
        RecordId::from_bytes(self.facts.id)
    }

    /// Whose key seals the fields.
    pub(crate) fn keyed(&self) -> CustomerId {
        keyed(self.facts.id, self.customer)
    }

    /// The key that opens the fields.
    pub(crate) fn open_key(&self, keys: &OrgKeys) -> Result<RecordKey, CrmError> {
        Ok(keys.tenant.open_record_key(self.keyed(), &self.key)?)
    }

    /// All fields, opened.
    pub(crate) fn open<A: Action>(
        &self,
        keys: &OrgKeys,
        permit: &Permit<A, R>,
    ) -> Result<OpenedFields, CrmError> {
        let key = self.open_key(keys)?;
        let row = row_of::<R>(&self.facts.id, &self.facts.id);
        open_fields(permit, &key, R::SPEC.fields, row, &self.fields, |_| true)
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
}

/// Under whose name the key of a record is made: the customer's it hangs on, or its own.
pub(crate) fn keyed(id: [u8; 16], customer: Option<CustomerId>) -> CustomerId {
    customer.unwrap_or_else(|| CustomerId::from_bytes(id))
}

/// A row that belongs to a record, or is it.
pub(crate) fn row_of<'a, R: Object>(record: &'a [u8; 16], id: &'a [u8; 16]) -> Row<'a> {
    Row {
        id,
        of: Some((R::TYPE, record)),
    }
}
