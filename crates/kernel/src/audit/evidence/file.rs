//! Reading an evidence file that anybody may have made.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use super::member::Member;
use super::{
    ANNOUNCEMENTS, CHECKPOINT, CHECKPOINTS, EvidenceError, FORMAT, MAX_MEMBERS, META, Meta,
    POLICIES, VERIFIER_KEY, WHOLE_BUNDLES, WITNESSES,
};
use crate::audit::hash::Hash;
use crate::audit::source::{LogSource, SourceError, StoredCheckpoint, StoredEntry, TileReader};
use crate::audit::tile::{TILE_WIDTH, bundle_entries};
use crate::audit::tree::right_edge;

const WIDTH: u64 = TILE_WIDTH as u64;

/// Where a member's data is in the file.
#[derive(Clone, Copy)]
struct Place {
    offset: u64,
    length: usize,
}

/// An evidence file with its table of contents in memory.
pub(super) struct EvidenceFile<R> {
    reader: R,
    members: BTreeMap<Member, Place>,
    meta: Meta,
}

impl<R: Read + Seek> EvidenceFile<R> {
    /// Reads the table of contents and checks that every member belongs there.
    pub(super) fn open(mut reader: R) -> Result<Self, EvidenceError> {
        let end = reader.seek(SeekFrom::End(0))?;
        reader.seek(SeekFrom::Start(0))?;
        let mut archive = tar::Archive::new(reader);
        let mut members = BTreeMap::new();
        let mut widths = Vec::new();
        // Raw: no extension of the format is interpreted, so that a member is just what its header says.
        for entry in archive.entries_with_seek()?.raw(true) {
            let entry = entry.map_err(|_| EvidenceError::NotAnArchive("damaged archive"))?;
            if !entry.header().entry_type().is_file() {
                return Err(EvidenceError::NotAnArchive(
                    "a member is not a regular file",
                ));
            }
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let Some((member, width)) = Member::parse(&name) else {
                return Err(EvidenceError::UnexpectedMember(name));
            };
            let (offset, length) = (entry.raw_file_position(), entry.size());
            if length > member.max_length() as u64 {
                return Err(EvidenceError::MemberTooLarge(name));
            }
            if offset.saturating_add(length) > end {
                return Err(EvidenceError::NotAnArchive("cut short"));
            }
            match members.entry(member) {
                Slot::Occupied(_) => return Err(EvidenceError::DuplicateMember(name)),
                Slot::Vacant(slot) => slot.insert(Place {
                    offset,
                    length: length as usize,
                }),
            };
            // Only tiles on the right edge are partial, so few widths need remembering.
            if width.is_some_and(|width| usize::from(width) < TILE_WIDTH) {
                widths.push((member, width));
            }
            if members.len() as u64 > MAX_MEMBERS {
                return Err(EvidenceError::TooLarge);
            }
        }
        let mut file = Self {
            reader: archive.into_inner(),
            members,
            meta: Meta {
                format: String::new(),
                origin: String::new(),
                size: 0,
                from: 0,
                to: 0,
                exported_at: 0,
            },
        };
        file.meta = file.read_meta()?;
        file.check_members(&widths.into_iter().collect())?;
        Ok(file)
    }

    fn read_meta(&mut self) -> Result<Meta, EvidenceError> {
        let data = self.required(Member::Meta, META)?;
        let meta: Meta =
            serde_json::from_slice(&data).map_err(|_| EvidenceError::MalformedMember(META))?;
        if meta.size / WIDTH > MAX_MEMBERS {
            return Err(EvidenceError::TooLarge);
        }
        let whole = (meta.from.is_multiple_of(WIDTH) || meta.from == meta.to)
            && (meta.to.is_multiple_of(WIDTH) || meta.to == meta.size);
        let known = WHOLE_BUNDLES.contains(&meta.format.as_str());
        let well_formed = (meta.format == FORMAT || known && whole)
            && meta.from <= meta.to
            && meta.to <= meta.size;
        well_formed
            .then_some(meta)
            .ok_or(EvidenceError::MalformedMember(META))
    }

