//! One organisation's key.

use super::generate;
use super::record::{RecordKey, record_context};
use super::ring::{KeyVersion, Ring, Version};
use super::wrapped::{ERASABLE, WrappedKey, unwrap};
use crate::crypto::aead::AeadKey;
use crate::crypto::erasure::ErasureTree;
use crate::crypto::{BlindIndex, CryptoError, Sm2Key, Suite, sealed_under};
use custos_values::{CustomerId, OrgId, Random};
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

/// The purpose under which reasons are sealed.
const REASON: &str = "audit.reason";

/// One organisation's key: wraps its record keys and derives its blind-index, audit and cursor keys. Holds every version of
/// the key; seals with the current one and opens with the one a ciphertext names.
pub struct TenantKey {
    org: OrgId,
    ring: Arc<Ring>,
    erasure: Arc<RwLock<ErasureTree>>,
}

impl TenantKey {
    pub(super) fn new(org: OrgId, ring: Ring, erasure: &Arc<RwLock<ErasureTree>>) -> Self {
        Self {
            org,
            ring: Arc::new(ring),
            erasure: Arc::clone(erasure),
        }
    }

    /// The organisation this key belongs to.
    pub fn org(&self) -> OrgId {
        self.org
    }

    /// The suite it seals with.
    pub fn suite(&self) -> Suite {
        self.ring.current().about.suite
    }

    /// Its versions, oldest first.
    pub fn versions(&self) -> Vec<KeyVersion> {
        self.ring.about()
    }

    /// The version it seals with.
    pub fn current_version(&self) -> u32 {
        self.ring.current().about.number
    }

    /// Takes over the versions of a newer copy of the same key, for everybody who holds this one.
    pub fn follow(&self, newer: &Self) {
        if newer.org == self.org {
            self.ring.replace(&newer.ring);
        }
    }

    /// A key that opens only with the record's secret besides the organisation's key.
    fn erasable(
        &self,
        version: &Version,
        record: &[u8; 16],
        purpose: &str,
    ) -> Result<AeadKey, CryptoError> {
        let tree = self.erasure.read().unwrap_or_else(PoisonError::into_inner);
        let leaf = tree.leaf(self.org, record).ok_or(CryptoError::Erased)?;
        let suite = version.about.suite;
        let info: [&[u8]; 4] = [b"custos/erasable/", purpose.as_bytes(), b"/", &*leaf];
        let key = Zeroizing::new(suite.expand(&version.bytes, &info));
        Ok(AeadKey::new(suite, &key))
    }

    fn wrap_record(
        &self,
        customer: CustomerId,
        key: &[u8; 32],
        random: &dyn Random,
    ) -> Result<WrappedKey, CryptoError> {
        let version = self.ring.current();
        let aead = self.erasable(&version, customer.as_bytes(), "record-key")?;
        let mut out = vec![ERASABLE];
        let context = record_context(self.org, customer);
        out.extend(aead.seal(version.about.number, &context, key, random));
        Ok(WrappedKey(out))
    }

    /// Makes the data key of a new customer and wraps it for storage in the customer's row.
    ///
    /// # Errors
    /// [`CryptoError::Erased`] when a customer with this id was erased.
    pub fn new_record_key(
        &self,
        customer: CustomerId,
        random: &dyn Random,
    ) -> Result<(RecordKey, WrappedKey), CryptoError> {
        let key = generate(random);
        let wrapped = self.wrap_record(customer, &key, random)?;
        Ok((
            RecordKey::new(self.org, customer, self.suite(), key),
            wrapped,
        ))
    }

    /// Unwraps the data key of a customer.
    ///
    /// # Errors
    /// [`CryptoError::DoesNotOpen`] when it was wrapped for another customer, organisation or tenant key,
    /// [`CryptoError::Erased`] when the customer was erased.
    pub fn open_record_key(
        &self,
        customer: CustomerId,
        wrapped: &WrappedKey,
    ) -> Result<RecordKey, CryptoError> {
        let (_, number) = wrapped.under()?;
        let version = self.ring.number(number)?;
        let context = record_context(self.org, customer);
        let key = if wrapped.is_erasable() {
            let aead = self.erasable(&version, customer.as_bytes(), "record-key")?;
            unwrap(&aead, &context, wrapped.sealed())?
        } else {
            unwrap(&version.aead, &context, wrapped.sealed())?
        };
        Ok(RecordKey::new(self.org, customer, self.suite(), key))
    }

    /// Wraps the data key of a customer under the current version; none if it is already.
    ///
    /// # Errors
    /// See [`Self::open_record_key`].
    pub fn rewrap_record_key(
        &self,
        customer: CustomerId,
        wrapped: &WrappedKey,
        random: &dyn Random,
    ) -> Result<Option<WrappedKey>, CryptoError> {
        let current = self.ring.current().about;
        if wrapped.is_erasable() && wrapped.under()? == (current.suite, current.number) {
            return Ok(None);
        }
        let key = self.open_record_key(customer, wrapped)?;
        self.wrap_record(customer, &key.bytes, random).map(Some)
    }

    /// The blind index of one field, such as `customer.phone`.
    pub fn blind_index(&self, field: &str) -> BlindIndex {
        BlindIndex::new(Arc::clone(&self.ring), format!("blind/{field}"))
    }

