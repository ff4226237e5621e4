//! Every feature, and the registry of all their operations.

use super::custody::{self, Customers};
use super::file_words::FileWords;
use super::foundation::policy_text;
use super::mail_words::MailWords;
use super::{
    ApiDocument, Foundation, catalogue, foreseeing, key_records, reviewed, staff, status, usage,
};
use crate::VERSION;
use crate::cli::Failure;
use crate::serve::Door;
use crate::words::Message;
use custos_access::Access;
use custos_audit::Desk;
use custos_crm::Crm;
use custos_http::{Gatekeeper, Registry};
use custos_identity::{Identity, IdentityOptions};
use custos_jobs::Jobs;
use custos_kernel::policy::Policy;
use custos_keys::{Custodian, Keys};
use custos_outbox::{HttpsClient, Outbox};
use custos_transparency::{Transparency, TransparencyOptions};
use std::path::PathBuf;
use std::sync::Arc;

/// The features' states.
pub struct Features {
    /// Who is calling.
    pub identity: Arc<Identity>,
    /// Mail and text messages.
    pub outbox: Arc<Outbox>,
    /// Work for later.
    pub jobs: Arc<Jobs>,
    /// Approvals.
    pub access: Arc<Access>,
    /// Customers.
    pub crm: Arc<Crm>,
    /// Keys and their rotation.
    pub keys: Arc<Keys>,
    /// The audit desk.
    pub desk: Arc<Desk>,
    /// Who the log is shown to.
    pub transparency: Arc<Transparency>,
    policy: Arc<Policy>,
}

impl Features {
    /// Opens every feature. Uploaded files are kept, sealed, in `uploads`; `custodian` keeps the root key.
    ///
    /// # Errors
    /// [`Failure`] when one cannot be opened.
    pub fn open(
        base: &Foundation,
        options: IdentityOptions,
        uploads: PathBuf,
        custodian: Option<Arc<dyn Custodian>>,
    ) -> Result<Self, Failure> {
        let shared = || {
            (
                Arc::clone(&base.store),
                Arc::clone(&base.policy),
                base.sink.clone(),
            )
        };
        let (store, policy, sink) = shared();
        let identity = Identity::open(store, policy, sink, options)
            .ok_or_else(|| Failure::internal(&"password parameters"))?;
        let (store, policy, sink) = shared();
        let network = Arc::new(HttpsClient::new());
        let outbox = Outbox::new(store, policy, sink, MailWords::load(), network);
        let (store, policy, sink) = shared();
        let jobs = Jobs::new(store, policy, sink);
        let people = Arc::new(staff::Staff(Arc::clone(&identity)));
        let (store, policy, sink) = shared();
        let access = Access::new(store, policy, sink, Arc::clone(&people) as _);
        let (store, policy, sink) = shared();
        let staff = Arc::clone(&people);
        let unusable = Message::new("file-unusable").with("path", uploads.display());
        let words = FileWords::load();
        let crm = Crm::new(store, policy, sink, people)
            .with_words(Arc::clone(&words) as _)
            .with_files(uploads)
            .map_err(|error| unusable.with("reason", error))?;
        identity.set_custody(Arc::new(Customers(Arc::downgrade(&crm))));
        access.describe_own();
        access.set_words(words);
        access.govern(Arc::clone(&crm) as _);
        access.set_customers(Arc::new(custody::Named(Arc::downgrade(&crm))));
        crm.limit_handovers(Box::new(custody::Alone(Arc::downgrade(&access))));
        let (store, policy, sink) = shared();
        let records = Arc::new(key_records::Customers(Arc::clone(&crm)));
        let columns = key_records::columns();
        let keys = Keys::new(store, policy, sink, columns, records, custodian);
        let (store, policy, sink) = shared();
        let names = staff::names(&identity);
        let desk = Desk::new(store, policy, sink, Arc::clone(&base.sequencer), names);
        let (store, policy, sink) = shared();
        let options = TransparencyOptions {
            http: Arc::new(HttpsClient::new()),
            policies: policy_text(),
        };
        let sequencer = Arc::clone(&base.sequencer);
        let transparency = Transparency::new(store, policy, sink, sequencer, options);
        transparency.announce_also(staff::own_rules(&identity, &base.policy));
        foreseeing::announce(&access, &identity, &crm, &keys, &desk);
        desk.set_people(staff);
        desk.set_postures(staff::postures(&identity));
        desk.set_witnesses(staff::stated_witnesses(&transparency));
        access.set_grants(Arc::new(reviewed::Reviewed {
            identity: Arc::clone(&identity),
            crm: Arc::downgrade(&crm),
            desk: Arc::clone(&desk),
        }));
        access.set_usage(Arc::new(usage::Counted(Arc::clone(&desk))));
        Ok(Self {
            transparency,
            identity,
            outbox,
            jobs,
            access,
            crm,
            keys,
            desk,
            policy: Arc::clone(&base.policy),
        })
    }

    /// Registers every operation, and tells the features what the whole consists of. `demo` says whether this is a
    /// demonstration.
    pub fn registry(&self, demo: bool) -> Registry {
        let mut registry = Registry::new();
        let identity = Arc::clone(&self.identity);
        let installation = Arc::new(status::Installation { identity, demo });
        registry.add(installation, status::operations());
        registry.add(Arc::clone(&self.identity), custos_identity::operations());
        registry.add(Arc::clone(&self.outbox), custos_outbox::operations());
        registry.add(Arc::clone(&self.jobs), custos_jobs::operations());
        registry.add(Arc::clone(&self.access), custos_access::operations());
        registry.add(Arc::clone(&self.keys), custos_keys::operations());
        registry.add(Arc::clone(&self.crm), custos_crm::operations());
        registry.add(Arc::clone(&self.desk), custos_audit::operations());
        let transparency = Arc::clone(&self.transparency);
        registry.add(transparency, custos_transparency::operations());
        let document = Arc::new(ApiDocument::default());
        registry.add(Arc::clone(&document), ApiDocument::operations());
        document.describe(&registry, VERSION);
        self.access.announce_approvable(registry.approvable());
        self.access
            .announce_permissions(usage::permissions(&registry));
        self.identity
            .set_permission_catalogue(catalogue::permissions(&registry));
        self.desk
            .announce_actions(catalogue::actions(&registry, &self.policy));
        registry
    }

    /// What stands at the API's door.
    pub fn gatekeeper(&self, base: &Foundation) -> Arc<dyn Gatekeeper> {
        Arc::new(Door {
            identity: Arc::clone(&self.identity),
            access: Arc::clone(&self.access),
            policy: Arc::clone(&base.policy),
            sink: base.sink.clone(),
            store: Arc::clone(&base.store),
        })
    }
}
