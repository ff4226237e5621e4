use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use proptest::prelude::*;

use super::memory_log::{ORIGIN, signer};
use crate::audit::note::{KeyKind, NoteKey, NoteSigner};
use crate::audit::*;

/// The example that goes with the signed note specification's first implementation.
const EXAMPLE_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const EXAMPLE_TEXT: &str = "If you think cryptography is the answer to your problem,\n\
                            then you don't know what your problem is.\n";
const EXAMPLE_SIGNATURE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

/// The private key of the example: a type byte of 1, then the seed.
const EXAMPLE_SEED: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

fn example_signer() -> NoteSigner {
    let seed = BASE64.decode(EXAMPLE_SEED).unwrap();
    NoteSigner::new("PeterNeumann", KeyKind::Note, seed[1..].try_into().unwrap()).unwrap()
}

#[test]
fn the_example_is_signed_and_verified() {
    let note = format!("{EXAMPLE_TEXT}\n{EXAMPLE_SIGNATURE}");
    assert_eq!(example_signer().key().to_string(), EXAMPLE_KEY);
    assert_eq!(example_signer().sign(EXAMPLE_TEXT), note);
    let key = NoteKey::parse(EXAMPLE_KEY, KeyKind::Note).unwrap();
    assert_eq!(key.verify(&note), Ok(EXAMPLE_TEXT));
    assert_eq!(
        key.verify(&note.replacen("don't", "do", 1)),
        Err(NoteError::WrongSignature)
    );
}

#[test]
fn another_implementation_reads_our_checkpoints() {
    let note = signer().sign(42, &[9; 32]);
    let (text, _) = note.rsplit_once("\n\n").unwrap();
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(format!("{text}\n").as_bytes()).unwrap();
    assert_eq!(
        (checkpoint.origin(), checkpoint.size(), checkpoint.hash().0),
        (ORIGIN, 42, [9; 32])
    );
}

/// Another signature on a note, as a witness adds one.
fn with_witness(note: &str) -> String {
    let (text, _) = note.rsplit_once("\n\n").unwrap();
    let witnessed = example_signer().sign(&format!("{text}\n"));
    format!("{note}{}", witnessed.rsplit_once("\n\n").unwrap().1)
}

#[test]
fn signatures_of_witnesses_are_passed_over() {
    let verifier = signer().verifier();
    let note = signer().sign(42, &[9; 32]);
    let want = Checkpoint {
        origin: ORIGIN.into(),
        size: 42,
        root: [9; 32],
    };
    assert_eq!(verifier.verify(&note), Ok(want.clone()));
    assert_eq!(verifier.verify(&with_witness(&note)), Ok(want));

    // The witness alone does not make a checkpoint ours, nor does another key under our name.
    let (text, _) = note.split_once("\n\n").unwrap();
    let witnessed_only = example_signer().sign(&format!("{text}\n"));
    assert_eq!(
        verifier.verify(&witnessed_only),
        Err(NoteError::UnknownKey.into())
    );
    let impostor = CheckpointSigner::new(ORIGIN, &[8; 32]).unwrap();
    assert_eq!(
        verifier.verify(&impostor.sign(42, &[9; 32])),
        Err(NoteError::UnknownKey.into())
    );
}

#[test]
fn a_note_has_a_largest_size_and_number_of_signatures() {
    let note = signer().sign(1, &[9; 32]);
    let verifier = signer().verifier();
    assert!(
        verifier
            .verify(&format!("{note}{}", EXAMPLE_SIGNATURE.repeat(63)))
            .is_ok()
    );
    let crowded = format!("{note}{}", EXAMPLE_SIGNATURE.repeat(64));
    assert_eq!(verifier.verify(&crowded), Err(NoteError::TooLarge.into()));
    let long = format!("{}\n{note}", "x".repeat(64 * 1024));
    assert_eq!(verifier.verify(&long), Err(NoteError::TooLarge.into()));
}

