//! The key hierarchy and the root key's file.

use super::aead::{self, AeadKey, CryptoError};
use super::blind::BlindIndex;
use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::hkdf;
use custos_values::{CustomerId, OrgId, Random};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A key encrypted under the key above it; safe to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey(Vec<u8>);

impl WrappedKey {
    /// Takes stored bytes back.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[derive(Zeroize, ZeroizeOnDrop)]
struct KeyBytes([u8; 32]);

impl KeyBytes {
    fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(bytes)
    }

    fn derive(&self, purpose: &str) -> Self {
        struct Length;
        impl hkdf::KeyType for Length {
            fn len(&self) -> usize {
                32
            }
        }
        let mut out = [0; 32];
        let prk = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, &self.0);
        prk.expand(&[b"custos/", purpose.as_bytes()], Length)
            .and_then(|okm| okm.fill(&mut out))
            .unwrap_or_else(|_| unreachable!("32 bytes are within the limit of RFC 5869"));
        Self(out)
    }
}

/// The installation's topmost key. Lives outside the database: in a key file, in clear or under a passphrase.
pub struct RootKey(KeyBytes);

impl RootKey {
    /// A new random root key.
    pub fn generate(random: &dyn Random) -> Self {
        Self(KeyBytes::generate(random))
    }

    /// The key of the embedded database file (SQLCipher raw key).
    pub fn database_key(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.derive("database").0)
    }

    /// The key under which node-local files (uploads in progress) are sealed.
    pub fn file_key(&self, file_id: &[u8; 16]) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.derive(&format!("file/{}", hex::encode(file_id))).0)
    }

    /// Makes a tenant key and wraps it for storage.
    pub fn new_tenant_key(
        &self,
        org: OrgId,
        version: u32,
        random: &dyn Random,
    ) -> (TenantKey, WrappedKey) {
        let key = KeyBytes::generate(random);
        let wrapped =
            AeadKey::new(&self.0.0).seal(1, &tenant_context(org, version), &key.0, random);
        (
            TenantKey {
                org,
                version,
                aead: AeadKey::new(&key.0),
                bytes: key,
            },
            WrappedKey(wrapped),
        )
    }

    /// Unwraps a stored tenant key.
    ///
    /// # Errors
    /// [`CryptoError::DoesNotOpen`] when the root key, the organisation or the version is not the one it was wrapped for.
    pub fn open_tenant_key(
        &self,
        org: OrgId,
        version: u32,
        wrapped: &WrappedKey,
    ) -> Result<TenantKey, CryptoError> {
        let bytes = unwrap(
            &AeadKey::new(&self.0.0),
            &tenant_context(org, version),
            wrapped,
        )?;
        Ok(TenantKey {
            org,
            version,
            aead: AeadKey::new(&bytes.0),
            bytes,
        })
    }
}

/// The purpose under which reasons are sealed.
const REASON: &str = "audit.reason";

/// One organisation's key: wraps its record keys and derives its blind-index, audit and cursor keys.
pub struct TenantKey {
    org: OrgId,
    version: u32,
    aead: AeadKey,
    bytes: KeyBytes,
}

impl TenantKey {
    /// The organisation this key belongs to.
    pub fn org(&self) -> OrgId {
        self.org
    }

    /// Makes the data key of a new customer and wraps it for storage in the customer's row.
    pub fn new_record_key(
        &self,
        customer: CustomerId,
        random: &dyn Random,
    ) -> (RecordKey, WrappedKey) {
        let key = KeyBytes::generate(random);
        let wrapped = self.aead.seal(
            self.version,
            &record_context(self.org, customer),
            &key.0,
            random,
        );
        (
            RecordKey::new(self.org, customer, &key),
            WrappedKey(wrapped),
        )
    }

