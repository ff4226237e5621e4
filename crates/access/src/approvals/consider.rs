//! Requests that are held up: let through, taken down to be approved, or carried out with an approval.

use super::describe::{Described, by_members};
use super::events::{END, REOPEN, REQUEST, USE};
use super::model::{Ballot, Request, State, digest};
use super::rules::{IfNobody, Rule, binding, due, may_be_held};
use super::sql;
use crate::people::News;
use crate::{Access, AccessError, ApprovalResource};
use axum::http::StatusCode;
use custos_http::{Considered, Content, Held, Problem, Wanted};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::TenantKey;
use custos_kernel::event::Event;
use custos_kernel::policy::{
    ApprovalRefusal, ApproverStanding, Caller, Denied, Facts, Origin, Permit, Progress, Remedy,
    Step, Threshold, actions,
};
use custos_outbox::Template;
use custos_store::WriteTx;
use custos_values::{ApprovalId, OrgId, UserId};
use std::collections::{BTreeMap, BTreeSet};

/// Most open requests of one account.
const MAX_OPEN: i64 = 50;
/// Most people told by mail about one request.
const MAX_TOLD: usize = 20;

pub(super) fn facts(org: OrgId, id: ApprovalId, requester: UserId) -> Facts<ApprovalResource> {
    Facts::owned(org, *id.as_bytes(), 0, Some(requester), None)
}

impl Access {
    /// Finds out whether a request that is held up may go on, and takes it down or uses an approval up if that is wanted.
    ///
    /// # Errors
    /// Refused with the remedy to ask for approval; 403 `approval.nobody`; 409 about the approval named; what the handler
    /// would answer to a request that cannot be carried out.
    pub async fn consider(
        &self,
        held: Held<'_>,
        caller: Caller,
    ) -> Result<Considered, AccessError> {
        let (resource, action) = held.action;
        // Whoever lacks a fresh factor, or the right at all, is told that first, and uses nothing up.
        self.policy().may_with_approval(&caller, resource, action)?;
        if let Wanted::Use(id) = held.wanted {
            return self.use_up(held, caller, *id).await;
        }
        let asks = matches!(held.wanted, Wanted::Request { .. });
        let unneeded = || AccessError::conflict("approval.unneeded");
        let (stored, _) = self.stored_rules(caller.org()).await?;
        let pass = |passed| match asks {
            true => Err(unneeded()),
            false => Ok(Considered::Pass(passed)),
        };
        if !may_be_held(&stored, &held.content.operation) {
            return pass(caller.needing_no_approval(held.action, false));
        }
        let described = self.described(&caller, held).await?;
        let rules = binding(&stored, &held.content.operation, &described.also);
        let Some(threshold) = rules
            .iter()
            .map(|rule| rule.threshold)
            .reduce(Threshold::or)
        else {
            return pass(caller.needing_no_approval(held.action, false));
        };
        let Some(rule) = due(rules, &described.measure) else {
            // Whoever stays below all of them stays below each.
            let passed = threshold.pass(&described.measure, &caller, held.action);
            return pass(passed.ok_or_else(Problem::not_found)?);
        };
        let able = self.able(&caller, &rule.steps).await?;
        if able.is_none() {
            if rule.if_nobody == IfNobody::Allow {
                return pass(caller.needing_no_approval(held.action, true));
            }
            return Err(Problem::new(StatusCode::FORBIDDEN, "approval.nobody").into());
        }
        let Wanted::Request { reason } = held.wanted else {
            return Err(Denied {
                action: format!("{resource}.{action}"),
                resource,
                record: None,
                visible: true,
                remedy: Some(Remedy::Approval),
                caller: Box::new(caller),
            }
            .into());
        };
        let first = able.unwrap_or_default().into_iter().next();
        let id = self
            .take_down(&caller, held.content, (rule, described), reason, first)
            .await?;
        Ok(Considered::Requested(id))
    }

    /// What a request would do, by who knows it. It is described as if it were approved: what else keeps it from being
    /// carried out, keeps it from being asked for.
    async fn described(&self, caller: &Caller, held: Held<'_>) -> Result<Described, AccessError> {
        let approved = caller.clone().needing_no_approval(held.action, false);
        match self.describer(&held.content.operation) {
            Some(describer) => Ok(describer.describe(&approved, held.content).await?),
            None => Ok(by_members(held.content)),
        }
    }

