use super::*;
use proptest::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// Never gives the same nonce twice; enough for a test.
#[derive(Default)]
struct Counting(AtomicU64);

impl Random for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        let next = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        for (to, from) in buffer.iter_mut().zip(next.iter().cycle()) {
            *to = *from;
        }
    }
}

const KEY: [u8; 32] = [7; 32];

fn sealed(content: &[u8], pieces: usize) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("upload.sealed");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let random = Counting::default();
        let mut writer = SealedWriter::create(path.clone(), Suite::Aes, &KEY)
            .await
            .unwrap();
        for piece in content.chunks(pieces.max(1)) {
            writer.write(piece, &random).await.unwrap();
        }
        assert_eq!(writer.finish(&random).await.unwrap(), content.len() as u64);
    });
    (folder, path)
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 31 % 251) as u8).collect()
}

#[test]
fn lengths_around_a_chunk_are_read_back() {
    for length in [
        0,
        1,
        CHUNK_SIZE - 1,
        CHUNK_SIZE,
        CHUNK_SIZE + 1,
        2 * CHUNK_SIZE,
        3 * CHUNK_SIZE + 5,
    ] {
        let content = content(length);
        let (_folder, path) = sealed(&content, 10_007);
        let mut read = Vec::new();
        SealedReader::open(&path, &KEY)
            .unwrap()
            .read_to_end(&mut read)
            .unwrap();
        assert!(read == content, "{length} bytes");
    }
}

#[cfg(unix)]
#[test]
fn only_the_server_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = sealed(b"x", 1);
    assert_eq!(
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn an_unfinished_upload_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("upload.sealed");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut writer = SealedWriter::create(path.clone(), Suite::Aes, &KEY)
            .await
            .unwrap();
        writer
            .write(&content(100_000), &Counting::default())
            .await
            .unwrap();
    });
    assert!(!path.exists());
}

#[test]
fn a_file_that_was_cut_or_altered_does_not_read_to_its_end() {
    let content = content(2 * CHUNK_SIZE + 100);
    let (_folder, path) = sealed(&content, 4_096);
    let whole = std::fs::read(&path).unwrap();
    let at = StreamOpener::SEALED_CHUNK;
    let mut altered = whole.clone();
    altered[at + 40] ^= 1;
    let swapped = [&whole[at..2 * at], &whole[..at], &whole[2 * at..]].concat();
    for bad in [
        whole[..2 * at].to_vec(),
        whole[..whole.len() - 1].to_vec(),
        altered,
        swapped,
    ] {
        std::fs::write(&path, bad).unwrap();
        let mut read = Vec::new();
        assert!(
            SealedReader::open(&path, &KEY)
                .unwrap()
                .read_to_end(&mut read)
                .is_err()
        );
    }
    std::fs::write(&path, whole).unwrap();
    assert!(
        SealedReader::open(&path, &[8; 32])
            .unwrap()
            .read_to_end(&mut Vec::new())
            .is_err()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn reads_like_the_bytes_themselves(length in 0usize..200_000, steps in prop::collection::vec((0u64..210_000, 1usize..70_000), 1..8)) {
        let content = content(length);
        let (_folder, path) = sealed(&content, 60_000);
        let mut reader = SealedReader::open(&path, &KEY).unwrap();
        let mut plain = io::Cursor::new(&content);
        prop_assert_eq!(reader.seek(SeekFrom::End(0)).unwrap(), length as u64);
        for (to, count) in steps {
            reader.seek(SeekFrom::Start(to)).unwrap();
            plain.seek(SeekFrom::Start(to)).unwrap();
            let (mut a, mut b) = (Vec::new(), Vec::new());
            reader.by_ref().take(count as u64).read_to_end(&mut a).unwrap();
            plain.by_ref().take(count as u64).read_to_end(&mut b).unwrap();
            prop_assert!(a == b);
        }
    }
}
