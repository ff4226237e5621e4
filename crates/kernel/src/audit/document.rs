//! Documents signed by the key of a log, such as reports: a signed note (<https://c2sp.org/signed-note>) over the kind of
//! document, the log, and the document's SHA-256. Its first line is no log's name, so it is never taken for a checkpoint.

use super::checkpoint::{CheckpointError, CheckpointSigner, CheckpointVerifier};
use super::hash::Hash;

fn statement(kind: &str, origin: &str, digest: &Hash) -> String {
    format!("{kind}\n{origin}\nsha256 {}\n", hex::encode(digest))
}

impl CheckpointSigner {
    /// The signed note over a document: `kind` says what it is (such as `custos.access-review/1`: no line feed, and no
    /// log's name), `digest` is the SHA-256 of its bytes.
    pub fn sign_document(&self, kind: &str, digest: &Hash) -> String {
        self.sign_text(&statement(kind, self.origin(), digest))
    }
}

impl CheckpointVerifier {
    /// Checks that this log's key has signed exactly this document as one of this kind.
    ///
    /// # Errors
    /// [`CheckpointError`] if it has not, or the note is about another document, kind or log.
    pub fn verify_document(
        &self,
        note: &str,
        kind: &str,
        digest: &Hash,
    ) -> Result<(), CheckpointError> {
        let text = self.verified_text(note)?;
        match text == statement(kind, self.origin(), digest) {
            true => Ok(()),
            false => Err(CheckpointError::Malformed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "custos.test/1";

    #[test]
    fn a_document_is_signed_as_what_it_is_and_by_its_log_only() {
        let signer = CheckpointSigner::new("custos/audit/one", &[1; 32]).unwrap();
        let verifier = signer.verifier();
        let digest = [7; 32];
        let note = signer.sign_document(KIND, &digest);
        assert_eq!(verifier.verify_document(&note, KIND, &digest), Ok(()));
        assert!(verifier.verify_document(&note, KIND, &[8; 32]).is_err());
        assert!(
            verifier
                .verify_document(&note, "custos.test/2", &digest)
                .is_err()
        );
        let other = CheckpointSigner::new("custos/audit/one", &[2; 32]).unwrap();
        assert!(
            other
                .verifier()
                .verify_document(&note, KIND, &digest)
                .is_err()
        );
        let elsewhere = CheckpointSigner::new("custos/audit/two", &[1; 32]).unwrap();
        assert!(
            elsewhere
                .verifier()
                .verify_document(&note, KIND, &digest)
                .is_err()
        );
        // Neither is taken for the other.
        assert!(verifier.verify(&note).is_err());
        let checkpoint = signer.sign(3, &digest);
        assert!(
            verifier
                .verify_document(&checkpoint, KIND, &digest)
                .is_err()
        );
    }
}
