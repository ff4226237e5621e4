//! What comes again, and what becomes of times that were missed.

use super::Cron;
use crate::JobsError;
use crate::jobs::Jobs;
use crate::kind::Kind;
use custos_kernel::event::Event;
use custos_kernel::policy::Origin;
use custos_store::WriteTx;
use custos_values::OrgId;
use futures::FutureExt;
use futures::future::BoxFuture;

/// What becomes of times that passed while no server was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatchUp {
    /// However many were missed, it is done once, as soon as a server is there.
    Once,
    /// What was missed by more than ten minutes is left out; it is done at the next time.
    Skip,
}

impl CatchUp {
    /// The name in the table and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Skip => "skip",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Once, Self::Skip]
            .into_iter()
            .find(|it| it.name() == name)
    }
}

/// A schedule of an organisation.
pub struct Plan<K: Kind> {
    /// Its name: one organisation has one schedule of a name. A code, with the id of a record where there are many.
    pub name: String,
    /// When it comes.
    pub cron: Cron,
    /// What becomes of missed times.
    pub catch_up: CatchUp,
    /// What its jobs are about.
    pub payload: K::Payload,
}

/// A plan every organisation has.
pub(crate) trait Standing: Send + Sync {
    fn place<'a>(
        &'a self,
        jobs: &'a Jobs,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
    ) -> BoxFuture<'a, Result<Vec<Event>, JobsError>>;
}

impl<K: Kind> Standing for Plan<K> {
    fn place<'a>(
        &'a self,
        jobs: &'a Jobs,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
    ) -> BoxFuture<'a, Result<Vec<Event>, JobsError>> {
        async move {
            let origin = Origin::default();
            jobs.schedule(tx, org, &origin, self).await
        }
        .boxed()
    }
}
