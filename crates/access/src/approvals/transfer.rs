//! Transfer 转审: somebody who could decide about one request hands it on to somebody else.
//!
//! Whoever takes over could decide by the same terms of the rule: a person of the same role, another lead. Whoever hands on is
//! out for this request, in every step and for every delegate of theirs. It goes to nobody who decided, handed on or took
//! over before, so that it never comes round; and only as long as enough people remain.

use super::consider::{facts, voters_of};
use super::decide::seat_of;
use super::events::TRANSFER;
use super::model::Request;
use super::model::{Ballot, State};
use super::sql;
use crate::sealed;
use crate::{Access, AccessError, ApprovalResource, Someone};
use axum::http::StatusCode;
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::{CryptoError, TenantKey};
use custos_kernel::event::Event;
use custos_kernel::policy::{
    ApprovalRecord, ApproverStanding, Caller, Permit, Progress, Step, actions,
};
use custos_outbox::Template;
use custos_store::{StoreError, WriteTx};
use custos_values::{ApprovalId, Random, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const SEALED_TRANSFER: &str = "approval.transfer";
/// Shortest and longest note, in characters.
const NOTE: (usize, usize) = (2, 500);

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
        let (org, store) = (caller.org(), self.store());
        let note = note.trim();
        if !(NOTE.0..=NOTE.1).contains(&note.chars().count()) {
            let problem = FieldProblem::new("note", "reason.length");
            let problem = problem.with("min", NOTE.0).with("max", NOTE.1);
            return Err(Problem::invalid(vec![problem]).into());
        }
        let known = sql::one(&mut store.read().await?, caller, id).await?;
        let known = known.ok_or_else(Problem::not_found)?;
        let permit: Permit<actions::Grant, _> = self
            .policy()
            .permit(caller, &facts(org, id, known.requester))?;
        let leads = self.people().leads_of(org, known.requester).await?;
        let people = self.people().all(org).await?;
        let key = store.keys().get(store, org).await?;
        let now = store.clock().now();

        let mut tx = store.write(caller).await?;
        // From here on this transaction is alone with the request.
        let (open, step) = (&[State::Open], known.step);
        if !sql::advance(&mut tx, &permit, open, State::Open, step, None).await? {
            return Err(AccessError::conflict("approval.state"));
        }
        let row = sql::one_within(&mut tx, id).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        if now >= row.expires_at {
            return Err(AccessError::conflict("approval.expired"));
        }
        let request = Request::open(&key, &row)?;
        let ballots = self.ballots(&mut tx, &key, id).await?;
        let transfers = self.transfers_within(&mut tx, &key, id).await?;
        let mut concerned = voters_of(&ballots);
        concerned.extend([user, to]);
        let mut held = self.people().hold(&mut tx, &concerned).await?;
        for (id, standing) in &mut held {
            standing.leads = leads.contains(id);
        }
        let mut excluded = self
            .people()
            .behind(&mut tx, org, request.requester, &concerned)
            .await?;
        excluded.extend(gone(&transfers));
        let mut everybody = everybody(&people, &leads);
        everybody.extend(held.clone());
        let record = request.record((org, id), &ballots, held, excluded);
        let Progress::Waiting { step, .. } = record.progress() else {
            return Err(AccessError::conflict("approval.state"));
        };
        if gone(&transfers).contains(&user) {
            return Err(AccessError::conflict("approval.transferred"));
        }
        // For oneself only: a delegate votes, or leaves it.
        seat_of(&record, &ballots, user, step, &[]).map_err(|code| match code {
            "approval.voted" => AccessError::conflict(code),
            _ => Problem::new(StatusCode::FORBIDDEN, code).into(),
        })?;
        let fit = successors(&record, (&ballots, &transfers), (user, step), &everybody);
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
        let sealed = transfer.seal(&key, id, store.random());
        match sql::insert_transfer(&mut tx, &permit, (user, to), sealed).await {
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
