//! Randomness as an argument.

/// A source of random bytes fit for keys and ids. The binary passes the operating system's; tests pass a fixed one.
pub trait Random: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}
