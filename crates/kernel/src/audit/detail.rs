//! What an entry may say beyond who, what and when: codes, counts, ids, keyed hashes and lists of names.
//!
//! The log is kept for years and leaves the house as evidence, so it must hold no personal data. There is no
//! way to store free text: a code must begin with a letter, is short, and holds no long run of digits, which
//! keeps names, telephone and identity numbers and e-mail addresses out even by mistake. What a person wrote as a
//! reason is there sealed, for the holder of the organisation's key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::entry::{EntryError, Id, format_id, parse_id};
use super::hash::Hash;

const MAX_CODE_LENGTH: usize = 64;
const MAX_DIGIT_RUN: usize = 6;
const MAX_NAMES: usize = 256;
const KEYED_HASH_PREFIX: &str = "hmac:";
const SEALED_PREFIX: &str = "sealed:";
const DIGEST_PREFIX: &str = "sha256:";
/// A suite, a nonce and a tag at the least; a reason of 200 characters at the most.
const SEALED_LENGTHS: std::ops::RangeInclusive<usize> = 30..=1024;
const KEYED_HASH_LENGTHS: std::ops::RangeInclusive<usize> = 8..=64;

/// One value in an entry's detail. Values are checked when the entry is encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail(Value);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Code(String),
    Count(u64),
    Id(Id),
    KeyedHash(Vec<u8>),
    Sealed(Vec<u8>),
    Digest(Hash),
    Names(Vec<String>),
}

/// The JSON form. A UUID-shaped text is an id, `hmac:<hex>` is a keyed hash, `sealed:<base64>` a sealed
/// text, `sha256:<hex>` the digest of a document, any other text is a code.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum WireDetail {
    Count(u64),
    Text(String),
    Names(Vec<String>),
}

impl Detail {
    /// A machine word such as `xlsx` or `customer.export`: a lower-case letter, then lower-case letters,
    /// digits, `_`, `.` and `-`; at most 64 characters and never more than six digits in a row.
    pub fn code(code: impl Into<String>) -> Self {
        Self(Value::Code(code.into()))
    }

    /// A number of things, a duration or a size; the key says which, and in what unit. At most 2^53.
    pub fn count(count: u64) -> Self {
        Self(Value::Count(count))
    }

    /// The id of something.
    pub fn id(id: Id) -> Self {
        Self(Value::Id(id))
    }

    /// A hash made with a secret key (8 to 64 bytes), by which the holder of the key can tell whether two
    /// values are the same. A hash without a key does not qualify: telephone numbers can be guessed.
    pub fn keyed_hash(hash: impl Into<Vec<u8>>) -> Self {
        Self(Value::KeyedHash(hash.into()))
    }

    /// A text sealed under the organisation's key (30 to 1,024 bytes of ciphertext), such as a reason.
    pub fn sealed(ciphertext: impl Into<Vec<u8>>) -> Self {
        Self(Value::Sealed(ciphertext.into()))
    }

    /// The ciphertext, if this is a sealed text.
    pub fn as_sealed(&self) -> Option<&[u8]> {
        match &self.0 {
            Value::Sealed(ciphertext) => Some(ciphertext),
            _ => None,
        }
    }

    /// The SHA-256 of a document that whoever reads the log may read too, such as a policy or an archive. Not for what
    /// could be guessed: see [`Detail::keyed_hash`].
    pub fn digest(hash: Hash) -> Self {
        Self(Value::Digest(hash))
    }

    /// The digest, if this is one.
    pub fn as_digest(&self) -> Option<&Hash> {
        match &self.0 {
            Value::Digest(hash) => Some(hash),
            _ => None,
        }
    }

    /// The number, if this is one.
    pub fn as_count(&self) -> Option<u64> {
        match &self.0 {
            Value::Count(count) => Some(*count),
            _ => None,
        }
    }

    /// The codes, if it is a list of them.
    pub fn as_names(&self) -> &[String] {
        match &self.0 {
            Value::Names(names) => names,
            _ => &[],
        }
    }

