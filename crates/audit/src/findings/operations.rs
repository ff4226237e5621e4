//! Reading findings, and saying what is to become of them.

use super::model::State;
use super::sql::{self, FindingRow};
use crate::resources::FindingResource;
use crate::{AuditError, Desk};
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Scope, actions};
use custos_values::{AuditFindingId, Timestamp, UserId};

/// What the reason is sealed for.
const SEALED: &str = "audit_finding.reason";
/// How long a reason is, in characters.
const REASON: std::ops::RangeInclusive<usize> = 2..=500;

/// What is to become of a finding.
pub(super) struct Decision {
    pub(super) state: State,
    pub(super) owner: Option<UserId>,
    pub(super) due_at: Option<Timestamp>,
    /// Needed to accept or resolve.
    pub(super) reason: Option<String>,
    /// Needed to accept.
    pub(super) accepted_until: Option<Timestamp>,
}

impl Desk {
    /// Findings, gravest first, with one more than asked for.
    pub(super) async fn findings(
        &self,
        caller: &Caller,
        state: Option<State>,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<(FindingRow, Option<String>)>, AuditError> {
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
        let open = |row: FindingRow| {
            let sealed = row.reason.as_deref();
            let plain = sealed.and_then(|it| key.open_secret(SEALED, row.id.as_bytes(), it).ok());
            let reason = plain.and_then(|plain| String::from_utf8(plain.to_vec()).ok());
            (row, reason)
        };
        Ok(rows.into_iter().map(open).collect())
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
        if closes && !REASON.contains(&reason.chars().count()) {
            let problem = FieldProblem::new("reason", "reason.length");
            problems.push(
                problem
                    .with("min", REASON.start())
                    .with("max", REASON.end()),
            );
        }
        if decision.state == State::Accepted && decision.accepted_until <= Some(now) {
            problems.push(FieldProblem::new("accepted_until", "date.in_the_past"));
        }
        let owner = match decision.owner {
            Some(owner) => {
                let known = (self.names)(org, vec![*owner.as_bytes()]).await;
                if known.is_empty() {
                    problems.push(FieldProblem::new("owner_id", "choice.unknown"));
                }
                Some(owner)
            }
            None => None,
        };
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
            ..before.clone()
        };
        sql::store(&mut tx, &permit, &after).await?;
        let mut event = Event::of(&permit).with("rule", Detail::count(before.rule.unsigned_abs()));
        if before.state != after.state {
            let name = |state: State| Detail::code(state.name());
            event = event.with_change("state", name(before.state), name(after.state));
        }
        if let Some(owner) = after.owner.filter(|_| before.owner != after.owner) {
            event = event.with("owner", Detail::id(*owner.as_bytes()));
        }
        tx.finish(event).await?;
        Ok(())
    }
}