/// Signs any text with the log's key, to see what the checkpoint parser makes of it.
fn signed(text: &str) -> String {
    NoteSigner::new(ORIGIN, KeyKind::Note, &[7; 32])
        .unwrap()
        .sign(text)
}

#[test]
fn the_text_of_a_checkpoint_is_checked() {
    let verifier = signer().verifier();
    let root = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";
    assert!(
        verifier
            .verify(&signed(&format!("{ORIGIN}\n5\n{root}\n")))
            .is_ok()
    );
    assert!(
        verifier
            .verify(&signed(&format!(
                "{ORIGIN}\n5\n{root}\nan extension\nanother\n"
            )))
            .is_ok()
    );
    for text in [
        format!("{ORIGIN}\n05\n{root}\n"),
        format!("{ORIGIN}\n+5\n{root}\n"),
        format!("{ORIGIN}\n-5\n{root}\n"),
        format!("{ORIGIN}\n\n{root}\n"),
        format!("{ORIGIN}\n{}\n{root}\n", MAX_SIZE + 1),
        format!("{ORIGIN}\n99999999999999999999\n{root}\n"),
        format!("{ORIGIN}\n5\n{}\n", &root[..40]),
        format!("{ORIGIN}\n5\n{}\n", root.replace('=', "")),
        format!("{ORIGIN}\n5\n{root}\n\n"),
        format!("{ORIGIN}\n5\n"),
        format!("\n5\n{root}\n"),
    ] {
        assert_eq!(
            verifier.verify(&signed(&text)),
            Err(CheckpointError::Malformed),
            "{text}"
        );
    }
    let other = signed(&format!("crm.example.cn/audit/2\n5\n{root}\n"));
    assert_eq!(verifier.verify(&other), Err(CheckpointError::WrongOrigin));
}

#[test]
fn names_and_keys_are_checked() {
    for name in [
        "",
        "a b",
        "a+b",
        "a\u{3000}b",
        "a\nb",
        "a\u{7}b",
        &"x".repeat(256),
    ] {
        assert!(
            matches!(
                CheckpointSigner::new(name, &[7; 32]),
                Err(NoteError::InvalidName)
            ),
            "{name:?}"
        );
    }
    let key = signer().verifier_key();
    assert_eq!(CheckpointVerifier::parse(&key).unwrap().verifier_key(), key);
    let (name, rest) = key.split_once('+').unwrap();
    for bad in [
        String::new(),
        name.to_owned(),
        format!("other+{rest}"),
        format!("{name}+{}", rest.to_uppercase()),
        format!("{name}+{rest} "),
        key.replace("+A", "+B"),
        key[..key.len() - 4].to_owned(),
    ] {
        assert!(CheckpointVerifier::parse(&bad).is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn what_is_signed_is_read_back(size in 0..=MAX_SIZE, root in any::<Hash>(), seed in any::<[u8; 32]>()) {
        let signer = CheckpointSigner::new(ORIGIN, &seed).unwrap();
        let verifier = CheckpointVerifier::parse(&signer.verifier_key()).unwrap();
        let want = Checkpoint { origin: ORIGIN.into(), size, root };
        prop_assert_eq!(verifier.verify(&signer.sign(size, &root)), Ok(want));
    }

    #[test]
    fn no_changed_bit_survives(size in 0..=MAX_SIZE, root in any::<Hash>(), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let mut note = signer().sign(size, &root).into_bytes();
        let at = at.index(note.len());
        note[at] ^= 1 << bit;
        if let Ok(note) = String::from_utf8(note) {
            prop_assert!(signer().verifier().verify(&note).is_err());
        }
    }

    #[test]
    fn reading_never_panics(note in "(a\n1\n)?[\\PC\n— ]{0,200}", key in "[\\PC+]{0,100}") {
        prop_assert!(signer().verifier().verify(&note).is_err());
        prop_assert!(CheckpointVerifier::parse(&key).is_err());
    }
}
