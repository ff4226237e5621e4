//! The table of messages.

use super::{Channel, State, Template};
use crate::resources::MessageResource;
use custos_kernel::policy::{Caller, Permit, Scope, actions};
use custos_store::{Migration, ReadTx, Row, StoreError, Value, WriteTx};
use custos_values::{MessageId, OrgId, Timestamp};

/// `mask` is the recipient with the middle hidden, sealed; `content` is recipient, language and parameters, sealed, and gone
/// once nothing is left to send. `next_at` is when the next attempt is due or, while one is under way, when its lease ends;
/// `claim` is the mark of the attempt under way.
pub(crate) const MIGRATION: Migration = Migration {
    name: "0120_message",
    sql: "CREATE TABLE message (
            org_id {bytes} NOT NULL, id {bytes} NOT NULL, channel TEXT NOT NULL, template TEXT NOT NULL,
            mask {bytes} NOT NULL, content {bytes}, state TEXT NOT NULL, attempts BIGINT NOT NULL, next_at BIGINT NOT NULL,
            claim {bytes}, error TEXT, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, sent_at BIGINT,
            PRIMARY KEY (org_id, id));
          CREATE INDEX message_due ON message (state, next_at)",
};

/// A message about to be queued.
pub(super) struct NewRow {
    pub(super) channel: Channel,
    pub(super) template: Template,
    pub(super) mask: Vec<u8>,
    pub(super) content: Vec<u8>,
    pub(super) now: Timestamp,
    pub(super) expires_at: Timestamp,
}

pub(super) async fn insert(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Create, MessageResource>,
    row: NewRow,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO message (org_id, id, channel, template, mask, content, state, attempts, next_at, created_at, \
               expires_at) VALUES ($1, $2, $3, $4, $5, $6, 'queued', 0, $7, $7, $8)";
    let values = [
        Value::from(row.channel.name()),
        Value::from(row.template.name()),
        Value::Bytes(row.mask),
        Value::Bytes(row.content),
        Value::from(row.now),
        Value::from(row.expires_at),
    ];
    tx.put(permit, sql, &values).await.map(|_| ())
}

/// A message as the list shows it.
pub(crate) struct ListedRow {
    pub(crate) id: MessageId,
    pub(crate) channel: String,
    pub(crate) template: String,
    pub(crate) mask: Vec<u8>,
    pub(crate) state: State,
    pub(crate) attempts: i64,
    pub(crate) next_at: Timestamp,
    pub(crate) error: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) sent_at: Option<Timestamp>,
    /// Whether there is still something to send.
    pub(crate) kept: bool,
}

const LISTED: &str = "SELECT id, channel, template, mask, state, attempts, next_at, error, created_at, sent_at, \
                      CASE WHEN content IS NULL THEN 0 ELSE 1 END";

fn listed(row: &Row) -> Result<ListedRow, StoreError> {
    Ok(ListedRow {
        id: MessageId::from_bytes(row.id(0)?),
        channel: row.text(1)?.to_owned(),
        template: row.text(2)?.to_owned(),
        mask: row.bytes(3)?.to_vec(),
        state: state(row.text(4)?)?,
        attempts: row.int(5)?,
        next_at: row.time(6)?,
        error: row.text_opt(7)?.map(str::to_owned),
        created_at: row.time(8)?,
        sent_at: row.time_opt(9)?,
        kept: row.int(10)? != 0,
    })
}

fn state(name: &str) -> Result<State, StoreError> {
    State::from_name(name)
        .ok_or_else(|| StoreError::Corrupt("a message in an unknown state".to_owned()))
}

/// Newest first, before one, in one state or all.
pub(super) async fn list(
    tx: &mut ReadTx,
    scope: &Scope<actions::List, MessageResource>,
    before: Option<MessageId>,
    wanted: Option<State>,
    limit: usize,
) -> Result<Vec<ListedRow>, StoreError> {
    let sql = format!(
        "{LISTED} FROM message WHERE org_id = $1 AND id < $2 AND (state = $3 OR $3 = '') AND {{scope}} \
         ORDER BY id DESC LIMIT $4"
    );
    let before = before.map_or_else(|| vec![0xff; 16], |id| id.as_bytes().to_vec());
    let values = [
        Value::Bytes(before),
        Value::from(wanted.map_or("", State::name)),
        Value::Int(i64::try_from(limit).unwrap_or(i64::MAX)),
    ];
    let rows = tx.within(scope, &sql, &values).await?;
    rows.iter().map(listed).collect()
}

