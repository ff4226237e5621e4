//! Files sealed in chunks.

use crate::support::Repeatable;
use custos_kernel::crypto::{CHUNK_SIZE, StreamOpener, StreamSealer, Suite};
use proptest::prelude::*;

const KEY: [u8; 32] = [4; 32];

fn seal(chunks: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let random = Repeatable::new(1);
    let mut sealer = StreamSealer::new(Suite::Aes, &KEY);
    let last = chunks.len() - 1;
    chunks
        .iter()
        .enumerate()
        .map(|(i, chunk)| sealer.seal(chunk, i == last, &random))
        .collect()
}

/// Reads a file of these chunks as a reader does who knows only where it ends.
fn open(sealed: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    let opener = StreamOpener::new(&KEY);
    let last = sealed.len().checked_sub(1)?;
    sealed
        .iter()
        .enumerate()
        .map(|(i, chunk)| opener.open(i as u64, i == last, chunk).ok())
        .collect()
}

#[test]
fn a_full_chunk_has_the_announced_length() {
    let sealed = seal(&[vec![1; CHUNK_SIZE], Vec::new()]);
    assert_eq!(sealed[0].len(), StreamOpener::SEALED_CHUNK);
    // Files that lie there are read by these numbers: suite, version, nonce and tag around 64 KiB.
    assert_eq!(
        (CHUNK_SIZE, StreamOpener::SEALED_CHUNK),
        (65_536, 65_536 + 1 + 4 + 12 + 16)
    );
    assert_eq!(open(&sealed).unwrap(), [vec![1; CHUNK_SIZE], Vec::new()]);
}

#[test]
fn another_key_opens_nothing() {
    let sealed = seal(&[b"data".to_vec()]);
    assert!(
        StreamOpener::new(&[5; 32])
            .open(0, true, &sealed[0])
            .is_err()
    );
}

proptest! {
    #[test]
    fn only_the_whole_file_in_order_opens(
        chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..6),
        a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>(), bit in any::<prop::sample::Index>(),
    ) {
        let sealed = seal(&chunks);
        prop_assert_eq!(open(&sealed), Some(chunks.clone()));

        // Cut off at any chunk, or inside one.
        for length in 0..sealed.len() {
            prop_assert_eq!(open(&sealed[..length]), None);
        }
        // Continued with a chunk of its own.
        let mut longer = sealed.clone();
        longer.push(sealed[a.index(sealed.len())].clone());
        prop_assert_eq!(open(&longer), None);
        // Reordered.
        let (a, b) = (a.index(sealed.len()), b.index(sealed.len()));
        let mut reordered = sealed.clone();
        reordered.swap(a, b);
        prop_assert_eq!(open(&reordered).is_some(), a == b);
        // Altered.
        let mut altered = sealed.clone();
        let bit = bit.index(altered[a].len() * 8);
        altered[a][bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(open(&altered), None);
        // Read with the wrong idea of where the end is.
        let opener = StreamOpener::new(&KEY);
        for (i, chunk) in sealed.iter().enumerate() {
            prop_assert!(opener.open(i as u64, i + 1 != sealed.len(), chunk).is_err());
        }
    }
}
