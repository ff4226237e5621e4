//! Responses made by two implementations of others; see fixtures/generate.mjs.
#![allow(clippy::unwrap_used)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use custos_saml::{Accepted, Expected, IdentityProvider, Refusal, ServiceProvider, accept};
use custos_values::Timestamp;

const REQUEST: &str = "_0123456789abcdef0123456789abcdef01234567";

fn made_at() -> Timestamp {
    include_str!("fixtures/made-at.txt").trim().parse().unwrap()
}

fn judge(response: &str) -> Result<Accepted, Refusal> {
    let provider =
        IdentityProvider::from_metadata(include_str!("fixtures/metadata.xml"), made_at()).unwrap();
    let service = ServiceProvider {
        entity_id: "https://crm.example.com/saml".into(),
        consumer_url: "https://crm.example.com/saml/acs".into(),
    };
    let expected = Expected {
        service: &service,
        provider: &provider,
        request_id: REQUEST,
        now: made_at(),
    };
    accept(&STANDARD.encode(response), &expected)
}

#[test]
fn samlp_by_assertion_by_response_and_by_both() {
    for response in [
        include_str!("fixtures/samlp-assertion-sha256.xml"),
        include_str!("fixtures/samlp-response-sha256.xml"),
        include_str!("fixtures/samlp-both-sha256.xml"),
    ] {
        let accepted = judge(response).unwrap();
        assert_eq!(accepted.name_id.value, "li.na@example.com");
        assert_eq!(accepted.session_index.as_deref(), Some("_session"));
        let name = accepted.values("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name");
        assert_eq!(name, ["李娜"]);
    }
}

#[test]
fn samlify_by_both_and_with_sha_512() {
    for response in [
        include_str!("fixtures/samlify-both-sha256.xml"),
        include_str!("fixtures/samlify-assertion-sha512.xml"),
    ] {
        let accepted = judge(response).unwrap();
        assert_eq!(accepted.name_id.value, "li.na@example.com");
        assert_eq!(
            accepted.name_id.format.as_deref(),
            Some("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress")
        );
        assert_eq!(
            accepted.context_class.as_deref(),
            Some("urn:oasis:names:tc:SAML:2.0:ac:classes:Password")
        );
        assert_eq!(accepted.values("groups"), ["Sales & Service"]);
    }
}

#[test]
fn sha_1_and_no_signature_are_refused() {
    assert_eq!(
        judge(include_str!("fixtures/samlp-assertion-sha1.xml")),
        Err(Refusal::Algorithm)
    );
    assert_eq!(
        judge(include_str!("fixtures/samlp-unsigned.xml")),
        Err(Refusal::NotSigned)
    );
}
