//! The table of documents.

use custos_kernel::audit::Entry;
use custos_kernel::policy::{Action, Permit, Resource};
use custos_store::{Migration, ReadTx, StoreError, Value, WriteTx};
use custos_values::{OrgId, Timestamp};

/// For what a document is sealed, bound to its id.
pub(crate) const SEALED: &str = "access.document";

/// A row for each kind of document. `version` is there to be compared with: what counts is the one that is sealed with the
/// body.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0510_access_document",
    sql: "CREATE TABLE access_document (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, body {bytes} NOT NULL, updated_at BIGINT NOT NULL,
            version BIGINT NOT NULL, PRIMARY KEY (org_id, id))",
};

/// Which document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What is allowed.
    Rules,
    /// Who holds what.
    People,
}

impl Kind {
    /// The id of the row.
    pub(crate) const fn id(self) -> [u8; 16] {
        match self {
            Self::Rules => *b"access rules    ",
            Self::People => *b"access people   ",
        }
    }

    /// The actions whose entries name the version they made.
    const fn actions(self) -> &'static [&'static str] {
        match self {
            Self::Rules => &["access_rules.update"],
            Self::People => &["access_people.update", "access_teams.update"],
        }
    }
}

/// The versions of both documents, 0 where there is none: rules, people.
pub(super) async fn versions(tx: &mut ReadTx, org: OrgId) -> Result<(i64, i64), StoreError> {
    let sql = "SELECT id, version FROM access_document WHERE org_id = $1";
    let rows = tx
        .before_sign_in(sql, &[Value::from(&org.as_bytes()[..])])
        .await?;
    let mut versions = (0, 0);
    for row in &rows {
        let id = row.id(0)?;
        if id == Kind::Rules.id() {
            versions.0 = row.int(1)?;
        } else if id == Kind::People.id() {
            versions.1 = row.int(1)?;
        }
    }
    Ok(versions)
}

/// A document as stored, sealed, and its version.
pub(super) async fn document(
    tx: &mut ReadTx,
    org: OrgId,
    kind: Kind,
) -> Result<Option<(Vec<u8>, i64)>, StoreError> {
    let sql = "SELECT body, version FROM access_document WHERE org_id = $1 AND id = $2";
    let values = [Value::from(&org.as_bytes()[..]), Value::from(&kind.id())];
    let rows = tx.before_sign_in(sql, &values).await?;
    rows.first()
        .map(|row| Ok((row.bytes(0)?.to_vec(), row.int(1)?)))
        .transpose()
}

/// The version the log says was made last; 0 if it knows of none.
pub(super) async fn logged_version(
    tx: &mut ReadTx,
    org: OrgId,
    kind: Kind,
) -> Result<u64, StoreError> {
    let mut newest = 0;
    for action in kind.actions() {
        let Some(stored) = tx.newest_entry(org, action).await? else {
            continue;
        };
        let entry = Entry::decode(&stored.body)
            .map_err(|error| StoreError::Corrupt(format!("entry {}: {error}", stored.index)))?;
        let version = entry.detail.get("generation").and_then(|it| it.as_count());
        newest = newest.max(version.unwrap_or(0));
    }
    Ok(newest)
}

/// Stores a document after that of a version (0 for none): false if there is another meanwhile.
pub(crate) async fn put<A: Action, R: Resource>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, R>,
    version: i64,
    sealed: Vec<u8>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO access_document (org_id, id, body, updated_at, version) VALUES ($1, $2, $3, $4, $5 + 1) \
               ON CONFLICT (org_id, id) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at, \
               version = excluded.version WHERE access_document.version = $5";
    let values = [Value::Bytes(sealed), Value::from(now), Value::Int(version)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}
