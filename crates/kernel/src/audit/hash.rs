//! The hashes of the Merkle tree: RFC 6962, section 2.1, with SHA-256.

use aws_lc_rs::digest::{Context, SHA256, digest};

/// A SHA-256 hash in the tree.
pub type Hash = [u8; 32];

/// The hash of an entry's bytes: SHA-256(0x00 ‖ body).
pub fn leaf_hash(body: &[u8]) -> Hash {
    prefixed(0x00, &[body])
}

/// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    prefixed(0x01, &[left, right])
}

/// The root of a tree without entries: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    sha256(&[])
}

/// SHA-256, as for documents that entries name by their digest.
pub fn sha256(data: &[u8]) -> Hash {
    to_hash(digest(&SHA256, data).as_ref())
}

/// The leaf and node prefixes differ, so that no entry can pass for an inner node.
fn prefixed(prefix: u8, parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(&[prefix]);
    for part in parts {
        context.update(part);
    }
    to_hash(context.finish().as_ref())
}

fn to_hash(bytes: &[u8]) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(bytes);
    hash
}
