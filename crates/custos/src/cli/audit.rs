//! `custos audit verify`, `divergence` and `export`

use super::arguments::{DivergenceArguments, ExportArguments, VerifyArguments};
use super::{Console, Failure};
use crate::product::Offline;
use crate::system::protect_process;
use crate::words::Message;
use custos_audit::EvidenceFile;
use custos_kernel::audit::EvidenceError;
use custos_kernel::policy::{Caller, Job};
use custos_verify::{Answer, Asked, Refusal, divergence, evidence};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::fs::{File, OpenOptions};
use std::io::BufWriter;
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt;

/// Pieces in which a file is written.
const BUFFER: usize = 256 * 1024;

/// Needs the file and nothing else: no data folder, no keys, no network. What `custos-verify` does.
pub(super) fn verify(arguments: VerifyArguments, console: &Console) -> Result<u8, Failure> {
    let bar = progress_bar(console);
    let asked = Asked {
        file: arguments.file,
        key: arguments.key,
        trusted: arguments.trusted,
        witnesses: arguments.witness,
        quorum: arguments.quorum,
        witness_policy: arguments.witness_policy,
    };
    let answered = evidence(&asked, console.speaker(), &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    tell(answered, console)
}

/// Compares two logs. What `custos-verify divergence` does.
pub(super) fn compare(arguments: &DivergenceArguments, console: &Console) -> Result<u8, Failure> {
    let (first, second) = (&arguments.first, &arguments.second);
    let answered = divergence(first, second, arguments.key.as_deref(), console.speaker());
    tell(answered, console)
}

fn tell(answered: Result<Answer, Refusal>, console: &Console) -> Result<u8, Failure> {
    let answer = answered.map_err(|Refusal(message)| Failure::from(message))?;
    console.answer(&answer.json, || answer.text.clone());
    for note in &answer.notes {
        console.note(note);
    }
    Ok(answer.exit)
}

fn progress_bar(console: &Console) -> ProgressBar {
    let target = if console.is_quiet() || console.is_json() {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {per_sec} {eta}") {
        bar.set_style(style);
    }
    bar
}

/// Whoever holds the data folder may take evidence out; it leaves its entry in the log, and in the file.
pub(super) fn export(arguments: &ExportArguments, console: &Console) -> Result<u8, Failure> {
    let settings = arguments.settings.settings(false)?;
    protect_process();
    let range = arguments.from..arguments.to.unwrap_or(u64::MAX);
    if range.start > range.end {
        return Err(Message::new("export-range").into());
    }
    // Made before anything is recorded: an entry about a file that could not be written would mislead.
    let out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&arguments.out)
        .map_err(|error| Failure::file(&arguments.out, &error))?;
    let written = super::runtime()?.block_on(async {
        let offline = Offline::open(&settings).await?;
        let exported = write(&offline, arguments.organisation.as_deref(), range, &out).await;
        offline.close().await?;
        exported
    });
    if written.is_err() {
        // Half a file is no evidence; the failure is what has to be told.
        let _ = std::fs::remove_file(&arguments.out);
    }
    written?;
    let path = arguments.out.display().to_string();
    console.answer(&json!({ "file": path }), || {
        console.words(&Message::new("export-written").with("path", &path))
    });
    Ok(0)
}

async fn write(
    offline: &Offline,
    organisation: Option<&str>,
    range: std::ops::Range<u64>,
    out: &File,
) -> Result<(), Failure> {
    let org = offline.organisation(organisation).await?;
    let caller = Caller::system(Job::Operator, org);
    let base = &offline.foundation;
    let refused = |error: custos_audit::AuditError| Failure::internal(&error);
    let witnesses = offline.transparency.stated_witnesses(org).await;
    let witnesses = witnesses.map_err(|error| Failure::internal(&error))?;
    let file = EvidenceFile::open(
        &base.store,
        &base.policy,
        &base.sink,
        &base.sequencer,
        &caller,
        range,
        witnesses,
    )
    .await
    .map_err(refused)?;
    let out = out.try_clone().map_err(|error| Failure::internal(&error))?;
    let work = tokio::task::spawn_blocking(move || {
        file.write(BufWriter::with_capacity(BUFFER, &out))?;
        Ok::<_, EvidenceError>(out.sync_all()?)
    });
    work.await
        .map_err(|error| Failure::internal(&error))?
        .map_err(|error| Failure::internal(&error))
}
