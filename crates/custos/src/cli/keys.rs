//! `custos keys …`: where the root key lives, which keys there are, and replacing them, by whoever has the machine.

use super::arguments::{HomeName, KeysArguments, KeysCommand, MoveArguments};
use super::remote::{Remote, RemoteArguments};
use super::{Console, Failure};
use crate::config::Settings;
use crate::keys::{KeptKeys, Outside, new_passphrase};
use crate::product::Offline;
use crate::serve::Places;
use crate::system::{SystemClock, SystemRandom, protect_process};
use crate::words::Message;
use custos_http::Problem;
use custos_kernel::crypto::{Home, KeyVersion, RootKey, Suite};
use custos_kernel::policy::{Caller, Job};
use custos_keys::{KeysError, Step};
use custos_store::Rotation;
use custos_values::{Clock, OrgId};
use serde_json::json;
use std::io::{IsTerminal, stdin};
use std::sync::Arc;
use ureq::http::Method;
use zeroize::Zeroizing;

pub(super) fn run(arguments: KeysArguments, console: &Console) -> Result<u8, Failure> {
    protect_process();
    if let KeysCommand::Unseal(remote) = &arguments.command {
        return unseal(remote, console);
    }
    let settings = arguments.settings.settings(false)?;
    super::runtime()?.block_on(async {
        let offline = Offline::open(&settings).await?;
        let done = execute(&offline, &settings, &arguments, console).await;
        offline.close().await?;
        done.map(|()| 0)
    })
}

async fn execute(
    offline: &Offline,
    settings: &Settings,
    arguments: &KeysArguments,
    console: &Console,
) -> Result<(), Failure> {
    match &arguments.command {
        KeysCommand::Status => {
            let org = offline
                .organisation(arguments.organisation.as_deref())
                .await?;
            status(offline, org, console).await
        }
        KeysCommand::Rotate { suite } => {
            let org = offline
                .organisation(arguments.organisation.as_deref())
                .await?;
            let suite = suite.map(|suite| suite.0);
            rotate(offline, org, suite, console).await
        }
        KeysCommand::Move(to) => {
            let kept = offline.folder.keys();
            move_root(kept, settings, to, console)?;
            finish_root(offline).await
        }
        KeysCommand::Unseal(_) => Ok(()),
    }
}

fn refused(error: KeysError) -> Failure {
    match error {
        KeysError::Store(error) => error.into(),
        other => Problem::from(other).into(),
    }
}

async fn status(offline: &Offline, org: OrgId, console: &Console) -> Result<(), Failure> {
    let store = &offline.foundation.store;
    let key = store.keys().get(store, org).await?;
    let rotations = store.keys().rotations(store, org).await?;
    let kept = offline.folder.keys();
    let home = kept.home();
    let answer = json!({
        "home": home.name(),
        "root_key_made_at": kept.made_at(),
        "versions": key.versions().iter().map(as_json).collect::<Vec<_>>(),
        "rotation": rotations.first().map(|rotation| json!({
            "version": rotation.version, "done": rotation.progress.done, "total": rotation.progress.total,
            "started_at": rotation.started_at, "finished_at": rotation.finished_at,
        })),
    });
    console.answer(&answer, || {
        let mut lines = vec![console.words(&home_in_words(&home))];
        lines.extend(key.versions().iter().map(|version| {
            let suite = console.words(&Message::new(format!(
                "keys-suite-{}",
                version.suite.name()
            )));
            let state = console.words(&Message::new(format!(
                "keys-state-{}",
                version.state.name()
            )));
            format!("{}\t{suite}\t{state}", version.number)
        }));
        lines.extend(
            rotations
                .first()
                .map(|rotation| console.words(&in_words(rotation))),
        );
        lines.join("\n")
    });
    Ok(())
}

fn as_json(version: &KeyVersion) -> serde_json::Value {
    json!({ "number": version.number, "suite": version.suite.name(), "state": version.state.name() })
}

/// Where the root key lives, in words.
pub(crate) fn home_in_words(home: &Home) -> Message {
    let message = Message::new(format!("keys-home-{}", home.name()));
    match home {
        Home::Shares {
            threshold, total, ..
        } => message
            .count("threshold", u64::from(*threshold))
            .count("shares", u64::from(*total)),
        _ => message,
    }
}

fn in_words(rotation: &Rotation) -> Message {
    match rotation.finished_at {
        Some(at) => Message::new("keys-finished").with("at", at),
        None => Message::new("keys-progress")
            .count("done", rotation.progress.done.unsigned_abs())
            .count("total", rotation.progress.total.unsigned_abs()),
    }
}

