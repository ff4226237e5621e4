//! How long notes, keys and answers may be, to the byte, and lines that are nobody's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::memory_log::{ORIGIN, signer};
use crate::audit::note::{KeyKind, NoteSigner};
use crate::audit::*;

const LONGEST: usize = 64 * 1024;

fn cosigner() -> Cosigner {
    Cosigner::new("w1", &[9; 32]).unwrap()
}

/// A checkpoint with an extension that makes the note so long.
fn note_of(length: usize) -> String {
    let log = NoteSigner::new(ORIGIN, KeyKind::Note, &[7; 32]).unwrap();
    let root = BASE64.encode([9; 32]);
    let with =
        |extension: usize| log.sign(&format!("{ORIGIN}\n5\n{root}\n{}\n", "x".repeat(extension)));
    with(length - with(1).len() + 1)
}

#[test]
fn a_note_is_read_up_to_its_largest_size() {
    let verifier = signer().verifier();
    let longest = note_of(LONGEST);
    assert_eq!(longest.len(), LONGEST);
    assert_eq!(verifier.verify(&longest).map(|it| it.size), Ok(5));
    assert_eq!(
        verifier.verify(&note_of(LONGEST + 1)),
        Err(NoteError::TooLarge.into())
    );
}

/// A signature line that is so long and nobody's.
fn padding(length: usize) -> String {
    // Four characters for three bytes, the name makes up the rest.
    let bytes = (length - 20) / 4 * 3;
    let around = |name: &str| format!("\u{2014} {name} {}\n", BASE64.encode(vec![1; bytes]));
    let name = "n".repeat(length - around("").len());
    around(&name)
}

#[test]
fn an_answer_is_read_up_to_its_largest_size() {
    let note = signer().sign(42, &[9; 32]);
    let key = WitnessKey::parse(&cosigner().witness_key()).unwrap();
    let ours = cosigner().cosign(&note, 5).unwrap();
    let answer = |length: usize| padding(length - ours.len()) + &ours;
    assert_eq!(answer(LONGEST).len(), LONGEST);
    assert_eq!(key.pick(&note, &answer(LONGEST)), Ok((5, ours.clone())));
    assert_eq!(
        key.pick(&note, &answer(LONGEST + 1)),
        Err(NoteError::TooLarge)
    );
}

/// A key's name may have 255 bytes; what could not be a key whatever it says is not looked into.
#[test]
fn the_text_of_a_key_has_a_largest_size() {
    let longest = CheckpointSigner::new(&"n".repeat(255), &[7; 32]).unwrap();
    let text = longest.verifier_key();
    assert!(CheckpointVerifier::parse(&text).is_ok());
    let named = |length: usize| {
        let (_, rest) = text.split_once('+').unwrap();
        let name = "n".repeat(length - rest.len() - 1);
        CheckpointVerifier::parse(&format!("{name}+{rest}")).err()
    };
    assert_eq!(named(text.len() + 1), Some(NoteError::InvalidName));
    assert_eq!(named(1024), Some(NoteError::InvalidName));
    for length in [1025, 1026, 100_000] {
        assert_eq!(named(length), Some(NoteError::InvalidKey), "{length}");
    }
}

#[test]
fn a_line_without_a_name_or_a_signature_makes_a_note_malformed() {
    let note = signer().sign(42, &[9; 32]);
    let verifier = signer().verifier();
    let signed = BASE64.encode([1; 68]);
    let empty = BASE64.encode([1; 4]);
    let short = BASE64.encode([1; 3]);
    assert!(
        verifier
            .verify(&format!("{note}\u{2014} a {signed}\n"))
            .is_ok()
    );
    for line in [
        format!("\u{2014}  {signed}\n"),
        format!("\u{2014} a {empty}\n"),
        format!("\u{2014} a {short}\n"),
        "\u{2014} a\n".to_owned(),
        format!("- a {signed}\n"),
        format!("\u{2014} a {signed}"),
        "\n".to_owned(),
    ] {
        assert_eq!(
            verifier.verify(&format!("{note}{line}")),
            Err(NoteError::Malformed.into()),
            "{line}"
        );
    }
}

/// What is stored of a checkpoint is the log's own word, whoever else has signed it.
#[test]
fn the_logs_own_note_is_without_those_of_witnesses() {
    let note = signer().sign(42, &[9; 32]);
    let witnessed = format!("{note}{}", cosigner().cosign(&note, 5).unwrap());
    let verifier = signer().verifier();
    assert_eq!(verifier.own_note(&witnessed), Ok(note.clone()));
    assert_eq!(verifier.own_note(&note), Ok(note.clone()));
    let impostor = CheckpointSigner::new(ORIGIN, &[8; 32]).unwrap();
    assert_eq!(
        impostor.verifier().own_note(&witnessed),
        Err(NoteError::UnknownKey.into())
    );
    let altered = witnessed.replacen("42", "43", 1);
    assert_eq!(
        verifier.own_note(&altered),
        Err(NoteError::WrongSignature.into())
    );
}
