//! Keeping questions.

use super::model::Question;
use super::sql;
use crate::resources::QuestionResource;
use crate::{AuditError, Desk};
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, Facts, Permit, Scope, actions};
use custos_store::{StoreError, WriteTx};
use custos_values::{AuditQuestionId, Timestamp, UserId};
use http::StatusCode;

/// What the content of a question is sealed for.
const SEALED: &str = "audit_question.content";
/// Questions a person may keep.
const MOST: i64 = 100;

/// A question as it is kept.
pub(super) struct Kept {
    pub(super) id: AuditQuestionId,
    pub(super) owner: UserId,
    pub(super) question: Question,
    pub(super) updated_at: Timestamp,
    pub(super) version: i64,
}

impl Desk {
    /// One's own questions and those shared, oldest first.
    pub(super) async fn questions(&self, caller: &Caller) -> Result<Vec<Kept>, AuditError> {
        let scope: Scope<actions::List, QuestionResource> = self.policy.scope(caller)?;
        let owner = person(caller)?;
        // What colleagues ask among themselves is not for people from outside.
        let shared = !caller.is_external();
        let rows = sql::list(&mut self.store.read().await?, caller, owner, shared).await?;
        let key = self.store.keys().get(&self.store, caller.org()).await?;
        let mut kept = Vec::with_capacity(rows.len());
        for row in rows {
            let corrupt = || StoreError::Corrupt("a question that does not open".to_owned());
            let plain = key
                .open_secret(SEALED, row.id.as_bytes(), &row.content)
                .map_err(|_| corrupt())?;
            kept.push(Kept {
                id: row.id,
                owner: row.owner,
                question: serde_json::from_slice(&plain).map_err(|_| corrupt())?,
                updated_at: row.updated_at,
                version: row.version,
            });
        }
        let event = Event::of_scope(&scope).with("rows", Detail::count(kept.len() as u64));
        self.sink.record(event).await?;
        Ok(kept)
    }

    /// Keeps a question; tells its id.
    ///
    /// # Errors
    /// Refused, 422 naming the fields, 409 `audit.too_many_questions`.
    pub(super) async fn keep_question(
        &self,
        caller: &Caller,
        question: &Question,
    ) -> Result<AuditQuestionId, AuditError> {
        let owner = person(caller)?;
        refuse_sharing(caller, question)?;
        let id = AuditQuestionId::new(self.store.clock(), self.store.random());
        let facts = Facts::owned(caller.org(), *id.as_bytes(), 0, Some(owner), None);
        let permit = self
            .policy
            .permit::<actions::Create, QuestionResource>(caller, &facts)?;
        let content = self.sealed(caller, id, question).await?;
        let now = self.store.clock().now();
        let mut tx = self.store.write(caller).await?;
        if sql::count(&mut tx, owner).await? >= MOST {
            let full = Problem::new(StatusCode::CONFLICT, "audit.too_many_questions");
            return Err(AuditError::Request(full.with("max", MOST)));
        }
        sql::insert(&mut tx, &permit, owner, question.shared, content, now).await?;
        tx.finish(told(Event::of(&permit), question)).await?;
        Ok(id)
    }

    /// Changes a question of one's own as of a version.
    ///
    /// # Errors
    /// Refused, 404, 412, or 422 naming the fields.
    pub(super) async fn change_question(
        &self,
        caller: &Caller,
        id: AuditQuestionId,
        version: i64,
        question: &Question,
    ) -> Result<(), AuditError> {
        refuse_sharing(caller, question)?;
        let content = self.sealed(caller, id, question).await?;
        let now = self.store.clock().now();
        let mut tx = self.store.write(caller).await?;
        let permit = self
            .question_permit::<actions::Update>(&mut tx, caller, id, version)
            .await?;
        sql::update(&mut tx, &permit, question.shared, content, now).await?;
        tx.finish(told(Event::of(&permit), question)).await?;
        Ok(())
    }

    /// Forgets a question of one's own.
    ///
    /// # Errors
    /// Refused, 404, 412.
    pub(super) async fn forget_question(
        &self,
        caller: &Caller,
        id: AuditQuestionId,
        version: i64,
    ) -> Result<(), AuditError> {
        let mut tx = self.store.write(caller).await?;
        let permit = self
            .question_permit::<actions::Delete>(&mut tx, caller, id, version)
            .await?;
        sql::delete(&mut tx, &permit).await?;
        tx.finish(Event::of(&permit)).await?;
        Ok(())
    }

    async fn question_permit<A: Action>(
        &self,
        tx: &mut WriteTx<'_>,
        caller: &Caller,
        id: AuditQuestionId,
        version: i64,
    ) -> Result<Permit<A, QuestionResource>, AuditError> {
        let owner = sql::owner(tx, id).await?;
        let owner = owner.ok_or_else(|| AuditError::Request(Problem::not_found()))?;
        let facts = Facts::owned(caller.org(), *id.as_bytes(), version, Some(owner), None);
        Ok(self.policy.permit(caller, &facts)?)
    }

    async fn sealed(
        &self,
        caller: &Caller,
        id: AuditQuestionId,
        question: &Question,
    ) -> Result<Vec<u8>, AuditError> {
        let problems = question.problems();
        if !problems.is_empty() {
            return Err(AuditError::Request(Problem::invalid(problems)));
        }
        let plain = serde_json::to_vec(question)
            .map_err(|error| AuditError::Request(Problem::internal(error)))?;
        let key = self.store.keys().get(&self.store, caller.org()).await?;
        Ok(key.seal_secret(SEALED, id.as_bytes(), &plain, self.store.random()))
    }
}

fn told(event: Event, question: &Question) -> Event {
    event.with(
        "shared",
        Detail::code(if question.shared { "yes" } else { "no" }),
    )
}

/// People from outside put nothing before others.
fn refuse_sharing(caller: &Caller, question: &Question) -> Result<(), AuditError> {
    if question.shared && caller.is_external() {
        let wrong = FieldProblem::new("shared", "audit.question.external");
        return Err(AuditError::Request(Problem::invalid(vec![wrong])));
    }
    Ok(())
}

/// Questions are kept by people.
fn person(caller: &Caller) -> Result<UserId, AuditError> {
    let missing = || AuditError::Request(Problem::not_found());
    caller.user_id().ok_or_else(missing)
}
