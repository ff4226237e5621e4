//! The state all operations of this crate share.

use crate::AccessError;
use crate::Words;
use crate::break_glass::Held;
use crate::people::{Customers, People};
use crate::reviews::Grants;
use crate::unused::{Permission, Usage, Uses};
use custos_kernel::policy::{Caller, Job, Policy};
use custos_store::{AuditSink, Store};
use custos_values::{ContactId, CustomerId, OrgId, Timestamp};
use parking_lot::RwLock;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::approvals::Describe;
use crate::configuration::Governed;

/// Access in an installation.
pub struct Access {
    store: Arc<Store>,
    policy: Arc<Policy>,
    sink: AuditSink,
    people: Arc<dyn People>,
    /// The operations that may need approval, with resource and action.
    approvable: RwLock<BTreeMap<&'static str, (&'static str, &'static str)>>,
    describers: RwLock<BTreeMap<&'static str, Arc<dyn Describe>>>,
    governed: RwLock<Vec<Arc<dyn Governed>>>,
    customers: RwLock<Option<Arc<dyn Customers>>>,
    emergencies: Held,
    /// What operations ask for.
    permissions: RwLock<Arc<[Permission]>>,
    usage: RwLock<Option<Arc<dyn Usage>>>,
    grants: RwLock<Option<Arc<dyn Grants>>>,
    words: RwLock<Option<Arc<dyn Words>>>,
}

impl Access {
    /// Puts it together.
    pub fn new(
        store: Arc<Store>,
        policy: Arc<Policy>,
        sink: AuditSink,
        people: Arc<dyn People>,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            policy,
            sink,
            people,
            approvable: RwLock::default(),
            describers: RwLock::default(),
            governed: RwLock::default(),
            customers: RwLock::default(),
            emergencies: Held::default(),
            permissions: RwLock::new(Arc::from([])),
            usage: RwLock::default(),
            grants: RwLock::default(),
            words: RwLock::default(),
        })
    }

    /// Says which operations may need approval: operation, resource and action of each.
    pub fn announce_approvable(
        &self,
        operations: impl IntoIterator<Item = (&'static str, &'static str, &'static str)>,
    ) {
        let known = operations
            .into_iter()
            .map(|(operation, resource, action)| (operation, (resource, action)));
        *self.approvable.write() = known.collect();
    }

    /// Says who knows what a request to an operation is about. Without one, the members of its body are shown as they are,
    /// and it has no measure.
    pub fn describe_by(&self, operation: &'static str, describer: Arc<dyn Describe>) {
        self.describers.write().insert(operation, describer);
    }

    /// Says of which kind of record rules of an organisation may be about.
    pub fn govern(&self, governed: Arc<dyn Governed>) {
        self.governed.write().push(governed);
    }

    pub(crate) fn governed(&self) -> Vec<Arc<dyn Governed>> {
        self.governed.read().clone()
    }

    /// Says what operations ask for.
    pub fn announce_permissions(&self, permissions: Vec<Permission>) {
        *self.permissions.write() = permissions.into();
    }

    /// Says who counts what people do.
    pub fn set_usage(&self, usage: Arc<dyn Usage>) {
        *self.usage.write() = Some(usage);
    }

    pub(crate) fn permissions(&self) -> Arc<[Permission]> {
        Arc::clone(&self.permissions.read())
    }

    /// What people were allowed and did since a moment.
    pub(crate) async fn uses_since(
        &self,
        org: OrgId,
        from: Timestamp,
    ) -> Result<Uses, AccessError> {
        let usage = self.usage.read().clone();
        match usage {
            Some(usage) => Ok(usage.since(org, from).await?),
            None => Ok(Uses::default()),
        }
    }

    /// Says who knows what is granted, for reviews of access.
    pub fn set_grants(&self, grants: Arc<dyn Grants>) {
        *self.grants.write() = Some(grants);
    }

    pub(crate) fn grants(&self) -> Option<Arc<dyn Grants>> {
        self.grants.read().clone()
    }

    /// Says who has the words of files.
    pub fn set_words(&self, words: Arc<dyn Words>) {
        *self.words.write() = Some(words);
    }

    pub(crate) fn words(&self) -> Option<Arc<dyn Words>> {
        self.words.read().clone()
    }

    /// Says who knows the customers.
    pub fn set_customers(&self, customers: Arc<dyn Customers>) {
        *self.customers.write() = Some(customers);
    }

    /// The customers with exactly this name, number, e-mail address, code or id.
    pub(crate) async fn customers_named(
        &self,
        org: OrgId,
        text: &str,
    ) -> Result<Vec<CustomerId>, AccessError> {
        let customers = self.customers.read().clone();
        match customers {
            Some(customers) => Ok(customers.named(org, text).await?),
            None => Ok(Vec::new()),
        }
    }

    /// What a customer, or a contact of theirs, is called, for somebody who may read it.
    pub(crate) async fn customer_name(
        &self,
        caller: &Caller,
        id: CustomerId,
        contact: Option<ContactId>,
    ) -> Result<Option<String>, AccessError> {
        let customers = self.customers.read().clone();
        match customers {
            Some(customers) => Ok(customers.name_for(caller, id, contact).await?),
            None => Ok(None),
        }
    }

    /// Who has emergency access, as far as this node knows.
    pub(crate) fn emergencies(&self) -> &Held {
        &self.emergencies
    }

    pub(crate) fn describer(&self, operation: &str) -> Option<Arc<dyn Describe>> {
        self.describers.read().get(operation).cloned()
    }

    pub(crate) fn approvable(&self) -> Vec<&'static str> {
        self.approvable.read().keys().copied().collect()
    }

    /// The job that ends what has a deadline.
    pub(crate) fn keeper(org: OrgId) -> Caller {
        Caller::system(Job::Access, org)
    }

    pub(crate) fn store(&self) -> &Arc<Store> {
        &self.store
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn sink(&self) -> &AuditSink {
        &self.sink
    }

    pub(crate) fn people(&self) -> &dyn People {
        &*self.people
    }
}
