//! Any posted response, bare or as XML before its Base64, and any metadata: they are read to the end without a panic, and
//! nothing is accepted, because nothing is signed.
#![no_main]

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use custos_saml::{Expected, IdentityProvider, ServiceProvider, accept};
use custos_values::Timestamp;
use libfuzzer_sys::fuzz_target;

const METADATA: &str = include_str!("../../crates/saml/tests/fixtures/metadata.xml");
const MADE_AT: &str = include_str!("../../crates/saml/tests/fixtures/made-at.txt");

static PROVIDER: LazyLock<(IdentityProvider, Timestamp)> = LazyLock::new(|| {
    let made_at = MADE_AT.trim().parse().expect("a moment");
    let provider = IdentityProvider::from_metadata(METADATA, made_at).expect("metadata");
    (provider, made_at)
});

fuzz_target!(|bytes: &[u8]| {
    let (provider, now) = &*PROVIDER;
    let service = ServiceProvider {
        entity_id: "https://crm.example.com/saml".into(),
        consumer_url: "https://crm.example.com/saml/acs".into(),
    };
    let expected = Expected {
        service: &service,
        provider,
        request_id: "_0123456789abcdef0123456789abcdef01234567",
        now: *now,
    };
    if let Ok(accepted) = accept(&STANDARD.encode(bytes), &expected) {
        // The honest response is among the seeds.
        assert_eq!(accepted.name_id.value, "li.na@example.com");
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = accept(text, &expected);
        let _ = IdentityProvider::from_metadata(text, *now);
    }
});
