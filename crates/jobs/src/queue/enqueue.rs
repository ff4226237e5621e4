//! Putting jobs into the queue, and taking them out of it again.

use super::sql::{self, NewRow};
use super::{BOOKMARK, Key, PAYLOAD, State};
use crate::jobs::Jobs;
use crate::kind::Kind;
use crate::resources::JobResource;
use crate::{JobsError, Trouble};
use custos_kernel::audit::Detail;
use custos_kernel::crypto::{CryptoError, TenantKey};
use custos_kernel::event::Event;
use custos_kernel::policy::{Action, Facts, Origin, Permit, actions};
use custos_store::{StoreError, WriteTx};
use custos_values::{JobId, OrgId, Random, ScheduleId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// A job about to be put into the queue.
pub struct New<K: Kind> {
    /// What it is about.
    pub payload: K::Payload,
    /// When it is to be done; the past means at once.
    pub due_at: Timestamp,
    /// What makes it the same as another; without it every one is another.
    pub key: Option<Key>,
}

impl<K: Kind> New<K> {
    /// One to be done at a time.
    pub fn at(due_at: Timestamp, payload: K::Payload) -> Self {
        Self {
            payload,
            due_at,
            key: None,
        }
    }

    /// The same, of which there is one only: none is queued where one of the kind and key is, or was not long ago.
    #[must_use]
    pub fn once(mut self, key: Key) -> Self {
        self.key = Some(key);
        self
    }
}

/// A job that is in the queue once the transaction is finished.
#[derive(Debug)]
pub struct Queued {
    /// Its id.
    pub id: JobId,
    /// Belongs among the events the transaction is finished with.
    pub event: Event,
}

/// The time stands within what is sealed as well: a job whose time somebody sets anew in the database does not open.
fn seal_payload(
    key: &TenantKey,
    kind: &str,
    id: JobId,
    due_at: Timestamp,
    text: &[u8],
    random: &dyn Random,
) -> Vec<u8> {
    let purpose = format!("{PAYLOAD}{kind}");
    key.seal_secret(
        &purpose,
        id.as_bytes(),
        &stamped(due_at.millis(), text),
        random,
    )
}

pub(crate) fn open_payload<T: DeserializeOwned>(
    key: &TenantKey,
    kind: &str,
    id: JobId,
    due_at: Timestamp,
    sealed: &[u8],
) -> Result<T, CryptoError> {
    let purpose = format!("{PAYLOAD}{kind}");
    let plain = key.open_secret(&purpose, id.as_bytes(), sealed)?;
    unstamped(due_at.millis(), &plain)
}

/// How many steps were done stands within what is sealed as well.
pub(crate) fn seal_bookmark(
    key: &TenantKey,
    kind: &str,
    id: JobId,
    steps: i64,
    text: &[u8],
    random: &dyn Random,
) -> Vec<u8> {
    let purpose = format!("{BOOKMARK}{kind}");
    key.seal_secret(&purpose, id.as_bytes(), &stamped(steps, text), random)
}

pub(crate) fn open_bookmark<T: DeserializeOwned>(
    key: &TenantKey,
    kind: &str,
    id: JobId,
    steps: i64,
    sealed: &[u8],
) -> Result<T, CryptoError> {
    let purpose = format!("{BOOKMARK}{kind}");
    let plain = key.open_secret(&purpose, id.as_bytes(), sealed)?;
    unstamped(steps, &plain)
}

fn stamped(stamp: i64, text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut plain = Zeroizing::new(stamp.to_be_bytes().to_vec());
    plain.extend_from_slice(text);
    plain
}

fn unstamped<T: DeserializeOwned>(stamp: i64, plain: &[u8]) -> Result<T, CryptoError> {
    let (head, text) = plain
        .split_first_chunk::<8>()
        .ok_or(CryptoError::Malformed)?;
    if i64::from_be_bytes(*head) != stamp {
        return Err(CryptoError::DoesNotOpen);
    }
    serde_json::from_slice(text).map_err(|_| CryptoError::Malformed)
}

impl Jobs {
    /// Puts a job into the queue within a transaction, which is to be finished with the event among its own: the job
    /// exists if and only if the change does. None is queued where one of the same key is known.
    ///
    /// # Errors
    /// [`JobsError::Full`], [`JobsError::TooLarge`], [`JobsError::Unhandled`], or when the database fails.
    pub async fn enqueue<K: Kind>(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        origin: &Origin,
        new: &New<K>,
    ) -> Result<Option<Queued>, JobsError> {
        self.check_handled(K::NAME)?;
        let text = self.text(&new.payload)?;
        let key = new.key.as_ref().map(Key::as_str);
        if sql::open(tx, self.limits.open).await? >= self.limits.open {
            return Err(JobsError::Full);
        }
        let made = Made {
            kind: K::NAME,
            key,
            schedule: None,
            due_at: new.due_at,
            text: &text,
        };
        self.insert(tx, org, origin, made).await
    }

    /// Takes a job out of the queue that waits and is no longer wanted, so that there may be another of its key; none is
    /// known if there is none, or if it runs already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn withdraw<K: Kind>(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        origin: &Origin,
        key: &Key,
    ) -> Result<Option<Event>, JobsError> {
        let Some(id) = sql::waiting(tx, K::NAME, key.as_str()).await? else {
            return Ok(None);
        };
        let permit = self.permit::<actions::Delete>(org, origin, id)?;
        if !sql::withdraw(tx, &permit, self.store.clock().now()).await? {
            return Ok(None);
        }
        let event = Event::of(&permit)
            .with("kind", Detail::code(K::NAME))
            .with("state_before", Detail::code(State::Waiting.name()));
        Ok(Some(event))
    }

    pub(crate) fn permit<A: Action>(
        &self,
        org: OrgId,
        origin: &Origin,
        id: JobId,
    ) -> Result<Permit<A, JobResource>, JobsError> {
        let caller = Self::scheduler(org).with_origin(origin.clone());
        let facts = Facts::shared(org, *id.as_bytes(), 0);
        Ok(self.policy.permit(&caller, &facts)?)
    }

    /// What is kept with a job, as text.
    pub(crate) fn text(&self, kept: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, JobsError> {
        let text = serde_json::to_vec(kept)
            .map(Zeroizing::new)
            .map_err(|error| StoreError::Corrupt(error.to_string()))?;
        if text.len() > self.limits.payload {
            return Err(JobsError::TooLarge);
        }
        Ok(text)
    }

    pub(crate) async fn insert(
        &self,
        tx: &mut WriteTx<'_>,
        org: OrgId,
        origin: &Origin,
        made: Made<'_>,
    ) -> Result<Option<Queued>, JobsError> {
        let store = &self.store;
        let key = store.keys().get(store, org).await?;
        let id = JobId::new(store.clock(), store.random());
        let permit = self.permit::<actions::Create>(org, origin, id)?;
        let Made {
            kind, due_at, text, ..
        } = made;
        let row = NewRow {
            kind,
            key: made.key,
            schedule: made.schedule,
            due_at,
            payload: seal_payload(&key, kind, id, due_at, text, store.random()),
            now: store.clock().now(),
        };
        if !sql::insert(tx, &permit, row).await? {
            return Ok(None);
        }
        self.wake();
        let event = Event::of(&permit).with("kind", Detail::code(kind));
        Ok(Some(Queued { id, event }))
    }
}

/// A job to be inserted, its payload as text.
pub(crate) struct Made<'a> {
    pub(crate) kind: &'a str,
    pub(crate) key: Option<&'a str>,
    pub(crate) schedule: Option<ScheduleId>,
    pub(crate) due_at: Timestamp,
    pub(crate) text: &'a [u8],
}

impl From<JobsError> for Trouble {
    fn from(error: JobsError) -> Self {
        match error {
            JobsError::Store(error) => error.into(),
            JobsError::Denied(denied) => denied.into(),
            JobsError::Full => Trouble::passing("queue_full"),
            JobsError::TooLarge => Trouble::lasting("too_large"),
            JobsError::Unhandled(_) => Trouble::lasting("unhandled"),
            JobsError::Problem(_) => Trouble::passing("internal"),
        }
    }
}