    /// Unwraps the data key of a customer.
    ///
    /// # Errors
    /// [`CryptoError::DoesNotOpen`] when it was wrapped for another customer, organisation or tenant key.
    pub fn open_record_key(
        &self,
        customer: CustomerId,
        wrapped: &WrappedKey,
    ) -> Result<RecordKey, CryptoError> {
        if aead::key_version(&wrapped.0)? != self.version {
            return Err(CryptoError::DoesNotOpen);
        }
        let key = unwrap(&self.aead, &record_context(self.org, customer), wrapped)?;
        Ok(RecordKey::new(self.org, customer, &key))
    }

    /// The blind index of one field, such as `customer.phone`.
    pub fn blind_index(&self, field: &str) -> BlindIndex {
        BlindIndex::new(&self.bytes.derive(&format!("blind/{field}")).0)
    }

    /// Seed of the organisation's Ed25519 key for log checkpoints.
    pub fn checkpoint_seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.bytes.derive("checkpoint").0)
    }

    /// Key for authenticating cursors and other values handed out and taken back.
    pub fn hand_out_key(&self) -> BlindIndex {
        BlindIndex::new(&self.bytes.derive("hand-out").0)
    }

    /// Seals a small secret of the organisation itself, such as a TOTP secret, bound to `purpose` and row.
    pub fn seal_secret(
        &self,
        purpose: &str,
        row: &[u8; 16],
        plain: &[u8],
        random: &dyn Random,
    ) -> Vec<u8> {
        self.aead.seal(
            self.version,
            &secret_context(self.org, purpose, row),
            plain,
            random,
        )
    }

    /// Seals what a person gave as reason, for the audit entry about a record (or about many).
    pub fn seal_reason(
        &self,
        record: Option<&[u8; 16]>,
        reason: &str,
        random: &dyn Random,
    ) -> Vec<u8> {
        self.seal_secret(
            REASON,
            record.unwrap_or(&[0; 16]),
            reason.as_bytes(),
            random,
        )
    }

    /// Opens a sealed reason of an audit entry.
    ///
    /// # Errors
    /// [`CryptoError`] when it belongs to another record or organisation, or was altered.
    pub fn open_reason(
        &self,
        record: Option<&[u8; 16]>,
        sealed: &[u8],
    ) -> Result<String, CryptoError> {
        let bytes = self.open_secret(REASON, record.unwrap_or(&[0; 16]), sealed)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| CryptoError::Malformed)
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
        self.aead
            .open(&secret_context(self.org, purpose, row), sealed)
            .map(Zeroizing::new)
    }
}

/// The data key of one customer: seals the customer's own fields and those of contacts and activities below it.
pub struct RecordKey {
    pub(super) org: OrgId,
    pub(super) customer: CustomerId,
    pub(super) aead: AeadKey,
}

impl RecordKey {
    fn new(org: OrgId, customer: CustomerId, key: &KeyBytes) -> Self {
        Self {
            org,
            customer,
            aead: AeadKey::new(&key.0),
        }
    }

    /// The customer this key belongs to.
    pub fn customer(&self) -> CustomerId {
        self.customer
    }
}

fn unwrap(key: &AeadKey, context: &[u8], wrapped: &WrappedKey) -> Result<KeyBytes, CryptoError> {
    let plain = Zeroizing::new(key.open(context, &wrapped.0)?);
    let bytes: [u8; 32] = plain
        .as_slice()
        .try_into()
        .map_err(|_| CryptoError::Malformed)?;
    Ok(KeyBytes(bytes))
}

fn tenant_context(org: OrgId, version: u32) -> Vec<u8> {
    [
        b"tenant-key".as_slice(),
        org.as_bytes(),
        &version.to_be_bytes(),
    ]
    .concat()
}

fn record_context(org: OrgId, customer: CustomerId) -> Vec<u8> {
    [
        b"record-key".as_slice(),
        org.as_bytes(),
        customer.as_bytes(),
    ]
    .concat()
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

/// Why a root key file cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum KeyFileError {
    /// The text is not a key file of a known format.
    #[error("the key file is not in a known format")]
    Format,
    /// The file is protected by a passphrase and none was given.
    #[error("the key file needs a passphrase")]
    PassphraseNeeded,
    /// The passphrase is wrong, or the file was altered.
    #[error("wrong passphrase, or the key file was altered")]
    WrongPassphrase,
}

