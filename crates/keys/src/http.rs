//! Keys on the wire: which there are, never what they are.

use crate::keys::{KeyResource, Keys};
use crate::{KeysError, rotation};
use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use custos_http::{Access, Api, JsonBody, Operation, Problem};
use custos_kernel::crypto::Suite;
use custos_kernel::event::Event;
use custos_kernel::policy::{Facts, actions};
use custos_store::Rotation;
use custos_values::{OrgId, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Where the root key lives.
#[derive(Serialize, ToSchema)]
#[schema(as = KeyHome)]
struct HomeBody {
    /// `file`, `passphrase`, `shares`, `pkcs11` or `transit`.
    kind: &'static str,
    /// When the root key was made; null if that was before it was written down.
    #[schema(value_type = Option<String>, format = "date-time")]
    made_at: Option<Timestamp>,
    /// With shares: how many are needed; otherwise null.
    threshold: Option<u8>,
    /// With shares: how many there are; otherwise null.
    shares: Option<u8>,
    /// Whether the root key can be replaced here, without a person on the machine.
    unattended: bool,
}

/// A version of the organisation's key.
#[derive(Serialize, ToSchema)]
#[schema(as = KeyVersion)]
struct VersionBody {
    /// Its number, from 1.
    number: u32,
    /// `aes` (AES-256-GCM, SHA-256, Ed25519) or `sm` (SM4-GCM, SM3, SM2).
    suite: &'static str,
    /// `arriving`, `current`, `draining` or `retired`.
    state: &'static str,
}

/// A rotation.
#[derive(Serialize, ToSchema)]
#[schema(as = KeyRotation)]
struct RotationBody {
    /// The version it leads to.
    version: u32,
    /// What is being sealed anew: a table and its column, or `customer`; empty between rounds.
    part: String,
    /// Rows looked at in this round.
    done: i64,
    /// Rows there were when the round began.
    total: i64,
    /// When it was asked for.
    #[schema(value_type = String, format = "date-time")]
    started_at: Timestamp,
    /// When it last moved.
    #[schema(value_type = String, format = "date-time")]
    moved_at: Timestamp,
    /// When it ended; null while it goes on.
    #[schema(value_type = Option<String>, format = "date-time")]
    finished_at: Option<Timestamp>,
}

/// The keys of an organisation.
#[derive(Serialize, ToSchema)]
#[schema(as = Keys)]
struct KeysBody {
    /// Where the root key lives.
    home: Option<HomeBody>,
    /// The versions of the organisation's key, newest first.
    versions: Vec<VersionBody>,
    /// The rotations there were, newest first.
    rotations: Vec<RotationBody>,
}

/// What to rotate to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = KeyRotationBody)]
struct BeginBody {
    /// `aes` or `sm`; absent, the suite stays.
    #[serde(default)]
    suite: Option<String>,
}

/// The operations of this crate, to be registered with [`Keys`] as their state.
pub fn operations() -> Vec<Operation<Arc<Keys>>> {
    let rotate = Access::to::<actions::Rotate, KeyResource>();
    vec![
        Operation::new(
            Method::GET,
            "/keys",
            "keys_read",
            Access::to::<actions::Read, KeyResource>(),
            read,
        )
        .answers::<KeysBody>(200),
        Operation::new(
            Method::POST,
            "/keys/rotations",
            "keys_rotate",
            rotate,
            begin,
        )
        .body::<BeginBody>()
        .answers_nothing(202)
        .approvable(),
        Operation::new(
            Method::POST,
            "/keys/root-key",
            "keys_replace_root",
            rotate,
            replace_root,
        )
        .answers_nothing(204)
        .approvable(),
    ]
}

impl RotationBody {
    fn of(rotation: Rotation, round: Option<&rotation::Round>) -> Self {
        let progress = match round {
            Some(round) if rotation.finished_at.is_none() => round.progress.clone(),
            _ => rotation.progress,
        };
        Self {
            version: rotation.version,
            part: progress.part,
            done: progress.done.min(progress.total),
            total: progress.total,
            started_at: rotation.started_at,
            moved_at: rotation.moved_at,
            finished_at: rotation.finished_at,
        }
    }
}

async fn read(
    State(keys): State<Arc<Keys>>,
    Api(caller): Api,
) -> Result<Json<KeysBody>, KeysError> {
    let org = caller.org();
    let facts = Facts::<KeyResource>::shared(org, *org.as_bytes(), 0);
    let permit = keys.policy.permit::<actions::Read, _>(&caller, &facts)?;
    let key = keys.store.keys().get(&keys.store, org).await?;
    let rotations = keys.store.keys().rotations(&keys.store, org).await?;
    let round = keys.rounds.lock().get(&org).cloned();
    let mut versions = key.versions();
    versions.reverse();
    let body = KeysBody {
        home: keys.custodian.as_ref().map(|custodian| {
            let home = custodian.home();
            HomeBody {
                kind: home.kind,
                made_at: home.made_at,
                threshold: home.shares.map(|(threshold, _)| threshold),
                shares: home.shares.map(|(_, total)| total),
                unattended: home.unattended,
            }
        }),
        versions: versions
            .into_iter()
            .map(|version| VersionBody {
                number: version.number,
                suite: version.suite.name(),
                state: version.state.name(),
            })
            .collect(),
        rotations: rotations
            .into_iter()
            .map(|rotation| RotationBody::of(rotation, round.as_ref()))
            .collect(),
    };
    keys.sink.record(Event::of(&permit)).await?;
    Ok(Json(body))
}

/// The suite a request to rotate names; none if it leaves it as it is.
fn named(body: &BeginBody) -> Result<Option<Suite>, Problem> {
    let known = |name| Suite::named(name).ok_or_else(|| Problem::bad_request("key.suite_unknown"));
    body.suite.as_deref().map(known).transpose()
}

/// What a request to rotate the organisation's key would do.
pub struct RotationForeseen {
    /// The suite that seals now.
    pub before: Suite,
    /// The suite that would.
    pub after: Suite,
}

impl Keys {
    /// Reads a request to rotate as its handler would.
    ///
    /// # Errors
    /// The answer of the handler to a request that cannot be carried out.
    pub async fn foresee_rotation(
        &self,
        org: OrgId,
        body: &[u8],
    ) -> Result<RotationForeseen, KeysError> {
        let malformed = |_| Problem::bad_request("request.malformed");
        let body: BeginBody = serde_json::from_slice(body).map_err(malformed)?;
        let before = self.store.keys().get(&self.store, org).await?.suite();
        let after = named(&body)?.unwrap_or(before);
        Ok(RotationForeseen { before, after })
    }
}

async fn begin(
    State(keys): State<Arc<Keys>>,
    Api(caller): Api,
    JsonBody(body): JsonBody<BeginBody>,
) -> Result<StatusCode, KeysError> {
    keys.begin(&caller, named(&body)?).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn replace_root(
    State(keys): State<Arc<Keys>>,
    Api(caller): Api,
) -> Result<StatusCode, KeysError> {
    keys.replace_root(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}
