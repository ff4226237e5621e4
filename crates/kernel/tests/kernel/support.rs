//! Callers, permits and a sample policy for the tests.

use custos_kernel::crypto::{Keyring, RecordKey, Suite, TenantKey, Token};
use custos_kernel::policy::{
    Assurance, Caller, DataScope, Facts, Origin, Permit, Policy, PolicySource, Resource, Role,
    RoleSet, SessionLimits, SessionRecord, SessionState, Standing, Surroundings, actions,
};
use custos_values::{CustomerId, DepartmentId, OrgId, Random, SessionId, Timestamp, UserId};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// SplitMix64 (Steele, Lea, Flood 2014): repeatable, and never the same twice in a row.
pub struct Repeatable(AtomicU64);

impl Repeatable {
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Random for Repeatable {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let mut z = self
                .0
                .fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)
                .wrapping_add(0x9E37_79B9_7F4A_7C15);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

#[derive(Debug)]
pub enum Customer {}
impl Resource for Customer {
    const TYPE: &'static str = "customer";
}

#[derive(Debug)]
pub enum Ledger {}
impl Resource for Ledger {
    const TYPE: &'static str = "ledger";
}

/// Records with labels and shares, about which each test has rules of its own.
#[derive(Debug)]
pub enum File {}
impl Resource for File {
    const TYPE: &'static str = "file";
    const MARKED: bool = true;
}

/// The policy of these rules about files.
pub fn of_files(text: &'static str) -> Policy {
    let feature = "files";
    Policy::load(&[PolicySource::new(feature, text)]).unwrap()
}

/// Reach by data scope for sales people and their leads, one forbidden thing, a job, and rules that go wrong.
pub const SAMPLE: PolicySource = PolicySource::new("sample", include_str!("sample.cedar"));

pub fn sample() -> Policy {
    Policy::load(&[SAMPLE]).unwrap()
}

pub const ORG: OrgId = OrgId::from_bytes([1; 16]);
pub const OTHER_ORG: OrgId = OrgId::from_bytes([2; 16]);
pub const ME: UserId = UserId::from_bytes([10; 16]);
pub const SOMEBODY: UserId = UserId::from_bytes([11; 16]);
pub const MINE: DepartmentId = DepartmentId::from_bytes([20; 16]);
pub const BELOW: DepartmentId = DepartmentId::from_bytes([21; 16]);
pub const FAR: DepartmentId = DepartmentId::from_bytes([22; 16]);

/// A person as the sign-in would make them.
pub fn person(roles: &[Role], scope: DataScope) -> Caller {
    person_in(
        RoleSet::new(roles.iter().copied()).unwrap(),
        scope,
        Some(MINE),
    )
}

pub fn person_in(roles: RoleSet, scope: DataScope, department: Option<DepartmentId>) -> Caller {
    let token = Token::generate(&Repeatable::new(1));
    session(&token, roles, scope, department)
        .authenticate(
            &token,
            Origin::default(),
            Timestamp::from_millis(1),
            &SessionLimits::default(),
        )
        .unwrap()
}

pub fn session(
    token: &Token,
    roles: RoleSet,
    data_scope: DataScope,
    department: Option<DepartmentId>,
) -> SessionRecord {
    SessionRecord {
        id: SessionId::from_bytes([30; 16]),
        org: ORG,
        user: ME,
        token: token.hash(),
        state: SessionState::Active,
        created_at: Timestamp::from_millis(0),
        last_seen_at: Timestamp::from_millis(0),
        proven_at: Timestamp::from_millis(0),
        assurance: Assurance::Multi,
        surroundings: Surroundings::ORDINARY,
        account_active: true,
        standing: Standing::plain(
            roles,
            data_scope,
            department,
            Arc::new(department.iter().map(|_| BELOW).collect::<BTreeSet<_>>()),
        ),
    }
}

/// A permit to read one customer, decided by the sample policy.
pub fn permit_for(org: OrgId, customer: CustomerId) -> Permit<actions::Read, Customer> {
    let caller = Caller::system(custos_kernel::policy::Job::Indexer, org);
    let facts = Facts::owned(org, *customer.as_bytes(), 1, None, None);
    sample().permit(&caller, &facts).unwrap()
}

/// A tenant key and, below it, the key of one customer.
pub fn keys(org: OrgId, customer: CustomerId, random: &dyn Random) -> (TenantKey, RecordKey) {
    let tenant = tenant(&Keyring::generate(random), org, random);
    let (record, _) = tenant.new_record_key(customer, random).unwrap();
    (tenant, record)
}

/// The key of an organisation with its first version.
pub fn tenant(keyring: &Keyring, org: OrgId, random: &dyn Random) -> TenantKey {
    keyring.first_tenant_key(org, Suite::Aes, random).unwrap().0
}
