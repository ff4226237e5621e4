//! The key hierarchy: root key → keyring → tenant keys → record keys.

mod file;
mod keyring;
mod record;
mod ring;
mod root;
mod tenant;
mod wrapped;

pub use file::{Home, HomeSecret, KeyFile, KeyFileError};
pub use keyring::Keyring;
pub use record::RecordKey;
pub(super) use ring::Ring;
pub use ring::{KeyState, KeyVersion};
pub use root::RootKey;
pub use tenant::TenantKey;
pub use wrapped::{StoredKey, WrappedKey};

use super::Suite;
use custos_values::Random;
use zeroize::Zeroizing;

/// 256 bits of a key, wiped when dropped.
pub(super) type KeyBytes = Zeroizing<[u8; 32]>;

fn generate(random: &dyn Random) -> KeyBytes {
    let mut bytes = Zeroizing::new([0; 32]);
    random.fill(&mut *bytes);
    bytes
}

fn derive(suite: Suite, key: &KeyBytes, purpose: &str) -> KeyBytes {
    Zeroizing::new(suite.expand(key, &[b"custos/", purpose.as_bytes()]))
}
