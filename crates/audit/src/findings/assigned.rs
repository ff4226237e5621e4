//! Findings before whoever looks after them: they see theirs and say what was done. Whether that is enough is for the auditor
//! to say.

use super::operations::{REASON, REMEDY_SEALED, Read};
use super::sql;
use crate::resources::AssignedFindingResource;
use crate::{AuditError, Desk};
use custos_access::News;
use custos_http::{Problem, reason};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Role, Scope, actions};
use custos_outbox::Template;
use custos_store::WriteTx;
use custos_values::{AuditFindingId, OrgId, UserId};

/// What was done about a finding.
pub(super) struct Remedy {
    /// In words.
    pub(super) note: String,
    /// Whether that is all there is to do.
    pub(super) done: bool,
}

impl Desk {
    /// The findings the caller looks after, with one more than asked for.
    pub(super) async fn assigned_findings(
        &self,
        caller: &Caller,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<Read>, AuditError> {
        let scope: Scope<actions::List, AssignedFindingResource> = self.policy.scope(caller)?;
        // Whatever the scope says: nobody's but the caller's.
        let owner = person(caller)?;
        let mut tx = self.store.read().await?;
        let rows = sql::of_owner(&mut tx, caller, owner, limit + 1, offset).await?;
        drop(tx);
        let key = self.store.keys().get(&self.store, caller.org()).await?;
        let event = Event::of_scope(&scope).with("rows", Detail::count(rows.len() as u64));
        self.sink.record(event).await?;
        Ok(rows.into_iter().map(|row| Read::open(row, &key)).collect())
    }

    /// Says what was done about a finding the caller looks after, as of a version. It stays open.
    ///
    /// # Errors
    /// Refused, 404, 409 `audit.finding_closed`, 412, or 422 naming the fields.
    pub(super) async fn remedy(
        &self,
        caller: &Caller,
        id: AuditFindingId,
        version: i64,
        remedy: Remedy,
    ) -> Result<(), AuditError> {
        let missing = || AuditError::Request(Problem::not_found());
        let org = caller.org();
        let key = self.store.keys().get(&self.store, org).await?;
        let mut tx = self.store.write(caller).await?;
        let found = sql::one(&mut tx, id).await?.ok_or_else(missing)?;
        let facts = Facts::owned(org, *id.as_bytes(), version, found.owner, None);
        let permit = self
            .policy
            .permit::<actions::Update, AssignedFindingResource>(caller, &facts)?;
        let owner = person(caller)?;
        let note = reason("note", &remedy.note, REASON)
            .map_err(|problem| AuditError::Request(Problem::invalid(vec![problem])))?;
        if !found.is_open() {
            let closed = Problem::new(http::StatusCode::CONFLICT, "audit.finding_closed");
            return Err(AuditError::Request(closed));
        }
        let (plain, random) = (note.as_bytes(), self.store.random());
        let sealed = key.seal_secret(REMEDY_SEALED, id.as_bytes(), plain, random);
        let now = self.store.clock().now();
        sql::store_remedy(&mut tx, &permit, owner, sealed, now, remedy.done).await?;
        let event = Event::of(&permit)
            .with("rule", Detail::count(found.rule.unsigned_abs()))
            .with("done", Detail::code(if remedy.done { "yes" } else { "no" }));
        tx.finish(event).await?;
        Ok(())
    }

    /// Whether somebody can be named to look after findings: a person of the organisation whose account may be used.
    pub(super) async fn looks_after(&self, org: OrgId, user: UserId) -> Result<bool, AuditError> {
        let Some(people) = self.people() else {
            let known = (self.names)(org, vec![*user.as_bytes()]).await;
            return Ok(!known.is_empty());
        };
        let all = people.all(org).await?;
        Ok(all.get(&user).is_some_and(|someone| {
            someone.active && !someone.service && !someone.roles.contains(Role::ExternalAuditor)
        }))
    }

    /// Tells somebody by mail that a finding is theirs to look after, if there is a way: not what it is, which the page says.
    pub(super) async fn tell_assigned(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        owner: UserId,
    ) -> Result<Option<Event>, AuditError> {
        let Some(people) = self.people() else {
            return Ok(None);
        };
        let news = News {
            template: Template::FindingAssigned,
            params: vec![("link", "/findings".to_owned())],
        };
        let told = people.tell(tx, caller.org(), owner, caller.origin(), news);
        Ok(told.await?)
    }
}

/// Findings are looked after by people.
fn person(caller: &Caller) -> Result<UserId, AuditError> {
    let missing = || AuditError::Request(Problem::not_found());
    caller.user_id().ok_or_else(missing)
}
