//! Writing an evidence file.

use std::io::Write;
use std::ops::Range;

use super::member::MAX_POLICY_LENGTH;
use super::{
    ANNOUNCEMENTS, CHECKPOINT, CHECKPOINTS, EvidenceError, FORMAT, MAX_MEMBERS, META, Meta,
    POLICIES, VERIFIER_KEY, WITNESSES,
};
use crate::audit::checkpoint::CheckpointVerifier;
use crate::audit::hash::sha256;
use crate::audit::source::{LogSource, StoredCheckpoint};
use crate::audit::tile::{HASH_LENGTH, TILE_WIDTH, TilePath, push_to_bundle};
use crate::audit::tree::right_edge;

const WIDTH: u64 = TILE_WIDTH as u64;
const PAGE: usize = 256;

/// The most older checkpoints in a file. From a log with more, evenly spaced ones are taken.
const MAX_CHECKPOINTS: u64 = 1 << 16;

/// What goes into an evidence file besides the log itself.
#[derive(Clone, Debug, Default)]
pub struct Attachments {
    /// The texts of the policies in force during the period, each once. None may be longer than 8 MiB.
    pub policies: Vec<String>,
    /// The entries that name them.
    pub announcements: Vec<Announcement>,
    /// Whose signatures the log's keeper asks for (C2SP tlog-policy).
    pub witnesses: Option<String>,
}

/// An entry that names the policy in force from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// Its place in the log.
    pub index: u64,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// Writes a log, up to its newest checkpoint, as an evidence file, with the entries of `entries` (widened to
/// whole bundles of 256; `0..u64::MAX` for all), as far as the source holds them. What is stored is written as it is, without judging it: the
/// evidence of a log that was tampered with shows the tampering. `exported_at` is in milliseconds since
/// 1970-01-01 UTC. Returns the writer after the end of the archive, not flushed.
///
/// # Errors
/// [`EvidenceError::NoCheckpoint`], [`EvidenceError::TooLarge`], and failures to read the log or to write.
pub fn write_evidence<W: Write>(
    source: &mut dyn LogSource,
    out: W,
    verifier: &CheckpointVerifier,
    entries: Range<u64>,
    attachments: &Attachments,
    exported_at: i64,
) -> Result<W, EvidenceError> {
    let newest = source
        .checkpoint_before(None)?
        .ok_or(EvidenceError::NoCheckpoint)?;
    let size = newest.size;
    if size / WIDTH * 2 > MAX_MEMBERS - MAX_CHECKPOINTS * 2 {
        return Err(EvidenceError::TooLarge);
    }
    let held = source.entry_range();
    let from = entries.start - entries.start % WIDTH;
    let from = from.max(held.start).min(size);
    let to = entries.end.checked_next_multiple_of(WIDTH).unwrap_or(size);
    let to = to.min(held.end).clamp(from, size);
    let meta = Meta {
        format: FORMAT.to_owned(),
        origin: verifier.origin().to_owned(),
        size,
        from,
        to,
        exported_at,
    };
    let mut archive = Archive {
        tar: tar::Builder::new(out),
        modified: exported_at.max(0) as u64 / 1000,
    };
    let meta = serde_json::to_vec_pretty(&meta).map_err(std::io::Error::from)?;
    archive.add(META, &meta)?;
    archive.add(
        VERIFIER_KEY,
        format!("{}\n", verifier.verifier_key()).as_bytes(),
    )?;
    archive.add(CHECKPOINT, newest.note.as_bytes())?;
    add_attachments(&mut archive, attachments, size)?;
    add_checkpoints(source, &mut archive, size)?;
    add_tiles(source, &mut archive, size)?;
    if from < to {
        add_entries(source, &mut archive, size, from..to)?;
    }
    Ok(archive.tar.into_inner()?)
}

struct Archive<W: Write> {
    tar: tar::Builder<W>,
    modified: u64,
}

impl<W: Write> Archive<W> {
    fn add(&mut self, name: &str, data: &[u8]) -> Result<(), EvidenceError> {
        let mut header = tar::Header::new_ustar();
        header.set_size(data.len() as u64);
        header.set_mode(0o444);
        header.set_mtime(self.modified);
        Ok(self.tar.append_data(&mut header, name, data)?)
    }
}

fn add_attachments<W: Write>(
    archive: &mut Archive<W>,
    attachments: &Attachments,
    size: u64,
) -> Result<(), EvidenceError> {
    if let Some(witnesses) = &attachments.witnesses {
        archive.add(WITNESSES, witnesses.as_bytes())?;
    }
    for policy in &attachments.policies {
        if policy.len() > MAX_POLICY_LENGTH {
            return Err(EvidenceError::TooLarge);
        }
        let digest = hex::encode(sha256(policy.as_bytes()));
        archive.add(&format!("{POLICIES}{digest}"), policy.as_bytes())?;
    }
    // One that no checkpoint covers yet cannot be proven.
    for Announcement { index, body } in &attachments.announcements {
        if *index < size {
            archive.add(&format!("{ANNOUNCEMENTS}{index}"), body)?;
        }
    }
    Ok(())
}

fn add_checkpoints<W: Write>(
    source: &mut dyn LogSource,
    archive: &mut Archive<W>,
    size: u64,
) -> Result<(), EvidenceError> {
    let (mut after, mut wanted) = (None, 0);
    loop {
        let page = source.checkpoints(after, PAGE)?;
        let Some(last) = page
            .last()
            .filter(|last| after.is_none_or(|after| last.size > after))
        else {
            return Ok(());
        };
        after = Some(last.size);
        for StoredCheckpoint { size: at, note } in page {
            if at >= wanted && at < size {
                archive.add(&format!("{CHECKPOINTS}{at}"), note.as_bytes())?;
                wanted = at + size / MAX_CHECKPOINTS;
            }
        }
    }
}

fn add_tiles<W: Write>(
    source: &mut dyn LogSource,
    archive: &mut Archive<W>,
    size: u64,
) -> Result<(), EvidenceError> {
    for (level, (edge, edge_width)) in right_edge(size).enumerate() {
        let level = level as u8;
        let last = (edge_width > 0).then_some((edge, edge_width));
        for (index, width) in (0..edge).map(|index| (index, TILE_WIDTH)).chain(last) {
            if let Some(mut data) = source.tile(level, index)? {
                data.truncate(width * HASH_LENGTH);
                let path = TilePath::Tile {
                    level,
                    index,
                    width: width as u16,
                };
                archive.add(&path.to_string(), &data)?;
            }
        }
    }
    Ok(())
}

fn add_entries<W: Write>(
    source: &mut dyn LogSource,
    archive: &mut Archive<W>,
    size: u64,
    range: Range<u64>,
) -> Result<(), EvidenceError> {
    for index in range.start / WIDTH..range.end.div_ceil(WIDTH) {
        let start = index * WIDTH;
        let width = (size - start).min(WIDTH);
        let mut bundle = Vec::new();
        let mut next = start;
        for entry in source.entries(start, TILE_WIDTH)? {
            if !(next..start + width).contains(&entry.index) {
                break;
            }
            while next < entry.index {
                push_to_bundle(&mut bundle, &[]);
                next += 1;
            }
            // One that is too long was never logged; cut short it matches its hash no more than before.
            push_to_bundle(&mut bundle, &entry.body);
            next += 1;
        }
        if next > start {
            archive.add(
                &TilePath::Bundle {
                    index,
                    width: width as u16,
                }
                .to_string(),
                &bundle,
            )?;
        }
    }
    Ok(())
}
