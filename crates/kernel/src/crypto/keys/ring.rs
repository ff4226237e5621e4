//! The versions of one organisation's key.

use super::{KeyBytes, derive};
use crate::crypto::aead::AeadKey;
use crate::crypto::blind::truncated;
use crate::crypto::{CryptoError, Suite};
use std::sync::{Arc, PoisonError, RwLock};

/// What a version of an organisation's key is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Made, and known to every node before the first one seals with it.
    Arriving,
    /// Seals and opens.
    Current,
    /// Opens what is still sealed with it while that is sealed anew.
    Draining,
    /// Nothing that can be sealed anew is sealed with it; opens what cannot, in the log.
    Retired,
}

impl KeyState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Arriving, Self::Current, Self::Draining, Self::Retired];

    /// Its name, as stored and in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arriving => "arriving",
            Self::Current => "current",
            Self::Draining => "draining",
            Self::Retired => "retired",
        }
    }

    /// The state of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A version, without its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyVersion {
    /// Its number, from 1.
    pub number: u32,
    /// The suite it seals with.
    pub suite: Suite,
    /// What it is used for.
    pub state: KeyState,
}

/// An open version.
pub struct Version {
    pub(super) about: KeyVersion,
    pub(super) bytes: KeyBytes,
    pub(super) aead: AeadKey,
}

impl Version {
    pub(super) fn new(about: KeyVersion, bytes: KeyBytes) -> Arc<Self> {
        let aead = AeadKey::new(about.suite, &bytes);
        Arc::new(Self { about, bytes, aead })
    }

    pub(super) fn derive(&self, purpose: &str) -> KeyBytes {
        derive(self.about.suite, &self.bytes, purpose)
    }

    /// The blind index value of a text for a purpose.
    pub fn truncated_hash(&self, purpose: &str, text: &[u8]) -> i64 {
        truncated(self.about.suite, &self.derive(purpose), text)
    }
}

/// All versions of an organisation's key. Everything that was made from a key follows when a version is added.
pub struct Ring(RwLock<Vec<Arc<Version>>>);

impl Ring {
    /// A ring of versions, of which exactly one is current.
    pub(super) fn new(mut versions: Vec<Arc<Version>>) -> Result<Self, CryptoError> {
        versions.sort_by_key(|version| version.about.number);
        let current = |v: &&Arc<Version>| v.about.state == KeyState::Current;
        if versions.iter().filter(current).count() != 1 {
            return Err(CryptoError::Malformed);
        }
        Ok(Self(RwLock::new(versions)))
    }

    fn all(&self) -> Vec<Arc<Version>> {
        // A panic elsewhere leaves the list whole: it is replaced in one step.
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn replace(&self, with: &Self) {
        let versions = with.all();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = versions;
    }

    pub(super) fn about(&self) -> Vec<KeyVersion> {
        self.all().iter().map(|version| version.about).collect()
    }

    /// The version to seal with.
    pub fn current(&self) -> Arc<Version> {
        let versions = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let current = versions
            .iter()
            .find(|version| version.about.state == KeyState::Current);
        Arc::clone(current.unwrap_or_else(|| unreachable!("checked when the ring was made")))
    }

    /// The versions under which values of rows may be found, the one to write with first.
    pub fn in_use(&self) -> Vec<Arc<Version>> {
        let mut versions = self.all();
        versions.retain(|version| version.about.state != KeyState::Retired);
        versions.sort_by_key(|version| version.about.state != KeyState::Current);
        versions
    }

    /// The first version there was.
    pub fn first(&self) -> Arc<Version> {
        let versions = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&versions[0])
    }

    pub(super) fn number(&self, number: u32) -> Result<Arc<Version>, CryptoError> {
        let versions = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let found = versions
            .iter()
            .find(|version| version.about.number == number);
        found.map(Arc::clone).ok_or(CryptoError::DoesNotOpen)
    }
}
