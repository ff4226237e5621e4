//! Sealing years, noting archives, and removing what is archived.

use super::archive::{ArchiveFile, ArchiveProblem, check_archive};
use super::retention::LEAST_YEARS;
use crate::resources::YearResource;
use crate::{AuditEntry, AuditError, Desk};
use custos_kernel::audit::{Detail, Hash, tree_root};
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Caller, Facts, Job, Permit, Scope, actions};
use custos_store::{SealedYear, YearOver, year_of};
use custos_values::OrgId;
use std::io::{Read, Seek};
use std::ops::ControlFlow;

/// A sealed year and what may be done with it.
#[derive(Debug, Clone)]
pub struct YearView {
    /// The year.
    pub year: SealedYear,
    /// Whether the time its entries have to stay is over.
    pub removable: bool,
}

/// Why the entries of a year are not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemovalRefused {
    /// The desk refused or failed.
    #[error(transparent)]
    Desk(#[from] AuditError),
    /// The year is not sealed.
    #[error("the year is not sealed")]
    NotSealed,
    /// Its entries were removed already.
    #[error("the year was removed already")]
    Removed,
    /// They have to stay longer.
    #[error("the entries have to stay longer")]
    TooEarly,
    /// A year before it has not been removed.
    #[error("an older year is still there")]
    OlderLeft,
    /// There is no archive that holds.
    #[error(transparent)]
    Archive(#[from] ArchiveProblem),
}

/// The id of a year as a record of its organisation.
fn record(year: i64) -> [u8; 16] {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&year.to_be_bytes());
    id
}

impl Desk {
    fn year_permit<A: Action>(
        &self,
        caller: &Caller,
        year: i64,
    ) -> Result<Permit<A, YearResource>, AuditError> {
        let facts = Facts::<YearResource>::shared(caller.org(), record(year), 0);
        Ok(self.policy.permit(caller, &facts)?)
    }

    /// Milliseconds by which the organisation's clock is ahead of UTC.
    async fn ahead_ms(&self, org: OrgId) -> Result<i64, AuditError> {
        Ok(self.settings(org).await?.utc_offset_minutes * 60_000)
    }

    /// The sealed years as the operator sees them, oldest first; leaves an entry.
    ///
    /// # Errors
    /// [`AuditError::Denied`], or when they cannot be read.
    pub async fn years_of(&self, caller: &Caller) -> Result<Vec<YearView>, AuditError> {
        let scope: Scope<actions::List, YearResource> = self.policy.scope(caller)?;
        let years = self.years(&scope).await?;
        let event = Event::of_scope(&scope).with("rows", Detail::count(years.len() as u64));
        self.sink.record(event).await?;
        Ok(years)
    }

    /// Takes the snapshot for the archive of a year, for whoever may take years out.
    ///
    /// # Errors
    /// [`AuditError::Denied`], or when the log cannot be read.
    pub async fn archive_for(
        &self,
        caller: &Caller,
        year: &SealedYear,
    ) -> Result<Option<ArchiveFile>, AuditError> {
        self.year_permit::<actions::Export>(caller, year.year)?;
        let scope: Scope<actions::Export, AuditEntry> = self.policy.scope(caller)?;
        self.archive_of(&scope, year).await
    }

    /// Checks that a file is the archive of a year of this log; see [`check_archive`].
    ///
    /// # Errors
    /// [`RemovalRefused::Archive`] if it is not.
    pub async fn check_archive_for<R: Read + Seek + Send + 'static>(
        &self,
        caller: &Caller,
        year: &SealedYear,
        archive: R,
        mut progress: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<(), RemovalRefused> {
        let scope: Scope<actions::List, YearResource> =
            self.policy.scope(caller).map_err(AuditError::from)?;
        let (store, org) = (&self.store, caller.org());
        let verifier = store.log_verifier(org).await.map_err(AuditError::from)?;
        let mut log = store.log_reader(&scope).await.map_err(AuditError::from)?;
        let year = year.clone();
        let work = tokio::task::spawn_blocking(move || {
            let mut told = |done, all| {
                progress(done, all);
                ControlFlow::Continue(())
            };
            check_archive(archive, &mut log, &verifier, &year, &mut told).map(|_| ())
        });
        Ok(work.await.map_err(|_| AuditError::Interrupted)??)
    }

