//! Sealing records anew while the organisation's key is rotated; see [`crate::rotation`].

use super::Object;
use super::kinds::kind;
use super::model::row_of;
use super::sql;
use crate::fields::ACTIVITY;
use crate::rotation::anew;
use crate::{Crm, CrmError, timeline};
use custos_kernel::crypto::CryptoError;
use custos_kernel::policy::{Caller, Job, Permit, actions};
use custos_store::{Resealed, WriteTx};
use custos_values::{OrgId, RecordId};

/// Records in one transaction: on the embedded engine everybody who writes waits for it.
const BATCH: i64 = 80;

impl Crm {
    /// Seals the next records after one anew, within a transaction of the rotation.
    pub(crate) async fn reseal_records(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        after: &[u8],
    ) -> Result<Resealed, CrmError> {
        let batch = sql::all_after(tx, after, BATCH).await?;
        let mut outcome = Resealed {
            seen: batch.len() as i64,
            after: batch.last().map(|(id, _)| id.as_bytes().to_vec()),
            ..Resealed::default()
        };
        for (id, object) in batch {
            let Some(kind) = kind(&object) else {
                continue;
            };
            outcome.changed += i64::from(kind.reseal(self, tx, org, id).await?);
        }
        Ok(outcome)
    }
}

/// Wraps a record's key anew and seals its fields anew if the suite changed; whether anything did. Who changed the record
/// meanwhile wins, and the next round comes back to it.
pub(super) async fn reseal<R: Object>(
    crm: &Crm,
    tx: &mut WriteTx<'_>,
    org: OrgId,
    id: RecordId,
) -> Result<bool, CrmError> {
    let caller = Caller::system(Job::Keys, org);
    let keys = crm.keys(org).await?;
    let stored = match sql::find::<R>(tx, &keys, &caller, id).await {
        Err(CrmError::NotFound) => return Ok(false),
        found => found?,
    };
    let permit: Permit<actions::Rotate, R> = crm.policy.permit(&caller, &stored.facts)?;
    let random = crm.store.random();
    let (keyed, row) = (stored.keyed(), stored.facts.id);
    let wrapped = match keys.tenant.rewrap_record_key(keyed, &stored.key, random) {
        // About to be removed with its customer.
        Err(CryptoError::Erased) => return Ok(false),
        wrapped => wrapped?,
    };
    let key = stored.open_key(&keys)?;
    let fields = anew(
        &key,
        R::SPEC.fields,
        row_of::<R>(&row, &row),
        &stored.fields,
        random,
    )?;
    let mut changed = wrapped.is_some() || fields.is_some();
    let mut activities = timeline::sql::all_between(tx, &row, &row).await?;
    for activity in activities.remove(&row).unwrap_or_default() {
        let below = row_of::<R>(&row, &activity.id);
        if let Some(new) = anew(&key, ACTIVITY, below, &activity.fields, random)? {
            changed = true;
            timeline::sql::replace_sealed(tx, &permit, &activity, &new).await?;
        }
    }
    if wrapped.is_none() && fields.is_none() {
        return Ok(changed);
    }
    let new = (
        wrapped.as_ref().unwrap_or(&stored.key),
        fields.as_ref().unwrap_or(&stored.fields),
    );
    sql::replace_sealed(tx, &permit, &stored, new).await?;
    Ok(true)
}
