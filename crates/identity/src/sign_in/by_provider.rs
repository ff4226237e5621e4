//! The second factor by the word of an identity provider.

use super::Completed;
use super::second_factor::Proof;
use crate::error::IdentityError;
use crate::identity::Identity;
use axum::http::HeaderMap;
use custos_kernel::policy::Origin;

impl Identity {
    /// Completes the pending session of `headers` whose two factors were proven at a provider of the given kind.
    pub(crate) async fn complete_by_provider(
        &self,
        headers: &HeaderMap,
        kind: &'static str,
        origin: Origin,
    ) -> Result<Completed, IdentityError> {
        let trial = self.attempt(headers, kind, origin.clone()).await?;
        let keeper = Self::keeper(trial.row.org, origin);
        let tx = self.store().write(&keeper).await?;
        self.complete(tx, trial, Proof::multi(kind), Vec::new())
            .await
    }
}
