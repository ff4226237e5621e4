//! A passkey in software, as WebAuthn level 3 has it: ES256, no attestation. What it says can be bent for attacks.

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

/// The address tests have the server at.
pub const ADDRESS: &str = "https://crm.example.cn";
const HOST: &str = "crm.example.cn";

/// User present, user verified, attested credential data included.
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

#[derive(Clone)]
pub struct Authenticator {
    key: SigningKey,
    id: Vec<u8>,
    user: Vec<u8>,
    /// What the next assertion counts up from.
    pub counter: u32,
    /// Whether it says that it knows who holds it.
    pub verifies: bool,
    /// Where the browser says it is.
    pub origin: String,
    /// Whom it answers.
    pub host: String,
}

impl Authenticator {
    /// One that counts; `seed` tells it from others.
    pub fn new(seed: u8) -> Self {
        Self {
            key: SigningKey::from_slice(&[seed; 32]).unwrap(),
            id: vec![seed; 24],
            user: Vec::new(),
            counter: 0,
            verifies: true,
            origin: ADDRESS.to_owned(),
            host: HOST.to_owned(),
        }
    }

    /// Another's credential id, with this key.
    pub fn pretending_to_be(&self, other: &Self) -> Self {
        Self {
            key: self.key.clone(),
            ..other.clone()
        }
    }

    /// The answer to `navigator.credentials.create`.
    pub fn create(&mut self, options: &Value) -> Value {
        self.user = from_base64(options["user"]["id"].as_str().unwrap());
        let client = self.client_data("webauthn.create", options);
        let point = self.key.verifying_key().to_sec1_point(false);
        let mut data = self.data(ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        // COSE (RFC 9053): {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(point.x().unwrap());
        data.extend([0x22, 0x58, 0x20]);
        data.extend(point.y().unwrap());
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": …}
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt\x64none\x67attStmt\xa0\x68authData\x58");
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(&data);
        json!({
            "id": base64(&self.id), "rawId": base64(&self.id), "type": "public-key",
            "response": {"attestationObject": base64(&object), "clientDataJSON": base64(&client)},
            "clientExtensionResults": {},
        })
    }

    /// Says it is of another's account.
    pub fn take_user_of(&mut self, other: &Self) {
        self.user.clone_from(&other.user);
    }

    /// The answer to `navigator.credentials.get`, of one that counts.
    pub fn get(&mut self, options: &Value) -> Value {
        self.counter += 1;
        self.get_uncounted(options)
    }

    /// The same, with the counter as it is.
    pub fn get_uncounted(&self, options: &Value) -> Value {
        let client = self.client_data("webauthn.get", options);
        let data = self.data(0);
        let digest = custos_kernel::crypto::sha256(&client);
        let signature: Signature = self.key.sign(&[&data[..], &digest].concat());
        json!({
            "id": base64(&self.id), "rawId": base64(&self.id), "type": "public-key",
            "response": {
                "authenticatorData": base64(&data), "clientDataJSON": base64(&client),
                "signature": base64(signature.to_der().as_bytes()), "userHandle": base64(&self.user),
            },
            "clientExtensionResults": {},
        })
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({
            "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let flags = PRESENT | more | if self.verifies { VERIFIED } else { 0 };
        let mut data = custos_kernel::crypto::sha256(self.host.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base 64 for addresses, without padding (RFC 4648, section 5).
fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let block = chunk
            .iter()
            .chain([0, 0].iter())
            .take(3)
            .fold(0_usize, |block, byte| block << 8 | usize::from(*byte));
        for place in 0..=chunk.len() {
            text.push(char::from(ALPHABET[block >> (18 - 6 * place) & 63]));
        }
    }
    text
}

fn from_base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut block, mut bits) = (0_u32, 0);
    for symbol in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == symbol).unwrap();
        block = block << 6 | u32::try_from(value).unwrap();
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((block >> bits & 0xff) as u8);
        }
    }
    bytes
}
