//! The root key's home and the keyring, as files and homes on this machine.

mod kept;
mod opening;

pub use kept::KeptKeys;
pub use opening::{make, new_passphrase, open, read};
