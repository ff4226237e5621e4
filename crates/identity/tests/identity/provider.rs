//! OpenID providers that can be told to lie, and the network they are on.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use custos_federation::{Outgoing, OutgoingError, UreqOutgoing};
use http::{Request, Response, StatusCode};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreHmacKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use ureq::tls::TlsConfig;

pub const CLIENT: &str = "custos";
/// Longer than an answer takes, shorter than a test wants to wait.
const PATIENCE: Duration = Duration::from_secs(3);

/// Everything this server can reach: OpenID providers by name, and what listens on this machine.
pub struct Network {
    idps: Mutex<HashMap<String, Arc<Idp>>>,
    machine: UreqOutgoing,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            idps: Mutex::default(),
            machine: UreqOutgoing::new(TlsConfig::default(), PATIENCE),
        }
    }
}

impl Network {
    pub fn idp(&self, host: &str, now: i64) -> Arc<Idp> {
        let idp = Arc::new(Idp::new(host, now));
        self.idps
            .lock()
            .unwrap()
            .insert(host.to_owned(), Arc::clone(&idp));
        idp
    }
}

impl Outgoing for Network {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, OutgoingError> {
        let host = request.uri().host().unwrap().to_owned();
        if host == "127.0.0.1" {
            return self.machine.send(request);
        }
        let idp = self.idps.lock().unwrap().get(&host).cloned();
        idp.map(|idp| idp.answer(&request))
            .ok_or_else(|| OutgoingError::Unreachable("no such host".to_owned()))
    }
}

/// How a token is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    Well,
    None,
    /// With the public key as if it were a shared secret.
    HmacOfPublicKey,
    ByAnotherKey,
    UnknownKey,
}

/// What the token endpoint does to a token.
pub type Lie = Box<dyn Fn(&mut Value) + Send + Sync>;

struct Grant {
    challenge: String,
    claims: Value,
}

pub struct Idp {
    pub issuer: String,
    pub now: Mutex<i64>,
    seed: Mutex<(u8, String)>,
    grants: Mutex<HashMap<String, Grant>>,
    lie: Mutex<Option<Lie>>,
    pub signed: Mutex<Signed>,
    number: AtomicU32,
    /// How often keys were asked for.
    pub asked: AtomicU32,
}

fn key(seed: u8, id: &str) -> CoreEdDsaPrivateSigningKey {
    // PKCS #8 (RFC 8410, section 7) around a seed.
    let mut der = hex::decode("302e020100300506032b657004220420").unwrap();
    der.extend([seed; 32]);
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(id.to_owned())))
        .unwrap()
}

fn public(seed: u8, id: &str) -> Value {
    serde_json::to_value(key(seed, id).as_verification_key()).unwrap()
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

pub fn query(url: &str) -> HashMap<String, String> {
    let (_, query) = url.split_once('?').unwrap();
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), decode(value)))
        .collect()
}

fn decode(text: &str) -> String {
    let bytes = text.replace('+', " ").into_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            out.extend(hex::decode(&bytes[at + 1..at + 3]).unwrap());
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out).unwrap()
}

impl Idp {
    fn new(host: &str, now: i64) -> Self {
        Self {
            issuer: format!("https://{host}"),
            now: Mutex::new(now),
            seed: Mutex::new((host.len() as u8, "first".to_owned())),
            grants: Mutex::default(),
            lie: Mutex::default(),
            signed: Mutex::new(Signed::Well),
            number: AtomicU32::default(),
            asked: AtomicU32::default(),
        }
    }

    pub fn lie(&self, lie: impl Fn(&mut Value) + Send + Sync + 'static) {
        *self.lie.lock().unwrap() = Some(Box::new(lie));
    }

    pub fn be_honest(&self) {
        *self.lie.lock().unwrap() = None;
        *self.signed.lock().unwrap() = Signed::Well;
    }

    pub fn roll_keys_over(&self, id: &str) {
        let mut seed = self.seed.lock().unwrap();
        *seed = (seed.0 + 1, id.to_owned());
    }

