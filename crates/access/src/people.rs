//! What this crate needs to know about people and customers; the features they are of provide it.

use crate::Configuration;
use custos_kernel::event::Event;
use custos_kernel::policy::{ApproverStanding, Caller, Origin, RoleSet, Standing};
use custos_outbox::Template;
use custos_store::{StoreError, WriteTx};
use custos_values::{ContactId, CustomerId, DepartmentId, OrgId, UserId};
use futures::future::BoxFuture;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// An account.
#[derive(Debug, Clone)]
pub struct Someone {
    /// The display name.
    pub name: String,
    /// The roles held.
    pub roles: RoleSet,
    /// The department.
    pub department: Option<DepartmentId>,
    /// Whether it may be used.
    pub active: bool,
    /// Whether it is that of a program.
    pub service: bool,
}

/// Something to tell a person by mail.
#[derive(Debug, Clone)]
pub struct News {
    /// What it says.
    pub template: Template,
    /// What its words are about.
    pub params: Vec<(&'static str, String)>,
}

/// The people of organisations.
pub trait People: Send + Sync + 'static {
    /// Everybody with an account, at most a second old.
    fn all(&self, org: OrgId) -> BoxFuture<'_, Result<BTreeMap<UserId, Someone>, StoreError>>;

    /// What an organisation has set about access itself, at most as old.
    fn configuration(&self, org: OrgId) -> BoxFuture<'_, Result<Arc<Configuration>, StoreError>>;

    /// What everybody whose account may be used may do, as far as it does not depend on a request.
    fn standings(
        &self,
        org: OrgId,
    ) -> BoxFuture<'_, Result<BTreeMap<UserId, Standing>, StoreError>>;

    /// Forgets what is kept of an organisation, for it was just changed.
    fn changed(&self, org: OrgId);

    /// What an organisation is called.
    fn organisation(&self, org: OrgId) -> BoxFuture<'_, Result<String, StoreError>>;

    /// The departments' names.
    fn departments(
        &self,
        org: OrgId,
    ) -> BoxFuture<'_, Result<BTreeMap<DepartmentId, String>, StoreError>>;

    /// The leads of a person's department, or of the nearest above that has one; never the person.
    fn leads_of(
        &self,
        org: OrgId,
        user: UserId,
    ) -> BoxFuture<'_, Result<BTreeSet<UserId>, StoreError>>;

    /// What some accounts are within a transaction, apart from whom they lead: until it ends, nobody disables them or
    /// changes their roles.
    fn hold<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        users: &'a BTreeSet<UserId>,
    ) -> BoxFuture<'a, Result<BTreeMap<UserId, ApproverStanding>, StoreError>>;

    /// Who of some people is behind an account under another name: made a program's keys, or has the same proven address.
    fn behind<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
        account: UserId,
        among: &'a BTreeSet<UserId>,
    ) -> BoxFuture<'a, Result<BTreeSet<UserId>, StoreError>>;

    /// Tells a person something by mail within the transaction of what it tells of, which is to be finished with the event
    /// among its own. None if there is no way to tell them.
    fn tell<'a>(
        &'a self,
        tx: &'a mut WriteTx<'_>,
        org: OrgId,
        user: UserId,
        origin: &'a Origin,
        news: News,
    ) -> BoxFuture<'a, Result<Option<Event>, StoreError>>;
}

/// The customers of organisations.
pub trait Customers: Send + Sync + 'static {
    /// The customers with exactly this name, number, e-mail address, code or id, at most a few.
    fn named<'a>(
        &'a self,
        org: OrgId,
        text: &'a str,
    ) -> BoxFuture<'a, Result<Vec<CustomerId>, StoreError>>;

    /// What a customer, or a contact of theirs, is called, for somebody who may read it, which leaves an entry; none for
    /// anybody else.
    fn name_for<'a>(
        &'a self,
        caller: &'a Caller,
        id: CustomerId,
        contact: Option<ContactId>,
    ) -> BoxFuture<'a, Result<Option<String>, StoreError>>;
}
