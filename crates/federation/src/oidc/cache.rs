//! What providers say about themselves, kept for a while.

use super::OidcError;
use crate::Outgoing;
use custos_values::Timestamp;
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, HttpRequest, IssuerUrl, JsonWebKey, JsonWebKeyId, JsonWebKeySet,
    ProviderMetadata,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How long metadata and keys are kept, in milliseconds.
const KEPT_MS: i64 = 3_600_000;
/// Shortest time between two fetches because of a key that is not known, in milliseconds: otherwise whoever sends
/// tokens with invented key ids would make this server ask the provider as often as they like.
const REFETCH_MS: i64 = 60_000;

/// What newer specifications add to the metadata.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct NewerMetadata {
    /// RFC 9207: whether authorization responses name their issuer.
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for NewerMetadata {}

pub(super) type Metadata = ProviderMetadata<
    NewerMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

#[derive(Clone)]
struct Known {
    metadata: Metadata,
    fetched_at: Timestamp,
}

/// Metadata and keys of providers, by issuer.
#[derive(Default)]
pub struct OidcCache(Mutex<HashMap<String, Known>>);

impl OidcCache {
    /// Metadata and keys of an issuer. With the id of a key that is not among them they are fetched again.
    pub(super) fn metadata(
        &self,
        issuer: &str,
        key: Option<&str>,
        outgoing: &dyn Outgoing,
        now: Timestamp,
    ) -> Result<Metadata, OidcError> {
        let known = self.lock().get(issuer).cloned();
        if let Some(known) = known {
            let age = now.millis() - known.fetched_at.millis();
            let has = key.is_none_or(|key| has_key(known.metadata.jwks(), key));
            if (0..if has { KEPT_MS } else { REFETCH_MS }).contains(&age) {
                return Ok(known.metadata);
            }
        }
        let metadata = fetch(issuer, outgoing)?;
        let fresh = Known {
            metadata: metadata.clone(),
            fetched_at: now,
        };
        self.lock().insert(issuer.to_owned(), fresh);
        Ok(metadata)
    }

    /// Forgets an issuer, to ask it again.
    pub fn forget(&self, issuer: &str) {
        self.lock().remove(issuer);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn has_key(keys: &CoreJsonWebKeySet, id: &str) -> bool {
    let id = JsonWebKeyId::new(id.to_owned());
    keys.keys().iter().any(|key| key.key_id() == Some(&id))
}

/// Discovery. The library compares the issuer named in the metadata with the one asked.
fn fetch(issuer: &str, outgoing: &dyn Outgoing) -> Result<Metadata, OidcError> {
    let unreachable = |error: &dyn std::fmt::Display| OidcError::Unreachable(error.to_string());
    let issuer = IssuerUrl::new(issuer.to_owned()).map_err(|error| unreachable(&error))?;
    let send = |request: HttpRequest| outgoing.send(request);
    let metadata = Metadata::discover(&issuer, &send).map_err(|error| unreachable(&error))?;
    // Keys that are no public keys have no business there, and must not verify anything.
    let public: Vec<CoreJsonWebKey> = metadata
        .jwks()
        .keys()
        .iter()
        .filter(|key| *key.key_type() != openidconnect::core::CoreJsonWebKeyType::Symmetric)
        .cloned()
        .collect();
    Ok(metadata.set_jwks(JsonWebKeySet::new(public)))
}