    /// What the provider's page does when somebody signs in there: a code for the request of the address.
    pub fn authorize(&self, url: &str, claims: Value) -> String {
        assert!(
            url.starts_with(&format!("{}/authorize?", self.issuer)),
            "{url}"
        );
        let query = query(url);
        assert_eq!(query["code_challenge_method"], "S256");
        assert_eq!(query["response_type"], "code");
        let now = *self.now.lock().unwrap() / 1000;
        let mut all = json!({
            "iss": self.issuer, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": query["nonce"],
        });
        all.as_object_mut()
            .unwrap()
            .extend(claims.as_object().unwrap().clone());
        let code = format!("code{}", self.number.fetch_add(1, Ordering::Relaxed));
        let grant = Grant {
            challenge: query["code_challenge"].clone(),
            claims: all,
        };
        self.grants.lock().unwrap().insert(code.clone(), grant);
        code
    }

    /// Signs claims as the provider would.
    pub fn sign(&self, kind: &str, claims: &Value) -> String {
        let (seed, id) = self.seed.lock().unwrap().clone();
        let signed = *self.signed.lock().unwrap();
        let (alg, id) = match signed {
            Signed::None => ("none", id),
            Signed::HmacOfPublicKey => ("HS256", id),
            Signed::UnknownKey => ("EdDSA", "unknown".to_owned()),
            Signed::Well | Signed::ByAnotherKey => ("EdDSA", id),
        };
        let header = json!({ "alg": alg, "kid": id, "typ": kind });
        let message = format!("{}.{}", encode(&header), encode(claims));
        let algorithm = CoreJwsSigningAlgorithm::EdDsa;
        let signature = match signed {
            Signed::None => Vec::new(),
            Signed::HmacOfPublicKey => {
                let public = public(seed, &id)["x"].as_str().unwrap().to_owned();
                let secret = URL_SAFE_NO_PAD.decode(public).unwrap();
                CoreHmacKey::new(secret)
                    .sign(&CoreJwsSigningAlgorithm::HmacSha256, message.as_bytes())
                    .unwrap()
            }
            Signed::ByAnotherKey => key(99, &id).sign(&algorithm, message.as_bytes()).unwrap(),
            Signed::Well | Signed::UnknownKey => {
                key(seed, &id).sign(&algorithm, message.as_bytes()).unwrap()
            }
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn answer(&self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let ok = |body: Value| {
            Response::builder()
                .header("content-type", "application/json")
                .body(body.to_string().into_bytes())
                .unwrap()
        };
        match request.uri().path() {
            "/.well-known/openid-configuration" => ok(json!({
                "issuer": self.issuer,
                "authorization_endpoint": format!("{}/authorize", self.issuer),
                "token_endpoint": format!("{}/token", self.issuer),
                "jwks_uri": format!("{}/jwks", self.issuer),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
                "authorization_response_iss_parameter_supported": true,
            })),
            "/jwks" => {
                self.asked.fetch_add(1, Ordering::Relaxed);
                let (seed, id) = self.seed.lock().unwrap().clone();
                ok(json!({ "keys": [public(seed, &id)] }))
            }
            "/token" => self.token(request),
            other => panic!("{other}"),
        }
    }

    fn token(&self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let form = format!("?{}", String::from_utf8(request.body().clone()).unwrap());
        let form = query(&form);
        let refused = || {
            Response::builder()
                .status(StatusCode::BAD_REQUEST)
                .header("content-type", "application/json")
                .body(br#"{"error":"invalid_grant"}"#.to_vec())
                .unwrap()
        };
        let Some(grant) = self.grants.lock().unwrap().remove(&form["code"]) else {
            return refused();
        };
        let digest = custos_kernel::crypto::sha256(form["code_verifier"].as_bytes());
        if URL_SAFE_NO_PAD.encode(digest) != grant.challenge {
            return refused();
        }
        let mut claims = grant.claims;
        if let Some(lie) = &*self.lie.lock().unwrap() {
            lie(&mut claims);
        }
        let body = json!({
            "access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": self.sign("JWT", &claims),
        });
        Response::builder()
            .header("content-type", "application/json")
            .body(body.to_string().into_bytes())
            .unwrap()
    }
}
