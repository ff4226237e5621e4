//! The keyring: the secrets of an installation that are not in its database, sealed as a whole under the root key.

use super::ring::{KeyVersion, Ring, Version};
use super::wrapped::{StoredKey, WrappedKey, unwrap};
use super::{KeyBytes, KeyState, RootKey, TenantKey, derive, generate};
use crate::crypto::aead::AeadKey;
use crate::crypto::erasure::ErasureTree;
use crate::crypto::{CryptoError, Suite};
use custos_values::{OrgId, Random};
use std::cmp::Ordering;
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

/// The secrets of an installation: the keys that wrap the organisations' keys, the key of the embedded database, the key of
/// files, and what the keys of records hang on until they are erased.
pub struct Keyring {
    masters: RwLock<Vec<(u32, KeyBytes)>>,
    database: KeyBytes,
    files: KeyBytes,
    pub(super) erasure: Arc<RwLock<ErasureTree>>,
}

const FORMAT: u8 = 1;

impl Keyring {
    /// New random secrets.
    pub fn generate(random: &dyn Random) -> Self {
        Self {
            masters: RwLock::new(vec![(1, generate(random))]),
            database: generate(random),
            files: generate(random),
            erasure: Arc::new(RwLock::new(ErasureTree::generate(random))),
        }
    }

    /// The secrets of an installation from before keyrings, which derived all of them from its root key. Nothing of it
    /// hangs on the new tree until it is wrapped anew.
    pub fn of_root(root: &RootKey, random: &dyn Random) -> Self {
        let bytes = Zeroizing::new(*root.expose());
        Self {
            masters: RwLock::new(vec![(1, bytes.clone())]),
            database: derive(Suite::Aes, &bytes, "database"),
            files: bytes,
            erasure: Arc::new(RwLock::new(ErasureTree::generate(random))),
        }
    }

    /// The key of the embedded database file (SQLCipher raw key).
    pub fn database_key(&self) -> Zeroizing<[u8; 32]> {
        self.database.clone()
    }

    /// The key under which node-local files (uploads in progress) are sealed.
    pub fn file_key(&self, file_id: &[u8; 16]) -> Zeroizing<[u8; 32]> {
        let purpose = format!("file/{}", hex::encode(file_id));
        derive(Suite::Aes, &self.files, &purpose)
    }

