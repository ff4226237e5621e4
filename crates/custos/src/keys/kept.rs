//! An open key file: root key and keyring in memory, and every change of them on disk first.
//!
//! Other nodes may keep the same file. So a change is made to what the file holds now, under a lock, and what others changed is
//! taken over within a second. Never backwards: an older file in place of the newer one brings back neither an erased
//! record nor a key that was replaced.

use super::homes::{Outside, fetch, unattended};
use super::secrets::given_passphrase;
use crate::cli::Failure;
use crate::config::Settings;
use crate::system::{replace_secret, write_lock};
use crate::words::Message;
use custos_kernel::crypto::{Home, HomeSecret, KeyFile, KeyFileError, Keyring, RootKey};
use custos_keys::{Custodian, HomeView};
use custos_store::KeyringKeeper;
use custos_values::{Random, Timestamp};
use parking_lot::Mutex;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// How often it is looked whether another node replaced the file.
const LOOK: Duration = Duration::from_secs(1);

/// The keys of an open data folder.
pub struct KeptKeys {
    path: PathBuf,
    settings: Settings,
    random: Arc<dyn Random>,
    keyring: Arc<Keyring>,
    now: Mutex<Kept>,
}

struct Kept {
    file: KeyFile,
    root: RootKey,
    /// The file as it was when it was read or written last.
    text: Zeroizing<String>,
    stamp: Option<Stamp>,
}

/// What tells one file from the next one of that name: inode, length, and when it was written.
type Stamp = (u64, u64, i64, i64);

impl KeptKeys {
    /// Opens the keyring of a key file with its root key. A file from before keyrings is replaced by one that has its
    /// keyring, unless it is only to be looked at.
    ///
    /// # Errors
    /// [`OpenError`] when the keyring does not open, or what kept the new file from being written.
    pub fn open(
        path: &Path,
        settings: &Settings,
        file: KeyFile,
        root: RootKey,
        look_only: bool,
        random: Arc<dyn Random>,
    ) -> Result<Arc<Self>, OpenError> {
        let keyring = Arc::new(file.open_keyring(&root, &*random)?);
        let kept = Arc::new(Self::of(path, settings, file, root, keyring, random));
        let former = kept.now.lock().file.is_former();
        if former && !look_only {
            let mut now = kept.now.lock();
            let file = now
                .file
                .with_keyring(&now.root, &kept.keyring, &*kept.random);
            kept.put(&mut now, file)?;
        }
        Ok(kept)
    }

    /// Writes the first key file.
    ///
    /// # Errors
    /// What kept it from being written.
    pub fn make(
        path: &Path,
        settings: &Settings,
        home: Home,
        root: RootKey,
        now: Timestamp,
        random: Arc<dyn Random>,
    ) -> io::Result<Arc<Self>> {
        let keyring = Arc::new(Keyring::generate(&*random));
        let file = KeyFile::new(home, &root, &keyring, now, &*random);
        replace_secret(path, file.text().as_bytes()).map_err(|error| error.source)?;
        let kept = Self::of(path, settings, file, root, keyring, random);
        Ok(Arc::new(kept))
    }

    fn of(
        path: &Path,
        settings: &Settings,
        file: KeyFile,
        root: RootKey,
        keyring: Arc<Keyring>,
        random: Arc<dyn Random>,
    ) -> Self {
        let text = file.text();
        let now = Kept {
            file,
            root,
            text,
            stamp: None,
        };
        Self {
            path: path.to_owned(),
            settings: settings.clone(),
            random,
            keyring,
            now: Mutex::new(now),
        }
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
        let _others = write_lock(&self.path)?;
        self.catch_up(&mut kept)?;
        let file = KeyFile::new(home, &root, &self.keyring, now, &*self.random);
        self.put(&mut kept, file)?;
        kept.root = root;
        Ok(())
    }

    fn put(&self, kept: &mut Kept, file: KeyFile) -> io::Result<()> {
        let text = file.text();
        replace_secret(&self.path, text.as_bytes()).map_err(|error| error.source)?;
        kept.file = file;
        kept.text = text;
        kept.stamp = None;
        Ok(())
    }

    /// Takes over what another node wrote since this one read or wrote the file last. Whether there was something.
    ///
    /// # Errors
    /// What kept the file from being read or opened; what is in memory stays.
    pub fn follow(&self) -> io::Result<bool> {
        self.catch_up(&mut self.now.lock())
    }

