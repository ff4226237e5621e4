//! OpenID Connect: authorization code flow with PKCE, and back-channel logout.
//!
//! Discovery, requests, key sets and signatures are the library's. What it leaves to its user is checked here: the
//! authorized party, `nbf`, how old a token may be, `at_hash`, the issuer of the authorization response (RFC 9207),
//! and logout tokens. Only RS256, ES256 and EdDSA are accepted, whatever a provider offers.

mod cache;
mod claims;
mod config;
mod flow;
mod logout;

pub use cache::OidcCache;
pub use config::{OidcConfig, OidcConfigError};
pub use flow::{OidcProvider, Remembered};
pub use logout::LoggedOut;

use crate::OutgoingError;
use openidconnect::core::CoreJwsSigningAlgorithm;
use thiserror::Error;

/// Why a provider's word does not count.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OidcError {
    /// There is no answer, or none the protocol knows.
    #[error("the provider cannot be asked: {0}")]
    Unreachable(String),
    /// The provider refused, or answered with an error.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// The answer is not from this provider, not for this server, not for this attempt, or not valid now.
    #[error("the answer is not valid: {0}")]
    Invalid(&'static str),
}

impl From<OutgoingError> for OidcError {
    fn from(error: OutgoingError) -> Self {
        Self::Unreachable(error.to_string())
    }
}

/// How far clocks may be apart, in milliseconds.
const SKEW_MS: i64 = 60_000;
/// How old a token may be when it arrives, in milliseconds.
const OLDEST_MS: i64 = 10 * 60_000;

/// The signatures accepted. None made with a secret both sides know (a public key could be passed off as one), none
/// without signature.
fn accepted_algorithms() -> [CoreJwsSigningAlgorithm; 3] {
    [
        CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        CoreJwsSigningAlgorithm::EdDsa,
    ]
}