/// Begins a rotation, or goes on with one that was broken off, and drives it to its end.
async fn rotate(
    offline: &Offline,
    org: OrgId,
    suite: Option<Suite>,
    console: &Console,
) -> Result<(), Failure> {
    let caller = Caller::system(Job::Operator, org);
    match offline.keys.begin(&caller, suite).await {
        Ok(()) => {}
        Err(KeysError::Problem(problem)) if problem.code() == "key.rotation_running" => {
            console.note(&Message::new("keys-goes-on"));
        }
        Err(error) => return Err(refused(error)),
    }
    loop {
        match offline.keys.step(org).await.map_err(refused)? {
            Step::Idle => break,
            Step::Moved => {}
            Step::Wait(time) => tokio::time::sleep(time).await,
        }
    }
    status(offline, org, console).await
}

/// Wraps the organisations' keys under a new key of the keyring: who has the former root key and a copy of the former key
/// file opens nothing that is stored from now on.
async fn finish_root(offline: &Offline) -> Result<(), Failure> {
    offline.foundation.store.keys().add_master(&SystemRandom)?;
    offline.keys.finish_root().await.map_err(refused)
}

fn move_root(
    kept: &Arc<KeptKeys>,
    settings: &Settings,
    to: &MoveArguments,
    console: &Console,
) -> Result<(), Failure> {
    let root = RootKey::generate(&SystemRandom);
    let (home, shares) = match to.to {
        HomeName::File => (Home::file(&root), Vec::new()),
        HomeName::Passphrase => {
            let passphrase = new_passphrase(to.new_passphrase_file.as_deref())?;
            (
                Home::passphrase(&root, &passphrase, &SystemRandom),
                Vec::new(),
            )
        }
        HomeName::Shares => Home::shares(&root, to.threshold, to.shares, &SystemRandom)
            .ok_or_else(|| Failure::from(Message::new("keys-shares-impossible")))?,
        HomeName::Pkcs11 => {
            let (token, key) = (to.token.clone(), to.key.clone());
            let place = Outside::Pkcs11 { token, key };
            (place.wrap(settings, &root, &SystemRandom)?, Vec::new())
        }
        HomeName::Transit => {
            let (mount, key) = (to.mount.clone(), to.key.clone());
            let place = Outside::Transit { mount, key };
            (place.wrap(settings, &root, &SystemRandom)?, Vec::new())
        }
    };
    // Handed out before the old home is left: who cannot read them has lost nothing.
    let texts: Vec<_> = shares.iter().map(|share| share.expose()).collect();
    if !texts.is_empty() {
        let shown: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
        console.answer(&json!({ "shares": shown }), || shown.join("\n"));
        console.note(&Message::new("keys-shares-once"));
    }
    let path = Places(&settings.data).root_key();
    kept.replace_root(home.clone(), root, SystemClock.now())
        .map_err(|error| Failure::file(&path, &error))?;
    console.note(&home_in_words(&home));
    Ok(())
}

/// Gives a sealed server one share.
fn unseal(remote: &RemoteArguments, console: &Console) -> Result<u8, Failure> {
    let share = share()?;
    let body = Zeroizing::new(json!({ "share": share.trim() }).to_string());
    let mut server = Remote::sealed(remote)?;
    let answer = server.send_json(Method::POST, "/unseal", &body)?;
    let answer = server.read_json(answer)?;
    let number = |name: &str| answer[name].as_u64().unwrap_or(0);
    let outcome = answer["outcome"].as_str().unwrap_or("refused").to_owned();
    console.answer(&answer, || {
        let told = console.words(&Message::new(format!("unseal-{outcome}")));
        let count = Message::new("unseal-count")
            .count("given", number("given"))
            .count("needed", number("needed"));
        match outcome.as_str() {
            "opened" => told,
            _ => format!("{told} {}", console.words(&count)),
        }
    });
    Ok(match outcome.as_str() {
        "taken" | "known" | "opened" => 0,
        _ => super::EXIT_FINDINGS,
    })
}

fn share() -> Result<Zeroizing<String>, Failure> {
    let missing = || Failure::from(Message::new("unseal-refused"));
    if stdin().is_terminal() {
        let typed = rpassword::prompt_password("> ").map_err(|_| missing())?;
        return Ok(Zeroizing::new(typed));
    }
    let mut line = Zeroizing::new(String::new());
    stdin().read_line(&mut line).map_err(|_| missing())?;
    Ok(line)
}
