//! Evidence of a small log in memory, to tamper with.

use custos_kernel::audit::{
    Actor, Announcement, Attachments, CheckpointSigner, Cosigner, Detail, Entry, LogSource,
    Outcome, SourceError, StoredCheckpoint, StoredEntry, TileReader, TreeState, leaf_hash, sha256,
    write_evidence,
};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const POLICY: &str =
    "@id(\"a\") permit (principal, action == Action::\"customer.read\", resource);\n";
/// The entry that names the policy, if the log is that long.
const ANNOUNCED: u64 = 650;

/// The public key of the witness that signs every third checkpoint.
pub static WITNESS: LazyLock<String> = LazyLock::new(|| cosigner().witness_key());

fn cosigner() -> Cosigner {
    Cosigner::new("w1.example.cn", &[3; 32]).unwrap()
}

pub fn signer(seed: u8) -> CheckpointSigner {
    CheckpointSigner::new("custos/audit/1", &[seed; 32]).unwrap()
}

/// An evidence file: its members, and the log's key.
#[derive(Clone)]
pub struct Made {
    pub members: Vec<(String, Vec<u8>)>,
    pub key: String,
}

#[derive(Default)]
struct Log {
    entries: Vec<Vec<u8>>,
    tiles: BTreeMap<(u8, u64), Vec<u8>>,
    checkpoints: BTreeMap<u64, String>,
}

impl TileReader for Log {
    fn tile(&mut self, level: u8, index: u64) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(self.tiles.get(&(level, index)).cloned())
    }
}

impl LogSource for Log {
    fn entries(&mut self, from: u64, limit: usize) -> Result<Vec<StoredEntry>, SourceError> {
        let entries = (0..).zip(&self.entries).skip(from as usize).take(limit);
        Ok(entries
            .map(|(index, body)| StoredEntry {
                index,
                body: body.clone(),
            })
            .collect())
    }

    fn checkpoints(
        &mut self,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<StoredCheckpoint>, SourceError> {
        let from = after.map_or(0, |after| after + 1);
        let found = self.checkpoints.range(from..).take(limit);
        Ok(found
            .map(|(&size, note)| StoredCheckpoint {
                size,
                note: note.clone(),
            })
            .collect())
    }

    fn checkpoint_before(
        &mut self,
        below: Option<u64>,
    ) -> Result<Option<StoredCheckpoint>, SourceError> {
        let found = self.checkpoints.range(..below.unwrap_or(u64::MAX));
        Ok(found.last().map(|(&size, note)| StoredCheckpoint {
            size,
            note: note.clone(),
        }))
    }
}

fn body(index: u64, changed: bool) -> Vec<u8> {
    let mut id = [u8::from(changed); 16];
    id[8..].copy_from_slice(&index.to_be_bytes());
    let (action, detail) = match index {
        ANNOUNCED => {
            let digest = Detail::digest(sha256(POLICY.as_bytes()));
            (
                "policy.in_force",
                BTreeMap::from([("digest".into(), digest)]),
            )
        }
        _ => ("customer.read", BTreeMap::new()),
    };
    let entry = Entry {
        org: [1; 16],
        id,
        at: 1_790_000_000_000 + index as i64,
        actor: Actor::System {
            job: "witness".into(),
        },
        action: action.into(),
        outcome: Outcome::Allowed,
        resource: None,
        detail,
        address: None,
        request_id: None,
    };
    entry.encode().unwrap().body
}

/// A log of this many entries with a checkpoint every 200 and at its end.
pub fn made(size: u64) -> Made {
    make(size, None)
}

/// The same with another entry at one place, signed with the same key.
pub fn another_history(size: u64, at: u64) -> Made {
    make(size, Some(at))
}

fn make(size: u64, changed: Option<u64>) -> Made {
    let signer = signer(7);
    let mut log = Log::default();
    let mut tree = TreeState::empty();
    while tree.size() < size {
        let from = tree.size();
        let to = (from + 200).min(size);
        let bodies: Vec<Vec<u8>> = (from..to).map(|i| body(i, changed == Some(i))).collect();
        let leaves: Vec<_> = bodies.iter().map(|body| leaf_hash(body)).collect();
        for tile in tree.append(&leaves).unwrap() {
            log.tiles.insert((tile.level, tile.index), tile.data);
        }
        log.entries.extend(bodies);
        let mut note = signer.sign(to, &tree.root());
        if to.is_multiple_of(300) {
            note += &cosigner().cosign(&note, 1_790_000_100).unwrap();
        }
        log.checkpoints.insert(to, note);
    }
    let mut attachments = Attachments {
        witnesses: Some(format!("witness w1 {}\nquorum w1\n", *WITNESS)),
        ..Attachments::default()
    };
    if size > ANNOUNCED {
        attachments.policies.push(POLICY.to_owned());
        attachments.announcements.push(Announcement {
            index: ANNOUNCED,
            body: log.entries[ANNOUNCED as usize].clone(),
        });
    }
    let verifier = signer.verifier();
    let file = write_evidence(
        &mut log,
        Vec::new(),
        &verifier,
        0..u64::MAX,
        &attachments,
        1_790_000_200_000,
    );
    let file = file.unwrap();
    let mut archive = tar::Archive::new(file.as_slice());
    let members = archive.entries().unwrap().map(|member| {
        let mut member = member.unwrap();
        let name = member.path().unwrap().display().to_string();
        let mut data = Vec::new();
        std::io::Read::read_to_end(&mut member, &mut data).unwrap();
        (name, data)
    });
    Made {
        members: members.collect(),
        key: verifier.verifier_key(),
    }
}

/// The members as a file.
pub fn archive(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, data) in members {
        let mut header = tar::Header::new_ustar();
        header.set_size(data.len() as u64);
        header.set_mode(0o444);
        builder
            .append_data(&mut header, name, data.as_slice())
            .unwrap();
    }
    builder.into_inner().unwrap()
}
