//! The database, the log in it, and the clock against the log.

use super::Check;
use crate::cli::Failure;
use crate::config::Settings;
use crate::product::Offline;
use crate::serve::Places;
use crate::words::Message;
use custos_audit::AuditEntry;
use custos_kernel::policy::{Caller, Job, Scope, actions::Verify};
use custos_values::{Clock, OrgId};

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
    let opened = crate::cli::runtime().and_then(|runtime| {
        runtime.block_on(async {
            let offline = Offline::open(settings).await?;
            let looked = look(&offline, clock).await;
            offline.close().await?;
            looked
        })
    });
    match opened {
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

async fn look(offline: &Offline, clock: &dyn Clock) -> Result<Vec<Check>, Failure> {
    let organisations = offline
        .identity
        .organisations()
        .await
        .map_err(|error| Failure::internal(&error))?;
    let count = organisations.len() as u64;
    let mut found = vec![Check::ok(
        "database",
        Message::new("doctor-database").count("organisations", count),
    )];
    for org in organisations {
        found.extend(log(offline, org, clock).await?);
    }
    Ok(found)
}

async fn log(offline: &Offline, org: OrgId, clock: &dyn Clock) -> Result<Vec<Check>, Failure> {
    let base = &offline.foundation;
    if base.store.keys().get(&base.store, org).await.is_err() {
        return Ok(vec![Check::problem(
            "keys",
            Message::new("doctor-keys-foreign"),
        )]);
    }
    let caller = Caller::system(Job::Operator, org);
    let scope: Scope<Verify, AuditEntry> = base
        .policy
        .scope(&caller)
        .map_err(|error| Failure::internal(&error))?;
    let Some((stored, signed_at)) = base.store.newest_checkpoint(&scope).await? else {
        return Ok(vec![Check::warning(
            "log",
            Message::new("doctor-log-unsigned"),
        )]);
    };
    let verifier = base.store.log_verifier(org).await?;
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
