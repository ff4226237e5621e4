//! `GET /log/witnesses`: how the log stands with those who hold its checkpoints.

use super::Standing;
use crate::publishing::FILE;
use crate::resources::LogSettingsResource;
use crate::{Transparency, TransparencyError};
use axum::Json;
use axum::extract::State;
use custos_http::{Access, Api, Operation};
use custos_kernel::policy::actions;
use custos_values::Timestamp;
use http::Method;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// How the log stands with one who holds its checkpoints.
#[derive(Serialize, ToSchema)]
#[schema(as = LogHolder)]
struct Holder {
    /// The witness's name; null for the published file.
    name: Option<String>,
    /// Where it is; null for the published file.
    url: Option<String>,
    /// `continues`; `rolled_back`, `forked`, `rewritten` and `damaged` say that somebody changed the log; `unknown_log`,
    /// `other_key`, `unusable`, `unreachable`; `waiting` if it was not asked yet.
    standing: &'static str,
    /// Whether it says that somebody changed the log.
    alarm: bool,
    /// The size of the newest checkpoint it took; 0 if none.
    size: u64,
    /// When it took it, by its own clock.
    #[schema(value_type = Option<String>, format = DateTime)]
    signed_at: Option<Timestamp>,
    /// When it was asked last.
    #[schema(value_type = Option<String>, format = DateTime)]
    asked_at: Option<Timestamp>,
}

/// How the log stands with all of them.
#[derive(Serialize, ToSchema)]
#[schema(as = LogHolders)]
struct Holders {
    /// Each.
    items: Vec<Holder>,
    /// The size of the newest checkpoint that enough witnesses have signed; null if there is none.
    witnessed_size: Option<u64>,
    /// That checkpoint with their signatures: keep it elsewhere.
    witnessed_note: Option<String>,
    /// How many must have signed.
    quorum: u32,
}

pub(crate) fn operations() -> Vec<Operation<Arc<Transparency>>> {
    vec![
        Operation::new(
            Method::GET,
            "/log/witnesses",
            "log_witnesses_list",
            Access::to::<actions::Read, LogSettingsResource>(),
            list,
        )
        .answers::<Holders>(200),
    ]
}

fn moment(seconds: u64) -> Timestamp {
    let millis = i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
    Timestamp::from_millis(millis)
}

async fn list(
    State(transparency): State<Arc<Transparency>>,
    Api(caller): Api,
) -> Result<Json<Holders>, TransparencyError> {
    let org = caller.org();
    let (settings, _) = transparency.settings(&caller).await?;
    let standings = transparency.standings(org).await?;
    let scope = transparency.whole_log(org)?;
    let store = transparency.store();
    let mut items = Vec::new();
    for (witness, key) in settings.keys() {
        let signed = store.newest_cosignature(&scope, key.name()).await?;
        let standing = standings.get(&witness.key).copied();
        let standing = standing.or(signed.is_some().then_some(Standing::Continues));
        items.push(Holder {
            name: Some(key.name().to_owned()),
            url: Some(witness.url.clone()),
            standing: standing.map_or("waiting", Standing::code),
            alarm: standing.is_some_and(Standing::is_alarm),
            size: signed.as_ref().map_or(0, |signed| signed.size),
            signed_at: signed.map(|signed| moment(signed.seconds)),
            asked_at: transparency.asked_at(org, &witness.key),
        });
    }
    if transparency.folder().is_some() {
        let standing = standings.get(FILE).copied();
        let published = transparency.published(org).await?;
        items.push(Holder {
            name: None,
            url: None,
            standing: standing.unwrap_or(Standing::Continues).code(),
            alarm: standing.is_some_and(Standing::is_alarm),
            size: published.map_or(0, |published| published.size),
            signed_at: None,
            asked_at: transparency.asked_at(org, FILE),
        });
    }
    let newest = store.newest_cosigned(&scope).await?;
    let is_enough = |note: &str| settings.quorum > 0 && settings.quorum().look(note).enough;
    let enough = newest.filter(|newest| is_enough(&newest.note));
    Ok(Json(Holders {
        items,
        witnessed_size: enough.as_ref().map(|newest| newest.size),
        witnessed_note: enough.map(|newest| newest.note),
        quorum: settings.quorum,
    }))
}
