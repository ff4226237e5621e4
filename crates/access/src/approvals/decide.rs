//! Deciding, withdrawing, and what happens when the time of a request has passed.

use super::consider::{facts, voters_of};
use super::delegation::Delegation;
use super::events::{END, EXPIRE};
use super::model::{Ballot, Request, Row, State};
use super::sitting::{Approached, Sitting};
use super::sql;
use crate::{Access, AccessError, ApprovalResource};
use custos_http::{Problem, reason};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{ApprovalRecord, Caller, Permit, Progress, actions};
use custos_outbox::Template;
use custos_store::StoreError;
use custos_values::{ApprovalId, OrgId, UserId};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How often it is looked for requests whose time has passed.
const SWEEP: Duration = Duration::from_secs(20);
/// After how long nobody waits any more to hear how that ended for which an approval was used up, in milliseconds.
const FORGOTTEN_MS: i64 = 3_600_000;
/// Longest note of a decision, in characters.
const MAX_NOTE: usize = 500;

/// For whom somebody would vote: themselves, or one of those who delegated to them; why nobody, otherwise.
pub(super) fn seat_of(
    record: &ApprovalRecord,
    ballots: &[Ballot],
    voter: UserId,
    step: usize,
    delegators: &[UserId],
) -> Result<UserId, &'static str> {
    if record.excludes(voter) {
        return Err("approval.own");
    }
    let seen = voters_of(ballots);
    if ballots.iter().any(|ballot| ballot.voter == voter) {
        return Err("approval.voted");
    }
    let admitted = |seat: &UserId| {
        let standing = record.standings.get(seat).copied().unwrap_or_default();
        let step = record.steps.get(step);
        !record.excludes(*seat) && step.is_some_and(|step| step.admits(*seat, &standing))
    };
    let active = record.standings.get(&voter).is_some_and(|it| it.active);
    let mut seats = [voter].into_iter().chain(delegators.iter().copied());
    seats
        .find(|seat| active && admitted(seat) && !seen.contains(seat))
        .ok_or("approval.not_approver")
}

impl Access {
    /// Approves or refuses a request.
    ///
    /// # Errors
    /// Refused for one's own; 404 for what one has no part in; 403 `approval.not_approver` or `approval.own`; 409
    /// `approval.state` or `approval.voted`; 422 naming `note`.
    pub(super) async fn decide(
        &self,
        caller: &Caller,
        id: ApprovalId,
        approves: bool,
        note: &str,
    ) -> Result<(), AccessError> {
        let voter = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let store = self.store();
        // Whoever says no says why.
        let least = if approves { 0 } else { 2 };
        let note = reason("note", note, least..=MAX_NOTE)?;
        let approached = self.approach(caller, id).await?;
        let delegators = self.delegators_to(caller, voter).await?;
        let names = self.people().all(caller.org()).await?;
        let now = store.clock().now();

        let mut tx = store.write(caller).await?;
        let concerned = delegators.iter().copied();
        let mut sitting = self
            .sit(&mut tx, &approached, (voter, now), concerned)
            .await?;
        let seat = sitting.seat(voter, &delegators)?;
        let Sitting {
            request,
            ballots,
            record,
            step,
            ..
        } = &mut sitting;
        let step = *step;
        let Approached {
            key, permit, leads, ..
        } = &approached;
        let ballot = Ballot {
            voter,
            seat,
            step,
            approves,
            note: note.to_owned(),
            at: now,
        };
        let sealed = ballot.seal(key, id, store.random());
        match sql::insert_vote(&mut tx, permit, voter, seat, sealed).await {
            Err(StoreError::Duplicate) => return Err(AccessError::conflict("approval.voted")),
            other => other?,
        }
        ballots.push(ballot);
        let progress = if approves {
            record.votes.push(ballots[ballots.len() - 1].vote());
            Some(record.progress())
        } else {
            None
        };
        let (state, next) = match progress {
            None => (State::Refused, step),
            Some(Progress::Complete) => (State::Approved, step),
            Some(Progress::Waiting { step, .. }) => (State::Open, step),
        };
        let ended = (state == State::Refused).then_some(now);
        sql::advance(&mut tx, permit, &[State::Open], state, next, ended).await?;
        let reason = key.seal_reason(Some(id.as_bytes()), note, store.random());
        let mut event = Event::of(permit)
            .with("operation", Detail::code(&request.operation))
            .with(
                "decision",
                Detail::code(if approves { "approved" } else { "refused" }),
            )
            .with("state", Detail::code(state.name()))
            .with("requester", Detail::id(*request.requester.as_bytes()))
            .with("reason", Detail::sealed(reason));
        if seat != voter {
            event = event.with("seat", Detail::id(*seat.as_bytes()));
        }
        let mut events = vec![event];
        if state != State::Open {
            let code = state.name().to_owned();
            let params = vec![("state", code)];
            let told = [request.requester];
            let template = Template::ApprovalDecided;
            events.extend(
                self.tell(&mut tx, caller, told, template, id, params)
                    .await?,
            );
        } else if next != step {
            let name = names.get(&request.requester).map(|it| it.name.clone());
            let able = next_approvers(request, next, &names, leads);
            let params = vec![("requester", name.unwrap_or_default())];
            let template = Template::ApprovalAsked;
            events.extend(
                self.tell(&mut tx, caller, able, template, id, params)
                    .await?,
            );
        }
        tx.finish_all(events).await?;
        Ok(())
    }

