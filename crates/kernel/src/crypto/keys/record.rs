//! One customer's data key.

use super::KeyBytes;
use crate::crypto::Suite;
use crate::crypto::aead::AeadKey;
use custos_values::{CustomerId, OrgId};

/// The data key of one customer: seals the customer's own fields and those of contacts and activities below it.
pub struct RecordKey {
    pub(in crate::crypto) org: OrgId,
    pub(in crate::crypto) customer: CustomerId,
    pub(in crate::crypto) aead: AeadKey,
    pub(super) bytes: KeyBytes,
}

impl RecordKey {
    pub(super) fn new(org: OrgId, customer: CustomerId, suite: Suite, key: KeyBytes) -> Self {
        Self {
            org,
            customer,
            aead: AeadKey::new(suite, &key),
            bytes: key,
        }
    }

    /// The customer this key belongs to.
    pub fn customer(&self) -> CustomerId {
        self.customer
    }

    /// The suite it seals with: that of the organisation's key when this one was opened.
    pub fn suite(&self) -> Suite {
        self.aead.suite()
    }
}

pub(super) fn record_context(org: OrgId, customer: CustomerId) -> Vec<u8> {
    [
        b"record-key".as_slice(),
        org.as_bytes(),
        customer.as_bytes(),
    ]
    .concat()
}