    fn catch_up(&self, kept: &mut Kept) -> io::Result<bool> {
        let stamp = stamp(&self.path)?;
        if kept.stamp == Some(stamp) {
            return Ok(false);
        }
        let text = Zeroizing::new(std::fs::read_to_string(&self.path)?);
        if *text == *kept.text {
            kept.stamp = Some(stamp);
            return Ok(false);
        }
        let file = KeyFile::parse(&text).map_err(io::Error::other)?;
        let (root, found) = match file.open_keyring(&kept.root, &*self.random) {
            Ok(found) => (None, found),
            Err(KeyFileError::WrongRoot) => {
                let root = self.fetch(&file)?;
                let found = file.open_keyring(&root, &*self.random);
                (Some(root), found.map_err(io::Error::other)?)
            }
            Err(error) => return Err(io::Error::other(error)),
        };
        if !self.keyring.follow(&found).map_err(io::Error::other)? {
            // What is in memory takes its place with the next change.
            tracing::warn!("the key file was replaced by an older one");
        }
        if let Some(root) = root {
            kept.root = root;
        }
        kept.file = file;
        kept.text = text;
        kept.stamp = Some(stamp);
        Ok(true)
    }

    /// The root key of a file that another node wrote, from a home that nobody has to be asked for.
    fn fetch(&self, file: &KeyFile) -> io::Result<RootKey> {
        if !unattended(file.home(), &self.settings) {
            return Err(io::Error::other("its root key is with people: restart"));
        }
        let said = |failure: Failure| io::Error::other(failure.message.id());
        let passphrase = given_passphrase(&self.settings).map_err(said)?;
        let secret = match fetch(file.home(), &self.settings).map_err(said)? {
            Some(root) => HomeSecret::Root(root),
            None => passphrase
                .as_ref()
                .map_or(HomeSecret::None, |text| HomeSecret::Passphrase(text)),
        };
        file.open_root(secret).map_err(io::Error::other)
    }

    /// A home like the one there is, for another root key.
    fn same_home(&self, root: &RootKey) -> Result<Home, Failure> {
        let home = KeptKeys::home(self);
        let attended = || Failure::from(Message::new("error-key-home_needs_person"));
        if let Some(outside) = Outside::of(&home) {
            return outside.wrap(&self.settings, root, &*self.random);
        }
        match home {
            Home::File { .. } => Ok(Home::file(root)),
            Home::Passphrase { .. } => {
                let passphrase = given_passphrase(&self.settings)?.ok_or_else(attended)?;
                Ok(Home::passphrase(root, &passphrase, &*self.random))
            }
            _ => Err(attended()),
        }
    }
}

/// Follows what other nodes write into the key file, for as long as it is polled.
pub async fn follow(kept: Arc<KeptKeys>) {
    let mut said = None;
    loop {
        tokio::time::sleep(LOOK).await;
        let kept = Arc::clone(&kept);
        let followed = tokio::task::spawn_blocking(move || kept.follow()).await;
        let Ok(followed) = followed else { return };
        match followed {
            Ok(changed) => {
                if changed {
                    tracing::info!("the key file was replaced: following it");
                }
                said = None;
            }
            Err(error) => {
                // Once, not every second.
                let text = error.to_string();
                if said.as_ref() != Some(&text) {
                    tracing::error!(%error, "the key file cannot be followed; nothing is erased or replaced until it can");
                }
                said = Some(text);
            }
        }
    }
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let told = std::fs::metadata(path)?;
    Ok((told.ino(), told.len(), told.mtime(), told.mtime_nsec()))
}

impl KeyringKeeper for KeptKeys {
    fn keep(&self, change: &dyn Fn(&Keyring)) -> io::Result<()> {
        let mut kept = self.now.lock();
        let _others = write_lock(&self.path)?;
        self.catch_up(&mut kept)?;
        let next = self.keyring.copy().map_err(io::Error::other)?;
        change(&next);
        let file = kept.file.with_keyring(&kept.root, &next, &*self.random);
        self.put(&mut kept, file)
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
            unattended: unattended(&home, &self.settings),
        }
    }

    fn replace_root(&self, now: Timestamp) -> io::Result<()> {
        let root = RootKey::generate(&*self.random);
        let home = self.same_home(&root).map_err(|failure| {
            let id = failure.message.id();
            tracing::error!(
                reason = id,
                "the home of the root key did not take a new one"
            );
            io::Error::other(id)
        })?;
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
