//! Password hashing: Argon2id (RFC 9106) in PHC string form, with constant work for unknown accounts.

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{CustomizedPasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use custos_values::Random;

const MEMORY_KIB: std::ops::RangeInclusive<u32> = 8..=1_048_576;
const PASSES: std::ops::RangeInclusive<u32> = 1..=16;

/// Cost of one hash. The default follows OWASP's first recommendation for Argon2id.
#[derive(Debug, Clone, Copy)]
pub struct PasswordParams {
    /// Memory in KiB, 8 to 1,048,576.
    pub memory_kib: u32,
    /// Passes over the memory, 1 to 16.
    pub passes: u32,
}

impl Default for PasswordParams {
    fn default() -> Self {
        Self {
            memory_kib: 19_456,
            passes: 2,
        }
    }
}

/// A stored password hash: a PHC string with its own parameters and salt.
#[derive(Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a stored PHC string back. Whether it is well formed shows when it is verified.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The PHC string to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Hashes and verifies passwords; exactly one Argon2id computation per call.
pub struct PasswordHasher {
    argon2: Argon2<'static>,
    params: Params,
    decoy: PasswordHash,
}

impl PasswordHasher {
    /// A hasher with the given cost.
    ///
    /// # Errors
    /// `None` when the parameters are out of range.
    pub fn new(params: PasswordParams, random: &dyn Random) -> Option<Self> {
        if !MEMORY_KIB.contains(&params.memory_kib) || !PASSES.contains(&params.passes) {
            return None;
        }
        let params = Params::new(params.memory_kib, params.passes, 1, Some(32)).ok()?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
        let mut hasher = Self {
            argon2,
            params,
            decoy: PasswordHash(String::new()),
        };
        hasher.decoy = hasher.hash("decoy for unknown accounts", random)?;
        Some(hasher)
    }

    /// Hashes a new password with a fresh 128-bit salt. `None` only if Argon2 refuses the input (over 4 GiB).
    pub fn hash(&self, password: &str, random: &dyn Random) -> Option<PasswordHash> {
        let mut salt = [0; 16];
        random.fill(&mut salt);
        let hash: Phc = self
            .argon2
            .hash_password_customized(
                password.as_bytes(),
                &salt,
                Some("argon2id"),
                Some(0x13),
                self.params.clone(),
            )
            .ok()?;
        Some(PasswordHash(hash.to_string()))
    }

    /// Verifies a password. With `None` (no such account) a decoy is verified instead, so that the work, and with
    /// it the time, is that of an existing account; the answer is then always false.
    pub fn verify(&self, password: &str, stored: Option<&PasswordHash>) -> bool {
        let known = stored.is_some();
        let Ok(parsed) = Phc::new(&stored.unwrap_or(&self.decoy).0) else {
            return false;
        };
        let matches = self
            .argon2
            .verify_password(password.as_bytes(), &parsed)
            .is_ok();
        matches && known
    }
}
