//! Passkeys (W3C WebAuthn level 3), by way of `webauthn-rs`, which nothing outside this file names.
//!
//! The library draws challenges by its own randomness, and checks origin, relying party, user verification, signature
//! and counter. Registration asks for a discoverable credential with user verification, so that it signs in without
//! login and password and counts as two factors.

use custos_values::UserId;
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

/// The name browsers show for this server.
const NAME: &str = "Custos";

/// This server, as passkeys are bound to it: the host of its public address, and that address as the only origin.
pub(crate) struct RelyingParty(Webauthn);

/// A passkey that was just made.
pub(super) struct NewPasskey {
    pub(super) credential: Vec<u8>,
    /// What is stored of it.
    pub(super) stored: Vec<u8>,
    pub(super) counter: i64,
}

/// What a browser answered a challenge with.
pub(crate) struct Assertion(PublicKeyCredential);

/// The judgement of an assertion.
pub(crate) enum Verdict {
    /// It is right. Holds what is to be stored from now on.
    Right {
        /// What is stored of the passkey.
        stored: Vec<u8>,
        /// Its signature counter.
        counter: i64,
    },
    /// The signature is right, but its counter is not above the last one: there may be a copy of the key.
    CounterWentBack,
    /// Anything else.
    Wrong,
}

impl Assertion {
    /// Reads one; none if it is not in the form of the standard.
    pub(crate) fn parse(value: Value) -> Option<Self> {
        serde_json::from_value(value).ok().map(Self)
    }

    /// The id of the credential.
    pub(crate) fn credential(&self) -> &[u8] {
        self.0.get_credential_id()
    }

    /// The account the authenticator says the credential is of, if it says so.
    pub(crate) fn user(&self) -> Option<UserId> {
        let handle = self.0.get_user_unique_id()?;
        handle.try_into().ok().map(UserId::from_bytes)
    }
}

impl RelyingParty {
    /// That of a public address such as `https://crm.example.com:8443`. None where browsers make no passkeys: for
    /// addresses without a host name, or without TLS.
    pub(crate) fn of(address: &str) -> Option<Self> {
        let url = Url::parse(address).ok()?;
        let host = url.domain().filter(|_| url.scheme() == "https")?.to_owned();
        let built = WebauthnBuilder::new(&host, &url).ok()?.rp_name(NAME);
        built.build().ok().map(Self)
    }

    /// What a browser needs to make a passkey, and what to keep until it has. `known` are the ids of the account's
    /// passkeys: an authenticator that has one of them makes none.
    pub(super) fn begin_registration(
        &self,
        user: UserId,
        login: &str,
        name: &str,
        known: Vec<Vec<u8>>,
    ) -> Option<(Value, Vec<u8>)> {
        let id = Uuid::from_bytes(*user.as_bytes());
        let begun = self
            .0
            .start_passkey_registration(id, login, name, Some(known));
        let (options, state) = begun.ok()?;
        let mut options = serde_json::to_value(options.public_key).ok()?;
        // The library leaves it to the authenticator whether the passkey can be found without a login.
        let selection = options.get_mut("authenticatorSelection")?;
        *selection.get_mut("requireResidentKey")? = json!(true);
        selection
            .as_object_mut()?
            .insert("residentKey".to_owned(), json!("required"));
        Some((options, serde_json::to_vec(&state).ok()?))
    }

    /// The passkey a browser made; none if its answer is not acceptable.
    pub(super) fn finish_registration(&self, state: &[u8], answer: Value) -> Option<NewPasskey> {
        let state: PasskeyRegistration = serde_json::from_slice(state).ok()?;
        let answer: RegisterPublicKeyCredential = serde_json::from_value(answer).ok()?;
        let passkey = self.0.finish_passkey_registration(&answer, &state).ok()?;
        Some(NewPasskey {
            credential: passkey.cred_id().to_vec(),
            counter: counter_of(&passkey)?,
            stored: serde_json::to_vec(&passkey).ok()?,
        })
    }

