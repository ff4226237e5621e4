//! SAML 2.0 as a service provider, in the narrow profile that resists its known attacks.
//!
//! The browser is sent to the identity provider with an [`SignInRequest`] (HTTP-Redirect) and comes back with a response
//! (HTTP-POST), which [`accept`] turns into an [`Accepted`] or a [`Refusal`]. No clock, no randomness, no network and no
//! store of its own: moments and random bytes are arguments, and single use of [`Accepted::assertion_id`] and of the
//! request's id is kept by the caller.
//!
//! # What keeps wrapped, spliced and truncated documents out
//! 1. A response with any `<!` or any processing instruction is refused before it is parsed: no document type, no
//!    entities, no comments, no CDATA.
//! 2. Only elements and places of the profile are known: one assertion, signatures directly in the response or the
//!    assertion, ids that occur once. Everything else is refused.
//! 3. What is read is what was signed: the signed element is brought into canonical form, its digest is compared with
//!    the signed one, and **those canonical bytes are parsed again**. Nothing is read from the document that arrived
//!    but what is checked a second time in the signed one.
//! 4. Keys come from the provider's metadata only; `KeyInfo` is ignored. Algorithms are a closed list without SHA-1 and
//!    without any symmetric one.
//!
//! Encrypted assertions, unsolicited responses, artifact and SOAP bindings and single logout are not supported.
//! Sources: SAML 2.0 Core, Bindings and Profiles (OASIS, 2005) with approved errata; XML Signature 1.1; Exclusive XML
//! Canonicalization 1.0 (W3C).
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod assertion;
mod c14n;
mod certificate;
mod metadata;
mod provider;
mod refusal;
mod request;
mod response;
mod signature;
mod xml;

pub use assertion::{Accepted, Attribute, NameId};
pub use certificate::{Certificate, CertificateError};
pub use metadata::MetadataError;
pub use provider::{IdentityProvider, ServiceProvider};
pub use refusal::Refusal;
pub use request::SignInRequest;
pub use response::{Expected, MAX_RESPONSE_LENGTH, accept};
