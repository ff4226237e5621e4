//! From settings to a server that answers, and back.

use super::announcement::Announcement;
use super::certificate::Certificate;
use super::connection::Server;
use super::data_folder::DataFolder;
use super::socket::Sockets;
use super::{imports, indexing, outgoing, router, sealed, seed};
use crate::cli::Failure;
use crate::config::Settings;
use crate::keys;
use crate::product::{Features, Foundation, location};
use crate::system::{SystemClock, SystemRandom};
use crate::words::Message;
use custos_identity::IdentityOptions;
use custos_store::EngineKind;
use custos_values::{Clock, Random};
use rustls::ServerConfig;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

/// How long requests under way may take to finish when the server stops.
const GRACE: Duration = Duration::from_secs(10);
/// How often it is looked whether the certificate was replaced or has to be renewed.
const CERTIFICATE_CHECK: Duration = Duration::from_secs(3600);
/// Letters and digits that are not mistaken for each other when typed from a screen.
const CODE_ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// 5 bits each.
const CODE_LENGTH: usize = 20;

/// A server that answers.
pub struct Running {
    announcement: Announcement,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    background: Vec<JoinHandle<()>>,
    jobs: JoinHandle<()>,
    base: Foundation,
    features: Features,
    _folder: DataFolder,
}

impl Running {
    /// Opens data folder and database, and listens.
    ///
    /// # Errors
    /// [`Failure`] naming what is in the way.
    pub async fn start(settings: Settings) -> Result<Self, Failure> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let shares = sealed::shares(&settings, Arc::clone(&random)).await?;
        let folder = DataFolder::open(&settings, true, &shares, Arc::clone(&random))?;
        drop(shares);
        let keyring = folder.keys().keyring();
        let place = location(&settings, &keyring);
        let base =
            Foundation::open(place, keyring, Arc::clone(&clock), Arc::clone(&random)).await?;
        base.store.keys().set_keeper(Arc::clone(folder.keys()) as _);
        let setup_code = setup_code(&*random);
        let options = IdentityOptions {
            setup_code: Some(setup_code.clone()),
            outgoing: Some(outgoing::outgoing()),
            ..IdentityOptions::default()
        };
        let features = Features::open(
            &base,
            options,
            folder.places().uploads(),
            Some(Arc::clone(folder.keys()) as _),
        )?;
        if let Some(folder) = &settings.checkpoint_folder {
            features.transparency.publish_into(folder.clone());
        }
        refuse_foreign_data(&base, &features, &folder).await?;
        imports::recover(&features).await?;
        if base.store.engine() == EngineKind::Sqlite {
            // Nobody else can be at a job: the folder is locked.
            let recovered = features.jobs.recover().await;
            recovered.map_err(|error| Failure::internal(&error))?;
        }
        features
            .keys
            .finish_root()
            .await
            .map_err(|e| Failure::internal(&e))?;
        let certificate = Certificate::load(&settings, &*clock)?;
        let fingerprint = certificate.fingerprint();
        let (tls_sender, tls) = watch::channel(certificate.server_config(&settings.tls)?);
        let registry = features.registry(settings.demo);
        let router = router::router(registry, &features.gatekeeper(&base), &base, random);
        let sockets = Sockets::bind(&settings.listen).await?;
        let address = settings.public_url.as_ref().unwrap_or(&sockets.url);
        features.identity.set_public_address(address);
        // Only now that nothing else can be in the way: the links are shown once.
        let links = match settings.demo {
            true => seed::demonstration(&features, &sockets.url).await?,
            false => Vec::new(),
        };
        let setup_required = features
            .identity
            .setup_required()
            .await
            .map_err(|e| Failure::internal(&e))?;
        let announcement = Announcement {
            url: sockets.url,
            fingerprint: settings.tls.certificate.is_none().then_some(fingerprint),
            setup_code: setup_required.then_some(setup_code),
            links,
        };
        let server = Server::new(router, tls, settings.limits);
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            // A sender that is gone means the same.
            let _ = stopped.await;
        };
        let serving = tokio::spawn(server.run(sockets.listeners, stopped, GRACE));
        let background = vec![
            indexing::follow_organisations(&features),
            imports::purge_daily(&features),
            tokio::spawn(Arc::clone(&features.outbox).run()),
            tokio::spawn(Arc::clone(&features.desk).run()),
            tokio::spawn(Arc::clone(&features.transparency).run()),
            tokio::spawn(Arc::clone(&features.access).run()),
            tokio::spawn(Arc::clone(&features.keys).run()),
            tokio::spawn(keys::follow(Arc::clone(folder.keys()))),
            tokio::spawn(keep_certificate(settings, clock, tls_sender)),
        ];
        let jobs = tokio::spawn(Arc::clone(&features.jobs).run());
        Ok(Self {
            announcement,
            stop,
            serving,
            background,
            jobs,
            base,
            features,
            _folder: folder,
        })
    }

    /// What to tell whoever started it.
    pub fn announcement(&self) -> &Announcement {
        &self.announcement
    }

    /// Serves until `stop` resolves, then stops.
    ///
    /// # Errors
    /// See [`Self::stop`].
    pub async fn until(self, stop: impl Future<Output = ()>) -> Result<(), Failure> {
        stop.await;
        self.stop().await
    }

    /// Takes no more requests, lets those under way finish, signs the log and closes the database.
    ///
    /// # Errors
    /// [`Failure`] when the last entries could not be signed or the database not be closed.
    pub async fn stop(self) -> Result<(), Failure> {
        tracing::info!("stopping");
        // If it has ended by itself, there is nothing to tell it.
        let _ = self.stop.send(());
        self.serving
            .await
            .map_err(|error| Failure::internal(&error))?;
        for task in &self.background {
            task.abort();
        }
        self.jobs.abort();
        // It ends where it waits next; what it holds is then let go of for others, or for the next start.
        let _ = self.jobs.await;
        if let Err(error) = self.features.jobs.let_go().await {
            tracing::warn!(%error, "jobs are held until their leases end");
        }
        let flushed = self.features.identity.flush().await;
        drop(self.features);
        self.base.close().await?;
        flushed.map_err(|error| Failure::internal(&error))?;
        tracing::info!("stopped");
        Ok(())
    }
}

