//! What comes again, and what becomes of times that were missed.

use super::sql::Stored;
use super::{Cron, PAYLOAD};
use crate::JobsError;
use crate::jobs::Jobs;
use crate::kind::Kind;
use custos_kernel::crypto::{CryptoError, TenantKey};
use custos_kernel::event::Event;
use custos_kernel::policy::Origin;
use custos_store::WriteTx;
use custos_values::{OrgId, Random};
use futures::FutureExt;
use futures::future::BoxFuture;
use zeroize::Zeroizing;

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

/// What a schedule says in clear stands before the payload within what is sealed as well: altered, it does not open.
fn head(cron: &str, zone: &str, catch_up: CatchUp) -> Vec<u8> {
    let mut head = Vec::new();
    for part in [cron, zone, catch_up.name()] {
        head.extend_from_slice(part.as_bytes());
        head.push(0);
    }
    head
}

/// `stored` says all but the payload.
pub(super) fn seal_payload(
    key: &TenantKey,
    stored: &Stored,
    text: &[u8],
    random: &dyn Random,
) -> Vec<u8> {
    let mut plain = Zeroizing::new(head(&stored.cron, &stored.zone, stored.catch_up));
    plain.extend_from_slice(text);
    let purpose = format!("{PAYLOAD}{}", stored.kind);
    key.seal_secret(&purpose, stored.id.as_bytes(), &plain, random)
}

pub(super) fn open_payload(
    key: &TenantKey,
    stored: &Stored,
) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let purpose = format!("{PAYLOAD}{}", stored.kind);
    let plain = key.open_secret(&purpose, stored.id.as_bytes(), &stored.payload)?;
    let head = head(&stored.cron, &stored.zone, stored.catch_up);
    let text = plain.strip_prefix(head.as_slice());
    let text = text.ok_or(CryptoError::DoesNotOpen)?;
    Ok(Zeroizing::new(text.to_vec()))
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
