//! Proofs of possession: that the sender of a request holds the key of a registered device.
//!
//! The form is that of DPoP (RFC 9449): a signed JWT of type `dpop+jwt` with `htm`, `htu`, `iat` and `jti`, sent in the
//! header `X-Device-Proof` with every request. It differs in three things, each narrower than the RFC:
//! - The key is named (`kid`, the device's id), never sent: no key of a request is ever used, so that there is nothing
//!   to confuse. The one algorithm is ES256.
//! - `htu` is path and query: the host is this one, since no page of another origin gets at the key, and the query
//!   is part of what is asked for.
//! - `ath` is the hash of the session's CSRF token instead of an access token, which the page cannot read. A page
//!   that was just opened does not know it yet, so that `GET /session`, which tells it, goes without.
//!
//! The body is not signed: it is up to 512 MiB, and protected by TLS as the rest of the request. A proof shows
//! possession of the key at this moment; whoever can change requests inside TLS holds the page, and the page can sign.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use custos_http::Asked;
use custos_kernel::crypto::{DEVICE_SIGNATURE_LENGTH, DeviceKey, constant_time_eq, sha256};
use custos_values::{DeviceId, Timestamp};
use serde::Deserialize;

/// The header that carries a proof.
pub(crate) const PROOF_HEADER: &str = "x-device-proof";
/// Longest proof, in bytes; addresses of this API are short. Longer ones are not looked at.
const MAX_LENGTH: usize = 4096;
/// How far the clock of a device may be off, in milliseconds. For so long a proof can be shown.
pub(super) const SKEW_MS: i64 = 60_000;
/// Lengths of a `jti`, in characters: 96 random bits at the least.
const JTI_LENGTHS: std::ops::RangeInclusive<usize> = 16..=64;

/// Why a proof does not count. The code goes into the entry and the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProofRefusal {
    /// There is none.
    Missing,
    /// It cannot be read, or claims another type or algorithm.
    Malformed,
    /// It is of another device than the session, or of none that is registered.
    Device,
    /// The device's key did not sign it.
    Signature,
    /// It is for another method or address.
    Target,
    /// It is for another session.
    Session,
    /// It was made too long ago, or will be made in future.
    Clock,
    /// It was shown before.
    Replayed,
    /// The device was reported lost.
    Lost,
}

impl ProofRefusal {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Device => "device",
            Self::Signature => "signature",
            Self::Target => "target",
            Self::Session => "session",
            Self::Clock => "clock",
            Self::Replayed => "replayed",
            Self::Lost => "lost",
        }
    }
}

#[derive(Deserialize)]
struct Head {
    typ: String,
    alg: String,
    kid: DeviceId,
    // What RFC 7515 says must be understood, and keys: nothing of it is.
    crit: Option<serde::de::IgnoredAny>,
    jwk: Option<serde::de::IgnoredAny>,
    jku: Option<serde::de::IgnoredAny>,
    x5c: Option<serde::de::IgnoredAny>,
    x5u: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    htm: String,
    htu: String,
    /// Seconds since the epoch.
    iat: i64,
    jti: String,
    ath: Option<String>,
}

/// A proof as sent, nothing of it verified.
pub(crate) struct Proof<'a> {
    device: DeviceId,
    claims: Claims,
    signed: &'a [u8],
    signature: [u8; DEVICE_SIGNATURE_LENGTH],
}

/// What a proof has to be about.
pub(crate) struct Expected<'a> {
    pub(crate) asked: Asked<'a>,
    /// The session's CSRF token; none where there is no session any more.
    pub(crate) csrf: Option<&'a str>,
    /// Whether the request is the one that tells the CSRF token.
    pub(crate) first: bool,
    pub(crate) now: Timestamp,
}

impl<'a> Proof<'a> {
    /// Reads a proof.
    ///
    /// # Errors
    /// [`ProofRefusal::Malformed`].
    pub(crate) fn parse(text: &'a [u8]) -> Result<Self, ProofRefusal> {
        Self::read(text).ok_or(ProofRefusal::Malformed)
    }

    fn read(text: &'a [u8]) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let mut dots = text.iter().enumerate().filter(|(_, byte)| **byte == b'.');
        let (first, second) = (dots.next()?.0, dots.next()?.0);
        if dots.next().is_some() {
            return None;
        }
        let head = URL_SAFE_NO_PAD.decode(&text[..first]).ok()?;
        let head: Head = serde_json::from_slice(&head).ok()?;
        let foreign = [head.crit, head.jwk, head.jku, head.x5c, head.x5u];
        if head.typ != "dpop+jwt" || head.alg != "ES256" || foreign.iter().any(Option::is_some) {
            return None;
        }
        let claims = URL_SAFE_NO_PAD.decode(&text[first + 1..second]).ok()?;
        let claims: Claims = serde_json::from_slice(&claims).ok()?;
        if !JTI_LENGTHS.contains(&claims.jti.len()) {
            return None;
        }
        let signature = URL_SAFE_NO_PAD.decode(&text[second + 1..]).ok()?;
        Some(Self {
            device: head.kid,
            claims,
            signed: &text[..second],
            signature: signature.try_into().ok()?,
        })
    }