    /// Who delegated to somebody, as of now.
    async fn delegators_to(
        &self,
        caller: &Caller,
        voter: UserId,
    ) -> Result<Vec<UserId>, AccessError> {
        let all = self.delegations(caller).await?;
        let to_voter = |(_, delegation): &(UserId, Delegation)| delegation.delegate == voter;
        Ok(all.into_iter().filter(to_voter).map(|(id, _)| id).collect())
    }

    /// Takes a request back.
    ///
    /// # Errors
    /// 404 for others' requests; 409 `approval.state`.
    pub(super) async fn withdraw(
        &self,
        caller: &Caller,
        id: ApprovalId,
    ) -> Result<(), AccessError> {
        let now = self.store().clock().now();
        let mut tx = self.store().write(caller).await?;
        let row = sql::one_within(&mut tx, id).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        if caller.user_id() != Some(row.requester) {
            return Err(Problem::not_found().into());
        }
        let permit: Permit<actions::Delete, _> = self
            .policy()
            .permit(caller, &facts(caller.org(), id, row.requester))?;
        let from = &[State::Open, State::Approved];
        if !sql::advance(
            &mut tx,
            &permit,
            from,
            State::Withdrawn,
            row.step,
            Some(now),
        )
        .await?
        {
            return Err(AccessError::conflict("approval.state"));
        }
        tx.finish(Event::of(&permit)).await?;
        Ok(())
    }

    /// Ends the requests whose time has passed; returns how many this node ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn expire_approvals(&self) -> Result<usize, AccessError> {
        let organisations = sql::organisations(&mut self.store().read().await?).await?;
        let mut ended = 0;
        for org in organisations {
            let keeper = Self::keeper(org);
            let now = self.store().clock().now();
            let begun_before = now.plus_millis(-FORGOTTEN_MS);
            let mut tx = self.store().read().await?;
            let overdue = sql::overdue(&mut tx, &keeper, now, begun_before).await?;
            drop(tx);
            for row in overdue {
                ended += usize::from(self.expire(&keeper, org, &row).await?);
            }
        }
        Ok(ended)
    }

    async fn expire(&self, keeper: &Caller, org: OrgId, row: &Row) -> Result<bool, AccessError> {
        let permit: Permit<actions::Update, _> = self
            .policy()
            .permit(keeper, &facts(org, row.id, row.requester))?;
        let begun = row.state == State::Executing;
        let (from, to, event) = if begun {
            (vec![State::Executing], State::Failed, &END)
        } else {
            (vec![State::Open, State::Approved], State::Expired, &EXPIRE)
        };
        let now = self.store().clock().now();
        let mut tx = self.store().write(keeper).await?;
        // Another node may have ended it.
        if !sql::advance(&mut tx, &permit, &from, to, row.step, Some(now)).await? {
            return Ok(false);
        }
        let event = Event::own::<ApprovalResource>(keeper, event, Some(*row.id.as_bytes()));
        let mut events = vec![if begun { event.failed() } else { event }];
        if !begun {
            let params = vec![("state", to.name().to_owned())];
            let template = Template::ApprovalDecided;
            let told = [row.requester];
            events.extend(
                self.tell(&mut tx, keeper, told, template, row.id, params)
                    .await?,
            );
        }
        tx.finish_all(events).await?;
        Ok(true)
    }

    /// Ends what has a deadline, again and again.
    pub async fn run(self: Arc<Self>) {
        loop {
            if let Err(error) = self.expire_approvals().await {
                tracing::warn!(%error, "requests for approval could not be ended");
            }
            if let Err(error) = self.expire_emergencies().await {
                tracing::warn!(%error, "emergency access could not be ended");
            }
            if let Err(error) = self.keep_reviews().await {
                tracing::warn!(%error, "reviews of access could not be carried on");
            }
            tokio::time::sleep(SWEEP).await;
        }
    }
}

/// Who may approve in a step, apart from the requester.
fn next_approvers(
    request: &Request,
    step: usize,
    people: &std::collections::BTreeMap<UserId, crate::Someone>,
    leads: &BTreeSet<UserId>,
) -> Vec<UserId> {
    let Some(step) = request.steps.get(step) else {
        return Vec::new();
    };
    let admitted = people.iter().filter(|(id, someone)| {
        let standing = custos_kernel::policy::ApproverStanding {
            active: someone.active && !someone.service,
            roles: someone.roles,
            leads: leads.contains(id),
        };
        **id != request.requester && step.admits(**id, &standing)
    });
    admitted.map(|(id, _)| *id).collect()
}
