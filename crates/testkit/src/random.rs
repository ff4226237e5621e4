//! Randomness of the operating system, as the server uses.

use custos_values::Random;
use std::fs::File;
use std::io::Read;

/// Reads `/dev/urandom`.
#[derive(Debug)]
pub struct TestRandom(File);

impl Default for TestRandom {
    fn default() -> Self {
        Self(File::open("/dev/urandom").expect("tests run on a system with /dev/urandom"))
    }
}

impl Random for TestRandom {
    fn fill(&self, buffer: &mut [u8]) {
        (&self.0)
            .read_exact(buffer)
            .expect("/dev/urandom does not end");
    }
}
