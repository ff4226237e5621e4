//! The two sides of a sign-in.

use crate::Certificate;

/// This side: who asks people to be signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceProvider {
    /// Our name, an absolute URI. Assertions must be for this audience.
    pub entity_id: String,
    /// Where responses are posted to. Assertions must be for this recipient.
    pub consumer_url: String,
}

/// The other side: who signs people in. Made by [`IdentityProvider::from_metadata`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityProvider {
    pub(crate) entity_id: String,
    pub(crate) sign_in_url: String,
    pub(crate) certificates: Vec<Certificate>,
}

impl IdentityProvider {
    /// Its name.
    pub fn entity_id(&self) -> &str {
        &self.entity_id
    }

    /// Where browsers are sent to with a request.
    pub fn sign_in_url(&self) -> &str {
        &self.sign_in_url
    }

    /// The certificates whose keys sign its assertions, several while it changes them.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }
}
