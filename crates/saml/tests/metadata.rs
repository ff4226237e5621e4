//! Reading the provider's metadata, writing ours, and the request that goes out.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod forger;

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use custos_saml::{IdentityProvider, MetadataError, ServiceProvider, SignInRequest};
use custos_values::Random;
use flate2::read::DeflateDecoder;
use forger::*;

struct Counting;

impl Random for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        for (n, byte) in buffer.iter_mut().enumerate() {
            *byte = n as u8;
        }
    }
}

fn read(text: &str) -> Result<IdentityProvider, MetadataError> {
    IdentityProvider::from_metadata(text, moment(NOW))
}

#[test]
fn reads_name_address_and_certificates() {
    let forger = Forger::elliptic();
    let provider = read(&forger.metadata()).unwrap();
    assert_eq!(provider.entity_id(), ISSUER);
    assert_eq!(
        provider.sign_in_url(),
        "https://idp.example.com/sso?tenant=1"
    );
    assert_eq!(provider.certificates().len(), 1);
    assert_eq!(provider.certificates()[0].fingerprint().len(), 64);
    let with_mark = format!("\u{feff}<?xml version=\"1.0\"?>\n{}", forger.metadata());
    assert_eq!(read(&with_mark).unwrap(), provider);
    let unspecified = forger.metadata().replace(" use=\"signing\"", "");
    assert_eq!(read(&unspecified).unwrap(), provider);
}

#[test]
fn refuses_what_it_cannot_use() {
    let sound = Forger::elliptic().metadata();
    let (begin, end) = (
        sound.find("<md:KeyDescriptor").unwrap(),
        sound.find("<md:Single").unwrap(),
    );
    let without_key = format!("{}{}", &sound[..begin], &sound[end..]);
    let changed = |from: &str, to: &str| {
        let changed = sound.replace(from, to);
        assert_ne!(changed, sound);
        changed
    };
    let role = &sound[sound.find("<md:IDP").unwrap()..sound.find("</md:Entity").unwrap()];
    for (text, error) in [
        (String::new(), MetadataError::Malformed),
        ("x".repeat(1024 * 1024 + 1), MetadataError::TooLarge),
        (format!("<!DOCTYPE x>{sound}"), MetadataError::Malformed),
        (without_key, MetadataError::Certificate),
        (
            changed("use=\"signing\"", "use=\"encryption\""),
            MetadataError::Certificate,
        ),
        (
            changed("X509Certificate>\nMII", "X509Certificate>\nMIIx"),
            MetadataError::Certificate,
        ),
        (
            changed("HTTP-Redirect", "HTTP-POST"),
            MetadataError::SignInUrl,
        ),
        (
            changed("https://idp.example.com/sso", "http://idp.example.com/sso"),
            MetadataError::SignInUrl,
        ),
        (
            changed(
                "https://idp.example.com/sso",
                "javascript://idp.example.com/sso",
            ),
            MetadataError::SignInUrl,
        ),
        (
            changed(
                "https://idp.example.com/sso",
                "https://a@idp.example.com/sso",
            ),
            MetadataError::SignInUrl,
        ),
        (
            changed(
                "https://idp.example.com/sso",
                "https://idp.example.com/\u{4e2d}",
            ),
            MetadataError::SignInUrl,
        ),
        (
            changed("SAML:2.0:protocol", "SAML:1.1:protocol"),
            MetadataError::Provider,
        ),
        (
            changed("IDPSSODescriptor", "SPSSODescriptor"),
            MetadataError::Provider,
        ),
        (changed(role, &role.repeat(2)), MetadataError::Provider),
        (changed("entityID=", "other="), MetadataError::Provider),
        (
            changed("entityID=", "validUntil=\"2026-11-22T10:00:00Z\" entityID="),
            MetadataError::Expired,
        ),
    ] {
        assert_eq!(read(&text).unwrap_err(), error, "{text}");
    }
    assert!(
        read(&changed(
            "https://idp.example.com/sso",
            "http://localhost:8080/sso"
        ))
        .is_ok()
    );
    assert!(
        read(&changed(
            "https://idp.example.com/sso",
            "http://localhost.evil.example/sso"
        ))
        .is_err()
    );
    assert!(
        read(&changed(
            "entityID=",
            "validUntil=\"2026-11-22T10:00:01Z\" entityID="
        ))
        .is_ok()
    );
}

#[test]
fn our_metadata_is_well_formed_and_escaped() {
    let text = ServiceProvider {
        entity_id: "https://crm.example.com/saml?a=1&b=\"<".into(),
        consumer_url: CONSUMER.into(),
    }
    .metadata();
    let document = roxmltree::Document::parse(&text).unwrap();
    let root = document.root_element();
    assert_eq!(
        root.attribute("entityID"),
        Some("https://crm.example.com/saml?a=1&b=\"<")
    );
    let consumer = document
        .descendants()
        .find(|node| node.tag_name().name() == "AssertionConsumerService")
        .unwrap();
    assert_eq!(consumer.attribute("Location"), Some(CONSUMER));
}

#[test]
fn the_request_says_who_asks_and_where_to_answer() {
    let provider = Forger::elliptic().provider();
    let request = SignInRequest::new(&service(), &provider, "a b&c", true, moment(NOW), &Counting);
    assert_eq!(request.id(), "_000102030405060708090a0b0c0d0e0f10111213");
    let (message, state) = request
        .url()
        .strip_prefix("https://idp.example.com/sso?tenant=1&SAMLRequest=")
        .and_then(|rest| rest.split_once("&RelayState="))
        .unwrap();
    assert_eq!(state, "a%20b%26c");
    let message = message
        .replace("%2B", "+")
        .replace("%2F", "/")
        .replace("%3D", "=");
    let mut text = String::new();
    DeflateDecoder::new(STANDARD.decode(message).unwrap().as_slice())
        .read_to_string(&mut text)
        .unwrap();
    let document = roxmltree::Document::parse(&text).unwrap();
    let root = document.root_element();
    assert_eq!(root.attribute("ID"), Some(request.id()));
    assert_eq!(root.attribute("Destination"), Some(provider.sign_in_url()));
    assert_eq!(
        root.attribute("AssertionConsumerServiceURL"),
        Some(CONSUMER)
    );
    assert_eq!(root.attribute("ForceAuthn"), Some("true"));
    assert_eq!(
        root.attribute("IssueInstant"),
        Some("2026-11-22T10:00:00.000Z")
    );
    assert_eq!(root.first_element_child().unwrap().text(), Some(SERVICE));
}
