//! `custos log …`: years of the audit log, sealed, archived and removed, by whoever has the machine.

use super::arguments::{LogArguments, LogCommand};
use super::findings::refused;
use super::{Console, Failure};
use crate::product::Offline;
use crate::system::protect_process;
use crate::words::Message;
use custos_audit::{ArchiveFile, RemovalRefused, YearView};
use custos_kernel::audit::EvidenceError;
use custos_kernel::policy::{Caller, Job};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Pieces in which a file is read and written.
const BUFFER: usize = 256 * 1024;

pub(super) fn run(arguments: &LogArguments, console: &Console) -> Result<u8, Failure> {
    let settings = arguments.settings.settings(false)?;
    protect_process();
    super::runtime()?.block_on(async {
        let offline = Offline::open(&settings).await?;
        let done = execute(&offline, arguments, console).await;
        offline.close().await?;
        done.map(|()| 0)
    })
}

async fn execute(
    offline: &Offline,
    arguments: &LogArguments,
    console: &Console,
) -> Result<(), Failure> {
    let org = offline
        .organisation(arguments.organisation.as_deref())
        .await?;
    let caller = Caller::system(Job::Operator, org);
    let desk = &offline.desk;
    // What was broken off goes on, and what is over is sealed, whether or not a server runs.
    desk.remove_further(org).await.map_err(refused)?;
    desk.seal_years(org).await.map_err(refused)?;
    match &arguments.command {
        LogCommand::Years => {
            let years = desk.years_of(&caller).await.map_err(refused)?;
            let told: Vec<Value> = years.iter().map(as_json).collect();
            console.answer(&json!({ "years": told }), || in_words(&years, console));
            Ok(())
        }
        LogCommand::Archive { out, year } => archive(offline, &caller, out, *year, console).await,
        LogCommand::Remove { year, archive } => {
            let file = open(archive)?;
            let removed = desk.remove_year(&caller, *year, file).await;
            let removed = removed.map_err(|error| removal_refused(error, *year, archive))?;
            let entries = removed.end - removed.first;
            let told = json!({ "year": year, "entries": entries });
            console.answer(&told, || {
                let message = Message::new("log-removed").with("year", year);
                console.words(&message.count("entries", entries))
            });
            Ok(())
        }
    }
}

fn open(path: &Path) -> Result<BufReader<File>, Failure> {
    let file = File::open(path).map_err(|error| Failure::file(path, &error))?;
    Ok(BufReader::with_capacity(BUFFER, file))
}

fn removal_refused(error: RemovalRefused, year: i64, archive: &Path) -> Failure {
    let told = |id: &str| Failure::from(Message::new(id).with("year", year));
    match error {
        RemovalRefused::Desk(error) => refused(error),
        RemovalRefused::NotSealed => told("log-not-sealed"),
        RemovalRefused::Removed => told("log-removed-already"),
        RemovalRefused::TooEarly => told("log-too-early"),
        RemovalRefused::OlderLeft => told("log-older-left"),
        RemovalRefused::Archive(problem) => {
            let message = Message::new("log-archive-wrong").with("year", year);
            let message = message.with("path", archive.display());
            message.with("reason", problem).into()
        }
    }
}

/// Writes what is missing of the archives; each is there whole and verified, or not at all.
async fn archive(
    offline: &Offline,
    caller: &Caller,
    folder: &Path,
    only: Option<i64>,
    console: &Console,
) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
    let desk = &offline.desk;
    let years = desk.years_of(caller).await.map_err(refused)?;
    let wanted = |view: &&YearView| {
        only.is_none_or(|year| view.year.year == year) && view.year.removed_at.is_none()
    };
    let wanted: Vec<&YearView> = years.iter().filter(wanted).collect();
    if let (Some(year), true) = (only, wanted.is_empty()) {
        return Err(Message::new("log-not-sealed").with("year", year).into());
    }
    let mut written = Vec::new();
    for (place, view) in wanted.iter().enumerate() {
        let bar = progress_bar(console);
        bar.set_message(format!(
            "{} ({}/{})",
            view.year.year,
            place + 1,
            wanted.len()
        ));
        written.push(one(offline, caller, folder, view, &bar).await?);
        bar.finish_and_clear();
    }
    let told = written.iter().map(
        |(path, year, new)| json!({ "year": year, "file": path.display().to_string(), "new": new }),
    );
    let told: Vec<Value> = told.collect();
    console.answer(&json!({ "archives": told }), || said(&written, console));
    Ok(())
}

