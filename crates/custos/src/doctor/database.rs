//! The database, the log in it, and the clock against the log.

use super::Check;
use crate::cli::Failure;
use crate::config::Settings;
use crate::keys;
use crate::product::{location, migrations, policy};
use crate::serve::{DataFolder, Places};
use crate::system::{SystemClock, SystemRandom};
use crate::words::Message;
use custos_audit::AuditEntry;
use custos_crm::records::record_faults;
use custos_kernel::crypto::Home;
use custos_kernel::policy::{Caller, Job, Policy, Scope, actions::Verify};
use custos_store::{EngineKind, Store};
use custos_values::{Clock, OrgId};
use std::sync::Arc;

/// A clock that is so far behind the newest checkpoint was set back.
const TOLERATED_MS: i64 = 5 * 60_000;

pub(super) fn all(settings: &Settings, clock: &dyn Clock) -> Vec<Check> {
    let mut found = vec![storage(settings)];
    let embedded = settings.database.is_none();
    let nothing_yet = !Places(&settings.data).root_key().exists()
        || (embedded && !Places(&settings.data).database().exists());
    if nothing_yet {
        found.push(Check::skipped(
            "database",
            Message::new("doctor-database-none"),
        ));
        return found;
    }
    let file = keys::read(&Places(&settings.data).root_key());
    if file.is_ok_and(|file| matches!(file.home(), Home::Shares { .. })) {
        let message = Message::new("doctor-database-people");
        found.push(Check::skipped("database", message));
        return found;
    }
    let looked = crate::cli::runtime().and_then(|runtime| {
        runtime.block_on(async {
            let mut folder = None;
            let random = Arc::new(SystemRandom);
            let kept = if embedded {
                // While a server has it, its pages change under the eye.
                let held = folder.insert(DataFolder::open(settings, false, &[], random)?);
                Arc::clone(held.keys())
            } else {
                keys::open(
                    &Places(&settings.data).root_key(),
                    settings,
                    &[],
                    true,
                    random,
                )?
            };
            let keyring = kept.keyring();
            let place = location(settings, &keyring);
            let store = Store::open_unchanged(
                place,
                keyring,
                Arc::new(SystemClock),
                Arc::new(SystemRandom),
            )?;
            let found = look(&store, clock).await;
            store.close().await?;
            found
        })
    });
    match looked {
        Ok(checks) => found.extend(checks),
        Err(failure) if failure.message.id() == "data-in-use" => {
            found.push(Check::skipped(
                "database",
                Message::new("doctor-database-running"),
            ));
        }
        Err(failure) => found.push(Check::problem("database", failure.message)),
    }
    found
}

fn storage(settings: &Settings) -> Check {
    match settings.database {
        None => Check::ok("storage", Message::new("doctor-storage-embedded")),
        // The server connects with TLS only; what lies under the tables it cannot see.
        Some(_) => Check::warning("storage", Message::new("doctor-storage-server")),
    }
}

async fn look(store: &Store, clock: &dyn Clock) -> Result<Vec<Check>, Failure> {
    let mut found = Vec::new();
    if store.engine() == EngineKind::Sqlite {
        let damage = store.damage().await?;
        if !damage.is_empty() {
            let told = Message::new("doctor-damage").with("remarks", damage.join("; "));
            found.push(Check::problem("integrity", told));
            // What stands in damaged pages would only mislead.
            return Ok(found);
        }
        found.push(Check::ok("integrity", Message::new("doctor-integrity")));
    }
    let missing = store.missing_migrations(&migrations()).await?;
    if !missing.is_empty() {
        let told = Message::new("doctor-database-older").count("steps", missing.len() as u64);
        found.push(Check::warning("database", told));
        return Ok(found);
    }
    let organisations = store.organisations().await?;
    let count = organisations.len() as u64;
    found.push(Check::ok(
        "database",
        Message::new("doctor-database").count("organisations", count),
    ));
    let policy = policy()?;
    for org in organisations {
        found.extend(keys_of(store, org).await?);
        found.push(records(store, &policy, org).await);
        found.extend(log(store, &policy, org, clock).await?);
    }
    Ok(found)
}

/// The suite that seals, and the last rotation.
async fn keys_of(store: &Store, org: OrgId) -> Result<Option<Check>, Failure> {
    // That it does not open is said with the log.
    let Ok(key) = store.keys().get(store, org).await else {
        return Ok(None);
    };
    let rotations = store.keys().rotations(store, org).await?;
    let rotation = match rotations.first().map(|rotation| rotation.finished_at) {
        None => Message::new("doctor-rotation-none"),
        Some(None) => Message::new("doctor-rotation-open"),
        Some(Some(at)) => Message::new("doctor-rotation").with("at", at.utc_date()),
    };
    let suite = Message::new(format!("keys-suite-{}", key.suite().name()));
    let told = Message::new("doctor-keys")
        .with_words("suite", suite)
        .with_words("rotation", rotation);
    Ok(Some(match rotations.first() {
        Some(open) if open.finished_at.is_none() => Check::warning("keys", told),
        _ => Check::ok("keys", told),
    }))
}

/// Whether nothing refers to what is not there.
async fn records(store: &Store, policy: &Policy, org: OrgId) -> Check {
    match record_faults(store, policy, org).await {
        Ok(faults) if faults.is_empty() => Check::ok("records", Message::new("doctor-records")),
        Ok(faults) => {
            let told = Message::new("doctor-records-faults").count("faults", faults.len() as u64);
            let first = faults
                .first()
                .map(|fault| format!("{} {}", fault.what, fault.record));
            Check::problem("records", told.with("first", first.unwrap_or_default()))
        }
        // That keys or rows do not open is said with the log.
        Err(error) => {
            let told = Message::new("doctor-records-unread").with("reason", error);
            Check::problem("records", told)
        }
    }
}

async fn log(
    store: &Store,
    policy: &Policy,
    org: OrgId,
    clock: &dyn Clock,
) -> Result<Vec<Check>, Failure> {
    if store.keys().get(store, org).await.is_err() {
        return Ok(vec![Check::problem(
            "keys",
            Message::new("doctor-keys-foreign"),
        )]);
    }
    let caller = Caller::system(Job::Operator, org);
    let scope: Scope<Verify, AuditEntry> = policy
        .scope(&caller)
        .map_err(|error| Failure::internal(&error))?;
    let Some((stored, signed_at)) = store.newest_checkpoint(&scope).await? else {
        return Ok(vec![Check::warning(
            "log",
            Message::new("doctor-log-unsigned"),
        )]);
    };
    let verifier = store.log_verifier(org).await?;
    let mut found = Vec::new();
    found.push(match verifier.verify(&stored.note) {
        Ok(checkpoint) => Check::ok(
            "log",
            Message::new("doctor-log").count("size", checkpoint.size),
        ),
        Err(_) => Check::problem("log", Message::new("doctor-log-forged")),
    });
    let now = clock.now();
    let told = |message: Message| message.with("now", now).with("signed_at", signed_at);
    found.push(if now.millis() + TOLERATED_MS < signed_at.millis() {
        Check::problem("clock", told(Message::new("doctor-clock-behind")))
    } else {
        Check::ok("clock", told(Message::new("doctor-clock")))
    });
    Ok(found)
}