fn setup_code(random: &dyn Random) -> String {
    let mut bytes = [0; CODE_LENGTH];
    random.fill(&mut bytes);
    let letters: Vec<char> = bytes
        .iter()
        .map(|byte| char::from(CODE_ALPHABET[usize::from(byte % 32)]))
        .collect();
    let groups: Vec<String> = letters
        .chunks(5)
        .map(|group| group.iter().collect())
        .collect();
    groups.join("-")
}

/// A key made just now opens nothing in a database that has data already: the right key is somewhere else.
async fn refuse_foreign_data(
    base: &Foundation,
    features: &Features,
    folder: &DataFolder,
) -> Result<(), Failure> {
    let organisations = features
        .identity
        .organisations()
        .await
        .map_err(|e| Failure::internal(&e))?;
    for org in organisations {
        if base.store.keys().get(&base.store, org).await.is_err() {
            let path = folder.places().root_key();
            if folder.fresh {
                // Left in place it would be taken for the right one the next time.
                let _ = std::fs::remove_file(&path);
            }
            return Err(Message::new("key-of-other-data")
                .with("path", path.display())
                .into());
        }
    }
    Ok(())
}

/// Follows the certificate's files, and renews the server's own in time, without a restart.
async fn keep_certificate(
    settings: Settings,
    clock: Arc<dyn Clock>,
    tls: watch::Sender<Arc<ServerConfig>>,
) {
    let mut current = None;
    loop {
        match Certificate::load(&settings, &*clock) {
            Ok(certificate) => {
                let fingerprint = certificate.fingerprint();
                if current
                    .as_ref()
                    .is_some_and(|current| *current != fingerprint)
                {
                    match certificate.server_config(&settings.tls) {
                        Ok(config) => {
                            tracing::info!(%fingerprint, "the certificate was replaced");
                            tls.send_replace(config);
                        }
                        Err(failure) => {
                            tracing::error!(
                                reason = failure.message.id(),
                                "the new certificate is not usable"
                            );
                        }
                    }
                }
                current = Some(fingerprint);
            }
            Err(failure) => {
                tracing::error!(
                    reason = failure.message.id(),
                    "the certificate cannot be read"
                );
            }
        }
        tokio::time::sleep(CERTIFICATE_CHECK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setup_codes_are_long_and_differ() {
        let (one, other) = (setup_code(&SystemRandom), setup_code(&SystemRandom));
        assert_eq!(one.len(), CODE_LENGTH + 3);
        assert_ne!(one, other);
        assert!(one.split('-').all(|group| group.len() == 5));
    }
}
