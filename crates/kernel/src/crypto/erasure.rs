//! What makes a record erasable for good: a secret per record that can be destroyed one by one, without being stored one
//! by one.
//!
//! A puncturable pseudo-random function after Goldreich, Goldwasser and Micali (How to Construct Random Functions, 1986): a
//! tree of secrets in which each node gives its children by a hash. While nothing was erased the root is all there is. To
//! erase a leaf, every node above it is replaced by the siblings along its path: these still give every other leaf, and
//! nothing gives this one any more. So the state grows with the number of erasures, not of records.

use super::{CryptoError, KeyBytes, sha256};
use custos_values::{OrgId, Random};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Levels below the root; each takes four bits of a record's place.
const LEVELS: u8 = 16;
const CHILDREN: u8 = 16;
/// Bytes of a stored node: level, place, secret.
const NODE: usize = 1 + 8 + 32;

/// The secrets from which those of all records that were not erased can be computed.
#[derive(PartialEq)]
pub struct ErasureTree(BTreeMap<(u8, u64), KeyBytes>);

impl ErasureTree {
    pub(super) fn generate(random: &dyn Random) -> Self {
        let mut root = Zeroizing::new([0; 32]);
        random.fill(&mut *root);
        Self(BTreeMap::from([((0, 0), root)]))
    }

    /// A record's place: 64 bits, so that of a million records no two share one with a probability of 1 − 3·10⁻⁸.
    fn place(org: OrgId, record: &[u8; 16]) -> u64 {
        let hash = sha256(&[b"custos/place".as_slice(), org.as_bytes(), record].concat());
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        u64::from_be_bytes(first)
    }

    /// The secret of a record; none once it was erased.
    pub(super) fn leaf(&self, org: OrgId, record: &[u8; 16]) -> Option<KeyBytes> {
        let place = Self::place(org, record);
        let (level, mut node) = self.ancestor(place)?;
        for level in level..LEVELS {
            node = child(&node, digit(place, level));
        }
        Some(node)
    }

    fn ancestor(&self, place: u64) -> Option<(u8, KeyBytes)> {
        (0..=LEVELS).find_map(|level| {
            let node = self.0.get(&(level, prefix(place, level)))?;
            Some((level, node.clone()))
        })
    }

    /// Destroys the secret of a record. Whether it was there.
    pub(super) fn erase(&mut self, org: OrgId, record: &[u8; 16]) -> bool {
        let place = Self::place(org, record);
        let Some((from, mut node)) = self.ancestor(place) else {
            return false;
        };
        self.0.remove(&(from, prefix(place, from)));
        for level in from..LEVELS {
            let taken = digit(place, level);
            let above = prefix(place, level);
            for other in (0..CHILDREN).filter(|other| *other != taken) {
                let at = (level + 1, (above << 4) | u64::from(other));
                self.0.insert(at, child(&node, other));
            }
            node = child(&node, taken);
        }
        true
    }

    /// Gives up what another state of the same tree has given up: afterwards this one gives the leaves that both gave.
    pub(super) fn meet(&mut self, other: &Self) {
        let mut met = BTreeMap::new();
        for (mine, theirs) in [(&*self, other), (other, &*self)] {
            let shared = mine.0.iter().filter(|((level, place), _)| {
                (0..=*level).any(|above| {
                    let up = place.checked_shr(4 * u32::from(level - above));
                    theirs.0.contains_key(&(above, up.unwrap_or_default()))
                })
            });
            met.extend(shared.map(|(at, secret)| (*at, secret.clone())));
        }
        self.0 = met;
    }

    pub(super) fn encoded_length(&self) -> usize {
        self.0.len() * NODE
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        for ((level, place), secret) in &self.0 {
            out.push(*level);
            out.extend_from_slice(&place.to_be_bytes());
            out.extend_from_slice(&**secret);
        }
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, CryptoError> {
        let (nodes, rest) = bytes.as_chunks::<NODE>();
        if !rest.is_empty() {
            return Err(CryptoError::Malformed);
        }
        let mut tree = BTreeMap::new();
        for node in nodes {
            let (place, secret) = node[1..].split_at(8);
            let place = place.try_into().map_err(|_| CryptoError::Malformed)?;
            let secret = secret.try_into().map_err(|_| CryptoError::Malformed)?;
            tree.insert((node[0], u64::from_be_bytes(place)), Zeroizing::new(secret));
        }
        Ok(Self(tree))
    }
}

/// The first `level` digits of a place.
fn prefix(place: u64, level: u8) -> u64 {
    place
        .checked_shr(64 - 4 * u32::from(level))
        .unwrap_or_default()
}

/// The digit of a place that chooses among the children of a node of `level`.
fn digit(place: u64, level: u8) -> u8 {
    ((place >> (60 - 4 * u32::from(level))) & 0xF) as u8
}

/// One block of SHA-256 over a secret of full entropy and the number of the child.
fn child(node: &KeyBytes, number: u8) -> KeyBytes {
    let mut input = Zeroizing::new([0; 45]);
    input[..12].copy_from_slice(b"custos/child");
    input[12..44].copy_from_slice(&**node);
    input[44] = number;
    Zeroizing::new(sha256(&*input))
}

#[cfg(test)]
mod tests;
