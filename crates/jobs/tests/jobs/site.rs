//! An installation with handlers whose effects can be counted.

use custos_jobs::{
    Attempt, CatchUp, Cron, Effort, Handler, Jobs, Key, Kind, Limits, MIGRATIONS, New, POLICY,
    Plan, Progress, Seen, Settled, State, Trouble,
};
use custos_kernel::event::Event;
use custos_kernel::policy::{
    Caller, DataScope, Facts, Job, Origin, Policy, PolicySource, Resource, Role, actions,
};
use custos_store::{Migration, Store, Value, WriteTx};
use custos_testkit::Installation;
use custos_values::{OrgId, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{OnceCell, Semaphore};

/// The lease of the kinds below, in milliseconds.
pub const LEASE: i64 = 120_000;

enum Effect {}
impl Resource for Effect {
    const TYPE: &'static str = "effect";
}

const EFFECTS: &[Migration] = &[Migration {
    name: "0900_effect",
    sql: "CREATE TABLE effect (org_id {bytes} NOT NULL, job_id {bytes} NOT NULL, step BIGINT NOT NULL, at BIGINT NOT NULL)",
}];

const RULES: PolicySource = PolicySource::new(
    "test",
    r#"@id("effects") permit (principal == Job::"scheduler", action == Action::"effect.create", resource);"#,
);

/// What a job of the kind below is about.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct About {
    /// Names a customer.
    pub text: String,
    /// Steps besides the last.
    pub steps: i64,
    /// Whether attempts fail: for now, or for good.
    pub fails: Option<bool>,
    /// Whether the handler panics.
    pub panics: bool,
    /// Waits at the gate before the transaction begins.
    pub waits: bool,
    /// Waits at the gate within the transaction.
    pub waits_within: bool,
}

pub enum Note {}
impl Kind for Note {
    const NAME: &'static str = "note";
    const EFFORT: Effort = Effort {
        attempts: 4,
        lease_ms: LEASE,
    };
    type Payload = About;
}

/// Another kind with the same payload.
pub enum Memo {}
impl Kind for Memo {
    const NAME: &'static str = "memo";
    const EFFORT: Effort = Effort {
        attempts: 10_000,
        lease_ms: LEASE,
    };
    type Payload = About;
}

/// Writes a line for each step, in its transaction.
#[derive(Clone)]
pub struct Writer {
    policy: Arc<Policy>,
    pub gate: Arc<Semaphore>,
    /// Handlers that are or were at work.
    pub begun: Arc<AtomicUsize>,
    /// The jobs in the order in which they were begun.
    pub order: Arc<Mutex<Vec<[u8; 16]>>>,
    /// Attempts that found that the job is another's.
    pub lost: Arc<AtomicUsize>,
}

impl Writer {
    async fn write<K: Kind<Payload = About>>(
        &self,
        attempt: &Attempt<K>,
    ) -> Result<Settled, Trouble> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        self.order.lock().unwrap().push(*attempt.id().as_bytes());
        let about = attempt.payload();
        if about.waits {
            self.gate.acquire().await.unwrap().forget();
        }
        assert!(!about.panics, "as asked for");
        let step: i64 = attempt.bookmark().await?.unwrap_or(0);
        let caller = attempt.caller();
        let facts = Facts::<Effect>::shared(attempt.org(), *attempt.id().as_bytes(), 0);
        let permit = self.policy.permit::<actions::Create, _>(&caller, &facts)?;
        let mut tx = attempt.begin().await?;
        let sql = "INSERT INTO effect (org_id, job_id, step, at) VALUES ($1, $2, $3, $4)";
        let values = [Value::Int(step), Value::from(tx.clock().now())];
        tx.put(&permit, sql, &values).await?;
        match about.fails {
            Some(true) => return Err(Trouble::passing("test_passing")),
            Some(false) => return Err(Trouble::lasting("test_lasting")),
            None => {}
        }
        if about.waits_within {
            self.gate.acquire().await.unwrap().forget();
        }
        let events = vec![Event::of(&permit)];
        let settled = if step < about.steps {
            let progress = Progress {
                done: step.unsigned_abs() + 1,
                total: Some(about.steps.unsigned_abs() + 1),
            };
            attempt.advance(tx, events, progress, &(step + 1)).await
        } else {
            attempt.done(tx, events, "written").await
        };
        if settled.as_ref().is_err_and(Trouble::is_lost) {
            self.lost.fetch_add(1, Ordering::SeqCst);
        }
        settled
    }
}

