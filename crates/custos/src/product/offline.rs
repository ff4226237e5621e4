//! The installation opened by an operator's command instead of the server.

use super::{Features, Foundation, location};
use crate::cli::Failure;
use crate::config::Settings;
use crate::serve::DataFolder;
use crate::system::{SystemClock, SystemRandom};
use crate::words::Message;
use custos_audit::Desk;
use custos_identity::{Identity, IdentityOptions};
use custos_keys::{Keys, Pace};
use custos_transparency::Transparency;
use custos_values::OrgId;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// An installation that serves nobody. With the embedded database the server must not run beside it.
pub struct Offline {
    /// Store, policy and log.
    pub foundation: Foundation,
    /// Accounts.
    pub identity: Arc<Identity>,
    /// Keys and their rotation.
    pub keys: Arc<Keys>,
    /// The audit desk.
    pub desk: Arc<Desk>,
    /// Who the log is shown to.
    pub transparency: Arc<Transparency>,
    /// Where everything is.
    pub folder: DataFolder,
}

impl Offline {
    /// Opens what the settings name; makes nothing.
    ///
    /// # Errors
    /// [`Failure`] when there is none, or a server has it.
    pub async fn open(settings: &Settings) -> Result<Self, Failure> {
        let folder = DataFolder::open(settings, false, &[], Arc::new(SystemRandom))?;
        let keys = Arc::clone(folder.keys());
        let keyring = keys.keyring();
        let foundation = Foundation::open(
            location(settings, &keyring),
            keyring,
            Arc::new(SystemClock),
            Arc::new(SystemRandom),
        )
        .await?;
        foundation.store.keys().set_keeper(keys as _);
        // Nobody else has the data meanwhile: there is nobody to wait for.
        let pace = Pace {
            grace: Duration::ZERO,
            ..Pace::default()
        };
        let features = Features::open(
            &foundation,
            IdentityOptions::default(),
            folder.places().uploads(),
            Some(Arc::clone(folder.keys()) as _),
        )?;
        Ok(Self {
            foundation,
            identity: features.identity,
            desk: features.desk,
            transparency: features.transparency,
            keys: features.keys.at_pace(pace),
            folder,
        })
    }

    /// The organisation named by its id, or the only one.
    ///
    /// # Errors
    /// [`Failure`] when there is none such, or several and no id.
    pub async fn organisation(&self, id: Option<&str>) -> Result<OrgId, Failure> {
        let all = self
            .identity
            .organisations()
            .await
            .map_err(|error| Failure::internal(&error))?;
        let unknown = |id: &str| Failure::from(Message::new("organisation-unknown").with("id", id));
        match id {
            Some(text) => {
                let id = OrgId::from_str(text).map_err(|_| unknown(text))?;
                all.contains(&id).then_some(id).ok_or_else(|| unknown(text))
            }
            None => match all.as_slice() {
                [only] => Ok(*only),
                [] => Err(Message::new("organisation-none").into()),
                several => {
                    let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
                    Err(Message::new("organisation-several")
                        .with("ids", ids.join(", "))
                        .into())
                }
            },
        }
    }

    /// Brings the log under a checkpoint and closes the database.
    ///
    /// # Errors
    /// See [`Foundation::close`].
    pub async fn close(self) -> Result<(), Failure> {
        let Self {
            foundation,
            identity,
            keys,
            desk,
            transparency,
            folder: _folder,
        } = self;
        drop((identity, keys, desk, transparency));
        foundation.close().await
    }
}
