//! A real process, killed again and again while it works.

use custos_jobs::{
    Attempt, Effort, Handler, Jobs, Kind, MIGRATIONS, New, POLICY, Progress, Settled, Trouble,
};
use custos_kernel::crypto::Keyring;
use custos_kernel::event::{Event, EventName, Occasion};
use custos_kernel::policy::{Caller, Facts, Job, Origin, Policy, PolicySource, Resource, actions};
use custos_store::{Location, Migration, MigrationSet, SqliteOptions, Store, Value};
use custos_testkit::{TestClock, TestRandom};
use custos_values::{Clock, OrgId, Random};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// Names the folder of the database to the process that is killed.
const FOLDER: &str = "CUSTOS_TEST_JOBS_FOLDER";
const JOBS: usize = 40;
const STEPS: i64 = 4;
const ORG: OrgId = OrgId::from_bytes([7; 16]);

enum Effect {}
impl Resource for Effect {
    const TYPE: &'static str = "effect";
}

const EFFECTS: &[Migration] = &[Migration {
    name: "0900_effect",
    sql: "CREATE TABLE effect (org_id {bytes} NOT NULL, job_id {bytes} NOT NULL, step BIGINT NOT NULL)",
}];

const RULES: PolicySource = PolicySource::new(
    "test",
    r#"@id("effects") permit (principal == Job::"scheduler", action == Action::"effect.create", resource);"#,
);

const FOUND: EventName = EventName::declared("organisation.create", Occasion::Part);

enum Long {}
impl Kind for Long {
    const NAME: &'static str = "long";
    const EFFORT: Effort = Effort {
        attempts: 10_000,
        lease_ms: 60_000,
    };
    type Payload = i64;
}

struct Worker(Arc<Policy>);

impl Handler<Long> for Worker {
    async fn work(&self, attempt: &Attempt<Long>) -> Result<Settled, Trouble> {
        let step: i64 = attempt.bookmark().await?.unwrap_or(0);
        let facts = Facts::<Effect>::shared(attempt.org(), *attempt.id().as_bytes(), 0);
        let permit = self
            .0
            .permit::<actions::Create, _>(&attempt.caller(), &facts)?;
        let mut tx = attempt.begin().await?;
        let sql = "INSERT INTO effect (org_id, job_id, step) VALUES ($1, $2, $3)";
        tx.put(&permit, sql, &[Value::Int(step)]).await?;
        let events = vec![Event::of(&permit)];
        if step + 1 == *attempt.payload() {
            return attempt.done(tx, events, "written").await;
        }
        let progress = Progress::default();
        attempt.advance(tx, events, progress, &(step + 1)).await
    }
}

/// The same keys in each process.
struct Known;
impl Random for Known {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(5);
    }
}

async fn open(folder: &Path) -> (Arc<Store>, Arc<Jobs>) {
    let keyring = Arc::new(Keyring::generate(&Known));
    let options = SqliteOptions::new(folder.join("custos.db"), keyring.database_key());
    let migrations = MigrationSet::new(&[MIGRATIONS, EFFECTS]);
    let clock: Arc<dyn Clock> = Arc::new(TestClock::default());
    let random = Arc::new(TestRandom::default());
    let place = Location::Sqlite(options);
    let store = Store::open(place, &migrations, keyring, clock, random).await;
    let store = store.unwrap();
    let policy = Arc::new(Policy::load(&[POLICY, RULES]).unwrap());
    let jobs = Jobs::new(Arc::clone(&store), Arc::clone(&policy), store.audit_sink());
    jobs.handle::<Long>(Worker(policy));
    (store, jobs)
}

/// What the process does that is killed; nothing where the test below has not started it.
#[tokio::test(flavor = "multi_thread")]
async fn work_until_killed() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let (_store, jobs) = open(folder.as_ref()).await;
    jobs.recover().await.unwrap();
    jobs.run().await;
}

async fn count(store: &Store, sql: &str) -> i64 {
    let rows = store.tamper_for_tests(sql, &[]).await.unwrap();
    rows[0].int(0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_again_and_again_does_everything_once() {
    let folder = tempfile::tempdir().unwrap();
    let (store, jobs) = open(folder.path()).await;
    let caller = Caller::system(Job::Setup, ORG);
    let mut tx = store.write(&caller).await.unwrap();
    let random = TestRandom::default();
    store.keys().create(&mut tx, &random).await.unwrap();
    let event = Event::own::<Effect>(&caller, &FOUND, Some(*ORG.as_bytes()));
    tx.finish(event).await.unwrap();
    for _ in 0..JOBS {
        let mut tx = store.write(&caller).await.unwrap();
        let new = New::<Long>::at(store.clock().now(), STEPS);
        let made = jobs.enqueue(&mut tx, ORG, &Origin::default(), &new).await;
        tx.finish(made.unwrap().unwrap().event).await.unwrap();
    }
    store.close().await.unwrap();
    drop((store, jobs));
    let program = std::env::current_exe().unwrap();
    let mut lives = 0;
    loop {
        let mut process = Command::new(&program)
            .args(["--exact", "kill::work_until_killed"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut byte = [0];
        random.fill(&mut byte);
        tokio::time::sleep(Duration::from_millis(60 + u64::from(byte[0]))).await;
        // SIGKILL.
        process.kill().unwrap();
        process.wait().unwrap();
        lives += 1;
        let (store, _jobs) = open(folder.path()).await;
        let open = count(
            &store,
            "SELECT COUNT(*) FROM job WHERE kind = 'long' AND state <> 'done'",
        );
        let open = open.await;
        let doubled = "SELECT COUNT(*) FROM (SELECT 1 FROM effect GROUP BY job_id, step HAVING COUNT(*) > 1) AS d";
        assert_eq!(count(&store, doubled).await, 0);
        let steps = "SELECT COALESCE(SUM(steps), 0) + COALESCE(SUM(CASE WHEN state = 'done' THEN 1 ELSE 0 END), 0) \
                     FROM job WHERE kind = 'long'";
        let effects = count(&store, "SELECT COUNT(*) FROM effect").await;
        assert_eq!(
            count(&store, steps).await,
            effects,
            "no step without its effect"
        );
        store.close().await.unwrap();
        if open == 0 {
            assert_eq!(effects, STEPS * i64::try_from(JOBS).unwrap());
            break;
        }
        assert!(lives < 200, "{open} are left");
    }
}
