//! What a witness keeps: its key, and the newest checkpoint it signed of each log.

use crate::cli::Failure;
use crate::system::{PrivateFileError, create_private_folder, write_private};
use custos_kernel::audit::{
    Checkpoint, CheckpointVerifier, Cosigner, Submission, WitnessRefusal, claimed_checkpoint,
    sha256,
};
use custos_values::Random;
use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const SEED: &str = "witness.seed";

/// The folder of one witness.
pub(super) struct WitnessState {
    cosigner: Cosigner,
    logs: HashMap<String, Watched>,
}

/// A log and the checkpoint signed last. Looking at it and replacing it are one step.
struct Watched {
    verifier: CheckpointVerifier,
    path: PathBuf,
    latest: Mutex<Option<Checkpoint>>,
}

impl WitnessState {
    /// Opens the folder; makes it, and the key, if there is none.
    ///
    /// # Errors
    /// [`Failure`] if it cannot be read or written, or what is in it does not belong there.
    pub(super) fn open(
        folder: &Path,
        name: &str,
        logs: Vec<CheckpointVerifier>,
        random: &dyn Random,
    ) -> Result<Self, Failure> {
        create_private_folder(folder)?;
        let seed = seed(&folder.join(SEED), random)?;
        let cosigner = Cosigner::new(name, &seed).map_err(|error| Failure::internal(&error))?;
        let mut watched = HashMap::new();
        for verifier in logs {
            let digest = hex::encode(sha256(verifier.verifier_key().as_bytes()));
            let path = folder.join(format!("{}.checkpoint", &digest[..32]));
            let latest = match std::fs::read_to_string(&path) {
                Ok(note) => {
                    let checkpoint = verifier.verify(&note);
                    Some(checkpoint.map_err(|error| Failure::internal(&error))?)
                }
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                Err(error) => return Err(Failure::file(&path, &error)),
            };
            let origin = verifier.origin().to_owned();
            let log = Watched {
                verifier,
                path,
                latest: Mutex::new(latest),
            };
            watched.insert(origin, log);
        }
        Ok(Self {
            cosigner,
            logs: watched,
        })
    }

    /// The witness's public key.
    pub(super) fn witness_key(&self) -> String {
        self.cosigner.witness_key()
    }

    /// Signs a checkpoint at this second, if it continues the one signed before.
    ///
    /// # Errors
    /// [`PrivateFileError`] if it cannot be remembered.
    pub(super) fn add_checkpoint(
        &self,
        body: &str,
        seconds: u64,
    ) -> Result<Result<String, WitnessRefusal>, PrivateFileError> {
        let submission = match Submission::parse(body) {
            Ok(submission) => submission,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Ok(claimed) = claimed_checkpoint(&submission.note) else {
            return Ok(Err(WitnessRefusal::Malformed));
        };
        let Some(log) = self.logs.get(&claimed.origin) else {
            return Ok(Err(WitnessRefusal::UnknownLog));
        };
        let mut latest = log.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let checkpoint = match submission.judge(&log.verifier, latest.as_ref()) {
            Ok(checkpoint) => checkpoint,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Ok(line) = self.cosigner.cosign(&submission.note, seconds) else {
            return Ok(Err(WitnessRefusal::Malformed));
        };
        // On disk before the answer leaves: a witness that forgets is none.
        write_private(&log.path, submission.note.as_bytes())?;
        *latest = Some(checkpoint);
        Ok(Ok(line))
    }
}

fn seed(path: &Path, random: &dyn Random) -> Result<[u8; 32], Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let bytes = hex::decode(text.trim()).ok();
            let seed = bytes.and_then(|bytes| bytes.try_into().ok());
            seed.ok_or_else(|| Failure::file(path, &ErrorKind::InvalidData.into()))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let mut seed = [0; 32];
            random.fill(&mut seed);
            write_private(path, hex::encode(seed).as_bytes())?;
            Ok(seed)
        }
        Err(error) => Err(Failure::file(path, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::SystemRandom;
    use custos_kernel::audit::{CheckpointSigner, WitnessKey};

    fn submission(old: u64, size: u64, root: u8) -> String {
        let signer = CheckpointSigner::new("a/log", &[1; 32]).unwrap();
        Submission {
            old,
            proof: Vec::new(),
            note: signer.sign(size, &[root; 32]),
        }
        .to_body()
    }

    #[test]
    fn a_witness_remembers_across_restarts() {
        let folder = tempfile::tempdir().unwrap();
        let log = CheckpointSigner::new("a/log", &[1; 32]).unwrap().verifier();
        let open = || {
            let place = folder.path().join("state");
            WitnessState::open(&place, "w.example.cn", vec![log.clone()], &SystemRandom).unwrap()
        };
        let first = open();
        let line = first
            .add_checkpoint(&submission(0, 5, 5), 100)
            .unwrap()
            .unwrap();
        let key = WitnessKey::parse(&first.witness_key()).unwrap();
        let note = CheckpointSigner::new("a/log", &[1; 32])
            .unwrap()
            .sign(5, &[5; 32]);
        assert_eq!(key.verify(&format!("{note}{line}")), Ok(100));
        drop(first);
        let again = open();
        assert_eq!(again.witness_key(), key.to_string());
        let refused = |body: String| again.add_checkpoint(&body, 101).unwrap().unwrap_err();
        assert_eq!(
            refused(submission(0, 5, 6)),
            WitnessRefusal::OtherSize { size: 5 }
        );
        assert_eq!(
            refused(submission(5, 5, 6)),
            WitnessRefusal::Forked { size: 5 }
        );
        assert_eq!(refused(submission(5, 7, 6)), WitnessRefusal::Inconsistent);
        assert_eq!(
            refused(submission(0, 4, 4)),
            WitnessRefusal::OtherSize { size: 5 }
        );
        assert_eq!(refused("nonsense".into()), WitnessRefusal::Malformed);
        let other = CheckpointSigner::new("another/log", &[1; 32]).unwrap();
        let unknown = Submission {
            old: 0,
            proof: Vec::new(),
            note: other.sign(1, &[0; 32]),
        };
        assert_eq!(refused(unknown.to_body()), WitnessRefusal::UnknownLog);
        let impostor = CheckpointSigner::new("a/log", &[2; 32]).unwrap();
        let unsigned = Submission {
            old: 5,
            proof: Vec::new(),
            note: impostor.sign(6, &[0; 32]),
        };
        assert_eq!(refused(unsigned.to_body()), WitnessRefusal::Unsigned);
    }
}
