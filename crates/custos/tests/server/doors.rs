//! Every operation refuses strangers, and the list of those that do not is short and known.

use crate::host::Host;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What may be asked for without being signed in. Grows only by a decision.
const OPEN: &[&str] = &[
    "identity_provider_logout",
    "log_checkpoint_read",
    "openapi_read",
    "session_code",
    "session_code_message",
    "session_create",
    "session_federation",
    "session_federation_callback",
    "session_link",
    "session_passkey",
    "session_passkey_options",
    "session_password_strength",
    "session_provider_list",
    "session_recovery",
    "session_reset",
    "session_reset_confirmation",
    "session_saml_metadata",
    "session_saml_receive",
    "session_second_factor_passkey",
    "session_second_factor_passkey_options",
    "session_totp",
    "session_totp_confirmation",
    "session_totp_enrolment",
    "setup_create",
    "status_read",
    "witness_checkpoint_add",
];

/// To these, and to no others, a page of another site may post.
const CROSS_SITE: &[&str] = &["session_saml_receive"];

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .unwrap()
                .iter()
                .map(move |(method, operation)| {
                    let path = path.split('/').map(|part| {
                        if part.starts_with('{') {
                            "01890000-0000-7000-8000-000000000000"
                        } else {
                            part
                        }
                    });
                    let path: Vec<&str> = path.collect();
                    let base = operation["servers"][0]["url"].as_str();
                    let base = base.map_or("/api/v1", |base| base.trim_end_matches('/'));
                    (
                        method.to_uppercase(),
                        format!("{base}{}", path.join("/")),
                        operation.clone(),
                    )
                })
        })
        .collect()
}

#[test]
fn strangers_are_refused_everywhere() {
    let host = Host::start(None);
    let mut stranger = host.client();
    let document = stranger.get("/api/v1/openapi.json").expect(200);
    let all = operations(&document);
    assert!(all.len() >= 6, "there are operations: {}", all.len());
    let mut open = BTreeSet::new();
    for (method, path, operation) in all {
        let id = operation["operationId"].as_str().unwrap().to_owned();
        if matches!(
            operation["x-access"].as_str().unwrap(),
            "public" | "pre-auth"
        ) {
            open.insert(id);
            continue;
        }
        let body = operation.get("requestBody").map(|_| json!({}));
        let answer = stranger.ask(&method, &path, body.as_ref());
        assert_eq!(
            answer.status,
            401,
            "{id}: {}",
            String::from_utf8_lossy(&answer.body)
        );
        let told = match operation["servers"].is_array() {
            true => ("detail", "provisioning.refused"),
            false => ("code", "session.missing"),
        };
        assert_eq!(answer.json()[told.0], told.1, "{id}");
    }
    let expected: BTreeSet<String> = OPEN.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(open, expected);
}

#[test]
fn another_site_changes_nothing() {
    let host = Host::start(None);
    let mut client = host.client();
    let mut open = BTreeSet::new();
    for (method, path, operation) in operations(&client.get("/api/v1/openapi.json").expect(200)) {
        if method == "GET" {
            continue;
        }
        let answer = client.ask_from("https://evil.example", &method, &path);
        if operation["x-cross-site"] == true {
            open.insert(operation["operationId"].as_str().unwrap().to_owned());
            assert_eq!(answer.json()["code"], "request.malformed");
            continue;
        }
        assert_eq!(answer.status, 403, "{method} {path}");
        let told = match operation["servers"].is_array() {
            true => "detail",
            false => "code",
        };
        assert_eq!(answer.json()[told], "request.cross_site", "{method} {path}");
    }
    let expected: BTreeSet<String> = CROSS_SITE.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(open, expected);
}
