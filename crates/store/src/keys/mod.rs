//! The organisations' keys: wrapped in the database, opened once and kept; and the keyring above them.

mod reseal;
mod versions;

pub use reseal::{Purpose, Resealed, SealedColumn};
pub(crate) use versions::MIGRATIONS;
pub use versions::{Rotation, RotationProgress};

use crate::store::Store;
use crate::{StoreError, WriteTx};
use custos_kernel::crypto::{Keyring, Suite, TenantKey};
use custos_values::{OrgId, Random};
use parking_lot::{Mutex, RwLock};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use zeroize::Zeroizing;

/// Keeps the keyring where it outlives the process, outside the database.
pub trait KeyringKeeper: Send + Sync {
    /// Brings the keyring up to what is kept, which another node may have changed, and keeps it with a change in place of what
    /// was kept before: when it returns, that is on disk and the former is gone; when it fails, the former is still there.
    /// The change to the keyring in memory is the caller's.
    ///
    /// # Errors
    /// What was in the way.
    fn keep(&self, change: &dyn Fn(&Keyring)) -> Result<(), std::io::Error>;
}

/// The keyring and the tenant keys opened so far.
pub struct TenantKeys {
    keyring: Arc<Keyring>,
    keeper: OnceLock<Arc<dyn KeyringKeeper>>,
    /// Changes of the keyring, one after the other.
    changing: Mutex<()>,
    open: RwLock<HashMap<OrgId, Arc<TenantKey>>>,
}

impl TenantKeys {
    pub(crate) fn new(keyring: Arc<Keyring>) -> Self {
        Self {
            keyring,
            keeper: OnceLock::new(),
            changing: Mutex::default(),
            open: RwLock::default(),
        }
    }

    /// Says who keeps the keyring. Without it nothing can be erased for good. Only the first call counts.
    pub fn set_keeper(&self, keeper: Arc<dyn KeyringKeeper>) {
        self.keeper.get_or_init(|| keeper);
    }

    /// The keyring.
    pub fn keyring(&self) -> &Arc<Keyring> {
        &self.keyring
    }

    /// Makes the key of a new organisation within the transaction that makes the organisation.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when the organisation has one already.
    pub async fn create(
        &self,
        tx: &mut WriteTx<'_>,
        random: &dyn Random,
    ) -> Result<Arc<TenantKey>, StoreError> {
        let (key, stored) = self
            .keyring
            .first_tenant_key(tx.org(), Suite::default(), random)?;
        versions::insert(tx, &stored).await?;
        Ok(Arc::new(key))
    }

    /// The key of an organisation.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when there is none, [`StoreError::Crypto`] when it does not open with the keyring.
    pub async fn get(&self, store: &Store, org: OrgId) -> Result<Arc<TenantKey>, StoreError> {
        if let Some(key) = self.open.read().get(&org) {
            return Ok(Arc::clone(key));
        }
        let key = Arc::new(self.load(store, org).await?);
        // Somebody else may have been faster; all have to hold the same one, which follows rotations.
        Ok(Arc::clone(self.open.write().entry(org).or_insert(key)))
    }

    async fn load(&self, store: &Store, org: OrgId) -> Result<TenantKey, StoreError> {
        let stored = versions::all(&mut store.read().await?, org).await?;
        if stored.is_empty() {
            return Err(StoreError::Corrupt(
                "the organisation has no key".to_owned(),
            ));
        }
        Ok(self.keyring.open_tenant_key(org, &stored)?)
    }

    /// Takes over what was stored since an organisation's key was opened, such as a version another node made.
    ///
    /// # Errors
    /// See [`Self::get`].
    pub async fn refresh(&self, store: &Store, org: OrgId) -> Result<(), StoreError> {
        let held = self.get(store, org).await?;
        let stored = versions::states(&mut store.read().await?, org).await?;
        let known: Vec<(u32, String)> = held
            .versions()
            .iter()
            .map(|version| (version.number, version.state.name().to_owned()))
            .collect();
        if stored != known {
            held.follow(&self.load(store, org).await?);
        }
        Ok(())
    }

    /// As [`Self::refresh`] for every organisation whose key was opened.
    ///
    /// # Errors
    /// See [`Self::get`].
    pub async fn refresh_all(&self, store: &Store) -> Result<(), StoreError> {
        let open: Vec<OrgId> = self.open.read().keys().copied().collect();
        for org in open {
            self.refresh(store, org).await?;
        }
        Ok(())
    }

    /// The key for a node-local file, such as an upload.
    pub fn file_key(&self, file_id: &[u8; 16]) -> Zeroizing<[u8; 32]> {
        self.keyring.file_key(file_id)
    }

    /// Destroys what the keys of a record hang on: first where the keyring is kept, then here. Blocks while it writes.
    ///
    /// # Errors
    /// [`StoreError::Keyring`] when the keyring could not be kept; then nothing was destroyed.
    pub fn erase(&self, org: OrgId, record: &[u8; 16]) -> Result<bool, StoreError> {
        self.change(|keyring| keyring.erase(org, record))
    }

    /// Makes a new key for wrapping the organisations' keys, and keeps it.
    ///
    /// # Errors
    /// See [`Self::erase`].
    pub fn add_master(&self, random: &dyn Random) -> Result<(), StoreError> {
        // The copy and the keyring itself must hold the same new key.
        let mut seed = Zeroizing::new([0; 32]);
        random.fill(&mut *seed);
        self.change(|keyring| keyring.add_master(&seed))
    }

    /// Destroys all keys for wrapping but the newest.
    ///
    /// # Errors
    /// See [`Self::erase`].
    pub fn drop_old_masters(&self) -> Result<(), StoreError> {
        self.change(Keyring::drop_old_masters)
    }

    /// Has a changed copy kept, then changes the keyring in the same way.
    fn change<T>(&self, change: impl Fn(&Keyring) -> T) -> Result<T, StoreError> {
        let _one = self.changing.lock();
        let failed = |error: std::io::Error| StoreError::Keyring(error.to_string());
        let keeper = self
            .keeper
            .get()
            .ok_or_else(|| failed(std::io::ErrorKind::Unsupported.into()))?;
        let kept = keeper.keep(&|next| {
            change(next);
        });
        kept.map_err(failed)?;
        Ok(change(&self.keyring))
    }
}
