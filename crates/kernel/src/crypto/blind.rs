//! Blind indexes: truncated keyed hashes that answer "equal to" over sealed values.

use super::Suite;
use super::keys::Ring;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Computes the blind index of one field of one organisation.
///
/// HMAC (RFC 2104) of the key's suite truncated to 63 bits: enough that false matches are rare at millions of rows
/// (matches are re-checked after opening), little enough that a hash alone does not pin a value down across
/// organisations, since every organisation and field has a key of its own. What leaks: which rows share a value.
///
/// While a rotation goes on, rows hold the hash of either key: what is written has [`Self::hash`], what is looked for
/// may be any of [`Self::all`].
///
/// An index that lasts is of the key's first version whatever comes after: for values that cannot be written anew.
pub struct BlindIndex {
    ring: Arc<Ring>,
    purpose: String,
    lasting: bool,
}

impl BlindIndex {
    pub(super) fn new(ring: Arc<Ring>, purpose: String) -> Self {
        Self {
            ring,
            purpose,
            lasting: false,
        }
    }

    pub(super) fn lasting(ring: Arc<Ring>, purpose: String) -> Self {
        Self {
            ring,
            purpose,
            lasting: true,
        }
    }

    /// The index value of a canonical text, to be written. Never negative, so that both engines order it alike.
    pub fn hash(&self, canonical: &str) -> i64 {
        let version = match self.lasting {
            true => self.ring.first(),
            false => self.ring.current(),
        };
        version.truncated_hash(&self.purpose, canonical.as_bytes())
    }

    /// The index values a row with this text may have now, the one to be written first.
    pub fn all(&self, canonical: &str) -> Vec<i64> {
        if self.lasting {
            return vec![self.hash(canonical)];
        }
        self.ring
            .in_use()
            .iter()
            .map(|version| version.truncated_hash(&self.purpose, canonical.as_bytes()))
            .collect()
    }
}

/// The first 63 bits of a keyed hash.
pub(super) fn truncated(suite: Suite, key: &Zeroizing<[u8; 32]>, text: &[u8]) -> i64 {
    let tag = suite.hmac(&**key, &[text]);
    let mut first = [0; 8];
    first.copy_from_slice(&tag[..8]);
    i64::from_be_bytes(first) & i64::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test cases 1 and 2. HMAC fills short keys up with zeros, so they can be given as 32 bytes.
    #[test]
    fn is_the_beginning_of_the_published_tags() {
        let hash = |short: &[u8], text: &str| {
            let mut key = Zeroizing::new([0; 32]);
            key[..short.len()].copy_from_slice(short);
            truncated(Suite::Aes, &key, text.as_bytes())
        };
        let positive = |tag: u64| (tag & 0x7FFF_FFFF_FFFF_FFFF) as i64;
        assert_eq!(
            hash(&[0x0B; 20], "Hi There"),
            positive(0xB034_4C61_D8DB_3853)
        );
        assert_eq!(
            hash(b"Jefe", "what do ya want for nothing?"),
            positive(0x5BDC_C146_BF60_754E)
        );
    }
}
