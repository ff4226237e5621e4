//! An open key file: root key and keyring in memory, and every change of them on disk first.

use crate::system::replace_secret;
use custos_kernel::crypto::{Home, KeyFile, KeyFileError, Keyring, RootKey};
use custos_keys::{Custodian, HomeView};
use custos_store::KeyringKeeper;
use custos_values::{Random, Timestamp};
use parking_lot::Mutex;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The keys of an open data folder.
pub struct KeptKeys {
    path: PathBuf,
    random: Arc<dyn Random>,
    keyring: Arc<Keyring>,
    now: Mutex<Kept>,
}

struct Kept {
    file: KeyFile,
    root: RootKey,
}

impl KeptKeys {
    /// Opens the keyring of a key file with its root key. A file from before keyrings is replaced by one that has its
    /// keyring, unless it is only to be looked at.
    ///
    /// # Errors
    /// [`KeyFileError`] when the keyring does not open, or what kept the new file from being written.
    pub fn open(
        path: &Path,
        file: KeyFile,
        root: RootKey,
        look_only: bool,
        random: Arc<dyn Random>,
    ) -> Result<Arc<Self>, OpenError> {
        let keyring = Arc::new(file.open_keyring(&root, &*random)?);
        let kept = Arc::new(Self {
            path: path.to_owned(),
            random,
            keyring,
            now: Mutex::new(Kept { file, root }),
        });
        let former = kept.now.lock().file.is_former();
        if former && !look_only {
            kept.keep(&kept.keyring)?;
        }
        Ok(kept)
    }

    /// Writes the first key file.
    ///
    /// # Errors
    /// What kept it from being written.
    pub fn make(
        path: &Path,
        home: Home,
        root: RootKey,
        now: Timestamp,
        random: Arc<dyn Random>,
    ) -> io::Result<Arc<Self>> {
        let keyring = Arc::new(Keyring::generate(&*random));
        let file = KeyFile::new(home, &root, &keyring, now, &*random);
        replace_secret(path, file.text().as_bytes()).map_err(|error| error.source)?;
        Ok(Arc::new(Self {
            path: path.to_owned(),
            random,
            keyring,
            now: Mutex::new(Kept { file, root }),
        }))
    }

    /// The keyring.
    pub fn keyring(&self) -> Arc<Keyring> {
        Arc::clone(&self.keyring)
    }

    /// Where the root key lives.
    pub fn home(&self) -> Home {
        self.now.lock().file.home().clone()
    }

    /// When the root key was made, if that is known.
    pub fn made_at(&self) -> Option<Timestamp> {
        self.now.lock().file.made_at()
    }

    /// Puts a new root key, in its home, in place of the one there was: one file takes the place of another, so that
    /// there is never a moment in which neither opens the data.
    ///
    /// # Errors
    /// What kept the file from being written; then everything is as before.
    pub fn replace_root(&self, home: Home, root: RootKey, now: Timestamp) -> io::Result<()> {
        let mut kept = self.now.lock();
        let file = KeyFile::new(home, &root, &self.keyring, now, &*self.random);
        replace_secret(&self.path, file.text().as_bytes()).map_err(|error| error.source)?;
        *kept = Kept { file, root };
        Ok(())
    }
}

impl KeyringKeeper for KeptKeys {
    fn keep(&self, keyring: &Keyring) -> io::Result<()> {
        let mut kept = self.now.lock();
        let file = kept.file.with_keyring(&kept.root, keyring, &*self.random);
        replace_secret(&self.path, file.text().as_bytes()).map_err(|error| error.source)?;
        kept.file = file;
        Ok(())
    }
}

impl Custodian for KeptKeys {
    fn home(&self) -> HomeView {
        let home = KeptKeys::home(self);
        HomeView {
            kind: home.name(),
            made_at: self.made_at(),
            shares: match home {
                Home::Shares {
                    threshold, total, ..
                } => Some((threshold, total)),
                _ => None,
            },
            unattended: matches!(home, Home::File { .. }),
        }
    }

    fn replace_root(&self, now: Timestamp) -> io::Result<()> {
        let root = RootKey::generate(&*self.random);
        let home = match KeptKeys::home(self) {
            Home::File { .. } => Home::file(&root),
            _ => return Err(io::ErrorKind::Unsupported.into()),
        };
        KeptKeys::replace_root(self, home, root, now)
    }
}

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// What is in it.
    #[error(transparent)]
    Content(#[from] KeyFileError),
    /// Writing it.
    #[error(transparent)]
    Writing(#[from] io::Error),
}
