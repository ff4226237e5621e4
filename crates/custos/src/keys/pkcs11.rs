//! A root key under a key that never leaves a security module, through PKCS#11.
//!
//! The module makes the key itself and is asked that it can be neither read nor taken out wrapped; it wraps the root key with
//! AES-GCM. What is given back is the root key, which is in the server's memory while it runs, as with every home.

use super::homes::{Mismatch, checked};
use crate::cli::Failure;
use crate::words::Message;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Function, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use custos_kernel::crypto::{Home, RootKey};
use custos_values::Random;
use parking_lot::Mutex;
use std::path::Path;
use zeroize::Zeroizing;

/// What the wrapped key is bound to: nothing else the token's key wraps is taken for a root key.
const CONTEXT: &[u8] = b"custos/root-key";
/// NIST SP 800-38D: 96 bits, random. A key that wraps a root key now and then never comes near the limit of 2³².
const NONCE: usize = 12;
const TAG_BITS: u64 = 128;
const KEY_BYTES: u64 = 32;

/// A module is one per process: whoever comes second waits.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Where the wrapping key is.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The module's library.
    pub(super) module: &'a Path,
    /// The token's label.
    pub(super) token: &'a str,
    /// The key's label.
    pub(super) key: &'a str,
}

/// Wraps a root key under the token's key, which is made if there is none of that label, and has it unwrapped once.
///
/// # Errors
/// [`Failure`] naming what is missing, wrong, or not as it must be.
pub(super) fn wrap(
    place: Place<'_>,
    pin: &str,
    root: &RootKey,
    random: &dyn Random,
) -> Result<Home, Failure> {
    within(place, pin, |session| {
        let key = match find(session, place)? {
            Some(key) => key,
            None => generate(session, place)?,
        };
        never_left(session, place, key)?;
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce);
        let sealed = {
            let mut iv = nonce;
            let gcm = gcm(&mut iv).map_err(|error| failed(place, &error))?;
            session
                .encrypt(&gcm, key, root.expose())
                .map_err(|error| failed(place, &error))?
        };
        let wrapped = [nonce.as_slice(), &sealed].concat();
        let back = unwrap_with(session, place, key, &wrapped)?;
        checked(root, &back).map_err(|Mismatch| lies(place))?;
        Ok(Home::Pkcs11 {
            token: place.token.to_owned(),
            key: place.key.to_owned(),
            wrapped: hex::encode(wrapped),
        })
    })
}

/// Has the token unwrap a root key.
///
/// # Errors
/// See [`wrap`].
pub(super) fn unwrap(place: Place<'_>, pin: &str, wrapped: &str) -> Result<RootKey, Failure> {
    let wrapped = hex::decode(wrapped).map_err(|_| lies(place))?;
    within(place, pin, |session| {
        let key = find(session, place)?.ok_or_else(|| {
            Failure::from(
                Message::new("pkcs11-key-missing")
                    .with("token", place.token)
                    .with("key", place.key),
            )
        })?;
        unwrap_with(session, place, key, &wrapped)
    })
}

fn unwrap_with(
    session: &Session,
    place: Place<'_>,
    key: ObjectHandle,
    wrapped: &[u8],
) -> Result<RootKey, Failure> {
    let (nonce, sealed) = wrapped
        .split_first_chunk::<NONCE>()
        .ok_or_else(|| lies(place))?;
    let mut iv = *nonce;
    let gcm = gcm(&mut iv).map_err(|error| failed(place, &error))?;
    let opened = session
        .decrypt(&gcm, key, sealed)
        .map_err(|error| failed(place, &error))?;
    RootKey::from_bytes(&Zeroizing::new(opened)).ok_or_else(|| lies(place))
}

fn gcm(nonce: &mut [u8; NONCE]) -> Result<Mechanism<'_>, Error> {
    let gcm = GcmParams::new(nonce, CONTEXT, TAG_BITS.into())?;
    Ok(Mechanism::AesGcm(gcm))
}

/// Loads the module, finds the token, signs in, does something, and leaves the module as it was found.
fn within<T>(
    place: Place<'_>,
    pin: &str,
    work: impl FnOnce(&Session) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let _one = ONE_AT_A_TIME.lock();
    let path = place.module;
    if !path.exists() {
        return Err(Message::new("pkcs11-module-missing")
            .with("path", path.display())
            .into());
    }
    let unusable = |error: Error| {
        Failure::from(
            Message::new("pkcs11-module-unusable")
                .with("path", path.display())
                .with("reason", code(&error)),
        )
    };
    let module = Pkcs11::new(path).map_err(unusable)?;
    let arguments = CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
    module.initialize(arguments).map_err(unusable)?;
    let done = signed_in(&module, place, pin).and_then(|session| work(&session));
    // What was done is done; a module that does not close well is unloaded all the same.
    let _ = module.finalize();
    done
}