    /// Who could approve in each step; none if in one of them too few could.
    pub(super) async fn able(
        &self,
        requester: &Caller,
        steps: &[Step],
    ) -> Result<Option<Vec<BTreeSet<UserId>>>, AccessError> {
        let Some(user) = requester.user_id() else {
            return Ok(None);
        };
        let standings = self.standings(requester.org(), user).await?;
        let mut able = Vec::new();
        for step in steps {
            let admitted: BTreeSet<UserId> = standings
                .iter()
                .filter(|(id, standing)| **id != user && step.admits(**id, standing))
                .map(|(id, _)| *id)
                .collect();
            if admitted.len() < step.needed as usize {
                return Ok(None);
            }
            able.push(admitted);
        }
        Ok(Some(able))
    }

    /// What everybody is now, with regard to the requests of one account.
    pub(super) async fn standings(
        &self,
        org: OrgId,
        requester: UserId,
    ) -> Result<BTreeMap<UserId, ApproverStanding>, AccessError> {
        let people = self.people().all(org).await?;
        let leads = self.people().leads_of(org, requester).await?;
        let standing = |(id, someone): (UserId, crate::Someone)| {
            let standing = ApproverStanding {
                active: someone.active && !someone.service,
                roles: someone.roles,
                leads: leads.contains(&id),
            };
            (id, standing)
        };
        Ok(people.into_iter().map(standing).collect())
    }

    async fn take_down(
        &self,
        caller: &Caller,
        content: &Content,
        (rule, described): (Rule, Described),
        reason: &str,
        first: Option<BTreeSet<UserId>>,
    ) -> Result<ApprovalId, AccessError> {
        let requester = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let (org, store) = (caller.org(), self.store());
        let malformed = |_| Problem::bad_request("request.malformed");
        let now = store.clock().now();
        let expires_at = now.plus_millis(i64::from(rule.hours) * 3_600_000);
        let request = Request {
            requester,
            operation: content.operation.clone(),
            method: content.method.to_string(),
            target: content.target.clone(),
            if_match: content.if_match.clone(),
            content_type: content.content_type.clone(),
            idempotency_key: content.idempotency_key.clone(),
            body: String::from_utf8(content.body.to_vec()).map_err(malformed)?,
            reason: reason.to_owned(),
            described,
            steps: rule.steps,
            created_at: now,
            expires_at,
        };
        let id = ApprovalId::new(store.clock(), store.random());
        let permit: Permit<actions::Create, _> = self
            .policy()
            .permit(&Self::keeper(org), &facts(org, id, requester))?;
        let key = store.keys().get(store, org).await?;
        let sealed = request.seal(&key, id, store.random());
        let names = self.people().all(org).await?;
        let name = names.get(&requester).map(|it| it.name.clone());
        let mut tx = store.write(caller).await?;
        if sql::open_of(&mut tx, requester).await? >= MAX_OPEN {
            return Err(AccessError::conflict("approval.too_many"));
        }
        sql::insert(&mut tx, &permit, requester, sealed, expires_at).await?;
        let reason = key.seal_reason(Some(id.as_bytes()), reason, store.random());
        let mut event = Event::own::<ApprovalResource>(caller, &REQUEST, Some(*id.as_bytes()))
            .with("operation", Detail::code(&request.operation))
            .with("reason", Detail::sealed(reason));
        if let Some(records) = request.described.measure.records {
            event = event.with("records", Detail::count(records));
        }
        let mut events = vec![event];
        let told = first.unwrap_or_default();
        let params = vec![("requester", name.unwrap_or_default())];
        events.extend(
            self.tell(&mut tx, caller, told, Template::ApprovalAsked, id, params)
                .await?,
        );
        tx.finish_all(events).await?;
        Ok(id)
    }