/// The archive of one year: where it is, and whether it is new.
async fn one(
    offline: &Offline,
    caller: &Caller,
    folder: &Path,
    view: &YearView,
    bar: &ProgressBar,
) -> Result<(PathBuf, i64, bool), Failure> {
    let (desk, year) = (&offline.desk, &view.year);
    let path = folder.join(format!("custos-log-{}.tar", year.year));
    let check = async |file: BufReader<File>| {
        let bar = bar.clone();
        let follow = move |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        };
        let checked = desk.check_archive_for(caller, year, file, follow).await;
        checked.map_err(|error| removal_refused(error, year.year, &path))
    };
    if path.exists() {
        check(open(&path)?).await?;
        return Ok((path, year.year, false));
    }
    let file = desk.archive_for(caller, year).await.map_err(refused)?;
    let file = file.ok_or_else(|| Message::new("log-not-signed").with("year", year.year))?;
    let failed = |error: std::io::Error| Failure::file(folder, &error);
    // Beside its place, for its owner only. Whoever is killed meanwhile leaves nothing that could be taken for it.
    let part = tempfile::Builder::new()
        .prefix(".custos-")
        .suffix(".part")
        .tempfile_in(folder)
        .map_err(failed)?;
    let part = write(file, part).await?;
    check(BufReader::with_capacity(
        BUFFER,
        part.reopen().map_err(failed)?,
    ))
    .await?;
    part.persist_noclobber(&path)
        .map_err(|error| Failure::file(&path, &error.error))?;
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(failed)?;
    desk.archived(caller, year.year).await.map_err(refused)?;
    Ok((path, year.year, true))
}

fn said(written: &[(PathBuf, i64, bool)], console: &Console) -> String {
    if written.is_empty() {
        return console.words(&Message::new("log-nothing"));
    }
    let lines = written.iter().map(|(path, year, new)| {
        let id = if *new {
            "log-archived"
        } else {
            "log-archive-holds"
        };
        let message = Message::new(id).with("year", year);
        console.words(&message.with("path", path.display()))
    });
    lines.collect::<Vec<_>>().join("\n")
}

async fn write(file: ArchiveFile, part: NamedTempFile) -> Result<NamedTempFile, Failure> {
    let work = tokio::task::spawn_blocking(move || {
        file.write(BufWriter::with_capacity(BUFFER, part.as_file()))?;
        part.as_file().sync_all()?;
        Ok::<_, EvidenceError>(part)
    });
    work.await
        .map_err(|error| Failure::internal(&error))?
        .map_err(|error| Failure::internal(&error))
}

fn progress_bar(console: &Console) -> ProgressBar {
    let target = match console.is_quiet() || console.is_json() {
        true => ProgressDrawTarget::hidden(),
        false => ProgressDrawTarget::stderr(),
    };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    bar
}

fn as_json(view: &YearView) -> Value {
    let year = &view.year;
    json!({
        "year": year.year, "from": year.first, "to": year.end, "root": hex::encode(year.root),
        "sealed_at": year.sealed_at, "sealed_index": year.sealed_index, "archived_at": year.archived_at,
        "removed_at": year.removed_at, "removable": view.removable,
    })
}

fn in_words(years: &[YearView], console: &Console) -> String {
    if years.is_empty() {
        return console.words(&Message::new("log-years-none"));
    }
    let lines = years.iter().map(|view| {
        let year = &view.year;
        let state = match (year.removed_at, year.archived_at) {
            (Some(_), _) => "log-state-removed",
            (None, Some(_)) => "log-state-archived",
            (None, None) => "log-state-sealed",
        };
        let line = Message::new("log-year")
            .with("year", year.year)
            .count("entries", year.end - year.first)
            .with("state", console.words(&Message::new(state)));
        console.words(&line)
    });
    lines.collect::<Vec<_>>().join("\n")
}