    /// Every tile and bundle must be one that the log has at its size, and be within the period.
    fn check_members(&self, partial: &BTreeMap<Member, Option<u16>>) -> Result<(), EvidenceError> {
        let size = self.meta.size;
        let edge: Vec<(u64, usize)> = right_edge(size).collect();
        for member in self.members.keys() {
            let (level, index) = match *member {
                Member::Tile { level, index } => (usize::from(level), index),
                Member::Bundle(index) => (0, index),
                Member::Checkpoint(at) if at >= size => {
                    return Err(EvidenceError::UnexpectedMember(format!(
                        "{CHECKPOINTS}{at}"
                    )));
                }
                Member::Announcement(at) if at >= size => {
                    return Err(EvidenceError::UnexpectedMember(format!(
                        "{ANNOUNCEMENTS}{at}"
                    )));
                }
                _ => continue,
            };
            let width = match edge.get(level) {
                Some((last, _)) if index < *last => TILE_WIDTH,
                Some((last, width)) if index == *last => *width,
                _ => 0,
            };
            let found = partial
                .get(member)
                .copied()
                .flatten()
                .map_or(TILE_WIDTH, usize::from);
            let within = match member {
                Member::Bundle(index) => {
                    let (from, to) = (self.meta.from, self.meta.to);
                    from < to && (from / WIDTH..to.div_ceil(WIDTH)).contains(index)
                }
                _ => true,
            };
            if found != width || !within {
                return Err(EvidenceError::UnexpectedMember(format!("{member:?}")));
            }
        }
        for (member, name) in [
            (Member::VerifierKey, VERIFIER_KEY),
            (Member::NewestCheckpoint, CHECKPOINT),
        ] {
            if !self.members.contains_key(&member) {
                return Err(EvidenceError::MissingMember(name));
            }
        }
        Ok(())
    }

    pub(super) fn meta(&self) -> &Meta {
        &self.meta
    }

    pub(super) fn verifier_key(&mut self) -> Result<String, EvidenceError> {
        let data = self.required(Member::VerifierKey, VERIFIER_KEY)?;
        let text = String::from_utf8(data).ok();
        let key = text
            .as_deref()
            .and_then(|text| text.strip_suffix('\n'))
            .map(str::to_owned);
        key.ok_or(EvidenceError::MalformedMember(VERIFIER_KEY))
    }

    /// Whose signatures the log's keeper asks for.
    pub(super) fn witnesses(&mut self) -> Result<Option<String>, EvidenceError> {
        let Some(place) = self.members.get(&Member::Witnesses).copied() else {
            return Ok(None);
        };
        let text = String::from_utf8(self.read(place)?);
        text.map(Some)
            .map_err(|_| EvidenceError::MalformedMember(WITNESSES))
    }

    /// The names of the policies.
    pub(super) fn policy_digests(&self) -> impl Iterator<Item = Hash> {
        self.members.keys().filter_map(|member| match member {
            Member::Policy(digest) => Some(*digest),
            _ => None,
        })
    }

    pub(super) fn has_policy(&self, digest: &Hash) -> bool {
        self.members.contains_key(&Member::Policy(*digest))
    }

    pub(super) fn policy(&mut self, digest: &Hash) -> Result<Vec<u8>, EvidenceError> {
        self.required(Member::Policy(*digest), POLICIES)
    }

    /// The places of the entries that name policies, ascending.
    pub(super) fn announcement_indices(&self) -> impl Iterator<Item = u64> {
        self.members.keys().filter_map(|member| match member {
            Member::Announcement(index) => Some(*index),
            _ => None,
        })
    }

    pub(super) fn announcement(&mut self, index: u64) -> Result<Vec<u8>, EvidenceError> {
        self.required(Member::Announcement(index), ANNOUNCEMENTS)
    }

