//! The crate as its users meet it: through the routes, on both engines.
#![allow(clippy::unwrap_used)]

mod accounts;
mod alarms;
mod api_keys;
mod attacks;
mod authenticator;
mod devices;
mod factors;
mod federation;
mod mail;
mod passkeys;
mod passwords;
mod preferences;
mod provider;
mod registered;
mod security;
mod session_count;
mod sessions;
mod setup;
mod sign_in;
mod site;
mod step_up;
mod totp;
