use proptest::prelude::*;

use super::memory_log::{ORIGIN, signer};
use crate::audit::note::{KeyKind, NoteKey, NoteSigner, OpenedNote};
use crate::audit::*;

const NAME: &str = "witness.example.cn/w1";

fn cosigner() -> Cosigner {
    Cosigner::new(NAME, &[9; 32]).unwrap()
}

fn key() -> WitnessKey {
    WitnessKey::parse(&cosigner().witness_key()).unwrap()
}

/// A witness key in public use, from the tests of another implementation; and one for plain notes, which is none.
#[test]
fn keys_of_another_implementation_are_read() {
    let public = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
    let key = WitnessKey::parse(public).unwrap();
    assert_eq!(
        (key.name(), key.to_string().as_str()),
        ("remora.n621.de", public)
    );
    assert!(CheckpointVerifier::parse(public).is_err());
    let plain = "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6";
    assert!(CheckpointVerifier::parse(plain).is_ok());
    assert!(WitnessKey::parse(plain).is_err());
    for wrong in [
        "bananas.sigstore.dev+12344556",
        "remora.n621.de+da77ade8+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
        "remora.n621.de+da77ade7+AwEB",
        "remora.n621.de+da77ade7+",
    ] {
        assert!(WitnessKey::parse(wrong).is_err(), "{wrong}");
    }
}

/// The example of tlog-cosignature: which line is whose, and the time in it. Its keys are not published.
#[test]
fn the_example_of_the_specification_is_taken_apart() {
    let note = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let checkpoint = claimed_checkpoint(note).unwrap();
    assert_eq!(
        (checkpoint.origin.as_str(), checkpoint.size),
        ("example.com/behind-the-sofa", 20_852_163)
    );
    let witness = note.rsplit_once(' ').unwrap().1.trim();
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(witness)
        .unwrap();
    assert_eq!(bytes.len(), 4 + 8 + 64);
    assert_eq!(
        u64::from_be_bytes(bytes[4..12].try_into().unwrap()),
        1_679_315_147,
        "the time that the specification's text of the signed message has"
    );
}

/// What is signed is put together here once more, by the letter of the specification, and signed with a plain key.
#[test]
fn a_cosignature_is_over_the_time_and_the_text() {
    let note = signer().sign(42, &[9; 32]);
    let line = cosigner().cosign(&note, 1_679_315_147).unwrap();
    let (text, _) = note.rsplit_once("\n\n").unwrap();
    let message = format!("cosignature/v1\ntime 1679315147\n{text}\n");
    let plain = NoteSigner::new(NAME, KeyKind::Note, &[9; 32]).unwrap();
    let signed = plain.sign(&message);
    use base64::Engine as _;
    let decode = |line: &str| {
        let text = line.trim_end().rsplit_once(' ').unwrap().1;
        base64::engine::general_purpose::STANDARD
            .decode(text)
            .unwrap()
    };
    assert_eq!(decode(&line)[12..], decode(&signed)[4..]);
    assert_eq!(decode(&line)[4..12], 1_679_315_147_u64.to_be_bytes());
}

#[test]
fn a_cosigned_checkpoint_is_still_the_logs() {
    let note = signer().sign(42, &[9; 32]);
    let cosigned = format!("{note}{}", cosigner().cosign(&note, 1_700_000_000).unwrap());
    assert_eq!(signer().verifier().verify(&cosigned).unwrap().size, 42);
    assert_eq!(key().verify(&cosigned), Ok(1_700_000_000));
    assert_eq!(key().verify(&note), Err(NoteError::UnknownKey));
    let twice = format!(
        "{cosigned}{}",
        cosigner().cosign(&note, 1_800_000_000).unwrap()
    );
    assert_eq!(key().verify(&twice), Ok(1_800_000_000));
    let opened = OpenedNote::open(&cosigned).unwrap();
    let as_note = NoteKey::parse(&signer().verifier_key(), KeyKind::Note).unwrap();
    assert_eq!(
        as_note.verify_cosignature(&opened),
        Err(NoteError::WrongSignature)
    );
}

#[test]
fn only_the_witnesss_own_line_is_taken_from_an_answer() {
    let note = signer().sign(42, &[9; 32]);
    let other = Cosigner::new("another.example.cn", &[8; 32]).unwrap();
    let (ours, theirs) = (
        cosigner().cosign(&note, 5).unwrap(),
        other.cosign(&note, 6).unwrap(),
    );
    assert_eq!(
        key().pick(&note, &format!("{theirs}{ours}")),
        Ok((5, ours.clone()))
    );
    assert_eq!(key().pick(&note, &theirs), Err(NoteError::UnknownKey));
    let elsewhere = signer().sign(43, &[9; 32]);
    assert_eq!(
        key().pick(&elsewhere, &ours),
        Err(NoteError::WrongSignature)
    );
    assert_eq!(key().pick(&note, "no lines"), Err(NoteError::Malformed));
    assert_eq!(
        key().pick(&note, &"x".repeat(1 << 17)),
        Err(NoteError::TooLarge)
    );
}

proptest! {
    #[test]
    fn no_changed_bit_of_a_cosignature_survives(size in 0..=MAX_SIZE, root in any::<Hash>(), seconds in any::<u64>(), at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let note = CheckpointSigner::new(ORIGIN, &[7; 32]).unwrap().sign(size, &root);
        let line = cosigner().cosign(&note, seconds).unwrap();
        prop_assert_eq!(key().verify(&format!("{note}{line}")), Ok(seconds));
        let mut bytes = line.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(line) = String::from_utf8(bytes) {
            prop_assert!(key().verify(&(note + &line)).is_err());
        }
    }
}
