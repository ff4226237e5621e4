//! The crate as its users meet it: through the routes, on both engines.
#![allow(clippy::unwrap_used)]

mod accounts;
mod alarms;
mod api_keys;
mod attacks;
mod authenticator;
mod connections;
mod devices;
mod directory;
mod factors;
mod federation;
mod mail;
mod passkeys;
mod passwords;
mod preferences;
mod provider;
mod registered;
mod saml;
mod scan;
mod scan_service;
mod scim;
mod security;
mod sent_codes;
mod session_count;
mod sessions;
mod setup;
mod sign_in;
mod site;
mod step_up;
mod totp;

/// The provider and the directory that the protocols' own tests use.
#[allow(dead_code)]
#[path = "../../../saml/tests/forger/mod.rs"]
mod forger;
#[allow(dead_code)]
#[path = "../../../federation/tests/slapd/mod.rs"]
mod slapd;
