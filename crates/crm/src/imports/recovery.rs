//! Keeping imports in order: after a stop of the server, and when files have been kept long enough.

use super::events::{INTERRUPT, PURGE, STOP};
use super::model::{Import, State};
use super::sql::{self, Tended};
use crate::{Crm, CrmError};
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Job, Permit, Scope, actions};
use custos_values::{ImportId, OrgId, UserId};

/// How long an uploaded file is kept after its import ended, or after its upload if it never started: 30 days, in
/// milliseconds.
const KEPT_MS: i64 = 30 * 86_400_000;

impl Crm {
    /// Marks imports that a stopped server left running as interrupted, and removes files nobody knows. Call at start,
    /// for each organisation, before requests are answered. Imports whose file is not here belong to another node.
    ///
    /// # Errors
    /// [`CrmError`] when the database is not to be had.
    pub async fn recover_imports(&self, org: OrgId) -> Result<u64, CrmError> {
        self.sweep_uploads().await?;
        let (caller, scope) = self.tending(org)?;
        let left = sql::running(&mut self.store.read().await?, &scope).await?;
        let mut interrupted = 0;
        for Tended { facts, run } in left {
            let id = ImportId::from_bytes(facts.id);
            if !self.upload_path(id).is_some_and(|path| path.exists()) {
                continue;
            }
            let permit: Permit<actions::Update, Import> = self.policy.permit(&caller, &facts)?;
            let now = self.store.clock().now();
            let mut tx = self.store.write(&caller).await?;
            if sql::end(&mut tx, &permit, run, State::Interrupted, None, now).await? {
                tx.finish(Event::own::<Import>(&caller, &INTERRUPT, Some(facts.id)))
                    .await?;
                interrupted += 1;
            }
        }
        Ok(interrupted)
    }

    /// Ends the imports somebody has running, for good: they may not go on without the person.
    ///
    /// # Errors
    /// [`CrmError`] when the database is not to be had.
    pub async fn end_imports_of(&self, org: OrgId, user: UserId) -> Result<u64, CrmError> {
        let (caller, scope) = self.tending(org)?;
        let running = sql::running(&mut self.store.read().await?, &scope).await?;
        let mut ended = 0;
        for Tended { facts, run } in running {
            if facts.owner != Some(user) {
                continue;
            }
            let permit: Permit<actions::Update, Import> = self.policy.permit(&caller, &facts)?;
            let now = self.store.clock().now();
            let mut tx = self.store.write(&caller).await?;
            if sql::end(&mut tx, &permit, run, State::Cancelled, None, now).await? {
                tx.finish(Event::own::<Import>(&caller, &STOP, Some(facts.id)))
                    .await?;
                ended += 1;
            }
        }
        Ok(ended)
    }

    /// Removes uploaded files, and the reasons of rejected rows, of imports that ended 30 days ago. Call daily, for
    /// each organisation.
    ///
    /// # Errors
    /// [`CrmError`] when the database is not to be had.
    pub async fn purge_imports(&self, org: OrgId) -> Result<u64, CrmError> {
        let (caller, scope) = self.tending(org)?;
        let before = self.store.clock().now().plus_millis(-KEPT_MS);
        let mut purged = 0;
        loop {
            let stale = sql::stale(&mut self.store.read().await?, &scope, before).await?;
            if stale.is_empty() {
                return Ok(purged);
            }
            for Tended { facts, .. } in stale {
                let permit: Permit<actions::Update, Import> =
                    self.policy.permit(&caller, &facts)?;
                let mut tx = self.store.write(&caller).await?;
                sql::purge(&mut tx, &permit, self.store.clock().now()).await?;
                tx.finish(Event::own::<Import>(&caller, &PURGE, Some(facts.id)))
                    .await?;
                self.remove_upload(ImportId::from_bytes(facts.id));
                purged += 1;
            }
        }
    }

    fn tending(&self, org: OrgId) -> Result<(Caller, Scope<actions::List, Import>), CrmError> {
        let caller = Caller::system(Job::Recovery, org);
        let scope = self.policy.scope(&caller)?;
        Ok((caller, scope))
    }

    /// Removes uploads that were cut off before they became an import, or whose import is gone.
    async fn sweep_uploads(&self) -> Result<(), CrmError> {
        let Some(folder) = self.uploads.get() else {
            return Ok(());
        };
        let entries = std::fs::read_dir(folder).map_err(custos_http::Problem::internal)?;
        for entry in entries.flatten() {
            let name = entry.file_name();
            let id = name
                .to_str()
                .and_then(|name| name.strip_suffix(".sealed")?.parse::<ImportId>().ok());
            let Some(id) = id else { continue };
            if !sql::is_known(&mut self.store.read().await?, id.as_bytes()).await? {
                self.remove_upload(id);
            }
        }
        Ok(())
    }
}