pub(super) async fn count(
    tx: &mut ReadTx,
    scope: &Scope<actions::List, MessageResource>,
    wanted: Option<State>,
) -> Result<u64, StoreError> {
    let sql =
        "SELECT COUNT(*) FROM message WHERE org_id = $1 AND (state = $2 OR $2 = '') AND {scope}";
    let values = [Value::from(wanted.map_or("", State::name))];
    let rows = tx.within(scope, sql, &values).await?;
    let count = rows.first().map_or(Ok(0), |row| row.int(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// The state of a message, and whether there is still something to send.
pub(super) async fn state_of(
    tx: &mut WriteTx<'_>,
    id: MessageId,
) -> Result<Option<(State, bool)>, StoreError> {
    let sql = "SELECT state, CASE WHEN content IS NULL THEN 0 ELSE 1 END FROM message WHERE org_id = $1 AND id = $2";
    let rows = tx.lookup(sql, &[Value::from(id.as_bytes())]).await?;
    rows.first()
        .map(|row| Ok((state(row.text(0)?)?, row.int(1)? != 0)))
        .transpose()
}

/// Queues a failed message anew: false if it is not a failed one with something left to send.
pub(super) async fn requeue(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, MessageResource>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE message SET state = 'queued', attempts = 0, next_at = $3, claim = NULL \
               WHERE org_id = $1 AND id = $2 AND state IN ('failed', 'queued') AND content IS NOT NULL";
    Ok(tx.put(permit, sql, &[Value::from(now)]).await? == 1)
}

/// Removes a message, unless an attempt is under way.
pub(super) async fn delete(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Delete, MessageResource>,
) -> Result<bool, StoreError> {
    let sql = "DELETE FROM message WHERE org_id = $1 AND id = $2 AND state <> 'sending'";
    Ok(tx.put(permit, sql, &[]).await? == 1)
}

/// A message whose attempt is due.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Due {
    pub(crate) org: OrgId,
    pub(crate) id: MessageId,
    next_at: Timestamp,
}

/// What is due, of all organisations, longest due first.
pub(crate) async fn due(
    tx: &mut ReadTx,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Due>, StoreError> {
    let sql = "SELECT org_id, id, next_at FROM message WHERE state IN ('queued', 'sending') AND next_at <= $1 \
               ORDER BY next_at LIMIT $2";
    let rows = tx
        .before_sign_in(sql, &[Value::from(now), Value::Int(limit)])
        .await?;
    let read = |row: &Row| {
        Ok(Due {
            org: OrgId::from_bytes(row.id(0)?),
            id: MessageId::from_bytes(row.id(1)?),
            next_at: row.time(2)?,
        })
    };
    rows.iter().map(read).collect()
}

/// A message an attempt was begun at.
pub(crate) struct Claimed {
    pub(crate) template: Option<Template>,
    pub(crate) by_sms: bool,
    pub(crate) content: Option<Vec<u8>>,
    /// Attempts begun, this one included.
    pub(crate) attempts: i64,
    pub(crate) expires_at: Timestamp,
}

/// Begins an attempt: of many nodes at once, one is told true.
pub(crate) async fn claim(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, MessageResource>,
    due: &Due,
    claim: &[u8; 16],
    lease_ends: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE message SET state = 'sending', attempts = attempts + 1, claim = $3, next_at = $4 \
               WHERE org_id = $1 AND id = $2 AND state IN ('queued', 'sending') AND next_at = $5";
    let values = [
        Value::from(claim),
        Value::from(lease_ends),
        Value::from(due.next_at),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}

/// What a claimed message is.
pub(crate) async fn claimed(
    tx: &mut ReadTx,
    caller: &Caller,
    id: MessageId,
    claim: &[u8; 16],
) -> Result<Option<Claimed>, StoreError> {
    let sql = "SELECT template, channel, content, attempts, expires_at FROM message \
               WHERE org_id = $1 AND id = $2 AND claim = $3";
    let values = [Value::from(id.as_bytes()), Value::from(claim)];
    let rows = tx.lookup(caller, sql, &values).await?;
    rows.first()
        .map(|row| {
            Ok(Claimed {
                template: Template::from_name(row.text(0)?),
                by_sms: row.text(1)? == Channel::Sms.name(),
                content: row.bytes_opt(2)?.map(<[u8]>::to_vec),
                attempts: row.int(3)?,
                expires_at: row.time(4)?,
            })
        })
        .transpose()
}

/// How an attempt ended.
pub(crate) struct Ending {
    pub(crate) state: State,
    pub(crate) error: Option<&'static str>,
    pub(crate) next_at: Timestamp,
    pub(crate) sent_at: Option<Timestamp>,
    /// Whether recipient and parameters are needed any more.
    pub(crate) keep_content: bool,
}

/// Ends an attempt: false if its lease has passed to another.
pub(crate) async fn settle(
    tx: &mut WriteTx<'_>,
    permit: &Permit<actions::Update, MessageResource>,
    claim: &[u8; 16],
    ending: &Ending,
) -> Result<bool, StoreError> {
    let sql = "UPDATE message SET state = $4, error = $5, next_at = $6, sent_at = $7, claim = NULL, \
               content = CASE WHEN $8 = 1 THEN content ELSE NULL END \
               WHERE org_id = $1 AND id = $2 AND claim = $3 AND state = 'sending'";
    let values = [
        Value::from(claim),
        Value::from(ending.state.name()),
        Value::from(ending.error),
        Value::from(ending.next_at),
        Value::from(ending.sent_at),
        Value::from(ending.keep_content),
    ];
    Ok(tx.put(permit, sql, &values).await? == 1)
}
