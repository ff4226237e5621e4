//! The root key's home and the keyring, as files and homes on this machine.

mod homes;
mod kept;
mod opening;
mod pkcs11;
mod secrets;
mod transit;

pub use homes::Outside;
pub use kept::{KeptKeys, follow};
pub use opening::{make, open, read};
pub use secrets::new_passphrase;

#[cfg(test)]
mod tests;