    fn required(&mut self, member: Member, name: &'static str) -> Result<Vec<u8>, EvidenceError> {
        let place = self
            .members
            .get(&member)
            .copied()
            .ok_or(EvidenceError::MissingMember(name))?;
        Ok(self.read(place)?)
    }

    fn read(&mut self, place: Place) -> std::io::Result<Vec<u8>> {
        self.reader.seek(SeekFrom::Start(place.offset))?;
        let mut data = vec![0; place.length];
        self.reader.read_exact(&mut data)?;
        Ok(data)
    }

    fn checkpoint(&mut self, size: u64, place: Place) -> Result<StoredCheckpoint, SourceError> {
        let data = self.read(place).map_err(SourceError::new)?;
        Ok(StoredCheckpoint {
            size,
            note: String::from_utf8_lossy(&data).into_owned(),
        })
    }

    /// The places of the checkpoints within a range of sizes; the newest one is there under the log's size.
    fn checkpoint_places(
        &self,
        sizes: Range<u64>,
    ) -> impl DoubleEndedIterator<Item = (u64, Place)> {
        let older = self
            .members
            .range(Member::Checkpoint(sizes.start)..Member::Checkpoint(sizes.end));
        let older = older.filter_map(|(member, place)| match member {
            Member::Checkpoint(size) => Some((*size, *place)),
            _ => None,
        });
        let newest = self
            .members
            .get(&Member::NewestCheckpoint)
            .filter(|_| sizes.contains(&self.meta.size));
        older.chain(newest.map(|place| (self.meta.size, *place)))
    }
}

impl<R: Read + Seek> TileReader for EvidenceFile<R> {
    fn tile(&mut self, level: u8, index: u64) -> Result<Option<Vec<u8>>, SourceError> {
        let place = self.members.get(&Member::Tile { level, index }).copied();
        place
            .map(|place| self.read(place))
            .transpose()
            .map_err(SourceError::new)
    }
}

impl<R: Read + Seek> LogSource for EvidenceFile<R> {
    fn entries(&mut self, from: u64, limit: usize) -> Result<Vec<StoredEntry>, SourceError> {
        let mut next = Some(from / WIDTH);
        while let Some(first) = next {
            let bundle = self.members.range(Member::Bundle(first)..).next();
            let Some((&Member::Bundle(index), &place)) = bundle else {
                break;
            };
            let data = self.read(place).map_err(SourceError::new)?;
            let period = self.meta.from..self.meta.to;
            let there = || {
                let all = (index * WIDTH..).zip(bundle_entries(&data).take(TILE_WIDTH));
                all.filter(|(_, body)| !body.is_empty())
            };
            // Nothing would compare it with the tree.
            if there().any(|(index, _)| !period.contains(&index)) {
                return Err(SourceError::new("an entry outside the period"));
            }
            let entries: Vec<StoredEntry> = there()
                .filter(|(index, _)| *index >= from)
                .map(|(index, body)| StoredEntry {
                    index,
                    body: body.to_vec(),
                })
                .take(limit)
                .collect();
            if !entries.is_empty() {
                return Ok(entries);
            }
            next = index.checked_add(1);
        }
        Ok(Vec::new())
    }

    fn checkpoints(
        &mut self,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredCheckpoint>, SourceError> {
        let from = after.map_or(0, |after| after.saturating_add(1));
        let places: Vec<_> = self.checkpoint_places(from..u64::MAX).take(limit).collect();
        places
            .into_iter()
            .map(|(size, place)| self.checkpoint(size, place))
            .collect()
    }

    fn checkpoint_before(
        &mut self,
        below: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, SourceError> {
        let last = self
            .checkpoint_places(0..below.unwrap_or(u64::MAX))
            .next_back();
        last.map(|(size, place)| self.checkpoint(size, place))
            .transpose()
    }

    fn entry_range(&self) -> Range<u64> {
        self.meta.from..self.meta.to
    }
}
