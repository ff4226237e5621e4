//! The blind index entries a customer should have, compared with those it has.

use super::open_fields;
use crate::CrmError;
use crate::contacts::StoredContact;
use crate::crm::OrgKeys;
use crate::customers::sql::BlindEntry;
use crate::customers::{Customer, OpenedFields, StoredCustomer, blind_hashes};
use crate::fields::{CONTACT, CUSTOMER};
use custos_kernel::crypto::RecordKey;
use custos_kernel::policy::{Permit, actions};
use std::collections::BTreeSet;

/// Entries of the values a customer and its contacts have now.
pub(super) struct Entries {
    current: BTreeSet<BlindEntry>,
    former: BTreeSet<BlindEntry>,
}

/// What has to change.
pub(super) struct Difference {
    /// Entries under the current key that are not there.
    pub(super) missing: Vec<BlindEntry>,
    /// Entries under another key that are.
    pub(super) former: Vec<BlindEntry>,
}

impl Difference {
    pub(super) fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.former.is_empty()
    }

    pub(super) fn concerns(&self, record: &[u8; 16]) -> bool {
        let of = |entry: &BlindEntry| entry.record == *record;
        self.missing.iter().any(of) || self.former.iter().any(of)
    }
}

impl Entries {
    pub(super) fn of(
        keys: &OrgKeys,
        permit: &Permit<actions::Rotate, Customer>,
        key: &RecordKey,
        customer: &StoredCustomer,
        contacts: &[StoredContact],
    ) -> Result<Self, CrmError> {
        let mut entries = Self {
            current: BTreeSet::new(),
            former: BTreeSet::new(),
        };
        let row = customer.facts.id;
        let opened = open_fields(permit, key, CUSTOMER, &row, &customer.fields, |spec| {
            spec.blind.is_some()
        })?;
        entries.add(keys, &row, &opened);
        for contact in contacts {
            let opened = open_fields(permit, key, CONTACT, &contact.id, &contact.fields, |spec| {
                spec.blind.is_some()
            })?;
            entries.add(keys, &contact.id, &opened);
        }
        Ok(entries)
    }

    fn add(&mut self, keys: &OrgKeys, record: &[u8; 16], opened: &OpenedFields) {
        for (spec, plain) in opened.iter() {
            let Some((field, hashes)) = blind_hashes(keys, spec, plain.expose_for_processing())
            else {
                continue;
            };
            for (at, hash) in hashes.into_iter().enumerate() {
                let entry = BlindEntry {
                    field: field.to_owned(),
                    hash,
                    record: *record,
                };
                let set = if at == 0 {
                    &mut self.current
                } else {
                    &mut self.former
                };
                set.insert(entry);
            }
        }
    }

    pub(super) fn compare(self, there: &[BlindEntry]) -> Difference {
        let there: BTreeSet<&BlindEntry> = there.iter().collect();
        let missing = |entry: &BlindEntry| !there.contains(entry);
        let former = |entry: &BlindEntry| there.contains(entry) && !self.current.contains(entry);
        Difference {
            former: self.former.iter().filter(|e| former(e)).cloned().collect(),
            missing: self
                .current
                .iter()
                .filter(|e| missing(e))
                .cloned()
                .collect(),
        }
    }
}
