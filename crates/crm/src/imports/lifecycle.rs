//! Correcting, starting, cancelling, resuming and deleting an import.

use super::batch::Run;
use super::details::ImportOptions;
use super::events::{CANCEL, RESUME, START};
use super::model::{Import, State, StoredImport};
use super::plan::Plan;
use super::prepare::Owners;
use super::sql;
use super::upload::file_gone;
use super::wire::ImportPatch;
use super::worker::Source;
use crate::customers::Customer;
use crate::{Crm, CrmError};
use custos_http::{FieldProblem, Problem};
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, FieldAccess, Permit, actions};
use custos_values::{ImportId, UserId};
use http::StatusCode;
use std::sync::Arc;

impl Crm {
    /// Reads an import for an action, deciding on the action.
    pub(super) async fn import_for<A: Action>(
        &self,
        caller: &Caller,
        id: ImportId,
    ) -> Result<(StoredImport, Permit<A, Import>), CrmError> {
        let keys = self.keys(caller.org()).await?;
        let import = sql::find(&mut self.store.read().await?, caller, &keys, id).await?;
        let permit = self.policy.permit(caller, &import.facts)?;
        Ok((import, permit))
    }

    /// Looks at the file again under what a person has corrected.
    pub(super) async fn correct_import(
        &self,
        caller: &Caller,
        id: ImportId,
        patch: ImportPatch,
    ) -> Result<(), CrmError> {
        let (import, permit) = self.import_for::<actions::Update>(caller, id).await?;
        if import.state != State::Detected {
            return Err(wrong_state(import.state).into());
        }
        let mut details = import.details;
        if let Some(source) = patch.source {
            source.apply(&mut details.overrides);
            details.detection = self.detect(id, details.overrides.clone()).await?;
        }
        details.preset = patch.preset.map(Into::into).or(details.preset);
        let keys = self.keys(caller.org()).await?;
        let sealed = details.seal(&keys, id, self.store.random());
        let mut tx = self.store.write(caller).await?;
        if !sql::redetect(&mut tx, &permit, sealed).await? {
            return Err(wrong_state(State::Running).into());
        }
        Ok(tx.finish(Event::of(&permit)).await?)
    }

    /// The plan of options for an import, if the caller may do what it says.
    pub(super) fn import_plan(
        &self,
        caller: &Caller,
        import: &StoredImport,
        options: &ImportOptions,
    ) -> Result<Plan, CrmError> {
        let plan = Plan::new(options, import.details.detection.columns.len())?;
        let may_write =
            |rule| self.policy.field_access_ever::<Customer>(caller, rule) == FieldAccess::Write;
        let problems: Vec<_> = plan
            .fields()
            .filter(|spec| !may_write(spec.rule()))
            .map(|spec| FieldProblem::new(spec.name, "field.not_writable"))
            .collect();
        if problems.is_empty() {
            Ok(plan)
        } else {
            Err(CrmError::Invalid(problems))
        }
    }

    fn import_owner(&self, caller: &Caller, options: &ImportOptions) -> Result<UserId, CrmError> {
        let owner = options
            .owner_id
            .or_else(|| caller.user_id())
            .ok_or(CrmError::NotFound)?;
        if self.may_import_for(caller, owner).is_none() {
            let problem = FieldProblem::new("owner_id", "owner.not_permitted");
            return Err(CrmError::Invalid(vec![problem]));
        }
        Ok(owner)
    }