/// The text form of the root key's file.
#[derive(Serialize, Deserialize)]
#[serde(tag = "protection", rename_all = "snake_case", deny_unknown_fields)]
pub enum KeyFile {
    /// The key in clear; the file's mode is its protection.
    File {
        /// Hexadecimal key, 64 digits.
        key: String,
    },
    /// The key under a passphrase: Argon2id (RFC 9106), then AES-256-GCM.
    Passphrase {
        /// Hexadecimal salt, 32 digits.
        salt: String,
        /// Argon2id memory in KiB.
        memory_kib: u32,
        /// Argon2id passes.
        passes: u32,
        /// Hexadecimal wrapped key.
        wrapped: String,
    },
}

const PASSPHRASE_CONTEXT: &[u8] = b"root-key";
const PASSPHRASE_MEMORY_KIB: u32 = 64 * 1024;
const PASSPHRASE_PASSES: u32 = 3;

impl KeyFile {
    /// Puts a root key into its file form, under a passphrase if one is given.
    pub fn protect(root: &RootKey, passphrase: Option<&str>, random: &dyn Random) -> Self {
        let Some(passphrase) = passphrase else {
            return Self::File {
                key: hex::encode(root.0.0),
            };
        };
        let mut salt = [0; 16];
        random.fill(&mut salt);
        let key = passphrase_key(passphrase, &salt, PASSPHRASE_MEMORY_KIB, PASSPHRASE_PASSES)
            .unwrap_or_else(|| unreachable!("the constants are valid Argon2 parameters"));
        let wrapped = AeadKey::new(&key.0).seal(1, PASSPHRASE_CONTEXT, &root.0.0, random);
        Self::Passphrase {
            salt: hex::encode(salt),
            memory_kib: PASSPHRASE_MEMORY_KIB,
            passes: PASSPHRASE_PASSES,
            wrapped: hex::encode(wrapped),
        }
    }

    /// Whether a passphrase is needed to open it.
    pub fn needs_passphrase(&self) -> bool {
        matches!(self, Self::Passphrase { .. })
    }

    /// The root key inside.
    ///
    /// # Errors
    /// See [`KeyFileError`].
    pub fn open(&self, passphrase: Option<&str>) -> Result<RootKey, KeyFileError> {
        match self {
            Self::File { key } => {
                let bytes =
                    Zeroizing::new(hex::decode(key.trim()).map_err(|_| KeyFileError::Format)?);
                let bytes = bytes
                    .as_slice()
                    .try_into()
                    .map_err(|_| KeyFileError::Format)?;
                Ok(RootKey(KeyBytes(bytes)))
            }
            Self::Passphrase {
                salt,
                memory_kib,
                passes,
                wrapped,
            } => {
                let passphrase = passphrase.ok_or(KeyFileError::PassphraseNeeded)?;
                let salt = hex::decode(salt).map_err(|_| KeyFileError::Format)?;
                // A hostile file must not make us allocate without bound.
                if *memory_kib > 1024 * 1024 || *passes > 16 {
                    return Err(KeyFileError::Format);
                }
                let key = passphrase_key(passphrase, &salt, *memory_kib, *passes)
                    .ok_or(KeyFileError::Format)?;
                let wrapped = WrappedKey(hex::decode(wrapped).map_err(|_| KeyFileError::Format)?);
                unwrap(&AeadKey::new(&key.0), PASSPHRASE_CONTEXT, &wrapped)
                    .map(RootKey)
                    .map_err(|_| KeyFileError::WrongPassphrase)
            }
        }
    }
}

fn passphrase_key(passphrase: &str, salt: &[u8], memory_kib: u32, passes: u32) -> Option<KeyBytes> {
    let params = Params::new(memory_kib, passes, 1, Some(32)).ok()?;
    let mut out = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut out)
        .ok()?;
    Some(KeyBytes(out))
}
