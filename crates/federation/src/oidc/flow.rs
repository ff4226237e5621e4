//! The authorization code flow.

use super::cache::{Metadata, OidcCache};
use super::claims::{identity, part};
use super::{OLDEST_MS, OidcConfig, OidcError, SKEW_MS, accepted_algorithms};
use crate::{ExternalIdentity, Outgoing};
use custos_kernel::crypto::{Token, constant_time_eq};
use custos_values::{Random, Timestamp};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenVerifier,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    HttpRequest, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    RedirectUrl, Scope, TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What has to be remembered between request and answer; secret to the browser too.
#[derive(Clone, Serialize, Deserialize)]
pub struct Remembered {
    nonce: String,
    verifier: String,
    redirect_uri: String,
}

/// A provider, ready to be asked.
pub struct OidcProvider<'a> {
    /// What is known of it beforehand.
    pub config: &'a OidcConfig,
    /// The secret it gave this server, if any.
    pub secret: Option<&'a str>,
    /// What it said about itself before.
    pub cache: &'a OidcCache,
    /// How it is asked.
    pub outgoing: &'a dyn Outgoing,
}

/// A time as the library takes it.
fn library_time(now: Timestamp) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp_millis(now.millis()).unwrap_or_default()
}

impl OidcProvider<'_> {
    pub(super) fn metadata(
        &self,
        key: Option<&str>,
        now: Timestamp,
    ) -> Result<Metadata, OidcError> {
        self.cache
            .metadata(&self.config.issuer, key, self.outgoing, now)
    }

    /// Whether the provider answers as the configuration says.
    ///
    /// # Errors
    /// [`OidcError`]: no answer, another issuer, no keys, or no token endpoint.
    pub fn probe(&self, now: Timestamp) -> Result<(), OidcError> {
        self.cache.forget(&self.config.issuer);
        let metadata = self.metadata(None, now)?;
        if metadata.jwks().keys().is_empty() {
            return Err(OidcError::Invalid("no keys"));
        }
        if metadata.token_endpoint().is_none() {
            return Err(OidcError::Invalid("no token endpoint"));
        }
        Ok(())
    }

    /// Where to send the browser, and what to remember meanwhile. `state` comes back with the answer.
    ///
    /// # Errors
    /// [`OidcError::Unreachable`].
    pub fn begin(
        &self,
        redirect_uri: &str,
        state: &str,
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<(String, Remembered), OidcError> {
        let remembered = Remembered {
            nonce: Token::generate(random).expose(),
            verifier: Token::generate(random).expose(),
            redirect_uri: redirect_uri.to_owned(),
        };
        let client = CoreClient::from_provider_metadata(
            self.metadata(None, now)?,
            ClientId::new(self.config.client_id.clone()),
            None,
        )
        .set_redirect_uri(redirect(redirect_uri)?);
        let verifier = PkceCodeVerifier::new(remembered.verifier.clone());
        let (state, nonce) = (state.to_owned(), remembered.nonce.clone());
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        for scope in &self.config.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        let (url, _, _) = request.url();
        Ok((url.to_string(), remembered))
    }

    /// Exchanges a code and verifies what comes for it. `issuer` is the `iss` of the answer, if it has one.
    ///
    /// # Errors
    /// See [`OidcError`].
    pub fn finish(
        &self,
        remembered: &Remembered,
        code: &str,
        issuer: Option<&str>,
        now: Timestamp,
    ) -> Result<ExternalIdentity, OidcError> {
        let metadata = self.metadata(None, now)?;
        let named = metadata
            .additional_metadata()
            .authorization_response_iss_parameter_supported;
        match issuer {
            Some(issuer) if issuer != self.config.issuer => {
                return Err(OidcError::Invalid("issuer of the response"));
            }
            None if named => return Err(OidcError::Invalid("no issuer in the response")),
            _ => {}
        }
        let (token, access) = self.exchange(remembered, code, metadata)?;
        let mut claims = self.verify(&token, &access, &remembered.nonce, now)?;
        self.add_user_info(&access, &mut claims, now)?;
        identity(self.config, &claims).ok_or(OidcError::Invalid("subject"))
    }

    fn exchange(
        &self,
        remembered: &Remembered,
        code: &str,
        metadata: Metadata,
    ) -> Result<(CoreIdToken, AccessToken), OidcError> {
        let basic = metadata
            .token_endpoint_auth_methods_supported()
            .is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let secret = self
            .secret
            .map(|secret| ClientSecret::new(secret.to_owned()));
        let client_id = ClientId::new(self.config.client_id.clone());
        let client = CoreClient::from_provider_metadata(metadata, client_id, secret)
            .set_auth_type(if basic {
                AuthType::BasicAuth
            } else {
                AuthType::RequestBody
            })
            .set_redirect_uri(redirect(&remembered.redirect_uri)?);
        let send = |request: HttpRequest| self.outgoing.send(request);
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| OidcError::Invalid("no token endpoint"))?
            .set_pkce_verifier(PkceCodeVerifier::new(remembered.verifier.clone()))
            .request(&send)
            .map_err(|error| match error {
                openidconnect::RequestTokenError::Request(error) => error.into(),
                other => OidcError::Refused(other.to_string()),
            })?;
        let token = answer.id_token().ok_or(OidcError::Invalid("no id token"))?;
        Ok((token.clone(), answer.access_token().clone()))
    }

    /// OpenID Connect Core 1.0, section 3.1.3.7; gives all claims of the token.
    fn verify(
        &self,
        token: &CoreIdToken,
        access: &AccessToken,
        nonce: &str,
        now: Timestamp,
    ) -> Result<Map<String, Value>, OidcError> {
        let compact = token.to_string();
        let header = part(&compact, 0).ok_or(OidcError::Invalid("id token"))?;
        let metadata = self.metadata(header.get("kid").and_then(Value::as_str), now)?;
        let issuer =
            IssuerUrl::new(self.config.issuer.clone()).map_err(|_| OidcError::Invalid("issuer"))?;
        let client_id = ClientId::new(self.config.client_id.clone());
        // Other audiences need an authorized party, which is looked at below.
        let verifier =
            CoreIdTokenVerifier::new_public_client(client_id, issuer, metadata.jwks().clone())
                .set_allowed_algs(accepted_algorithms())
                .set_other_audience_verifier_fn(|_| true)
                .set_time_fn(move || library_time(now))
                .set_issue_time_verifier_fn(move |issued| {
                    let age = now.millis() - issued.timestamp_millis();
                    if (-SKEW_MS..=OLDEST_MS).contains(&age) {
                        Ok(())
                    } else {
                        Err("issued at another time".to_owned())
                    }
                });
        let same_nonce = |given: Option<&Nonce>| match given {
            Some(given) if constant_time_eq(given.secret().as_bytes(), nonce.as_bytes()) => Ok(()),
            _ => Err("nonce".to_owned()),
        };
        let verified = token.claims(&verifier, same_nonce).map_err(|error| {
            OidcError::Invalid(match error {
                openidconnect::ClaimsVerificationError::Expired(_) => "time",
                openidconnect::ClaimsVerificationError::InvalidAudience(_) => "audience",
                openidconnect::ClaimsVerificationError::InvalidIssuer(_) => "issuer",
                openidconnect::ClaimsVerificationError::InvalidNonce(_) => "nonce",
                openidconnect::ClaimsVerificationError::SignatureVerification(_) => "signature",
                _ => "id token",
            })
        })?;
        if let Some(expected) = verified.access_token_hash() {
            let algorithm = token.signing_alg();
            let key = token.signing_key(&verifier);
            let actual = match (algorithm, key) {
                (Ok(algorithm), Ok(key)) => {
                    AccessTokenHash::from_token(access, algorithm, key).ok()
                }
                _ => None,
            };
            if actual.as_ref() != Some(expected) {
                return Err(OidcError::Invalid("access token hash"));
            }
        }
        let claims = part(&compact, 1).ok_or(OidcError::Invalid("id token"))?;
        let several = verified.audiences().len() > 1;
        match claims.get("azp") {
            Some(party) if party.as_str() != Some(&self.config.client_id) => {
                return Err(OidcError::Invalid("authorized party"));
            }
            None if several => return Err(OidcError::Invalid("authorized party")),
            _ => {}
        }
        let not_before = claims
            .get("nbf")
            .map(|nbf| nbf.as_i64().unwrap_or(i64::MAX / 1000));
        if not_before.is_some_and(|nbf| nbf.saturating_mul(1000) > now.millis() + SKEW_MS) {
            return Err(OidcError::Invalid("time"));
        }
        Ok(claims)
    }

    /// Adds what the provider tells at its user info endpoint only. What the signed token says stays.
    fn add_user_info(
        &self,
        access: &AccessToken,
        claims: &mut Map<String, Value>,
        now: Timestamp,
    ) -> Result<(), OidcError> {
        let metadata = self.metadata(None, now)?;
        let complete = claims.contains_key(&self.config.login_claim)
            && claims.contains_key(&self.config.groups_claim);
        let Some(endpoint) = metadata.userinfo_endpoint().filter(|_| !complete) else {
            return Ok(());
        };
        let request = http::Request::get(endpoint.url().as_str())
            .header("authorization", format!("Bearer {}", access.secret()))
            .header("accept", "application/json")
            .body(Vec::new())
            .map_err(|_| OidcError::Invalid("user info endpoint"))?;
        let answer = self.outgoing.send(request)?;
        if !answer.status().is_success() {
            return Err(OidcError::Refused("user info".to_owned()));
        }
        let more: Map<String, Value> =
            serde_json::from_slice(answer.body()).map_err(|_| OidcError::Invalid("user info"))?;
        // OpenID Connect Core 1.0, section 5.3.2: without this the answer could be about somebody else.
        if more.get("sub") != claims.get("sub") {
            return Err(OidcError::Invalid("subject of the user info"));
        }
        for (name, value) in more {
            claims.entry(name).or_insert(value);
        }
        Ok(())
    }
}

fn redirect(uri: &str) -> Result<RedirectUrl, OidcError> {
    RedirectUrl::new(uri.to_owned()).map_err(|_| OidcError::Invalid("redirect address"))
}
