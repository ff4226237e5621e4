//! Alone with an open request: what deciding about it and handing it on have in common.

use super::consider::{facts, voters_of};
use super::decide::seat_of;
use super::model::{Ballot, Request, State};
use super::sql;
use super::transfer::{Transfer, gone};
use crate::{Access, AccessError, ApprovalResource};
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::crypto::TenantKey;
use custos_kernel::policy::{ApprovalRecord, Caller, Permit, Progress, actions};
use custos_store::WriteTx;
use custos_values::{ApprovalId, OrgId, Timestamp, UserId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is known of a request before the transaction.
pub(super) struct Approached {
    pub(super) key: Arc<TenantKey>,
    pub(super) permit: Permit<actions::Grant, ApprovalResource>,
    /// Who leads the requester.
    pub(super) leads: BTreeSet<UserId>,
    place: (OrgId, ApprovalId),
    step: usize,
}

/// A request that waits, within the transaction that is alone with it.
pub(super) struct Sitting {
    pub(super) request: Request,
    pub(super) ballots: Vec<Ballot>,
    pub(super) transfers: Vec<Transfer>,
    /// What the kernel judges by, as of this transaction.
    pub(super) record: ApprovalRecord,
    /// The step it waits in.
    pub(super) step: usize,
}

impl Sitting {
    /// For whom somebody may speak: themselves, or one of those who delegated to them.
    ///
    /// # Errors
    /// 403 `approval.not_approver` or `approval.own`; 409 `approval.voted`.
    pub(super) fn seat(&self, user: UserId, delegators: &[UserId]) -> Result<UserId, AccessError> {
        let seat = seat_of(&self.record, &self.ballots, user, self.step, delegators);
        seat.map_err(|code| match code {
            "approval.voted" => AccessError::conflict(code),
            _ => Problem::new(StatusCode::FORBIDDEN, code).into(),
        })
    }
}

impl Access {
    /// Reads what is needed of a request before the transaction.
    ///
    /// # Errors
    /// Refused for one's own; 404 for what one has no part in.
    pub(super) async fn approach(
        &self,
        caller: &Caller,
        id: ApprovalId,
    ) -> Result<Approached, AccessError> {
        let (org, store) = (caller.org(), self.store());
        let known = sql::one(&mut store.read().await?, caller, id).await?;
        let known = known.ok_or_else(Problem::not_found)?;
        Ok(Approached {
            permit: self
                .policy()
                .permit(caller, &facts(org, id, known.requester))?,
            leads: self.people().leads_of(org, known.requester).await?,
            key: store.keys().get(store, org).await?,
            place: (org, id),
            step: known.step,
        })
    }

    /// Locks a request until the transaction ends and judges anew how it stands: of its voters, of whoever acts, and of those
    /// they act for or hand on to.
    ///
    /// # Errors
    /// 409 `approval.state`, `approval.expired`, or `approval.transferred` to whoever handed it on.
    pub(super) async fn sit(
        &self,
        tx: &mut WriteTx<'_>,
        approached: &Approached,
        (user, now): (UserId, Timestamp),
        also: impl IntoIterator<Item = UserId>,
    ) -> Result<Sitting, AccessError> {
        let Approached {
            key, permit, leads, ..
        } = approached;
        let (org, id) = approached.place;
        // From here on this transaction is alone with the request.
        let open = &[State::Open];
        if !sql::advance(tx, permit, open, State::Open, approached.step, None).await? {
            return Err(AccessError::conflict("approval.state"));
        }
        let row = sql::one_within(tx, id).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        if now >= row.expires_at {
            return Err(AccessError::conflict("approval.expired"));
        }
        let request = Request::open(key, &row)?;
        let ballots = self.ballots(tx, key, id).await?;
        let transfers = self.transfers_within(tx, key, id).await?;
        let handed_on = gone(&transfers);
        if handed_on.contains(&user) {
            return Err(AccessError::conflict("approval.transferred"));
        }
        let mut concerned = voters_of(&ballots);
        concerned.insert(user);
        concerned.extend(also);
        let mut standings = self.people().hold(tx, &concerned).await?;
        for (user, standing) in &mut standings {
            standing.leads = leads.contains(user);
        }
        let mut excluded = self
            .people()
            .behind(tx, org, request.requester, &concerned)
            .await?;
        excluded.extend(handed_on);
        let record = request.record((org, id), &ballots, standings, excluded);
        let Progress::Waiting { step, .. } = record.progress() else {
            return Err(AccessError::conflict("approval.state"));
        };
        Ok(Sitting {
            request,
            ballots,
            transfers,
            record,
            step,
        })
    }
}
