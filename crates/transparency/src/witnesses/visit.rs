//! One visit to one witness.

use super::Standing;
use custos_kernel::audit::{
    Checkpoint, Hash, LogSource, Submission, WitnessKey, consistency_proof, verify_consistency,
};
use custos_outbox::{HttpAnswer, HttpPost, HttpRequest};

/// The newest checkpoint, to be shown.
pub(crate) struct Newest {
    /// As signed by the log, without signatures of others.
    pub(crate) note: String,
    /// What it says.
    pub(crate) checkpoint: Checkpoint,
}

/// What came of a visit.
pub(crate) struct Visited {
    pub(crate) standing: Standing,
    /// The size of the newest checkpoint the witness is known to have signed.
    pub(crate) size: u64,
    /// Its signature on the newest: when, and the line to keep.
    pub(crate) signed: Option<(u64, String)>,
}

/// Brings the newest checkpoint to a witness that signed one of `known` entries last, as far as is known. Blocks.
pub(crate) fn visit(
    http: &dyn HttpPost,
    url: &str,
    key: &WitnessKey,
    log: &mut dyn LogSource,
    newest: &Newest,
    known: u64,
) -> Visited {
    let size = newest.checkpoint.size;
    // What is known is in the same database as the log: the witness is asked even if it says that there is nothing to ask.
    let mut old = known.min(size);
    // The second time with the size that the witness itself names.
    for _ in 0..2 {
        let of = |standing| Visited {
            standing,
            size: old,
            signed: None,
        };
        let Some(proof) = proof(log, old, size) else {
            return of(Standing::Damaged);
        };
        let submission = Submission {
            old,
            proof,
            note: newest.note.clone(),
        };
        let request = HttpRequest {
            url: format!("{url}/add-checkpoint"),
            headers: vec![("content-type", "text/plain; charset=utf-8".to_owned())],
            body: submission.to_body(),
        };
        let Ok(HttpAnswer { status, body }) = http.post(&request) else {
            return of(Standing::Unreachable);
        };
        match status {
            200 => {
                return match key.pick(&newest.note, &body) {
                    Ok(signed) => Visited {
                        standing: Standing::Continues,
                        size,
                        signed: Some(signed),
                    },
                    Err(_) => of(Standing::Unusable),
                };
            }
            403 => return of(Standing::OtherKey),
            404 => return of(Standing::UnknownLog),
            422 => return of(Standing::Rewritten),
            409 => match body.trim_end().parse::<u64>() {
                Ok(theirs) if theirs > size => {
                    return Visited {
                        size: theirs,
                        ..of(Standing::RolledBack)
                    };
                }
                Ok(theirs) if theirs == old => return of(Standing::Forked),
                Ok(theirs) => old = theirs,
                Err(_) => return of(Standing::Unusable),
            },
            500.. => return of(Standing::Unreachable),
            _ => return of(Standing::Unusable),
        }
    }
    Visited {
        standing: Standing::Unusable,
        size: old,
        signed: None,
    }
}

/// The proof that the log continues its own first `old` entries; none if its hashes do not give one.
fn proof(log: &mut dyn LogSource, old: u64, size: u64) -> Option<Vec<Hash>> {
    consistency_proof(log, old, size).ok()
}

/// How a log stands to a checkpoint that was kept elsewhere. Blocks.
pub(crate) fn stands_to(
    log: &mut dyn LogSource,
    kept: &Checkpoint,
    newest: &Checkpoint,
) -> Standing {
    if kept.size > newest.size {
        return Standing::RolledBack;
    }
    let Some(proof) = proof(log, kept.size, newest.size) else {
        return Standing::Damaged;
    };
    match verify_consistency(kept.size, &kept.root, newest.size, &newest.root, &proof) {
        Ok(()) => Standing::Continues,
        Err(_) if kept.size == newest.size => Standing::Forked,
        Err(_) => Standing::Rewritten,
    }
}