    /// Tells people about a request.
    pub(super) async fn tell(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        people: impl IntoIterator<Item = UserId>,
        template: Template,
        id: ApprovalId,
        mut params: Vec<(&'static str, String)>,
    ) -> Result<Vec<Event>, AccessError> {
        params.push(("link", format!("/approvals/{id}")));
        let origin: Origin = caller.origin().clone();
        let mut events = Vec::new();
        for user in people.into_iter().take(MAX_TOLD) {
            let news = News {
                template,
                params: params.clone(),
            };
            let told = self
                .people()
                .tell(tx, caller.org(), user, &origin, news)
                .await?;
            events.extend(told);
        }
        Ok(events)
    }

    /// Uses an approval up for exactly the request it is for. What follows happens at most once, whether it succeeds or not.
    async fn use_up(
        &self,
        held: Held<'_>,
        caller: Caller,
        id: ApprovalId,
    ) -> Result<Considered, AccessError> {
        let (org, store) = (caller.org(), self.store());
        let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let leads = self.people().leads_of(org, user).await?;
        let key = store.keys().get(store, org).await?;
        let now = store.clock().now();
        let mut tx = store.write(&caller).await?;
        let row = sql::one_within(&mut tx, id).await?;
        let row = row.ok_or_else(Problem::not_found)?;
        if row.requester != user {
            return Err(Problem::not_found().into());
        }
        let permit: Permit<actions::Update, _> = self
            .policy()
            .permit(&Self::keeper(org), &facts(org, id, user))?;
        let (from, to) = (&[State::Approved], State::Executing);
        if !sql::advance(&mut tx, &permit, from, to, row.step, Some(now)).await? {
            return Err(AccessError::conflict("approval.state"));
        }
        let request = Request::open(&key, &row)?;
        let ballots = self.ballots(&mut tx, &key, id).await?;
        let voters = voters_of(&ballots);
        let mut standings = self.people().hold(&mut tx, &voters).await?;
        for (voter, standing) in &mut standings {
            standing.leads = leads.contains(voter);
        }
        let excluded = self.people().behind(&mut tx, org, user, &voters).await?;
        let record = request.record((org, id), &ballots, standings, excluded);
        let asked = (&*held.content.operation, &digest(held.content));
        match record.authenticate(caller.clone(), held.action, asked, now) {
            Ok(approved) => {
                let event = Event::own::<ApprovalResource>(&caller, &USE, Some(*id.as_bytes()))
                    .with("operation", Detail::code(&request.operation))
                    .with("approvers", Detail::count(voters.len() as u64));
                tx.finish(event).await?;
                Ok(Considered::Use(approved, id))
            }
            Err(ApprovalRefusal::Incomplete) => {
                let step = match record.progress() {
                    Progress::Waiting { step, .. } => step,
                    Progress::Complete => 0,
                };
                let (from, to) = (&[State::Executing], State::Open);
                sql::advance(&mut tx, &permit, from, to, step, None).await?;
                let event = Event::own::<ApprovalResource>(&caller, &REOPEN, Some(*id.as_bytes()));
                tx.finish(event).await?;
                Err(AccessError::conflict("approval.incomplete"))
            }
            // Nothing is used up: dropping the transaction takes the step back.
            Err(ApprovalRefusal::Foreign) => Err(Problem::not_found().into()),
            Err(ApprovalRefusal::Mismatch) => Err(AccessError::conflict("approval.mismatch")),
            Err(ApprovalRefusal::Expired) => Err(AccessError::conflict("approval.expired")),
        }
    }

    /// The votes on a request. One that was not written by this program does not open, and then nothing does.
    pub(super) async fn ballots(
        &self,
        tx: &mut WriteTx<'_>,
        key: &TenantKey,
        id: ApprovalId,
    ) -> Result<Vec<Ballot>, AccessError> {
        let sealed = sql::votes_within(tx, id).await?;
        let opened = sealed.iter().map(|sealed| Ballot::open(key, id, sealed));
        let mut ballots = opened.collect::<Result<Vec<_>, _>>()?;
        ballots.sort_by_key(|ballot| (ballot.at, ballot.voter));
        Ok(ballots)
    }

    /// Takes down how that ended for which an approval was used up.
    ///
    /// # Errors
    /// When the database fails; the sweep closes it then.
    pub async fn approval_used(
        &self,
        caller: &Caller,
        id: ApprovalId,
        succeeded: bool,
    ) -> Result<(), AccessError> {
        let user = caller.user_id().ok_or_else(Problem::unauthenticated)?;
        let permit: Permit<actions::Update, _> = self
            .policy()
            .permit(&Self::keeper(caller.org()), &facts(caller.org(), id, user))?;
        let to = if succeeded {
            State::Executed
        } else {
            State::Failed
        };
        let now = self.store().clock().now();
        let mut tx = self.store().write(caller).await?;
        let step = sql::one_within(&mut tx, id)
            .await?
            .map_or(0, |row| row.step);
        if sql::advance(&mut tx, &permit, &[State::Executing], to, step, Some(now)).await? {
            let event = Event::own::<ApprovalResource>(caller, &END, Some(*id.as_bytes()));
            tx.finish(if succeeded { event } else { event.failed() })
                .await?;
        }
        Ok(())
    }
}

/// All whose standing matters for some votes.
pub(super) fn voters_of(ballots: &[Ballot]) -> BTreeSet<UserId> {
    let both = ballots
        .iter()
        .flat_map(|ballot| [ballot.voter, ballot.seat]);
    both.collect()
}
