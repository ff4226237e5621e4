//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, one step of tolerance.

use custos_values::{Random, Timestamp};
use totp_rs::{Algorithm, Builder};
use zeroize::Zeroizing;

/// The number of a 30-second step since the epoch. A step that was accepted once must never be accepted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TotpStep(pub i64);

/// A 160-bit shared secret.
pub struct TotpSecret(Zeroizing<[u8; 20]>);

impl TotpSecret {
    /// A new random secret.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0; 20]);
        random.fill(&mut *bytes);
        Self(bytes)
    }

    /// Takes opened bytes back; `None` unless there are 20.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// The raw secret, to be sealed before it is stored.
    pub fn as_bytes(&self) -> &[u8] {
        &*self.0
    }

    /// Base32 (RFC 4648, no padding), as typed into an authenticator by hand.
    pub fn to_base32(&self) -> String {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        self.0
            .chunks(5)
            .flat_map(|chunk| {
                let mut block = [0_u8; 8];
                block[3..3 + chunk.len()].copy_from_slice(chunk);
                let bits = u64::from_be_bytes(block);
                let symbols = (chunk.len() * 8).div_ceil(5);
                (0..symbols)
                    .map(move |i| char::from(ALPHABET[(bits >> (35 - 5 * i)) as usize & 31]))
            })
            .collect()
    }

    /// Checks a code at `now` and returns the step it belongs to, if it is newer than `last_used`.
    pub fn check(
        &self,
        code: &str,
        now: Timestamp,
        last_used: Option<TotpStep>,
    ) -> Option<TotpStep> {
        if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(1)
            .with_step_duration(30)
            .with_secret(*self.0)
            .build()
            .ok()?;
        let seconds = u64::try_from(now.millis() / 1000).ok()?;
        let step = TotpStep(i64::try_from(totp.check(code, seconds)?).ok()?);
        (last_used.is_none_or(|last| step > last)).then_some(step)
    }
}