impl Handler<Note> for Writer {
    async fn work(&self, attempt: &Attempt<Note>) -> Result<Settled, Trouble> {
        self.write(attempt).await
    }
}

impl Handler<Memo> for Writer {
    async fn work(&self, attempt: &Attempt<Memo>) -> Result<Settled, Trouble> {
        self.write(attempt).await
    }
}

pub struct Site<'i> {
    pub installation: &'i Installation,
    policy: Arc<Policy>,
    pub writer: Writer,
    pub jobs: Arc<Jobs>,
    /// The store of the other nodes, which has connections of its own.
    other: OnceCell<Arc<Store>>,
}

pub async fn both(test: impl AsyncFn(&Site<'_>)) {
    both_with(limits(), test).await;
}

pub fn limits() -> Limits {
    Limits {
        open: 40,
        payload: 2_000,
        ..Limits::default()
    }
}

pub async fn both_with(limits: Limits, test: impl AsyncFn(&Site<'_>)) {
    custos_testkit::both(&[MIGRATIONS, EFFECTS], async |installation| {
        test(&Site::new(installation, limits)).await;
    })
    .await;
}

impl<'i> Site<'i> {
    pub fn new(installation: &'i Installation, limits: Limits) -> Self {
        let policy = Arc::new(Policy::load(&[POLICY, RULES]).unwrap());
        let writer = Writer {
            policy: Arc::clone(&policy),
            gate: Arc::new(Semaphore::new(0)),
            begun: Arc::default(),
            order: Arc::default(),
            lost: Arc::default(),
        };
        let store = Arc::clone(installation.store());
        let jobs = node(installation, store, &policy, &writer, limits);
        Self {
            installation,
            policy,
            writer,
            jobs,
            other: OnceCell::new(),
        }
    }

    /// Another node on the same database; on PostgreSQL with other connections than the first.
    pub async fn node(&self) -> Arc<Jobs> {
        let store = match self.installation.store().engine() {
            custos_store::EngineKind::Sqlite => Arc::clone(self.installation.store()),
            custos_store::EngineKind::Postgres => {
                let keyring = self.installation.keyring();
                let migrations = self.installation.migrations();
                let open = || async { self.installation.open(migrations, keyring).await.unwrap() };
                Arc::clone(self.other.get_or_init(open).await)
            }
        };
        node(
            self.installation,
            store,
            &self.policy,
            &self.writer,
            limits(),
        )
    }

    pub fn org(&self) -> OrgId {
        self.installation.org()
    }

    pub fn admin(&self) -> Caller {
        self.installation
            .caller(Role::SystemAdmin, DataScope::All, None)
    }

    pub fn now(&self) -> Timestamp {
        self.installation.store().clock().now()
    }

    pub fn advance(&self, millis: i64) {
        self.installation.clock().advance(millis);
    }

    pub async fn begin(&self) -> WriteTx<'_> {
        self.begin_in(self.org()).await
    }

    pub async fn begin_in(&self, org: OrgId) -> WriteTx<'_> {
        let caller = Caller::system(Job::Setup, org);
        self.installation.store().write(&caller).await.unwrap()
    }

    /// A job about a text, due after so many milliseconds.
    pub fn note(&self, text: &str, after: i64) -> New<Note> {
        self.about(
            About {
                text: text.to_owned(),
                ..About::default()
            },
            after,
        )
    }

    pub fn about(&self, about: About, after: i64) -> New<Note> {
        New::at(self.now().plus_millis(after), about)
    }

    /// Queues a job, in a transaction of its own.
    pub async fn queue<K: Kind>(&self, new: New<K>) -> [u8; 16] {
        self.queue_in(self.org(), new).await
    }

    pub async fn queue_in<K: Kind>(&self, org: OrgId, new: New<K>) -> [u8; 16] {
        let mut tx = self.begin_in(org).await;
        let made = self
            .jobs
            .enqueue(&mut tx, org, &Origin::default(), &new)
            .await;
        let queued = made.unwrap().expect("there is none of its key");
        tx.finish(queued.event).await.unwrap();
        *queued.id.as_bytes()
    }

    pub async fn run_due(&self) -> usize {
        self.jobs.run_due().await.unwrap()
    }

    pub async fn seen(&self) -> Vec<Seen> {
        self.seen_of(Note::NAME).await
    }

    pub async fn seen_of(&self, kind: &str) -> Vec<Seen> {
        let (seen, total) = self
            .jobs
            .list(&self.admin(), (Some(kind), None), None, 500)
            .await
            .unwrap();
        assert_eq!(seen.len() as u64, total);
        seen
    }

    /// State, attempts and code of a job.
    pub async fn state(&self, id: [u8; 16]) -> (State, i64, Option<String>) {
        let seen = self.seen().await;
        let found = seen.into_iter().find(|seen| *seen.id.as_bytes() == id);
        let found = found.unwrap();
        (found.state, found.attempts, found.code)
    }

    pub async fn sql(&self, sql: &str, values: &[Value]) -> Vec<custos_store::Row> {
        self.installation
            .store()
            .tamper_for_tests(sql, values)
            .await
            .unwrap()
    }

    /// How often each step of a job had its effect, in order of the steps.
    pub async fn effects(&self, id: [u8; 16]) -> Vec<(i64, i64)> {
        let sql = "SELECT step, COUNT(*) FROM effect WHERE job_id = $1 GROUP BY step ORDER BY step";
        let rows = self.sql(sql, &[Value::from(&id)]).await;
        rows.iter()
            .map(|row| (row.int(0).unwrap(), row.int(1).unwrap()))
            .collect()
    }

    /// Waits, in real time, until something is so.
    pub async fn until(&self, so: impl AsyncFn() -> bool) {
        for _ in 0..1_000 {
            if so().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it does not come to be");
    }

    pub async fn plan(&self, name: &str, cron: &str, catch_up: CatchUp) -> usize {
        let plan = Plan::<Note> {
            name: name.to_owned(),
            cron: Cron::parse(cron, "Asia/Shanghai").unwrap(),
            catch_up,
            payload: About::default(),
        };
        let mut tx = self.begin().await;
        let origin = Origin::default();
        let made = self
            .jobs
            .schedule(&mut tx, self.org(), &origin, &plan)
            .await;
        let events = made.unwrap();
        let count = events.len();
        if count > 0 {
            tx.finish_all(events).await.unwrap();
        }
        count
    }

    pub fn key(&self, text: &'static str) -> Key {
        Key::of(text).id(self.org().as_bytes()).at(self.now())
    }

    /// The log is whole.
    pub async fn verify(&self) {
        let report = self.installation.verify(self.org()).await;
        assert!(report.is_ok(), "{report:?}");
    }
}

fn node(
    installation: &Installation,
    store: Arc<Store>,
    policy: &Arc<Policy>,
    writer: &Writer,
    limits: Limits,
) -> Arc<Jobs> {
    let jobs = Jobs::with_limits(
        store,
        Arc::clone(policy),
        installation.sink().clone(),
        limits,
    );
    jobs.handle::<Note>(writer.clone());
    jobs.handle::<Memo>(writer.clone());
    jobs
}
