//! The tables of rules, requests, votes and delegations.

use super::model::{Row, State};
use crate::newest::Wanted;
use crate::{ApprovalResource, ApprovalRulesResource};
use custos_kernel::policy::{Action, Caller, Permit, actions};
use custos_store::{Migration, ReadTx, Row as DbRow, StoreError, Value, WriteTx};
use custos_values::{ApprovalId, OrgId, Timestamp, UserId};

/// `rules` is JSON. All there is to know of a request, and of a vote, is sealed, bound to the request's id; the columns in
/// clear are for finding them, and nothing is approved by what they say. `step` is the one a request waits in. One person
/// votes once, and is voted for once, in a request.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0501_approvals",
    sql: "CREATE TABLE approval_rules (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, rules TEXT NOT NULL, updated_at BIGINT NOT NULL,
            version BIGINT NOT NULL, PRIMARY KEY (org_id, id));
          CREATE TABLE approval (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, requester_id {bytes} NOT NULL, sealed {bytes} NOT NULL,
            step BIGINT NOT NULL, state TEXT NOT NULL, expires_at BIGINT NOT NULL, ended_at BIGINT,
            PRIMARY KEY (org_id, id));
          CREATE INDEX approval_state ON approval (org_id, state, expires_at);
          CREATE INDEX approval_requester ON approval (org_id, requester_id, id);
          CREATE TABLE approval_vote (
            org_id {bytes} NOT NULL, approval_id {bytes} NOT NULL, voter_id {bytes} NOT NULL, seat_id {bytes} NOT NULL,
            sealed {bytes} NOT NULL, PRIMARY KEY (org_id, approval_id, voter_id));
          CREATE UNIQUE INDEX approval_vote_seat ON approval_vote (org_id, approval_id, seat_id);
          CREATE TABLE approval_delegation (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, sealed {bytes} NOT NULL, until_at BIGINT NOT NULL,
            PRIMARY KEY (org_id, id))",
};

/// That somebody handed one request on: each person once, and to each person once. What counts is sealed, bound to the
/// request's id.
pub(crate) const TRANSFERS: Migration = Migration {
    name: "0560_approval_transfer",
    sql: "CREATE TABLE approval_transfer (
            org_id {bytes} NOT NULL, approval_id {bytes} NOT NULL, from_id {bytes} NOT NULL, to_id {bytes} NOT NULL,
            sealed {bytes} NOT NULL, PRIMARY KEY (org_id, approval_id, from_id));
          CREATE UNIQUE INDEX approval_transfer_to ON approval_transfer (org_id, approval_id, to_id)",
};

/// The rules as stored, and their version.
pub(super) async fn rules(
    tx: &mut ReadTx,
    permit: &Permit<actions::Read, ApprovalRulesResource>,
) -> Result<Option<(String, i64)>, StoreError> {
    let sql = "SELECT rules, version FROM approval_rules WHERE org_id = $1 AND id = $2";
    let rows = tx.of(permit, sql, &[]).await?;
    rows.first()
        .map(|row| Ok((row.text(0)?.to_owned(), row.int(1)?)))
        .transpose()
}

/// Stores the rules after those of a version (0 for none): false if there are others meanwhile.
pub(super) async fn put_rules(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, ApprovalRulesResource>,
    version: i64,
    rules: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO approval_rules (org_id, id, rules, updated_at, version) VALUES ($1, $2, $3, $4, $5 + 1) \
               ON CONFLICT (org_id, id) DO UPDATE SET rules = excluded.rules, updated_at = excluded.updated_at, \
               version = excluded.version WHERE approval_rules.version = $5";
    let values = [Value::from(rules), Value::from(now), Value::Int(version)];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

const COLUMNS: &str = "id, requester_id, sealed, step, state, expires_at, ended_at";

fn row(row: &DbRow) -> Result<Row, StoreError> {
    let state = State::from_name(row.text(4)?)
        .ok_or_else(|| StoreError::Corrupt("an approval in no state".to_owned()))?;
    Ok(Row {
        id: ApprovalId::from_bytes(row.id(0)?),
        requester: UserId::from_bytes(row.id(1)?),
        sealed: row.bytes(2)?.to_vec(),
        step: usize::try_from(row.int(3)?).unwrap_or(0),
        state,
        expires_at: row.time(5)?,
        ended_at: row.time_opt(6)?,
    })
}

/// Takes a request down.
pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, ApprovalResource>,
    requester: UserId,
    sealed: Vec<u8>,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO approval (org_id, id, requester_id, sealed, step, state, expires_at) \
               VALUES ($1, $2, $3, $4, 0, 'open', $5)";
    let values = [
        Value::from(requester),
        Value::Bytes(sealed),
        Value::from(expires_at),
    ];
    tx.put(permit, sql, &values).await?;
    Ok(())
}