    /// What a browser needs to prove a passkey, and what to keep until it has. With `known`, one of those; without, any
    /// it can find.
    pub(crate) fn begin(&self, known: &[Vec<u8>]) -> Option<(Value, Vec<u8>)> {
        let (options, state) = self.0.start_discoverable_authentication().ok()?;
        let mut options = serde_json::to_value(options.public_key).ok()?;
        let known: Vec<Value> = known
            .iter()
            .map(|id| json!({"type": "public-key", "id": base64url(id)}))
            .collect();
        *options.get_mut("allowCredentials")? = json!(known);
        Some((options, serde_json::to_vec(&state).ok()?))
    }

    /// Judges an assertion by the stored passkey it names.
    pub(crate) fn judge(&self, state: &[u8], assertion: &Assertion, stored: &[u8]) -> Verdict {
        let (Ok(state), Ok(mut passkey)) = (
            serde_json::from_slice::<DiscoverableAuthentication>(state),
            serde_json::from_slice::<Passkey>(stored),
        ) else {
            return Verdict::Wrong;
        };
        let finish = Webauthn::finish_discoverable_authentication_v2;
        match finish(&self.0, &assertion.0, state, &passkey) {
            Ok(result) if result.user_verified() => {
                passkey.update_credential(&result);
                match serde_json::to_vec(&passkey) {
                    Ok(stored) => Verdict::Right {
                        stored,
                        counter: i64::from(result.counter()),
                    },
                    Err(_) => Verdict::Wrong,
                }
            }
            Err(WebauthnError::CredentialPossibleCompromise) => Verdict::CounterWentBack,
            _ => Verdict::Wrong,
        }
    }
}

/// Base 64 for addresses, without padding (RFC 4648, section 5), as the JSON form of WebAuthn has bytes.
fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| chunk.get(at).map_or(0, |byte| usize::from(*byte));
        let block = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..=chunk.len() {
            text.push(char::from(ALPHABET[block >> (18 - 6 * place) & 63]));
        }
    }
    text
}

/// The id of a stored passkey's credential.
pub(super) fn credential_of(stored: &[u8]) -> Option<Vec<u8>> {
    let passkey: Passkey = serde_json::from_slice(stored).ok()?;
    Some(passkey.cred_id().to_vec())
}

/// The library shows the counter only in what it stores.
fn counter_of(passkey: &Passkey) -> Option<i64> {
    serde_json::to_value(passkey).ok()?["cred"]["counter"].as_i64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_hosts_with_tls_have_passkeys() {
        for good in ["https://localhost:8443", "https://crm.example.cn"] {
            assert!(RelyingParty::of(good).is_some(), "{good}");
        }
        for bad in [
            "https://192.0.2.1:8443",
            "https://[::1]",
            "http://localhost",
            "localhost",
            "",
        ] {
            assert!(RelyingParty::of(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn asks_for_a_discoverable_credential_and_a_verified_person() {
        let server = RelyingParty::of("https://crm.example.cn:8443").unwrap();
        let user = UserId::from_bytes([7; 16]);
        let known = vec![vec![1, 2, 3]];
        let (options, _) = server
            .begin_registration(user, "wang", "王芳", known)
            .unwrap();
        assert_eq!(options["rp"]["id"], "crm.example.cn");
        assert_eq!(options["excludeCredentials"][0]["id"], "AQID");
        let selection = &options["authenticatorSelection"];
        assert_eq!(selection["residentKey"], "required");
        assert_eq!(selection["requireResidentKey"], true);
        assert_eq!(selection["userVerification"], "required");
        let (options, _) = server.begin(&[vec![1, 2, 3]]).unwrap();
        assert_eq!(options["userVerification"], "required");
        assert_eq!(
            options["allowCredentials"],
            json!([{"type": "public-key", "id": "AQID"}])
        );
        assert_eq!(server.begin(&[]).unwrap().0["allowCredentials"], json!([]));
    }
}
