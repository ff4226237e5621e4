//! kill -9 at any moment: a server in a process of its own is killed again and again during an import, and each time
//! goes on with the first row that is not in the database.

use crate::api::{Api, Staff, counts};
use crate::runs::customers;
use custos_crm::MIGRATIONS;
use custos_kernel::crypto::{Home, HomeSecret, KeyFile, Keyring, RootKey, Token};
use custos_kernel::event::{Event, EventName, Occasion};
use custos_kernel::policy::{
    Assurance, Caller, DataScope, Job, Origin, Resource, Role, RoleSet, SessionLimits,
    SessionRecord, SessionState, Standing, Surroundings,
};
use custos_store::{Location, MigrationSet, SequencerHandle, SqliteOptions, Store};
use custos_testkit::{TestClock, TestRandom};
use custos_values::{Clock, OrgId, Random, SessionId, Timestamp, UserId};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const FOLDER: &str = "CUSTOS_TEST_KILL_FOLDER";
const ROWS: u32 = 12_000;
const KILLS: u64 = 12;

const FOUND: EventName = EventName::declared("organisation.create", Occasion::Part);

enum Organisation {}
impl Resource for Organisation {
    const TYPE: &'static str = "organisation";
}

/// The keyring of a folder, made if it is missing.
fn keyring(path: &Path, random: &dyn Random, now: Timestamp) -> Arc<Keyring> {
    let made = || {
        let (root, keyring) = (RootKey::generate(random), Keyring::generate(random));
        let file = KeyFile::new(Home::file(&root), &root, &keyring, now, random);
        std::fs::write(path, file.text().as_bytes()).unwrap();
        file
    };
    let file = match std::fs::read_to_string(path) {
        Ok(text) => KeyFile::parse(&text).unwrap(),
        Err(_) => made(),
    };
    let root = file.open_root(HomeSecret::None).unwrap();
    Arc::new(file.open_keyring(&root, random).unwrap())
}

/// A server on a folder that outlives it.
async fn server(folder: &Path) -> (Api, Arc<Store>) {
    let (clock, random) = (
        Arc::new(TestClock::default()),
        Arc::new(TestRandom::default()),
    );
    let keyring = keyring(&folder.join("root.key"), &*random, clock.now());
    let org = OrgId::from_bytes([1; 16]);
    let options = SqliteOptions::new(folder.join("custos.db"), keyring.database_key());
    let migrations = MigrationSet::new(&[MIGRATIONS]);
    let location = Location::Sqlite(options);
    let store = Store::open(
        location,
        &migrations,
        keyring,
        clock.clone(),
        random.clone(),
    )
    .await
    .unwrap();
    // Also after a kill between the tables and the organisation.
    if store.keys().get(&store, org).await.is_err() {
        let caller = Caller::system(Job::Setup, org);
        let mut tx = store.write(&caller).await.unwrap();
        store.keys().create(&mut tx, &*random).await.unwrap();
        tx.finish(Event::own::<Organisation>(&caller, &FOUND, None))
            .await
            .unwrap();
    }
    // Runs as long as the process.
    std::mem::forget(SequencerHandle::start(Arc::clone(&store)));
    let token = Token::generate(&*random);
    let session = SessionRecord {
        id: SessionId::new(&*clock, &*random),
        org,
        user: UserId::from_bytes([2; 16]),
        token: token.hash(),
        state: SessionState::Active,
        created_at: clock.now(),
        last_seen_at: clock.now(),
        proven_at: clock.now(),
        assurance: Assurance::Multi,
        surroundings: Surroundings::ORDINARY,
        account_active: true,
        standing: Standing::plain(
            RoleSet::new([Role::Sales]).unwrap(),
            DataScope::Own,
            None,
            Arc::default(),
        ),
    };
    let caller = session.authenticate(
        &token,
        Origin::default(),
        clock.now(),
        &SessionLimits::default(),
    );
    let staff = Arc::new(Staff::default());
    staff.add("sales", caller.unwrap());
    let sink = store.audit_sink();
    (
        Api::over(&store, sink, org, staff, folder.join("files")).await,
        store,
    )
}

/// The process that is killed; does nothing when the tests are run.
#[tokio::test(flavor = "multi_thread")]
async fn victim() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let (api, store) = server(&PathBuf::from(folder)).await;
    let list = api.get("sales", "/imports").await.json;
    let id = match list["items"][0]["id"].as_str() {
        None => api.start("sales", customers(ROWS), json!({})).await,
        Some(id) => {
            let state = list["items"][0]["state"].as_str().unwrap();
            let path = format!("/imports/{id}/resume");
            match state {
                "interrupted" => {
                    api.send("sales", http::Method::POST, &path, &[], "").await;
                }
                "detected" => {
                    let started = api
                        .start_uploaded("sales", &list["items"][0], json!({}))
                        .await;
                    assert_eq!(started.status, 202);
                }
                _ => assert_eq!(state, "finished"),
            }
            id.to_owned()
        }
    };
    api.wait("sales", &id).await;
    api.crm.stop_imports().await;
    store.close().await.unwrap();
}

fn start(folder: &Path) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::victim", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_no_row_is_lost_or_taken_twice() {
    let folder = tempfile::tempdir().unwrap();
    for kill in 0..KILLS {
        let mut child = start(folder.path());
        tokio::time::sleep(Duration::from_millis(150 + 211 * kill % 900)).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let finished = start(folder.path()).wait().unwrap();
    assert!(finished.success());
    let (api, store) = server(folder.path()).await;
    let list = api.get("sales", "/imports").await.json;
    assert_eq!(list["total"], 1, "{list}");
    let import = &list["items"][0];
    assert_eq!(import["state"], "finished", "{import}");
    let rows = u64::from(ROWS);
    assert_eq!(counts(import), [rows, rows, 0, 0, 0]);
    assert_eq!(api.customers("sales").await, rows);
    store.close().await.unwrap();
}
