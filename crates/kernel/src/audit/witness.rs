//! What a witness is asked, and when it refuses: C2SP tlog-witness (<https://c2sp.org/tlog-witness>).

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::checkpoint::{Checkpoint, CheckpointVerifier};
use super::hash::Hash;
use super::proof::verify_consistency;

/// The most hashes in a proof of consistency.
const MAX_PROOF: usize = 63;
/// The largest request that is read, in bytes.
pub const MAX_SUBMISSION: usize = 64 * 1024;

/// A checkpoint brought to a witness, with the proof that it continues the one the witness signed last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The size of the checkpoint that the proof begins at.
    pub old: u64,
    /// The proof of consistency, from `old` to the checkpoint.
    pub proof: Vec<Hash>,
    /// The checkpoint as signed.
    pub note: String,
}

/// Why a witness does not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WitnessRefusal {
    /// The request cannot be read, or begins at a size beyond its checkpoint.
    #[error("malformed request")]
    Malformed,
    /// The witness does not watch this log.
    #[error("unknown log")]
    UnknownLog,
    /// The log's key has not signed the checkpoint.
    #[error("not signed by the log")]
    Unsigned,
    /// The request does not begin at the checkpoint that the witness signed last: it is old, or the log was rolled back.
    #[error("the last checkpoint signed has {size} entries")]
    OtherSize {
        /// The size of that checkpoint.
        size: u64,
    },
    /// Another root for the size the witness signed last: two histories, both signed by the log.
    #[error("another root for the same {size} entries")]
    Forked {
        /// The size.
        size: u64,
    },
    /// The proof does not lead from the last checkpoint to this one: the log was rewritten.
    #[error("does not continue the last checkpoint")]
    Inconsistent,
}

impl WitnessRefusal {
    /// The HTTP status the protocol gives it.
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Unsigned => 403,
            Self::UnknownLog => 404,
            Self::OtherSize { .. } | Self::Forked { .. } => 409,
            Self::Inconsistent => 422,
        }
    }

    /// What the answer says: for a wrong size the right one, otherwise nothing.
    pub fn body(self) -> String {
        match self {
            Self::OtherSize { size } | Self::Forked { size } => format!("{size}\n"),
            _ => String::new(),
        }
    }
}

impl Submission {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`WitnessRefusal::Malformed`].
    pub fn parse(body: &str) -> Result<Self, WitnessRefusal> {
        Self::read(body).ok_or(WitnessRefusal::Malformed)
    }

    fn read(body: &str) -> Option<Self> {
        if body.len() > MAX_SUBMISSION {
            return None;
        }
        let (head, note) = body.split_once("\n\n")?;
        let mut lines = head.split('\n');
        let digits = lines.next()?.strip_prefix("old ")?;
        let old: u64 = digits.parse().ok()?;
        let proof = lines
            .map(|line| BASE64.decode(line).ok()?.try_into().ok())
            .collect::<Option<Vec<Hash>>>()?;
        (old.to_string() == digits && proof.len() <= MAX_PROOF).then(|| Self {
            old,
            proof,
            note: note.to_owned(),
        })
    }

    /// The body of the request.
    pub fn to_body(&self) -> String {
        let hashes = self.proof.iter().map(|hash| BASE64.encode(hash) + "\n");
        let proof: String = hashes.collect();
        format!("old {}\n{proof}\n{}", self.old, self.note)
    }

    /// Whether a witness that signed `latest` of this log last may sign this one: the checkpoint to remember from then on.
    /// Looking and remembering must be one step.
    ///
    /// # Errors
    /// [`WitnessRefusal`].
    pub fn judge(
        &self,
        verifier: &CheckpointVerifier,
        latest: Option<&Checkpoint>,
    ) -> Result<Checkpoint, WitnessRefusal> {
        let checkpoint = verifier
            .verify(&self.note)
            .map_err(|_| WitnessRefusal::Unsigned)?;
        if self.old > checkpoint.size || (self.old == 0 && !self.proof.is_empty()) {
            return Err(WitnessRefusal::Malformed);
        }
        let size = latest.map_or(0, |latest| latest.size);
        if self.old != size {
            return Err(WitnessRefusal::OtherSize { size });
        }
        let Some(latest) = latest else {
            return Ok(checkpoint);
        };
        if checkpoint.size == size {
            return match checkpoint.root == latest.root {
                true => Ok(checkpoint),
                false => Err(WitnessRefusal::Forked { size }),
            };
        }
        let (old, new) = (&latest.root, &checkpoint.root);
        verify_consistency(size, old, checkpoint.size, new, &self.proof)
            .map_err(|_| WitnessRefusal::Inconsistent)?;
        Ok(checkpoint)
    }
}
