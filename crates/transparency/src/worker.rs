//! The job that shows the log to others.

use crate::resources::LogSettingsResource;
use crate::{POLICY_IN_FORCE, Transparency, TransparencyError};
use custos_kernel::audit::{Detail, sha256};
use custos_kernel::event::Event;
use custos_values::OrgId;
use std::sync::Arc;
use std::time::Duration;

/// From one round to the next. A checkpoint has to be with the witnesses within 60 s: that leaves a witness that is slow or
/// does not answer a second chance.
pub const INTERVAL: Duration = Duration::from_secs(20);

impl Transparency {
    /// Shows the logs to others until it is aborted.
    pub async fn run(self: Arc<Self>) {
        loop {
            match self.store().logs().await {
                Ok(organisations) => {
                    for org in organisations {
                        if let Err(error) = self.show(org).await {
                            tracing::error!(%error, "the log could not be shown to others");
                        }
                    }
                }
                Err(error) => tracing::error!(%error, "the logs cannot be read"),
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }

    /// One round: names the policies in force, signs the newest entries, and brings the checkpoint to everybody it is to be
    /// shown to. That one of them cannot be reached keeps nothing from the others.
    ///
    /// # Errors
    /// [`TransparencyError`] for the first that failed.
    pub async fn show(self: &Arc<Self>, org: OrgId) -> Result<(), TransparencyError> {
        self.announce(org).await?;
        let settings = self.job_settings(org).await?;
        // Whether or not it can be signed: what was signed before is shown.
        let flushed = self.sequencer().flush().await;
        let Some(newest) = self.newest(org).await? else {
            return Ok(flushed?);
        };
        let newest = Arc::new(newest);
        let witnessed = self.visit_witnesses(org, &settings, &newest).await;
        let filed = self.publish_to_file(org, &settings, &newest).await;
        let mailed = self.publish_by_mail(org, &settings, &newest).await;
        witnessed.and(filed).and(mailed)?;
        Ok(flushed?)
    }

    /// Leaves an entry that names the policies in force, when they are others than before.
    async fn announce(&self, org: OrgId) -> Result<(), TransparencyError> {
        let text = self.policies_of(org).await;
        let caller = Self::job(org);
        let id = Some(*org.as_bytes());
        let event = Event::own::<LogSettingsResource>(&caller, &POLICY_IN_FORCE, id)
            .with("digest", Detail::digest(sha256(text.as_bytes())));
        self.store().announce_policy(&text, event).await?;
        Ok(())
    }
}
