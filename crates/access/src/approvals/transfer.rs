//! Transfer 转审: somebody who could decide about one request hands it on to somebody else.
//!
//! Whoever takes over could decide by the same terms of the rule: a person of the same role, another lead. Whoever hands on is
//! out for this request, in every step and for every delegate of theirs. It goes to nobody who decided, handed on or took
//! over before, so that it never comes round; and only as long as enough people remain.

use super::consider::voters_of;
use super::events::TRANSFER;
use super::model::Ballot;
use super::sitting::{Approached, Sitting};
use super::sql;
use crate::sealed;
use crate::{Access, AccessError, ApprovalResource, Someone};
use custos_http::{Problem, reason};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::{CryptoError, TenantKey};
use custos_kernel::event::Event;
use custos_kernel::policy::{ApprovalRecord, ApproverStanding, Caller, Step};
use custos_outbox::Template;
use custos_store::{StoreError, WriteTx};
use custos_values::{ApprovalId, Random, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const SEALED_TRANSFER: &str = "approval.transfer";
/// Shortest and longest note, in characters.
const NOTE: std::ops::RangeInclusive<usize> = 2..=500;

/// That somebody handed a request on, as sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Transfer {
    pub(super) from: UserId,
    pub(super) to: UserId,
    pub(super) step: usize,
    pub(super) note: String,
    pub(super) at: Timestamp,
}

impl Transfer {
    fn seal(&self, key: &TenantKey, id: ApprovalId, random: &dyn Random) -> Vec<u8> {
        sealed::seal(key, SEALED_TRANSFER, id.as_bytes(), self, random)
    }

    pub(super) fn open_all(
        key: &TenantKey,
        id: ApprovalId,
        sealed: &[Vec<u8>],
    ) -> Result<Vec<Self>, CryptoError> {
        let open = |sealed: &Vec<u8>| sealed::open(key, SEALED_TRANSFER, id.as_bytes(), sealed);
        let mut all: Vec<Self> = sealed.iter().map(open).collect::<Result<_, _>>()?;
        all.sort_by_key(|transfer| (transfer.at, transfer.from));
        Ok(all)
    }
}

/// Who handed a request on.
pub(super) fn gone(transfers: &[Transfer]) -> BTreeSet<UserId> {
    transfers.iter().map(|transfer| transfer.from).collect()
}

/// Whether somebody could decide in a step by a term that admits another, too.
fn by_the_same_terms(
    step: &Step,
    (one, as_one): (UserId, &ApproverStanding),
    (other, as_other): (UserId, &ApproverStanding),
) -> bool {
    step.approvers.iter().any(|approver| {
        let term = Step {
            approvers: vec![*approver],
            needed: 1,
        };
        term.admits(one, as_one) && term.admits(other, as_other)
    })
}

/// To whom somebody could hand a request on that waits in a step: none if too few would remain.
pub(super) fn successors(
    record: &ApprovalRecord,
    (ballots, transfers): (&[Ballot], &[Transfer]),
    (user, step): (UserId, usize),
    everybody: &BTreeMap<UserId, ApproverStanding>,
) -> BTreeSet<UserId> {
    let none = BTreeSet::new();
    let (Some(waits), Some(own)) = (record.steps.get(step), everybody.get(&user)) else {
        return none;
    };
    let decided = voters_of(ballots);
    let free = |id: &UserId| *id != user && !record.excludes(*id) && !decided.contains(id);
    let enough = |(number, step): (usize, &Step)| {
        let able = everybody
            .iter()
            .filter(|(id, standing)| free(id) && step.admits(**id, standing));
        let votes = ballots
            .iter()
            .filter(|ballot| ballot.step == number && ballot.approves);
        able.count() + votes.count() >= step.needed as usize
    };
    if !record.steps.iter().enumerate().skip(step).all(enough) {
        return none;
    }
    let took_over: BTreeSet<UserId> = transfers.iter().map(|transfer| transfer.to).collect();
    let fit = everybody.iter().filter(|(id, standing)| {
        free(id)
            && !took_over.contains(id)
            && by_the_same_terms(waits, (user, own), (**id, standing))
    });
    fit.map(|(id, _)| *id).collect()
}

/// What everybody is with regard to a request.
pub(super) fn everybody(
    people: &BTreeMap<UserId, Someone>,
    leads: &BTreeSet<UserId>,
) -> BTreeMap<UserId, ApproverStanding> {
    let standing = |(id, someone): (&UserId, &Someone)| {
        let standing = ApproverStanding {
            active: someone.active && !someone.service,
            roles: someone.roles,
            leads: leads.contains(id),
        };
        (*id, standing)
    };
    people.iter().map(standing).collect()
}

impl Access {
    /// Who handed a request on, within a transaction.
    pub(super) async fn transfers_within(
        &self,
        tx: &mut WriteTx<'_>,
        key: &TenantKey,
        id: ApprovalId,
    ) -> Result<Vec<Transfer>, AccessError> {
        let sealed = sql::transfers_within(tx, id).await?;
        Ok(Transfer::open_all(key, id, &sealed)?)
    }

    /// Hands a request on.
    ///
    /// # Errors
    /// As for a decision; 422 naming `note`, or `to_id` for whom it cannot go to.
    pub(super) async fn transfer(
        &self,
        caller: &Caller,
        id: ApprovalId,
        to: UserId,
        note: &str,
    ) -> Result<(), AccessError> {
        let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let store = self.store();
        let note = reason("note", note, NOTE)?;
        let approached = self.approach(caller, id).await?;
        let people = self.people().all(caller.org()).await?;
        let now = store.clock().now();

        let mut tx = store.write(caller).await?;
        let sitting = self.sit(&mut tx, &approached, (user, now), [to]).await?;
        // For oneself only: a delegate votes, or leaves it.
        sitting.seat(user, &[])?;
        let Sitting {
            request,
            ballots,
            transfers,
            record,
            step,
        } = &sitting;
        let Approached {
            key, permit, leads, ..
        } = &approached;
        let step = *step;
        let mut everybody = everybody(&people, leads);
        everybody.extend(record.standings.clone());
        let fit = successors(record, (ballots, transfers), (user, step), &everybody);
        if !fit.contains(&to) {
            return Err(AccessError::invalid("to_id", "approval.successor"));
        }
        let transfer = Transfer {
            from: user,
            to,
            step,
            note: note.to_owned(),
            at: now,
        };
        let sealed = transfer.seal(key, id, store.random());
        match sql::insert_transfer(&mut tx, permit, (user, to), sealed).await {
            Err(StoreError::Duplicate) => {
                return Err(AccessError::conflict("approval.transferred"));
            }
            other => other?,
        }
        let reason = key.seal_reason(Some(id.as_bytes()), note, store.random());
        let event = Event::own::<ApprovalResource>(caller, &TRANSFER, Some(*id.as_bytes()))
            .with("operation", Detail::code(&request.operation))
            .with("to", Detail::id(*to.as_bytes()))
            .with("reason", Detail::sealed(reason));
        let mut events = vec![event];
        let name = people.get(&request.requester).map(|it| it.name.clone());
        let params = vec![("requester", name.unwrap_or_default())];
        let template = Template::ApprovalAsked;
        events.extend(
            self.tell(&mut tx, caller, [to], template, id, params)
                .await?,
        );
        tx.finish_all(events).await?;
        Ok(())
    }
}