    /// The sealed years, oldest first.
    ///
    /// # Errors
    /// [`AuditError`] when they cannot be read.
    pub(super) async fn years<A: Action>(
        &self,
        scope: &Scope<A, YearResource>,
    ) -> Result<Vec<YearView>, AuditError> {
        let org = scope.org();
        let (retention, _) = self.retention(org).await?;
        let this = year_of(self.store.clock().now(), self.ahead_ms(org).await?);
        let years = self.store.sealed_years(scope).await?;
        Ok(years
            .into_iter()
            .map(|year| YearView {
                removable: year.removed_at.is_none()
                    && retention.years >= LEAST_YEARS
                    && year.year < this - retention.years,
                year,
            })
            .collect())
    }

    /// Seals the years that are over; tells how many.
    ///
    /// # Errors
    /// [`AuditError`] when the log cannot be read, written or signed.
    pub async fn seal_years(&self, org: OrgId) -> Result<usize, AuditError> {
        let caller = Caller::system(Job::Auditor, org);
        let ahead = self.ahead_ms(org).await?;
        let mut sealed = 0;
        while let Some(over) = self.store.year_over(org, ahead).await? {
            self.sequencer.flush().await?;
            let Some(root) = self.root_at(&caller, over.end).await? else {
                return Ok(sealed);
            };
            let permit = self.year_permit::<actions::Create>(&caller, over.year)?;
            let event = stated(Event::of(&permit), &over, root);
            if self.store.seal_year(&over, &root, event).await? {
                sealed += 1;
            }
        }
        Ok(sealed)
    }

    /// The root of the log at a size; none if its hashes do not give one.
    async fn root_at(&self, caller: &Caller, size: u64) -> Result<Option<Hash>, AuditError> {
        let scope: Scope<actions::List, AuditEntry> = self.policy.scope(caller)?;
        let mut log = self.store.log_reader(&scope).await?;
        let work = tokio::task::spawn_blocking(move || tree_root(&mut log, size).ok());
        work.await.map_err(|_| AuditError::Interrupted)
    }

    /// Notes that a year was archived.
    ///
    /// # Errors
    /// [`AuditError::Denied`], or when it cannot be written.
    pub async fn archived(&self, caller: &Caller, year: i64) -> Result<(), AuditError> {
        let permit = self.year_permit::<actions::Export>(caller, year)?;
        let event = Event::of(&permit).with("year", Detail::count(year.unsigned_abs()));
        Ok(self.store.year_archived(year, event).await?)
    }

    /// Removes the entries of a year, given its archive, which is verified from beginning to end first. The hashes of all
    /// entries, all checkpoints and the entries about the log itself stay.
    ///
    /// # Errors
    /// [`RemovalRefused`].
    pub async fn remove_year<R: Read + Seek + Send + 'static>(
        &self,
        caller: &Caller,
        year: i64,
        archive: R,
    ) -> Result<SealedYear, RemovalRefused> {
        let permit = self.year_permit::<actions::Delete>(caller, year)?;
        let scope: Scope<actions::List, YearResource> =
            self.policy.scope(caller).map_err(AuditError::from)?;
        let years = self.years(&scope).await?;
        let found = years.iter().find(|view| view.year.year == year);
        let found = found.ok_or(RemovalRefused::NotSealed)?;
        if found.year.removed_at.is_some() {
            return Err(RemovalRefused::Removed);
        }
        if !found.removable {
            return Err(RemovalRefused::TooEarly);
        }
        if years
            .iter()
            .any(|view| view.year.year < year && view.year.removed_at.is_none())
        {
            return Err(RemovalRefused::OlderLeft);
        }
        let sealed = found.year.clone();
        self.check_archive_for(caller, &sealed, archive, |_, _| ())
            .await?;
        let event = Event::of(&permit)
            .with("year", Detail::count(year.unsigned_abs()))
            .with("upto", Detail::count(sealed.end));
        self.store
            .begin_removal(&sealed, event)
            .await
            .map_err(AuditError::from)?;
        self.remove_further(caller.org()).await?;
        Ok(sealed)
    }

    /// Takes away what was decided to go; goes on with what was broken off.
    ///
    /// # Errors
    /// [`AuditError`] when the database fails.
    pub async fn remove_further(&self, org: OrgId) -> Result<(), AuditError> {
        while self.store.remove_further(org).await? {}
        Ok(())
    }
}

/// What the entry that seals a year states.
fn stated(event: Event, over: &YearOver, root: Hash) -> Event {
    event
        .with("year", Detail::count(over.year.unsigned_abs()))
        .with("from", Detail::count(over.first))
        .with("size", Detail::count(over.end))
        .with("root", Detail::digest(root))
}