    /// Starts an import in the background.
    pub(super) async fn start_import(
        self: &Arc<Self>,
        caller: &Caller,
        id: ImportId,
        options: ImportOptions,
    ) -> Result<(), CrmError> {
        let (mut import, permit) = self.import_for::<actions::Update>(caller, id).await?;
        if import.state != State::Detected {
            return Err(wrong_state(import.state).into());
        }
        let plan = self.import_plan(caller, &import, &options)?;
        let owner = self.import_owner(caller, &options)?;
        self.open_upload(id).map_err(|_| file_gone())?;
        let fields: Vec<&str> = plan.fields().map(|spec| spec.name).collect();
        let event = Event::own::<Import>(caller, &START, Some(*id.as_bytes()))
            .with("bytes", Detail::count(import.size))
            .with("fields", Detail::names(fields))
            .with(
                "duplicates",
                Detail::code(format!("{:?}", options.duplicates).to_lowercase()),
            )
            .with(
                "uscc_check",
                Detail::code(format!("{:?}", options.uscc_check).to_lowercase()),
            )
            .with("owner", Detail::id(*owner.as_bytes()));
        import.details.options = options;
        let keys = self.keys(caller.org()).await?;
        let sealed = import.details.seal(&keys, id, self.store.random());
        let mut tx = self.store.write(caller).await?;
        self.keep_owner(&mut tx, Some(owner)).await?;
        if !sql::start(&mut tx, &permit, sealed).await? {
            return Err(wrong_state(State::Running).into());
        }
        tx.finish(event).await?;
        self.run(caller, permit, import, plan, owner).await
    }

    /// Goes on with an import that was stopped.
    pub(super) async fn resume_import(
        self: &Arc<Self>,
        caller: &Caller,
        id: ImportId,
    ) -> Result<(), CrmError> {
        let (import, permit) = self.import_for::<actions::Update>(caller, id).await?;
        if !matches!(import.state, State::Cancelled | State::Interrupted) {
            return Err(wrong_state(import.state).into());
        }
        let plan = self.import_plan(caller, &import, &import.details.options)?;
        let owner = self.import_owner(caller, &import.details.options)?;
        self.open_upload(id).map_err(|_| file_gone())?;
        let mut tx = self.store.write(caller).await?;
        if !sql::resume(&mut tx, &permit).await? {
            return Err(wrong_state(State::Running).into());
        }
        let event = Event::own::<Import>(caller, &RESUME, Some(*id.as_bytes()));
        tx.finish(event.with("read", Detail::count(import.progress.read)))
            .await?;
        self.run(caller, permit, import, plan, owner).await
    }

    async fn run(
        self: &Arc<Self>,
        caller: &Caller,
        permit: Permit<actions::Update, Import>,
        import: StoredImport,
        plan: Plan,
        owner: UserId,
    ) -> Result<(), CrmError> {
        let run = Run {
            crm: Arc::clone(self),
            caller: caller.clone(),
            keys: self.keys(caller.org()).await?,
            permit,
            id: import.id(),
            // Starting and resuming count one up, in the transaction that has just been committed.
            number: import.run + 1,
            duplicates: plan.duplicates,
        };
        let owners = Owners::new(owner);
        self.begin_run(
            run,
            Source {
                import,
                plan,
                owners,
            },
        );
        Ok(())
    }

    /// Asks a running import to stop after its current batch.
    pub(super) async fn cancel_import(
        &self,
        caller: &Caller,
        id: ImportId,
    ) -> Result<(), CrmError> {
        let (import, permit) = self.import_for::<actions::Update>(caller, id).await?;
        let mut tx = self.store.write(caller).await?;
        if !sql::cancel(&mut tx, &permit).await? {
            return Err(wrong_state(import.state).into());
        }
        Ok(tx
            .finish(Event::own::<Import>(caller, &CANCEL, Some(*id.as_bytes())))
            .await?)
    }

    /// Removes an import with its file. Customers it made stay.
    pub(super) async fn delete_import(
        &self,
        caller: &Caller,
        id: ImportId,
    ) -> Result<(), CrmError> {
        let (import, permit) = self.import_for::<actions::Delete>(caller, id).await?;
        let mut tx = self.store.write(caller).await?;
        if !sql::delete(&mut tx, &permit).await? {
            return Err(wrong_state(import.state).into());
        }
        tx.finish(Event::of(&permit)).await?;
        self.remove_upload(id);
        Ok(())
    }
}

/// The answer to what an import's state does not allow.
fn wrong_state(state: State) -> Problem {
    Problem::new(StatusCode::CONFLICT, "import.state").with("state", state.name())
}
