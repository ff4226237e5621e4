//! The state all operations of this crate share.

use crate::address::PublicAddress;
use crate::alarms::Alarms;
use crate::api_keys::KeyUses;
use crate::devices::{Shown, Thefts};
use crate::factors::RelyingParty;
use crate::federation::Federation;
use crate::lifecycle::Custody;
use crate::organisation::Directories;
use crate::reset::Resets;
use crate::sessions::Sessions;
use crate::sign_in::{Hashing, Throttles};
use custos_federation::Outgoing;
use custos_kernel::crypto::PasswordParams;
use custos_kernel::policy::{Caller, Job, Origin, Policy};
use custos_outbox::Queue;
use custos_store::{AuditSink, Store};
use custos_values::{OrgId, Timestamp};
use parking_lot::RwLock;
use std::sync::{Arc, OnceLock, Weak};

/// What the binary decides about this crate.
#[derive(Default)]
pub struct IdentityOptions {
    /// Cost of one password hash.
    pub password: PasswordParams,
    /// The code the server printed at its first start, without which nobody can set it up. With `None`, setup is
    /// refused.
    pub setup_code: Option<String>,
    /// How identity providers are asked. With `None`, none is.
    pub outgoing: Option<Arc<dyn Outgoing>>,
}

/// Organisation, accounts and sessions of an installation.
pub struct Identity {
    store: Arc<Store>,
    policy: Arc<Policy>,
    sink: AuditSink,
    options: IdentityOptions,
    hashing: Hashing,
    throttles: Throttles,
    alarms: Alarms,
    queue: Queue,
    resets: Resets,
    sessions: Sessions,
    directories: Directories,
    key_uses: KeyUses,
    federation: Federation,
    shown: Shown,
    thefts: Thefts,
    address: RwLock<PublicAddress>,
    passkeys: RwLock<Option<Arc<RelyingParty>>>,
    custody: OnceLock<Arc<dyn Custody>>,
    permissions: RwLock<Vec<(&'static str, &'static str)>>,
    me: Weak<Identity>,
}

impl Identity {
    /// Opens it. `None` when the password parameters are out of range.
    pub fn open(
        store: Arc<Store>,
        policy: Arc<Policy>,
        sink: AuditSink,
        options: IdentityOptions,
    ) -> Option<Arc<Self>> {
        let hashing = Hashing::new(options.password, store.random())?;
        let sessions = Sessions::new(store.clock().now());
        let shown = Shown::new(store.clock().now());
        let queue = Queue::new(Arc::clone(&store), Arc::clone(&policy));
        Some(Arc::new_cyclic(|me| Self {
            store,
            policy,
            sink,
            options,
            hashing,
            throttles: Throttles::default(),
            alarms: Alarms::default(),
            queue,
            resets: Resets::default(),
            sessions,
            directories: Directories::default(),
            key_uses: KeyUses::default(),
            federation: Federation::default(),
            shown,
            thefts: Thefts::default(),
            address: RwLock::default(),
            passkeys: RwLock::default(),
            custody: OnceLock::new(),
            permissions: RwLock::default(),
            me: Weak::clone(me),
        }))
    }

    /// Tells which permissions there are, as pairs of resource and verb, so that a session can list those of its
    /// account.
    pub fn set_permission_catalogue(&self, mut permissions: Vec<(&'static str, &'static str)>) {
        permissions.sort_unstable();
        permissions.dedup();
        *self.permissions.write() = permissions;
    }

    /// Tells under which address people reach the server, such as `https://crm.example.com`. Passkeys are bound to it:
    /// its host is theirs, and no other address may use them. Without a host name there are none. Identity providers
    /// send browsers back to it, and to no other.
    pub fn set_public_address(&self, address: &str) {
        *self.address.write() = PublicAddress::of(address);
        *self.passkeys.write() = RelyingParty::of(address).map(Arc::new);
    }

    /// Where people reach this server.
    pub(crate) fn address(&self) -> PublicAddress {
        self.address.read().clone()
    }

    /// This server as passkeys are bound to it.
    pub(crate) fn passkeys(&self) -> Option<Arc<RelyingParty>> {
        self.passkeys.read().clone()
    }

    /// The permissions of a caller, as `resource.verb`.
    pub(crate) fn permissions_of(&self, caller: &Caller) -> Vec<String> {
        self.permissions
            .read()
            .iter()
            .filter(|(resource, verb)| self.policy.may_ever(caller, resource, verb))
            .map(|(resource, verb)| format!("{resource}.{verb}"))
            .collect()
    }

    /// The job that keeps sessions and credentials, on behalf of a request.
    pub(crate) fn keeper(org: OrgId, origin: Origin) -> Caller {
        Caller::system(Job::Identity, org).with_origin(origin)
    }

    /// What time it is here.
    pub fn now(&self) -> Timestamp {
        self.store.clock().now()
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

    pub(crate) fn setup_code(&self) -> Option<&str> {
        self.options.setup_code.as_deref()
    }

    pub(crate) fn hashing(&self) -> &Hashing {
        &self.hashing
    }

    pub(crate) fn throttles(&self) -> &Throttles {
        &self.throttles
    }

    pub(crate) fn alarms(&self) -> &Alarms {
        &self.alarms
    }

    /// Takes mail and text messages.
    pub(crate) fn queue(&self) -> &Queue {
        &self.queue
    }

    pub(crate) fn resets(&self) -> &Resets {
        &self.resets
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    pub(crate) fn directories(&self) -> &Directories {
        &self.directories
    }

    pub(crate) fn outgoing(&self) -> Option<&Arc<dyn Outgoing>> {
        self.options.outgoing.as_ref()
    }

    /// Says who keeps what people own. Without it nobody can move or leave with a handover. Only the first call counts.
    pub fn set_custody(&self, custody: Arc<dyn Custody>) {
        self.custody.get_or_init(|| custody);
    }

    pub(crate) fn custody(&self) -> Option<&Arc<dyn Custody>> {
        self.custody.get()
    }

    pub(crate) fn shown(&self) -> &Shown {
        &self.shown
    }

    pub(crate) fn thefts(&self) -> &Thefts {
        &self.thefts
    }

    pub(crate) fn federation(&self) -> &Federation {
        &self.federation
    }

    pub(crate) fn key_uses(&self) -> &KeyUses {
        &self.key_uses
    }

    /// The permissions there are, as resource and verb.
    pub(crate) fn catalogue(&self) -> Vec<(&'static str, &'static str)> {
        self.permissions.read().clone()
    }

    /// Itself, for work that outlives a request.
    pub(crate) fn shared(&self) -> Option<Arc<Self>> {
        self.me.upgrade()
    }
}
