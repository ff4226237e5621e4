//! A small feature for the tests: notes that belong to people and departments.

use custos_kernel::event::Event;
use custos_kernel::policy::{
    Action, Caller, DataScope, Facts, Job, Permit, Policy, PolicySource, Resource, Role, Scope,
    actions,
};
use custos_store::{Migration, ReadTx, Store, StoreError, Value, WriteTx};
use custos_testkit::Installation;
use custos_values::{DepartmentId, OrgId, UserId};

pub enum Note {}
impl Resource for Note {
    const TYPE: &'static str = "note";
}

pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "0100_note",
    sql: "CREATE TABLE note (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, version BIGINT NOT NULL, owner_id {bytes},
            department_id {bytes}, word TEXT NOT NULL, PRIMARY KEY (org_id, id)) {clustered};
          CREATE UNIQUE INDEX note_word ON note (org_id, word)",
}];

const POLICY: PolicySource = PolicySource::new(
    "notes",
    r#"
@id("reach")
permit (principal is User, action in [Action::"note.list", Action::"note.read", Action::"note.update"], resource)
when { context.relation == "own" ||
       (context.relation == "department" && principal.data_scope != "own") ||
       (context.relation == "below" && ["department_tree", "all"].contains(principal.data_scope)) ||
       principal.data_scope == "all" };
@id("create")
permit (principal, action == Action::"note.create", resource);
@id("job")
permit (principal == Job::"indexer", action in [Action::"note.list", Action::"note.read", Action::"note.update"], resource);
"#,
);

pub fn policy() -> Policy {
    Policy::load(&[POLICY]).unwrap()
}

/// A person who may write notes.
pub fn author(installation: &Installation) -> Caller {
    installation.caller(Role::Sales, DataScope::All, None)
}

pub fn facts(org: OrgId, id: [u8; 16], version: i64) -> Facts<Note> {
    Facts::owned(org, id, version, None, None)
}

pub fn permit<A: Action>(caller: &Caller, id: [u8; 16], version: i64) -> Permit<A, Note> {
    policy()
        .permit(caller, &facts(caller.org(), id, version))
        .unwrap()
}

/// The scope of everything in an organisation.
pub fn everything(org: OrgId) -> Scope<actions::List, Note> {
    policy().scope(&Caller::system(Job::Indexer, org)).unwrap()
}

pub fn number(n: u32) -> [u8; 16] {
    let mut id = [7; 16];
    id[..4].copy_from_slice(&n.to_be_bytes());
    id
}

pub const INSERT: &str = "INSERT INTO note (org_id, id, version, owner_id, department_id, word) \
                          VALUES ($1, $2, 1, $3, $4, $5)";

/// Inserts a note within a transaction that is left open.
pub async fn insert<'s>(
    store: &'s Store,
    caller: &Caller,
    n: u32,
) -> Result<(WriteTx<'s>, Event), StoreError> {
    let permit = permit::<actions::Create>(caller, number(n), 0);
    let mut tx = store.write(caller).await?;
    let more = [Value::Null, Value::Null, Value::from(format!("word-{n}"))];
    tx.put(&permit, INSERT, &more).await?;
    let event = Event::of(&permit);
    Ok((tx, event))
}

/// Inserts a note and commits.
pub async fn write(store: &Store, caller: &Caller, n: u32) -> Result<(), StoreError> {
    let (tx, event) = insert(store, caller, n).await?;
    tx.finish(event).await
}

pub async fn insert_for(
    tx: &mut WriteTx<'_>,
    caller: &Caller,
    n: u32,
    owner: Option<UserId>,
    department: Option<DepartmentId>,
) {
    let permit = permit::<actions::Create>(caller, number(n), 0);
    let department = department.map(|d| d.as_bytes().to_vec());
    let more = [
        Value::from(owner),
        Value::from(department),
        Value::from(format!("word-{n}")),
    ];
    tx.put(&permit, INSERT, &more).await.unwrap();
}

/// The ids of all notes of an organisation, in order.
pub async fn stored(store: &Store, org: OrgId) -> Vec<[u8; 16]> {
    let mut read = store.read().await.unwrap();
    let sql = "SELECT id FROM note WHERE org_id = $1 AND {scope} ORDER BY id";
    let rows = read.within(&everything(org), sql, &[]).await.unwrap();
    rows.iter().map(|row| row.id(0).unwrap()).collect()
}

/// Indexes and actions of all entries of an organisation, oldest first.
pub async fn entries(read: &mut ReadTx, org: OrgId) -> Vec<(i64, String)> {
    let scope = everything(org);
    let filter = custos_store::EntryFilter::default();
    let newest_first = read.log_entries(&scope, &filter, 100_000).await.unwrap();
    newest_first
        .iter()
        .rev()
        .map(|entry| {
            let decoded = custos_kernel::audit::Entry::decode(&entry.body).unwrap();
            (entry.index, decoded.action)
        })
        .collect()
}

/// The log is dense, verifies, and has an entry for every note.
pub async fn check_consistency(installation: &Installation) {
    let org = installation.org();
    let notes = stored(installation.store(), org).await;
    let mut read = installation.store().read().await.unwrap();
    let entries = entries(&mut read, org).await;
    drop(read);
    assert!(
        entries
            .iter()
            .zip(0..)
            .all(|((index, _), expected)| *index == expected)
    );
    let creates = entries
        .iter()
        .filter(|(_, action)| action == "note.create")
        .count();
    assert_eq!(creates, notes.len());
    let report = installation.verify(org).await;
    assert!(report.is_ok(), "{report:?}");
    assert_eq!(report.size, entries.len() as u64);
    assert_eq!(report.entries_unsigned, 0);
}
