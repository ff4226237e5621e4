//! SAML 2.0 as a service provider, in the narrow profile that resists its known attacks.