    /// The device it claims to be of.
    pub(crate) fn device(&self) -> DeviceId {
        self.device
    }

    /// By what it is recognised when it is shown again.
    pub(super) fn mark(&self) -> [u8; 16] {
        let digest = sha256(self.claims.jti.as_bytes());
        std::array::from_fn(|at| digest[at])
    }

    /// Checks everything but whether it was shown before.
    ///
    /// # Errors
    /// The first thing that is wrong; the signature is looked at first.
    pub(crate) fn check(
        &self,
        key: &DeviceKey,
        expected: &Expected<'_>,
    ) -> Result<(), ProofRefusal> {
        if !key.verify(self.signed, &self.signature) {
            return Err(ProofRefusal::Signature);
        }
        let Expected { asked, csrf, .. } = expected;
        if self.claims.htm != asked.method.as_str() || self.claims.htu != asked.target {
            return Err(ProofRefusal::Target);
        }
        let same_session = match (&self.claims.ath, csrf) {
            (Some(ath), Some(csrf)) => {
                let bound = URL_SAFE_NO_PAD.encode(sha256(csrf.as_bytes()));
                constant_time_eq(ath.as_bytes(), bound.as_bytes())
            }
            (None, Some(_)) => expected.first,
            // Without a session the proof says who asks, and opens nothing.
            (_, None) => true,
        };
        if !same_session {
            return Err(ProofRefusal::Session);
        }
        let age = self
            .claims
            .iat
            .checked_mul(1000)
            .and_then(|iat| expected.now.millis().checked_sub(iat));
        // `iat` is cut to seconds.
        match age {
            Some(age) if (-SKEW_MS..=SKEW_MS + 999).contains(&age) => Ok(()),
            _ => Err(ProofRefusal::Clock),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(head: &str, claims: &str, signature: &[u8]) -> String {
        [head.as_bytes(), claims.as_bytes(), signature]
            .map(|part| URL_SAFE_NO_PAD.encode(part))
            .join(".")
    }

    const KID: &str = "019b8a00-0000-7000-8000-0000000000ff";
    const CLAIMS: &str = r#"{"htm":"GET","htu":"/","iat":1,"jti":"0123456789abcdef"}"#;

    fn head(more: &str) -> String {
        format!(r#"{{"typ":"dpop+jwt","alg":"ES256","kid":"{KID}"{more}}}"#)
    }

    #[test]
    fn one_type_one_algorithm_and_no_key_of_its_own() {
        let signature = [1; 64];
        assert!(Proof::parse(encoded(&head(""), CLAIMS, &signature).as_bytes()).is_ok());
        let of_type =
            |typ: &str, alg: &str| format!(r#"{{"typ":"{typ}","alg":"{alg}","kid":"{KID}"}}"#);
        for bad in [
            of_type("dpop+jwt", "none"),
            of_type("dpop+jwt", "HS256"),
            of_type("dpop+jwt", "es256"),
            of_type("JWT", "ES256"),
            head(r#","jwk":{"kty":"EC"}"#),
            head(r#","crit":["exp"]"#),
            head(r#","jku":"https://example.com""#),
            head(r#","alg":"none""#),
            r#"{"typ":"dpop+jwt","alg":"ES256"}"#.to_owned(),
            "[]".to_owned(),
        ] {
            let text = encoded(&bad, CLAIMS, &signature);
            assert!(Proof::parse(text.as_bytes()).is_err(), "{bad}");
        }
        for claims in [
            r#"{"htm":"GET","htu":"/","iat":1,"jti":"short"}"#,
            r#"{"htm":"GET","htu":"/","iat":"1","jti":"0123456789abcdef"}"#,
            r#"{"htm":"GET","iat":1,"jti":"0123456789abcdef"}"#,
        ] {
            let text = encoded(&head(""), claims, &signature);
            assert!(Proof::parse(text.as_bytes()).is_err(), "{claims}");
        }
        let good = encoded(&head(""), CLAIMS, &signature);
        for text in [
            encoded(&head(""), CLAIMS, &[]),
            encoded(&head(""), CLAIMS, &[1; 63]),
            format!("{good}."),
            format!("{good}="),
            good.replacen('.', "", 1),
            "a".repeat(MAX_LENGTH + 1),
        ] {
            assert!(Proof::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn anything_can_be_sent(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "[a-zA-Z0-9_.-]{0,300}") {
            prop_assert!(Proof::parse(&bytes).is_err());
            prop_assert!(Proof::parse(text.as_bytes()).is_err());
        }
    }
}
