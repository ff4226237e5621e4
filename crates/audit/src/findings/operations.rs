//! Reading findings, and saying what is to become of them.

use super::model::State;
use super::sql::{self, FindingRow};
use crate::resources::FindingResource;
use crate::{AuditError, Desk};
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::TenantKey;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Scope, actions};
use custos_values::{AuditFindingId, Timestamp, UserId};

/// What the reason is sealed for.
const SEALED: &str = "audit_finding.reason";
/// What the words of whoever looks after it are sealed for.
pub(super) const REMEDY_SEALED: &str = "audit_finding.remedy";
/// How long a reason is, in characters.
pub(super) const REASON: std::ops::RangeInclusive<usize> = 2..=500;

/// What is to become of a finding.
pub(super) struct Decision {
    pub(super) state: State,
    pub(super) owner: Option<UserId>,
    pub(super) due_at: Option<Timestamp>,
    /// Needed to accept or resolve.
    pub(super) reason: Option<String>,
    /// Needed to accept.
    pub(super) accepted_until: Option<Timestamp>,
    /// What was said to be done is not.
    pub(super) send_back: bool,
}

/// A finding with what people wrote about it.
pub(super) struct Read {
    pub(super) row: FindingRow,
    pub(super) reason: Option<String>,
    pub(super) remedy: Option<String>,
}

impl Read {
    pub(super) fn open(row: FindingRow, key: &TenantKey) -> Self {
        let open = |purpose: &str, sealed: Option<&[u8]>| {
            let plain = key.open_secret(purpose, row.id.as_bytes(), sealed?).ok()?;
            String::from_utf8(plain.to_vec()).ok()
        };
        Self {
            reason: open(SEALED, row.reason.as_deref()),
            remedy: open(REMEDY_SEALED, row.remedy.as_deref()),
            row,
        }
    }
}

impl Desk {
    /// Findings, gravest first, with one more than asked for.
    pub(super) async fn findings(
        &self,
        caller: &Caller,
        state: Option<State>,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<Read>, AuditError> {
        let scope: Scope<actions::List, FindingResource> = self.policy.scope(caller)?;
        let rows = sql::list(
            &mut self.store.read().await?,
            caller,
            state,
            limit + 1,
            offset,
        )
        .await?;
        let key = self.store.keys().get(&self.store, caller.org()).await?;
        let event = Event::of_scope(&scope).with("rows", Detail::count(rows.len() as u64));
        self.sink.record(event).await?;
        Ok(rows.into_iter().map(|row| Read::open(row, &key)).collect())
    }

    /// Decides about a finding as of a version.
    ///
    /// # Errors
    /// Refused, 404, 412, or 422 naming the fields.
    pub(super) async fn decide(
        &self,
        caller: &Caller,
        id: AuditFindingId,
        version: i64,
        decision: Decision,
    ) -> Result<(), AuditError> {
        let org = caller.org();
        let facts = Facts::<FindingResource>::shared(org, *id.as_bytes(), version);
        let permit = self.policy.permit::<actions::Update, _>(caller, &facts)?;
        let now = self.store.clock().now();
        let reason = decision
            .reason
            .as_deref()
            .map(str::trim)
            .unwrap_or_default();
        let mut problems = Vec::new();
        let closes = decision.state != State::Open;
        if closes {
            problems.extend(custos_http::reason("reason", reason, REASON).err());
        }
        if decision.state == State::Accepted && decision.accepted_until <= Some(now) {
            problems.push(FieldProblem::new("accepted_until", "date.in_the_past"));
        }
        let owner = decision.owner;
        if !problems.is_empty() {
            return Err(AuditError::Request(Problem::invalid(problems)));
        }
        let key = self.store.keys().get(&self.store, org).await?;
        let sealed = closes.then(|| {
            key.seal_secret(
                SEALED,
                id.as_bytes(),
                reason.as_bytes(),
                self.store.random(),
            )
        });
        let mut tx = self.store.write(caller).await?;
        let found = sql::one(&mut tx, id).await?;
        let before = found.ok_or_else(|| AuditError::Request(Problem::not_found()))?;
        let assigned = owner.filter(|_| before.owner != owner);
        if let Some(owner) = assigned
            && !self.looks_after(org, owner).await?
        {
            let wrong = FieldProblem::new("owner_id", "choice.unknown");
            return Err(AuditError::Request(Problem::invalid(vec![wrong])));
        }
        let after = FindingRow {
            state: decision.state,
            owner,
            due_at: decision.due_at,
            reason: sealed,
            accepted_until: decision
                .accepted_until
                .filter(|_| decision.state == State::Accepted),
            closed_at: closes.then_some(now),
            by_itself: false,
            // Whoever looks after it from now on has not done it yet.
            remedied: before.remedied && before.owner == owner && !decision.send_back,
            ..before.clone()
        };
        sql::store(&mut tx, &permit, &after).await?;
        let mut event = Event::of(&permit).with("rule", Detail::count(before.rule.unsigned_abs()));
        if before.state != after.state {
            let name = |state: State| Detail::code(state.name());
            event = event.with_change("state", name(before.state), name(after.state));
        }
        if before.remedied && !after.remedied {
            event = event.with("done", Detail::code("no"));
        }
        let mut events = Vec::new();
        if let Some(owner) = assigned {
            event = event.with("owner", Detail::id(*owner.as_bytes()));
            events.extend(self.tell_assigned(&mut tx, caller, owner).await?);
        }
        events.push(event);
        tx.finish_all(events).await?;
        Ok(())
    }
}
