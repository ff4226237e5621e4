//! The way back: a posted response becomes an accepted assertion or is refused.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use custos_values::Timestamp;
use roxmltree::{Document, Node};

use crate::assertion::{self, Accepted};
use crate::c14n::canonical;
use crate::signature::signed_text;
use crate::xml::{self, ASSERTION, DSIG, PROTOCOL};
use crate::{IdentityProvider, Refusal, ServiceProvider};

/// The longest response, in bytes of Base64.
pub const MAX_RESPONSE_LENGTH: usize = 256 * 1024;
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// What a response must answer to.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// This side.
    pub service: &'a ServiceProvider,
    /// Who must have signed.
    pub provider: &'a IdentityProvider,
    /// The id of the request that this very browser was sent away with. The caller uses it up.
    pub request_id: &'a str,
    /// The moment of judging.
    pub now: Timestamp,
}

/// Judges the form field `SAMLResponse`.
///
/// # Errors
/// [`Refusal`] for whatever is not a response by this provider to this request for us at this moment, signed as a whole
/// or in its assertion. If both are signed, both signatures must hold.
pub fn accept(response: &str, expected: &Expected<'_>) -> Result<Accepted, Refusal> {
    let text = decode(response)?;
    let document = xml::parse_message(&text)?;
    let root = document.root_element();
    let outer = require_profile(&document)?;

    let response_text = match outer.response_signed {
        true => Some(signed_text(root, &expected.provider.certificates)?),
        false => None,
    };
    let assertion_text = match outer.assertion_signed {
        true => Some(signed_text(
            outer.assertion,
            &expected.provider.certificates,
        )?),
        false => None,
    };

    // From here on nothing is read from what arrived, if it was signed: the signed text is parsed as a document of its own.
    let signed_response = match &response_text {
        Some(signed) => Some(xml::parse_message(signed)?),
        None => None,
    };
    judge_response(
        signed_response
            .as_ref()
            .map_or(root, Document::root_element),
        signed_response.is_some(),
        expected,
    )?;
    let assertion_text = match (assertion_text, &signed_response) {
        (Some(text), _) => text,
        (None, Some(signed)) => only_assertion(signed.root_element())?,
        (None, None) => return Err(Refusal::NotSigned),
    };
    assertion::judge(&assertion_text, expected)
}

fn decode(response: &str) -> Result<String, Refusal> {
    if response.len() > MAX_RESPONSE_LENGTH {
        return Err(Refusal::TooLarge);
    }
    let compact: String = response
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .collect();
    let bytes = STANDARD.decode(compact).map_err(|_| Refusal::Encoding)?;
    String::from_utf8(bytes).map_err(|_| Refusal::Encoding)
}

struct Outer<'a, 'i> {
    assertion: Node<'a, 'i>,
    response_signed: bool,
    assertion_signed: bool,
}

/// Every element in the place the profile has for it, and nothing else: what signature wrapping needs is a second
/// assertion, a second signature, or a place to keep one.
fn require_profile<'a>(document: &'a Document<'a>) -> Result<Outer<'a, 'a>, Refusal> {
    xml::require_unique_ids(document)?;
    let root = document.root_element();
    if !xml::is(root, PROTOCOL, "Response") {
        return Err(Refusal::Structure);
    }
    let encrypted = ["EncryptedAssertion", "EncryptedID", "EncryptedAttribute"];
    if encrypted
        .iter()
        .any(|name| xml::count(document, ASSERTION, name) > 0)
    {
        return Err(Refusal::Encrypted);
    }
    let known = |node: Node<'_, '_>| {
        xml::is(node, ASSERTION, "Issuer")
            || xml::is(node, DSIG, "Signature")
            || xml::is(node, PROTOCOL, "Status")
            || xml::is(node, ASSERTION, "Assertion")
    };
    if !xml::children(root)?.into_iter().all(known) {
        return Err(Refusal::Structure);
    }
    match xml::count(document, ASSERTION, "Assertion") {
        0 => {
            // A failure comes without an assertion; say which of the two it is.
            judge_status(root)?;
            return Err(Refusal::NoAssertion);
        }
        1 => {}
        _ => return Err(Refusal::SeveralAssertions),
    }
    let assertion = xml::child(root, ASSERTION, "Assertion")?.ok_or(Refusal::Structure)?;
    let response_signed = xml::child(root, DSIG, "Signature")?.is_some();
    let assertion_signed = xml::child(assertion, DSIG, "Signature")?.is_some();
    let in_place = usize::from(response_signed) + usize::from(assertion_signed);
    if xml::count(document, DSIG, "Signature") != in_place {
        return Err(Refusal::Structure);
    }
    if in_place == 0 {
        return Err(Refusal::NotSigned);
    }
    Ok(Outer {
        assertion,
        response_signed,
        assertion_signed,
    })
}

/// The canonical text of the only assertion of a response that was signed as a whole.
fn only_assertion(response: Node<'_, '_>) -> Result<String, Refusal> {
    let assertion = xml::child(response, ASSERTION, "Assertion")?.ok_or(Refusal::NoAssertion)?;
    Ok(canonical(assertion, None, &[]))
}

fn judge_response(
    response: Node<'_, '_>,
    signed: bool,
    expected: &Expected<'_>,
) -> Result<(), Refusal> {
    if response.attribute("Version") != Some("2.0") {
        return Err(Refusal::Version);
    }
    judge_status(response)?;
    if let Some(issuer) = xml::child(response, ASSERTION, "Issuer")?
        && xml::text(issuer)? != expected.provider.entity_id
    {
        return Err(Refusal::Issuer);
    }
    match response.attribute("Destination") {
        Some(destination) if destination == expected.service.consumer_url => {}
        // Bindings, 3.5.5.2: a signed message must name it.
        None if !signed => {}
        _ => return Err(Refusal::Destination),
    }
    match response.attribute("InResponseTo") {
        Some(id) if id == expected.request_id && !id.is_empty() => Ok(()),
        _ => Err(Refusal::InResponseTo),
    }
}

fn judge_status(response: Node<'_, '_>) -> Result<(), Refusal> {
    let status = xml::child(response, PROTOCOL, "Status")?.ok_or(Refusal::Structure)?;
    let code = xml::child(status, PROTOCOL, "StatusCode")?.ok_or(Refusal::Structure)?;
    match code.attribute("Value") {
        Some(SUCCESS) => Ok(()),
        _ => Err(Refusal::Status),
    }
}