    /// As [`Self::blind_index`], for values that no rotation writes anew: those in the log, those handed out, those that
    /// are looked up before anything is opened.
    pub fn lasting_index(&self, field: &str) -> BlindIndex {
        BlindIndex::lasting(Arc::clone(&self.ring), format!("blind/{field}"))
    }

    /// A keyed hash of a record's value for the log: equal values of one record have equal hashes, and nobody can try values
    /// out any more once the record was erased. None then.
    pub fn record_hash(&self, record: &[u8; 16], field: &str, canonical: &str) -> Option<[u8; 8]> {
        let tree = self.erasure.read().unwrap_or_else(PoisonError::into_inner);
        let leaf = tree.leaf(self.org, record)?;
        drop(tree);
        let version = self.ring.first();
        let info: [&[u8]; 2] = [b"custos/erasable/audit.value/", &*leaf];
        let key = Zeroizing::new(version.about.suite.expand(&version.bytes, &info));
        let parts = [field.as_bytes(), b"\0", canonical.as_bytes()];
        version
            .about
            .suite
            .hmac(&*key, &parts)
            .first_chunk()
            .copied()
    }

    /// Seed of the organisation's Ed25519 key for log checkpoints. It is of the first version: a log has one signer from
    /// its first entry on.
    pub fn checkpoint_seed(&self) -> Zeroizing<[u8; 32]> {
        self.ring.first().derive("checkpoint")
    }

    /// The organisation's SM2 key, of the first version as well.
    pub fn sm2_key(&self) -> Sm2Key {
        Sm2Key::from_seed(&self.ring.first().derive("sm2"))
    }

    /// Key for authenticating cursors and other values handed out and taken back.
    pub fn hand_out_key(&self) -> BlindIndex {
        BlindIndex::lasting(Arc::clone(&self.ring), "hand-out".to_owned())
    }

    /// Seals a small secret of the organisation itself, such as a TOTP secret, bound to `purpose` and row.
    pub fn seal_secret(
        &self,
        purpose: &str,
        row: &[u8; 16],
        plain: &[u8],
        random: &dyn Random,
    ) -> Vec<u8> {
        let version = self.ring.current();
        let context = secret_context(self.org, purpose, row);
        version
            .aead
            .seal(version.about.number, &context, plain, random)
    }

    /// Opens what [`Self::seal_secret`] made.
    ///
    /// # Errors
    /// [`CryptoError::DoesNotOpen`] when it was sealed for another purpose, row or organisation.
    pub fn open_secret(
        &self,
        purpose: &str,
        row: &[u8; 16],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let (_, number) = sealed_under(sealed)?;
        self.ring
            .number(number)?
            .aead
            .open(&secret_context(self.org, purpose, row), sealed)
            .map(Zeroizing::new)
    }

    /// Seals what [`Self::seal_secret`] made anew under the current version; none if it is already.
    ///
    /// # Errors
    /// See [`Self::open_secret`].
    pub fn reseal_secret(
        &self,
        purpose: &str,
        row: &[u8; 16],
        sealed: &[u8],
        random: &dyn Random,
    ) -> Result<Option<Vec<u8>>, CryptoError> {
        let current = self.ring.current().about;
        if sealed_under(sealed)? == (current.suite, current.number) {
            return Ok(None);
        }
        let plain = self.open_secret(purpose, row, sealed)?;
        Ok(Some(self.seal_secret(purpose, row, &plain, random)))
    }

    /// Seals what a person gave as reason, for the audit entry about a record (or about many). That about a record can be
    /// read until the record is erased for good.
    pub fn seal_reason(
        &self,
        record: Option<&[u8; 16]>,
        reason: &str,
        random: &dyn Random,
    ) -> Vec<u8> {
        let row = record.unwrap_or(&[0; 16]);
        let version = self.ring.current();
        let erasable = record.map(|record| self.erasable(&version, record, REASON));
        let Some(Ok(aead)) = erasable else {
            return self.seal_secret(REASON, row, reason.as_bytes(), random);
        };
        let context = secret_context(self.org, REASON, row);
        let mut out = vec![ERASABLE];
        out.extend(aead.seal(version.about.number, &context, reason.as_bytes(), random));
        out
    }

    /// Opens a sealed reason of an audit entry.
    ///
    /// # Errors
    /// [`CryptoError`] when it belongs to another record or organisation, or was altered; [`CryptoError::Erased`] when the
    /// record was erased.
    pub fn open_reason(
        &self,
        record: Option<&[u8; 16]>,
        sealed: &[u8],
    ) -> Result<String, CryptoError> {
        let row = record.unwrap_or(&[0; 16]);
        let bytes = match sealed.split_first() {
            Some((&ERASABLE, sealed)) => {
                let (_, number) = sealed_under(sealed)?;
                let aead = self.erasable(&*self.ring.number(number)?, row, REASON)?;
                Zeroizing::new(aead.open(&secret_context(self.org, REASON, row), sealed)?)
            }
            _ => self.open_secret(REASON, row, sealed)?,
        };
        String::from_utf8(bytes.to_vec()).map_err(|_| CryptoError::Malformed)
    }
}

fn secret_context(org: OrgId, purpose: &str, row: &[u8; 16]) -> Vec<u8> {
    [
        b"secret".as_slice(),
        org.as_bytes(),
        row,
        purpose.as_bytes(),
    ]
    .concat()
}

#[cfg(test)]
mod tests;