fn signed_in(module: &Pkcs11, place: Place<'_>, pin: &str) -> Result<Session, Failure> {
    let failed = |error: Error| failed(place, &error);
    let slot = slot(module, place)?;
    let session = module.open_rw_session(slot).map_err(failed)?;
    let pin = AuthPin::from(pin.to_owned());
    match session.login(UserType::User, Some(&pin)) {
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(session),
        Err(Error::Pkcs11(
            RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange,
            _,
        )) => Err(about("pkcs11-pin-wrong", place)),
        Err(Error::Pkcs11(RvError::PinLocked, _)) => Err(about("pkcs11-pin-locked", place)),
        Err(error) => Err(failed(error)),
    }
}

fn slot(module: &Pkcs11, place: Place<'_>) -> Result<Slot, Failure> {
    let failed = |error: Error| failed(place, &error);
    let mut labels = Vec::new();
    for slot in module.get_slots_with_initialized_token().map_err(failed)? {
        let token = module.get_token_info(slot).map_err(failed)?;
        if token.label() == place.token {
            return Ok(slot);
        }
        labels.push(token.label().to_owned());
    }
    Err(Message::new("pkcs11-token-missing")
        .with("token", place.token)
        .count("count", labels.len() as u64)
        .with("tokens", labels.join(", "))
        .into())
}

/// The key of the place's label, if there is one.
fn find(session: &Session, place: Place<'_>) -> Result<Option<ObjectHandle>, Failure> {
    let template = [
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::Label(place.key.as_bytes().to_vec()),
    ];
    let found = session.find_objects(&template);
    match found.map_err(|error| failed(place, &error))?.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        _ => Err(about("pkcs11-key-several", place)),
    }
}

/// Refuses a key that can be taken out, or could be once: somebody may have it. Asked when a root key is given to it, not when
/// it is taken back: a token restored from a backup must still open.
fn never_left(session: &Session, place: Place<'_>, key: ObjectHandle) -> Result<(), Failure> {
    let asked = [
        AttributeType::Sensitive,
        AttributeType::Extractable,
        AttributeType::AlwaysSensitive,
        AttributeType::NeverExtractable,
    ];
    let told = session.get_attributes(key, &asked);
    let told = told.map_err(|error| failed(place, &error))?;
    let stays = [
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::AlwaysSensitive(true),
        Attribute::NeverExtractable(true),
    ];
    match stays.iter().all(|attribute| told.contains(attribute)) {
        true => Ok(()),
        false => Err(about("pkcs11-key-extractable", place)),
    }
}

fn generate(session: &Session, place: Place<'_>) -> Result<ObjectHandle, Failure> {
    let failed = |error: Error| failed(place, &error);
    let template = [
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::AES),
        Attribute::ValueLen(KEY_BYTES.into()),
        Attribute::Label(place.key.as_bytes().to_vec()),
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Encrypt(true),
        Attribute::Decrypt(true),
        Attribute::Wrap(false),
        Attribute::Unwrap(false),
    ];
    session
        .generate_key(&Mechanism::AesKeyGen, &template)
        .map_err(failed)
}

fn about(id: &'static str, place: Place<'_>) -> Failure {
    Message::new(id)
        .with("token", place.token)
        .with("key", place.key)
        .into()
}

fn lies(place: Place<'_>) -> Failure {
    about("pkcs11-wrong-answer", place)
}

fn failed(place: Place<'_>, error: &Error) -> Failure {
    match error {
        // A tag that does not fit is a general error to some.
        Error::Pkcs11(
            RvError::EncryptedDataInvalid | RvError::EncryptedDataLenRange | RvError::GeneralError,
            Function::Decrypt,
        ) => lies(place),
        error => Message::new("pkcs11-failed")
            .with("token", place.token)
            .with("reason", code(error))
            .into(),
    }
}

/// The standard's name of what went wrong: the library's sentences are paragraphs of the standard.
fn code(error: &Error) -> String {
    match error {
        Error::Pkcs11(value, function) => format!("{function}: {value:?}"),
        other => other.to_string(),
    }
}
