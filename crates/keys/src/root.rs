//! Replacing the root key and the keys that wrap the organisations' keys.

use crate::error::conflict;
use crate::keys::Keys;
use crate::rotation::own;
use crate::{KeysError, ROOT_REPLACED};
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::policy::Caller;
use custos_values::OrgId;
use std::sync::Arc;

/// The home has said why where it was asked.
fn failed(error: std::io::Error) -> Problem {
    tracing::error!(%error, "the root key was not replaced");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "key.home_failed")
}

impl Keys {
    /// Puts a new root key into the same home, and wraps every organisation's key under a new key of the keyring. Broken
    /// off anywhere, everything opens, and [`Self::finish_root`] ends it.
    ///
    /// # Errors
    /// Refused; 409 `key.home_needs_person` when somebody has to be there; 503 `key.home_failed` when the home did not take the
    /// new key, or the key file could not be written: then everything is as before.
    pub async fn replace_root(self: &Arc<Self>, caller: &Caller) -> Result<(), KeysError> {
        let permit = self.permit_rotation(caller)?;
        let custodian = self
            .custodian
            .clone()
            .filter(|custodian| custodian.home().unattended)
            .ok_or_else(|| conflict("key.home_needs_person"))?;
        drop(permit);
        let keys = Arc::clone(self);
        let put = tokio::task::spawn_blocking(move || {
            let now = keys.store.clock().now();
            custodian.replace_root(now).map_err(failed)?;
            Ok::<_, KeysError>(keys.store.keys().add_master(keys.store.random())?)
        });
        put.await.map_err(Problem::internal)??;
        self.rewrap_all(Some(caller)).await
    }

    /// Wraps every organisation's key under the newest key of the keyring, and destroys the others, if there are any.
    ///
    /// # Errors
    /// [`KeysError`]; what was wrapped stays.
    pub async fn finish_root(self: &Arc<Self>) -> Result<(), KeysError> {
        if self.store.keys().keyring().master_numbers().len() > 1 {
            self.rewrap_all(None).await?;
        }
        Ok(())
    }

    async fn rewrap_all(self: &Arc<Self>, asked: Option<&Caller>) -> Result<(), KeysError> {
        for org in self.store.organisations().await? {
            let caller = asked.filter(|caller| caller.org() == org);
            self.rewrap(caller.cloned().unwrap_or_else(|| Self::job(org)), org)
                .await?;
        }
        let keys = Arc::clone(self);
        let dropped = tokio::task::spawn_blocking(move || keys.store.keys().drop_old_masters());
        Ok(dropped.await.map_err(Problem::internal)??)
    }

    async fn rewrap(&self, caller: Caller, org: OrgId) -> Result<(), KeysError> {
        debug_assert_eq!(caller.org(), org);
        let mut tx = self.store.write(&caller).await?;
        let count = self.store.keys().rewrap(&mut tx).await?;
        let event = own(&caller, &ROOT_REPLACED).with("count", Detail::count(count));
        Ok(tx.finish(event).await?)
    }
}