/// How many of somebody's requests are open.
pub(super) async fn open_of(tx: &mut WriteTx<'_>, requester: UserId) -> Result<i64, StoreError> {
    let sql =
        "SELECT COUNT(*) FROM approval WHERE org_id = $1 AND requester_id = $2 AND state = 'open'";
    let rows = tx.lookup(sql, &[Value::from(requester)]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// One request.
pub(super) async fn one(
    tx: &mut ReadTx,
    caller: &Caller,
    id: ApprovalId,
) -> Result<Option<Row>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM approval WHERE org_id = $1 AND id = $2");
    let values = [Value::from(&id.as_bytes()[..])];
    let rows = tx.lookup(caller, &sql, &values).await?;
    rows.first().map(row).transpose()
}

/// As [`one`], within a transaction.
pub(super) async fn one_within(
    tx: &mut WriteTx<'_>,
    id: ApprovalId,
) -> Result<Option<Row>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM approval WHERE org_id = $1 AND id = $2");
    let rows = tx.lookup(&sql, &[Value::from(&id.as_bytes()[..])]).await?;
    rows.first().map(row).transpose()
}

/// Requests in one of some states, newest first, before one, of one person or of all.
pub(super) async fn list(
    tx: &mut ReadTx,
    caller: &Caller,
    of: Option<UserId>,
    states: &[State],
    before: Option<ApprovalId>,
    limit: usize,
) -> Result<Vec<Row>, StoreError> {
    let wanted = Wanted {
        select: &format!("SELECT {COLUMNS} FROM approval"),
        person: "requester_id",
        of,
        states: states.iter().map(|state| state.name()).collect(),
        before: before.map(|id| *id.as_bytes()),
        limit,
    };
    let rows = wanted.read(tx, caller).await?;
    rows.iter().map(row).collect()
}

/// Moves a request from one of some states to another: false if it is in none of them. Whoever gets true is alone with it
/// until the transaction ends.
pub(super) async fn advance<A: Action>(
    tx: &mut WriteTx<'_>,
    permit: &Permit<A, ApprovalResource>,
    from: &[State],
    to: State,
    step: usize,
    ended_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let from: Vec<String> = from
        .iter()
        .map(|state| format!("'{}'", state.name()))
        .collect();
    let sql = format!(
        "UPDATE approval SET state = $3, step = $4, ended_at = $5 WHERE org_id = $1 AND id = $2 AND state IN ({})",
        from.join(", ")
    );
    let values = [
        Value::from(to.name()),
        Value::Int(i64::try_from(step).unwrap_or(i64::MAX)),
        ended_at.map_or(Value::Null, Value::from),
    ];
    Ok(tx.put(permit, &sql, &values).await? == 1)
}

/// Writes a vote down.
///
/// # Errors
/// [`StoreError::Duplicate`] when the voter has voted, or was voted for.
pub(super) async fn insert_vote(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Grant, ApprovalResource>,
    voter: UserId,
    seat: UserId,
    sealed: Vec<u8>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO approval_vote (org_id, approval_id, voter_id, seat_id, sealed) VALUES ($1, $2, $3, $4, $5)";
    let values = [Value::from(voter), Value::from(seat), Value::Bytes(sealed)];
    tx.put(permit, sql, &values).await?;
    Ok(())
}

const VOTES: &str = "SELECT sealed FROM approval_vote WHERE org_id = $1 AND approval_id = $2";

/// The votes on a request.
pub(super) async fn votes(
    tx: &mut ReadTx,
    caller: &Caller,
    id: ApprovalId,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows = tx
        .lookup(caller, VOTES, &[Value::from(&id.as_bytes()[..])])
        .await?;
    rows.iter().map(|row| Ok(row.bytes(0)?.to_vec())).collect()
}