    /// A list of codes, such as the names of changed fields: at most 256, each as [`Detail::code`].
    pub fn names<I: IntoIterator<Item = S>, S: Into<String>>(names: I) -> Self {
        Self(Value::Names(names.into_iter().map(Into::into).collect()))
    }

    pub(super) fn to_wire(&self, key: &str) -> Result<WireDetail, EntryError> {
        let invalid = || EntryError::InvalidDetail {
            key: key.to_owned(),
        };
        if !is_code(key) {
            return Err(invalid());
        }
        Ok(match &self.0 {
            Value::Code(code) if is_code(code) => WireDetail::Text(code.clone()),
            // Larger integers change their value in JavaScript.
            Value::Count(count) if *count <= 1 << 53 => WireDetail::Count(*count),
            Value::Id(id) => WireDetail::Text(format_id(id)),
            Value::KeyedHash(hash) if KEYED_HASH_LENGTHS.contains(&hash.len()) => {
                WireDetail::Text(format!("{KEYED_HASH_PREFIX}{}", hex::encode(hash)))
            }
            Value::Sealed(ciphertext) if SEALED_LENGTHS.contains(&ciphertext.len()) => {
                WireDetail::Text(sealed_text(ciphertext))
            }
            Value::Digest(hash) => WireDetail::Text(digest_text(hash)),
            Value::Names(names)
                if names.len() <= MAX_NAMES && names.iter().all(|name| is_code(name)) =>
            {
                WireDetail::Names(names.clone())
            }
            _ => return Err(invalid()),
        })
    }

    pub(super) fn from_wire(wire: WireDetail) -> Result<Self, EntryError> {
        Ok(Self(match wire {
            WireDetail::Count(count) => Value::Count(count),
            WireDetail::Names(names) => Value::Names(names),
            WireDetail::Text(text) => {
                if let Some(digits) = text.strip_prefix(KEYED_HASH_PREFIX) {
                    Value::KeyedHash(hex::decode(digits).map_err(|_| EntryError::Malformed)?)
                } else if let Some(encoded) = text.strip_prefix(SEALED_PREFIX) {
                    Value::Sealed(BASE64.decode(encoded).map_err(|_| EntryError::Malformed)?)
                } else if let Some(digits) = text.strip_prefix(DIGEST_PREFIX) {
                    let hash = hex::decode(digits).map_err(|_| EntryError::Malformed)?;
                    Value::Digest(hash.try_into().map_err(|_| EntryError::Malformed)?)
                } else {
                    parse_id(&text).map_or(Value::Code(text), Value::Id)
                }
            }
        }))
    }
}

impl Serialize for Detail {
    /// As in the entry's JSON: a number, a text or a list of texts.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Code(code) => serializer.serialize_str(code),
            Value::Count(count) => serializer.serialize_u64(*count),
            Value::Id(id) => serializer.serialize_str(&format_id(id)),
            Value::KeyedHash(hash) => {
                serializer.serialize_str(&format!("{KEYED_HASH_PREFIX}{}", hex::encode(hash)))
            }
            Value::Sealed(ciphertext) => serializer.serialize_str(&sealed_text(ciphertext)),
            Value::Digest(hash) => serializer.serialize_str(&digest_text(hash)),
            Value::Names(names) => names.serialize(serializer),
        }
    }
}

fn sealed_text(ciphertext: &[u8]) -> String {
    format!("{SEALED_PREFIX}{}", BASE64.encode(ciphertext))
}

fn digest_text(hash: &Hash) -> String {
    format!("{DIGEST_PREFIX}{}", hex::encode(hash))
}

/// Whether `text` may stand as a code. A UUID is not one, so that ids and codes cannot be confused.
pub(super) fn is_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    let allowed =
        |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.' | b'-');
    bytes.len() <= MAX_CODE_LENGTH
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.iter().all(allowed)
        && bytes
            .split(|b| !b.is_ascii_digit())
            .all(|run| run.len() <= MAX_DIGIT_RUN)
        && parse_id(text).is_none()
}
