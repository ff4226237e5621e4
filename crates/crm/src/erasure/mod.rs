//! Erasing a customer for good.
//!
//! The intent is written down, then what the customer's key hangs on is destroyed in the keyring, then the rows go. Stopped
//! anywhere in between, the server goes on with it before it answers the next request. From the second step on neither this
//! database nor any copy of it opens the customer with today's keys; the log keeps who asked, when, on which basis, and how
//! much there was.

mod http;
mod sql;

pub use http::operations;
pub use sql::MIGRATION;

use crate::customers::{Customer, sql as customers};
use crate::{Crm, CrmError, contacts, timeline};
use custos_http::Problem;
use custos_kernel::audit::Detail;
use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Facts, Job, Permit, actions};
use custos_values::{CustomerId, OrgId};
use std::sync::Arc;

custos_kernel::events! {
    /// The key was destroyed and the rows were removed.
    ERASED = "customer.erased", Part;
}

/// Why a customer is erased (Personal Information Protection Law, article 47; GDPR, article 17). A code, never words: words
/// about somebody who is to be forgotten would stay in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    /// The person asked for it, or withdrew consent.
    Request,
    /// What it was kept for has ended, or the time for keeping it.
    PurposeEnded,
    /// It should not have been collected.
    Unlawful,
}

impl Basis {
    const ALL: [Self; 3] = [Self::Request, Self::PurposeEnded, Self::Unlawful];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::PurposeEnded => "purpose_ended",
            Self::Unlawful => "unlawful",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.name() == name)
    }
}

impl Crm {
    /// Erases a customer with its contacts and follow-ups, at a version.
    pub(crate) async fn erase_customer(
        &self,
        caller: &Caller,
        id: CustomerId,
        version: i64,
        basis: Basis,
    ) -> Result<(), CrmError> {
        let (stored, permit) = self.permitted_to::<actions::Erase>(caller, id).await?;
        if stored.facts.version != version {
            return Err(CrmError::Stale);
        }
        let mut tx = self.store.write(caller).await?;
        sql::ask(&mut tx, &permit, basis).await?;
        let event = Event::of(&permit).with("basis", Detail::code(basis.name()));
        tx.finish(event).await?;
        self.finish_erasure(caller.org(), id).await
    }

    /// Finishes what a stopped server began. Call before the index is read. How many there were.
    ///
    /// # Errors
    /// [`CrmError`]; what was finished before stays so.
    pub async fn finish_erasures(&self, org: OrgId) -> Result<usize, CrmError> {
        let caller = Caller::system(Job::Keys, org);
        let begun = sql::begun(&mut self.store.read().await?, &caller).await?;
        for id in &begun {
            self.finish_erasure(org, CustomerId::from_bytes(*id))
                .await?;
        }
        Ok(begun.len())
    }

    async fn finish_erasure(&self, org: OrgId, id: CustomerId) -> Result<(), CrmError> {
        let store = Arc::clone(&self.store);
        let record = *id.as_bytes();
        // It writes a file and waits for the disk.
        let destroyed = tokio::task::spawn_blocking(move || store.keys().erase(org, &record));
        destroyed.await.map_err(Problem::internal)??;
        let caller = Caller::system(Job::Keys, org);
        let gone = self.records_of_erased(&caller, id).await?;
        let facts = Facts::<Customer>::owned(org, record, 0, None, None);
        let permit: Permit<actions::Erase, Customer> = self.policy.permit(&caller, &facts)?;
        let mut tx = self.store.write(&caller).await?;
        let contacts = contacts::sql::erase_all(&mut tx, &permit).await?;
        let ids: Vec<_> = gone.iter().map(|(id, _)| *id).collect();
        let activities = timeline::sql::erase_all(&mut tx, &permit, &ids).await?;
        let records = self.erase_records(&mut tx, &permit).await?;
        customers::erase(&mut tx, &permit).await?;
        sql::finish(&mut tx, &permit).await?;
        let event = Event::own::<Customer>(&caller, &ERASED, Some(record))
            .with("contacts", Detail::count(contacts))
            .with("activities", Detail::count(activities))
            .with("records", Detail::count(records));
        tx.finish(event).await?;
        self.forget_records(&caller, &gone);
        self.unindex(org, id);
        Ok(())
    }
}