/// As [`votes`], within a transaction.
pub(super) async fn votes_within(
    tx: &mut WriteTx<'_>,
    id: ApprovalId,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows = tx.lookup(VOTES, &[Value::from(&id.as_bytes()[..])]).await?;
    rows.iter().map(|row| Ok(row.bytes(0)?.to_vec())).collect()
}

/// Requests whose time has passed, or that were begun before a moment and never ended.
pub(super) async fn overdue(
    tx: &mut ReadTx,
    keeper: &Caller,
    now: Timestamp,
    begun_before: Timestamp,
) -> Result<Vec<Row>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM approval WHERE org_id = $1 AND ((state IN ('open', 'approved') AND expires_at <= $2) \
         OR (state = 'executing' AND ended_at <= $3)) ORDER BY id LIMIT 200"
    );
    let values = [Value::from(now), Value::from(begun_before)];
    let rows = tx.lookup(keeper, &sql, &values).await?;
    rows.iter().map(row).collect()
}

/// The organisations there are requests of, for the job that ends them.
pub(super) async fn organisations(tx: &mut ReadTx) -> Result<Vec<OrgId>, StoreError> {
    let sql =
        "SELECT DISTINCT org_id FROM approval WHERE state IN ('open', 'approved', 'executing')";
    let rows = tx.before_sign_in(sql, &[]).await?;
    rows.iter()
        .map(|row| Ok(OrgId::from_bytes(row.id(0)?)))
        .collect()
}

/// Delegations that have not ended: who delegated, and what was sealed.
pub(super) async fn delegations(
    tx: &mut ReadTx,
    caller: &Caller,
    now: Timestamp,
) -> Result<Vec<(UserId, Vec<u8>)>, StoreError> {
    let sql = "SELECT id, sealed FROM approval_delegation WHERE org_id = $1 AND until_at > $2";
    let rows = tx.lookup(caller, sql, &[Value::from(now)]).await?;
    rows.iter()
        .map(|row| Ok((UserId::from_bytes(row.id(0)?), row.bytes(1)?.to_vec())))
        .collect()
}

/// Stores the delegation of the permit's record, which is the person's account.
pub(super) async fn put_delegation(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Assign, ApprovalResource>,
    sealed: Vec<u8>,
    until: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO approval_delegation (org_id, id, sealed, until_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (org_id, id) DO UPDATE SET sealed = excluded.sealed, until_at = excluded.until_at";
    tx.put(permit, sql, &[Value::Bytes(sealed), Value::from(until)])
        .await?;
    Ok(())
}

/// Ends the delegation of a person.
pub(super) async fn delete_delegation(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Assign, ApprovalResource>,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM approval_delegation WHERE org_id = $1 AND id = $2";
    tx.put(permit, sql, &[]).await
}

/// Writes down that somebody handed a request on.
///
/// # Errors
/// [`StoreError::Duplicate`] when they did before, or it was handed to that person before.
pub(super) async fn insert_transfer(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Grant, ApprovalResource>,
    (from, to): (UserId, UserId),
    sealed: Vec<u8>,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO approval_transfer (org_id, approval_id, from_id, to_id, sealed) VALUES ($1, $2, $3, $4, $5)";
    let values = [Value::from(from), Value::from(to), Value::Bytes(sealed)];
    tx.put(permit, sql, &values).await?;
    Ok(())
}

const HANDED_ON: &str =
    "SELECT sealed FROM approval_transfer WHERE org_id = $1 AND approval_id = $2";

/// Who handed a request on.
pub(super) async fn transfers(
    tx: &mut ReadTx,
    caller: &Caller,
    id: ApprovalId,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows = tx
        .lookup(caller, HANDED_ON, &[Value::from(&id.as_bytes()[..])])
        .await?;
    rows.iter().map(|row| Ok(row.bytes(0)?.to_vec())).collect()
}

/// As [`transfers`], within a transaction.
pub(super) async fn transfers_within(
    tx: &mut WriteTx<'_>,
    id: ApprovalId,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows = tx
        .lookup(HANDED_ON, &[Value::from(&id.as_bytes()[..])])
        .await?;
    rows.iter().map(|row| Ok(row.bytes(0)?.to_vec())).collect()
}
