//! A contact as stored.

use crate::CrmError;
use crate::customers::{Customer, open_fields};
use crate::fields::{CONTACT, FieldKind};
use custos_kernel::crypto::RecordKey;
use custos_kernel::policy::{Action, Permit};
use custos_store::SealedFields;
use custos_values::Timestamp;

/// A contact's row; its fields are sealed under the customer's key.
#[derive(Debug)]
pub struct StoredContact {
    /// The contact's id.
    pub id: [u8; 16],
    /// Its version.
    pub version: i64,
    /// Whether it is the customer's first contact.
    pub primary: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The fields, each sealed.
    pub fields: SealedFields,
}

impl StoredContact {
    /// What the index wants of a contact.
    pub(crate) fn name_and_phones<A: Action>(
        &self,
        permit: &Permit<A, Customer>,
        key: &RecordKey,
    ) -> Result<(String, Vec<String>), CrmError> {
        let wanted =
            |spec: &crate::fields::FieldSpec| spec.name == "name" || spec.kind == FieldKind::Phone;
        let opened = open_fields(permit, key, CONTACT, &self.id, &self.fields, wanted)?;
        let phones = opened
            .iter()
            .filter(|(spec, _)| spec.kind == FieldKind::Phone);
        let phones = phones
            .map(|(_, plain)| plain.expose_for_processing().clone())
            .collect();
        Ok((opened.get("name").unwrap_or_default().to_owned(), phones))
    }
}