    fn masters(&self) -> Vec<(u32, KeyBytes)> {
        self.masters
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The numbers of the keys that wrap organisations' keys, oldest first; more than one while they are replaced.
    pub fn master_numbers(&self) -> Vec<u32> {
        self.masters().iter().map(|(number, _)| *number).collect()
    }

    /// Takes over what another node made of this keyring: its keys for wrapping, and what it erased. What was erased here stays
    /// erased. False when the other is older than this one, as one from a backup is: then nothing comes back.
    ///
    /// # Errors
    /// [`CryptoError::DoesNotOpen`] when it is the keyring of another installation.
    pub fn follow(&self, other: &Self) -> Result<bool, CryptoError> {
        if self.database != other.database || self.files != other.files {
            return Err(CryptoError::DoesNotOpen);
        }
        let mut theirs = other.masters();
        let mut masters = self.masters.write().unwrap_or_else(PoisonError::into_inner);
        let newest = |masters: &[(u32, KeyBytes)]| masters.last().map(|(number, _)| *number);
        let order = newest(&theirs).cmp(&newest(&masters));
        match order {
            Ordering::Greater => *masters = theirs,
            // Of the same keys, either may have dropped some already.
            Ordering::Equal => {
                theirs.retain(|key| masters.contains(key));
                *masters = theirs;
            }
            Ordering::Less => {}
        }
        let found = other.erasure.read().unwrap_or_else(PoisonError::into_inner);
        let mut tree = self.erasure.write().unwrap_or_else(PoisonError::into_inner);
        tree.meet(&found);
        Ok(order != Ordering::Less && *tree == *found)
    }

    /// Adds a key for wrapping; keys wrapped from now on are under it.
    pub fn add_master(&self, key: &[u8; 32]) {
        let mut masters = self.masters.write().unwrap_or_else(PoisonError::into_inner);
        let next = masters.last().map_or(1, |(number, _)| number + 1);
        masters.push((next, Zeroizing::new(*key)));
    }

    /// A keyring with the same secrets.
    ///
    /// # Errors
    /// Never, unless this one is malformed.
    pub fn copy(&self) -> Result<Self, CryptoError> {
        Self::decode(&self.encode())
    }

    /// Destroys all keys for wrapping but the newest. Call once nothing is wrapped under them.
    pub fn drop_old_masters(&self) {
        let mut masters = self.masters.write().unwrap_or_else(PoisonError::into_inner);
        let last = masters.len().saturating_sub(1);
        masters.drain(..last);
    }

    /// Makes a version of a tenant key and wraps it for storage.
    pub fn new_tenant_key(&self, org: OrgId, about: KeyVersion, random: &dyn Random) -> WrappedKey {
        self.wrap(org, about.number, about.suite, &generate(random), random)
    }

    fn wrap(
        &self,
        org: OrgId,
        version: u32,
        suite: Suite,
        key: &KeyBytes,
        random: &dyn Random,
    ) -> WrappedKey {
        let masters = self.masters();
        let (number, master) = masters
            .last()
            .unwrap_or_else(|| unreachable!("a keyring has a master key"));
        let aead = AeadKey::new(suite, master);
        WrappedKey(aead.seal(*number, &context(org, version), &**key, random))
    }

    fn unwrap(&self, org: OrgId, stored: &StoredKey) -> Result<KeyBytes, CryptoError> {
        let (_, number) = stored.wrapped.under()?;
        let masters = self.masters();
        let (_, master) = masters
            .iter()
            .find(|(n, _)| *n == number)
            .ok_or(CryptoError::DoesNotOpen)?;
        let aead = AeadKey::new(stored.suite, master);
        unwrap(
            &aead,
            &context(org, stored.version),
            stored.wrapped.as_bytes(),
        )
    }

    /// Wraps a stored version anew under the newest key; none if it is under that one in its own suite already.
    ///
    /// # Errors
    /// See [`Self::open_tenant_key`].
    pub fn rewrap(
        &self,
        org: OrgId,
        stored: &StoredKey,
        random: &dyn Random,
    ) -> Result<Option<WrappedKey>, CryptoError> {
        let newest = self.masters().last().map(|(number, _)| *number);
        if Some(stored.wrapped.under()?.1) == newest {
            return Ok(None);
        }
        let key = self.unwrap(org, stored)?;
        Ok(Some(self.wrap(
            org,
            stored.version,
            stored.suite,
            &key,
            random,
        )))
    }

    /// Opens the stored versions of a tenant key.
    ///
    /// # Errors
    /// [`CryptoError::DoesNotOpen`] when the keyring, the organisation or a version is not the one it was wrapped for,
    /// [`CryptoError::Malformed`] unless exactly one version is current.
    pub fn open_tenant_key(
        &self,
        org: OrgId,
        versions: &[StoredKey],
    ) -> Result<TenantKey, CryptoError> {
        let mut open = Vec::with_capacity(versions.len());
        for stored in versions {
            let about = KeyVersion {
                number: stored.version,
                suite: stored.suite,
                state: stored.state,
            };
            open.push(Version::new(about, self.unwrap(org, stored)?));
        }
        Ok(TenantKey::new(org, Ring::new(open)?, &self.erasure))
    }

    /// Makes the first version of a tenant key and opens it.
    pub fn first_tenant_key(
        &self,
        org: OrgId,
        suite: Suite,
        random: &dyn Random,
    ) -> Result<(TenantKey, StoredKey), CryptoError> {
        let about = KeyVersion {
            number: 1,
            suite,
            state: KeyState::Current,
        };
        let stored = StoredKey {
            version: about.number,
            suite,
            state: about.state,
            wrapped: self.new_tenant_key(org, about, random),
        };
        let key = self.open_tenant_key(org, std::slice::from_ref(&stored))?;
        Ok((key, stored))
    }

    /// Destroys what the keys of a record hang on: neither this keyring nor a copy of it made from now on opens them. Keep
    /// the keyring where it is kept before relying on it. Whether there was something to destroy.
    pub fn erase(&self, org: OrgId, record: &[u8; 16]) -> bool {
        self.erasure
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .erase(org, record)
    }

    /// Whether a record was erased.
    pub fn is_erased(&self, org: OrgId, record: &[u8; 16]) -> bool {
        self.erasure
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .leaf(org, record)
            .is_none()
    }

    /// `format ‖ database(32) ‖ files(32) ‖ count(2) ‖ { number(4) ‖ key(32) } ‖ tree`.
    pub(super) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let masters = self.masters();
        let tree = self.erasure.read().unwrap_or_else(PoisonError::into_inner);
        let mut out = Zeroizing::new(Vec::with_capacity(
            67 + masters.len() * 36 + tree.encoded_length(),
        ));
        out.push(FORMAT);
        out.extend_from_slice(&*self.database);
        out.extend_from_slice(&*self.files);
        out.extend_from_slice(&(masters.len() as u16).to_be_bytes());
        for (number, key) in &masters {
            out.extend_from_slice(&number.to_be_bytes());
            out.extend_from_slice(&**key);
        }
        tree.encode(&mut out);
        out
    }

    pub(super) fn decode(mut bytes: &[u8]) -> Result<Self, CryptoError> {
        let mut take = |n: usize| {
            let (head, rest) = bytes.split_at_checked(n).ok_or(CryptoError::Malformed)?;
            bytes = rest;
            Ok::<_, CryptoError>(head)
        };
        let key = |bytes: &[u8]| -> Result<KeyBytes, CryptoError> {
            let bytes = bytes.try_into().map_err(|_| CryptoError::Malformed)?;
            Ok(Zeroizing::new(bytes))
        };
        if take(1)? != [FORMAT] {
            return Err(CryptoError::Malformed);
        }
        let database = key(take(32)?)?;
        let files = key(take(32)?)?;
        let count = take(2)?;
        let count = u16::from_be_bytes([count[0], count[1]]);
        let mut masters = Vec::new();
        for _ in 0..count {
            let number = take(4)?.try_into().map_err(|_| CryptoError::Malformed)?;
            masters.push((u32::from_be_bytes(number), key(take(32)?)?));
        }
        if masters.is_empty() {
            return Err(CryptoError::Malformed);
        }
        Ok(Self {
            masters: RwLock::new(masters),
            database,
            files,
            erasure: Arc::new(RwLock::new(ErasureTree::decode(bytes)?)),
        })
    }
}

fn context(org: OrgId, version: u32) -> Vec<u8> {
    [
        b"tenant-key".as_slice(),
        org.as_bytes(),
        &version.to_be_bytes(),
    ]
    .concat()
}
