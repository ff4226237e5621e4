//! Shares of the root key: any `threshold` of them give it, fewer say nothing about it.
//!
//! Shamir, How to Share a Secret (1979), byte by byte over the field of AES (FIPS 197, section 4.2). Multiplication takes
//! the same time whatever it multiplies. A share's text carries what belongs together and a checksum, because shares are
//! written down and typed in.

use super::{constant_time_eq, sha256};
use custos_values::Random;
use zeroize::Zeroizing;

const PREFIX: &str = "custos-share";
/// Bytes of the checksum in a share's text.
const CHECK: usize = 4;

/// One share of a root key. No Debug, no Display; wiped when dropped.
#[derive(Clone)]
pub struct Share {
    set: [u8; 4],
    threshold: u8,
    /// Where the polynomials were taken, 1 to 255.
    at: u8,
    bytes: Zeroizing<[u8; 32]>,
}

impl Share {
    /// What all shares of one key have in common.
    pub fn set(&self) -> String {
        hex::encode(self.set)
    }

    /// How many shares are needed.
    pub fn threshold(&self) -> u8 {
        self.threshold
    }

    /// Its number, from 1.
    pub fn number(&self) -> u8 {
        self.at
    }

    /// The text to hand out: `custos-share-<set>-<threshold>-<number>-<64 digits>-<checksum>`.
    pub fn expose(&self) -> Zeroizing<String> {
        let text = Zeroizing::new(format!(
            "{PREFIX}-{}-{}-{}-{}",
            hex::encode(self.set),
            self.threshold,
            self.at,
            hex::encode(*self.bytes),
        ));
        Zeroizing::new(format!("{}-{}", *text, checksum(&text)))
    }

    /// Reads a share's text, whatever its case and the white space in it; none if a character is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let mut plain = Zeroizing::new(String::with_capacity(text.len()));
        plain.extend(
            text.chars()
                .filter(|c| !c.is_whitespace())
                .map(|c| c.to_ascii_lowercase()),
        );
        let (content, check) = plain.rsplit_once('-')?;
        if !constant_time_eq(checksum(content).as_bytes(), check.as_bytes()) {
            return None;
        }
        let mut parts = content.strip_prefix(PREFIX)?.strip_prefix('-')?.split('-');
        let share = Self {
            set: hex::decode(parts.next()?).ok()?.try_into().ok()?,
            threshold: parts.next()?.parse().ok().filter(|n| *n >= 2)?,
            at: parts.next()?.parse().ok().filter(|n| *n >= 1)?,
            bytes: Zeroizing::new(hex::decode(parts.next()?).ok()?.try_into().ok()?),
        };
        parts.next().is_none().then_some(share)
    }
}

fn checksum(text: &str) -> String {
    hex::encode(&sha256(text.as_bytes())[..CHECK])
}

/// Splits a secret; none unless 2 ≤ threshold ≤ total.
pub(super) fn split(
    secret: &[u8; 32],
    threshold: u8,
    total: u8,
    random: &dyn Random,
) -> Option<Vec<Share>> {
    if threshold < 2 || total < threshold {
        return None;
    }
    let mut set = [0; 4];
    random.fill(&mut set);
    // One polynomial per byte: the secret at zero, everything above it random.
    let mut above = Zeroizing::new(vec![[0; 32]; usize::from(threshold) - 1]);
    for coefficients in above.iter_mut() {
        random.fill(coefficients);
    }
    let share = |at: u8| {
        let mut bytes = Zeroizing::new([0; 32]);
        for coefficients in above.iter().rev() {
            for (byte, coefficient) in bytes.iter_mut().zip(coefficients) {
                *byte = multiply(*byte ^ coefficient, at);
            }
        }
        for (byte, secret) in bytes.iter_mut().zip(secret) {
            *byte ^= secret;
        }
        Share {
            set,
            threshold,
            at,
            bytes,
        }
    };
    Some((1..=total).map(share).collect())
}

/// The secret of shares; none if there are fewer than needed, one twice, or of different keys.
pub(super) fn join(shares: &[Share]) -> Option<Zeroizing<[u8; 32]>> {
    let first = shares.first()?;
    let alike = |s: &Share| s.set == first.set && s.threshold == first.threshold;
    let twice = |at: usize| shares[..at].iter().any(|s| s.at == shares[at].at);
    if shares.len() < usize::from(first.threshold)
        || !shares.iter().all(alike)
        || (0..shares.len()).any(twice)
    {
        return None;
    }
    let used = &shares[..usize::from(first.threshold)];
    let mut secret = Zeroizing::new([0; 32]);
    for share in used {
        // Lagrange's polynomial of this share, at zero.
        let weight = used
            .iter()
            .filter(|other| other.at != share.at)
            .fold(1, |product, other| {
                multiply(product, multiply(other.at, inverse(other.at ^ share.at)))
            });
        for (byte, part) in secret.iter_mut().zip(share.bytes.iter()) {
            *byte ^= multiply(*part, weight);
        }
    }
    Some(secret)
}

/// Multiplication modulo x⁸ + x⁴ + x³ + x + 1, without branches.
fn multiply(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    for _ in 0..8 {
        product ^= a & (b & 1).wrapping_neg();
        a = (a << 1) ^ (0x1B & (a >> 7).wrapping_neg());
        b >>= 1;
    }
    product
}

/// The inverse: a²⁵⁴. Zero has none and gives zero.
fn inverse(a: u8) -> u8 {
    (0..7)
        .fold((1, a), |(product, power), _| {
            let power = multiply(power, power);
            (multiply(product, power), power)
        })
        .0
}

#[cfg(test)]
mod tests;
