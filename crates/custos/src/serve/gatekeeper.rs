//! What stands at the API's door, put together from the features.

use custos_access::Access;
use custos_http::{Asked, Authenticated, Considered, Gatekeeper, Held, Problem};
use custos_identity::Identity;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Denied, Origin, Policy};
use custos_store::{AuditSink, Store};
use custos_values::{ApprovalId, Random};
use futures::FutureExt;
use futures::future::BoxFuture;
use http::HeaderMap;
use std::sync::Arc;

/// Credentials by the identity feature, refusals into the log.
pub struct Door {
    /// Verifies credentials.
    pub identity: Arc<Identity>,
    /// Knows what needs the approval of others, and has it, and who has emergency access.
    pub access: Arc<Access>,
    /// Decides.
    pub policy: Arc<Policy>,
    /// Takes the entries of refusals.
    pub sink: AuditSink,
    /// Has the randomness for request ids.
    pub store: Arc<Store>,
}

impl Gatekeeper for Door {
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
        asked: Asked<'a>,
        origin: Origin,
    ) -> BoxFuture<'a, Result<Authenticated, Problem>> {
        async move {
            let proven = self.identity.authenticate(headers, asked, origin).await?;
            Ok(Authenticated {
                caller: self.access.in_emergency(proven.caller).await,
                ..proven
            })
        }
        .boxed()
    }

    fn authenticate_provisioning<'a>(
        &'a self,
        headers: &'a HeaderMap,
        origin: Origin,
    ) -> BoxFuture<'a, Result<Caller, Problem>> {
        self.identity
            .authenticate_provisioning(headers, origin)
            .boxed()
    }

    fn still_serves<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, bool> {
        self.identity.still_serves(caller).boxed()
    }

    fn record_denied(&self, denied: Denied) -> BoxFuture<'_, Result<(), Problem>> {
        async move {
            let recorded = self.sink.record_durably(Event::denied(&denied)).await;
            recorded.map_err(|error| error.fault().into())
        }
        .boxed()
    }

    fn consider<'a>(
        &'a self,
        held: Held<'a>,
        caller: Caller,
    ) -> BoxFuture<'a, Result<Considered, Problem>> {
        async move { Ok(self.access.consider(held, caller).await?) }.boxed()
    }

    fn approval_used(
        &self,
        caller: Caller,
        approval: ApprovalId,
        succeeded: bool,
    ) -> BoxFuture<'_, Result<(), Problem>> {
        async move {
            let noted = self.access.approval_used(&caller, approval, succeeded);
            Ok(noted.await?)
        }
        .boxed()
    }

    fn policy(&self) -> &Policy {
        &self.policy
    }

    fn random(&self) -> &dyn Random {
        self.store.random()
    }
}
