//! The mark of a browser in which an account was signed in to before.
//!
//! `nonce.seconds.tag`: 16 random bytes, the time it was made, and a keyed hash over both and the account's login. It
//! gives no access; it only keeps others' failures from slowing its owner down.

use super::throttle::Source;
use crate::sessions::cookie::DEVICE_SECONDS;
use custos_kernel::crypto::{TenantKey, constant_time_eq};
use custos_values::{Random, Timestamp};
use std::net::IpAddr;

fn tag(key: &TenantKey, login_hash: i64, nonce: &str, made_at: i64) -> String {
    let tag = key
        .hand_out_key()
        .hash(&format!("device/{login_hash}/{nonce}/{made_at}"));
    format!("{tag:016x}")
}

/// Makes a mark.
pub(super) fn make(
    key: &TenantKey,
    login_hash: i64,
    now: Timestamp,
    random: &dyn Random,
) -> String {
    let mut nonce = [0; 16];
    random.fill(&mut nonce);
    let nonce = hex::encode(nonce);
    let made_at = now.millis() / 1000;
    let tag = tag(key, login_hash, &nonce, made_at);
    format!("{nonce}.{made_at}.{tag}")
}

/// The nonce of a mark made for this login not too long ago.
pub(super) fn verify(
    key: &TenantKey,
    login_hash: i64,
    mark: &str,
    now: Timestamp,
) -> Option<[u8; 16]> {
    let mut parts = mark.splitn(3, '.');
    let (nonce, made_at, given) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes: [u8; 16] = hex::decode(nonce).ok()?.try_into().ok()?;
    let made_at: i64 = made_at.parse().ok()?;
    let expected = tag(key, login_hash, nonce, made_at);
    let age = (now.millis() / 1000).checked_sub(made_at)?;
    (constant_time_eq(given.as_bytes(), expected.as_bytes()) && (0..DEVICE_SECONDS).contains(&age))
        .then_some(bytes)
}

/// Where an attempt at an account comes from: a browser it knows, or an address.
pub(crate) fn device_source(
    key: &TenantKey,
    login_hash: i64,
    mark: Option<&str>,
    address: Option<IpAddr>,
    now: Timestamp,
) -> Source {
    mark.and_then(|mark| verify(key, login_hash, mark, now))
        .map_or_else(|| Source::address(address), Source::Device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use custos_kernel::crypto::{Keyring, Suite};
    use custos_values::OrgId;

    struct Fixed(u8);
    impl Random for Fixed {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    fn key(n: u8) -> TenantKey {
        let org = OrgId::from_bytes([n; 16]);
        let keyring = Keyring::generate(&Fixed(1));
        let made = keyring.first_tenant_key(org, Suite::Aes, &Fixed(n));
        made.unwrap().0
    }

    #[test]
    fn holds_for_its_login_organisation_and_time_only() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let mark = make(&key(1), 42, now, &Fixed(7));
        assert_eq!(verify(&key(1), 42, &mark, now), Some([7; 16]));
        assert_eq!(verify(&key(1), 43, &mark, now), None);
        assert_eq!(verify(&key(2), 42, &mark, now), None);
        assert_eq!(verify(&key(1), 42, &mark, now.plus_millis(-1000)), None);
        let end = now.plus_millis(DEVICE_SECONDS * 1000);
        assert!(verify(&key(1), 42, &mark, end.plus_millis(-1000)).is_some());
        assert_eq!(verify(&key(1), 42, &mark, end), None);
        for at in 0..mark.len() {
            let mut forged = mark.clone().into_bytes();
            forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(verify(&key(1), 42, &forged, now), None, "{forged}");
        }
    }
}
