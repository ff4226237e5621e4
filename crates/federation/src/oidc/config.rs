//! What has to be known of a provider beforehand.

use crate::check_url;
use serde::{Deserialize, Serialize};

/// A provider, as its administrator describes this server to us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcConfig {
    /// The issuer: `https` and, character for character, what the provider calls itself.
    pub issuer: String,
    /// What the provider calls this server.
    pub client_id: String,
    /// Scopes asked for besides `openid`.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// The claim with the groups.
    #[serde(default = "default_groups_claim")]
    pub groups_claim: String,
    /// The claim with the login name.
    #[serde(default = "default_login_claim")]
    pub login_claim: String,
    /// The claim that names the person for good. Another than `sub` where a provider gives each client subjects of its
    /// own and provisioning knows people by another id.
    #[serde(default = "default_subject_claim")]
    pub subject_claim: String,
    /// The classes (`acr`) that stand for two factors at this provider.
    #[serde(default)]
    pub two_factor_classes: Vec<String>,
}

fn default_scopes() -> Vec<String> {
    ["profile", "email"].map(str::to_owned).to_vec()
}

fn default_groups_claim() -> String {
    "groups".to_owned()
}

fn default_subject_claim() -> String {
    "sub".to_owned()
}

fn default_login_claim() -> String {
    "preferred_username".to_owned()
}

/// What is wrong with a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OidcConfigError {
    /// The issuer is not an address that may be asked.
    Issuer,
    /// The client id is missing, or too long.
    ClientId,
    /// A scope or claim name is not one.
    Name,
}

impl OidcConfig {
    /// Checks it.
    ///
    /// # Errors
    /// See [`OidcConfigError`].
    pub fn check(&self) -> Result<(), OidcConfigError> {
        let uri: Result<http::Uri, _> = self.issuer.parse();
        let askable = uri.is_ok_and(|uri| check_url(&uri).is_ok() && uri.query().is_none());
        if !askable || self.issuer.contains('#') {
            return Err(OidcConfigError::Issuer);
        }
        if self.client_id.trim().is_empty() || self.client_id.len() > 256 {
            return Err(OidcConfigError::ClientId);
        }
        // RFC 6749, section 3.3: a scope is visible ASCII without quotation mark and backslash.
        let name = |text: &String| {
            (1..=128).contains(&text.len())
                && text
                    .bytes()
                    .all(|b| b.is_ascii_graphic() && !b"\"\\".contains(&b))
        };
        let names = self.scopes.iter().chain(&self.two_factor_classes).chain([
            &self.groups_claim,
            &self.login_claim,
            &self.subject_claim,
        ]);
        if names.clone().count() > 50 || !names.into_iter().all(name) {
            return Err(OidcConfigError::Name);
        }
        Ok(())
    }
}
