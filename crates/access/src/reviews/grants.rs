//! What reviews need to know of grants, and do with them; the features they are of provide it.

use custos_kernel::event::Event;
use custos_kernel::policy::{Caller, Grantee, Role};
use custos_store::{StoreError, WriteTx};
use custos_values::{ApiKeyId, CustomerId, DepartmentId, OrgId, Timestamp, UserId};
use futures::future::BoxFuture;
use std::collections::BTreeMap;

/// That a customer is shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedCustomer {
    /// The customer.
    pub customer: CustomerId,
    /// Whose it is.
    pub owner: Option<UserId>,
    /// With whom it is shared.
    pub grantee: Grantee,
    /// Whether they may write.
    pub write: bool,
    /// Until when; without end if none.
    pub until: Option<Timestamp>,
    /// When it was shared.
    pub at: Timestamp,
}

/// A key of a service account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramKey {
    /// The key.
    pub id: ApiKeyId,
    /// The service account.
    pub user: UserId,
    /// Its name.
    pub name: String,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// What came of withdrawing a grant.
#[derive(Debug)]
pub enum Withdrawal {
    /// It is withdrawn once the transaction is finished with this event among its own.
    Done(Box<Event>),
    /// There is no such grant any more.
    Gone,
    /// There is another in its place.
    Changed,
    /// It must not be withdrawn: the last administrator of a kind.
    LastAdministrator,
}

/// Grants as they are, page by page, and their withdrawal.
pub trait Grants: Send + Sync + 'static {
    /// The next shares of customers after a customer, and where to go on.
    #[allow(clippy::type_complexity, reason = "a page and the next place")]
    fn shares(
        &self,
        org: OrgId,
        after: Option<[u8; 16]>,
    ) -> BoxFuture<'_, Result<(Vec<SharedCustomer>, Option<[u8; 16]>), StoreError>>;

    /// The keys of service accounts.
    fn keys(&self, org: OrgId) -> BoxFuture<'_, Result<Vec<ProgramKey>, StoreError>>;

    /// When somebody last had each customer before them since a moment; none if that is not all known.
    #[allow(clippy::type_complexity, reason = "customers with a time, or none")]
    fn seen(
        &self,
        org: OrgId,
        user: UserId,
        from: Timestamp,
    ) -> BoxFuture<'_, Result<Option<BTreeMap<CustomerId, Timestamp>>, StoreError>>;

    /// When people last moved to another department.
    fn moves(&self, org: OrgId) -> BoxFuture<'_, Result<BTreeMap<UserId, Timestamp>, StoreError>>;

    /// The departments, each with the one above it.
    fn tree(
        &self,
        org: OrgId,
    ) -> BoxFuture<'_, Result<BTreeMap<DepartmentId, Option<DepartmentId>>, StoreError>>;

    /// Takes a built-in role from a person.
    fn withdraw_role<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
        user: UserId,
        role: Role,
    ) -> BoxFuture<'a, Result<Withdrawal, StoreError>>;

    /// Takes a key away.
    fn withdraw_key<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
        key: ApiKeyId,
    ) -> BoxFuture<'a, Result<Withdrawal, StoreError>>;

    /// Ends a share, if it is still this one.
    fn withdraw_share<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
        share: &'a SharedCustomer,
    ) -> BoxFuture<'a, Result<Withdrawal, StoreError>>;

    /// Forgets what is kept in memory of an account, for it was just changed.
    fn account_changed(&self, org: OrgId, user: UserId);

    /// Brings what is kept in memory of a customer up to date.
    fn customer_changed(
        &self,
        org: OrgId,
        customer: CustomerId,
    ) -> BoxFuture<'_, Result<(), StoreError>>;

    /// The names of those of some customers that a caller may read; leaves the entry of it.
    fn titles<'a>(
        &'a self,
        caller: &'a Caller,
        customers: &'a [CustomerId],
    ) -> BoxFuture<'a, Result<BTreeMap<CustomerId, String>, StoreError>>;
}
