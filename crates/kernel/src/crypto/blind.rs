//! Blind indexes: truncated keyed hashes that answer "equal to" over sealed values.

use aws_lc_rs::hmac;

/// Computes the blind index of one field of one organisation.
///
/// HMAC-SHA-256 (RFC 2104) truncated to 63 bits: enough that false matches are rare at millions of rows
/// (matches are re-checked after opening), little enough that a hash alone does not pin a value down across
/// organisations, since every organisation and field has a key of its own. What leaks: which rows share a value.
pub struct BlindIndex(hmac::Key);

impl BlindIndex {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The index value of a canonical text. Never negative, so that both engines order it alike.
    pub fn hash(&self, canonical: &str) -> i64 {
        let tag = hmac::sign(&self.0, canonical.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&tag.as_ref()[..8]);
        i64::from_be_bytes(first) & i64::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test cases 1 and 2. HMAC fills short keys up with zeros, so they can be given as 32 bytes.
    #[test]
    fn is_the_beginning_of_the_published_tags() {
        let key = |short: &[u8]| {
            let mut key = [0; 32];
            key[..short.len()].copy_from_slice(short);
            BlindIndex::new(&key)
        };
        let positive = |tag: u64| (tag & 0x7FFF_FFFF_FFFF_FFFF) as i64;
        assert_eq!(
            key(&[0x0B; 20]).hash("Hi There"),
            positive(0xB034_4C61_D8DB_3853)
        );
        assert_eq!(
            key(b"Jefe").hash("what do ya want for nothing?"),
            positive(0x5BDC_C146_BF60_754E)
        );
    }
}
