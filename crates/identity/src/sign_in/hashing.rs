//! Password hashing beside the requests: as many at once as there are cores, and a queue that ends.

use crate::error::IdentityError;
use axum::http::StatusCode;
use custos_http::Problem;
use custos_kernel::crypto::{PasswordHash, PasswordHasher, PasswordParams};
use custos_values::Random;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;

/// Hashes that may wait. At 30 ms each on two cores the last of them waits a second.
const QUEUE: usize = 64;

/// The hasher and its queue.
pub(crate) struct Hashing {
    hasher: Arc<PasswordHasher>,
    cores: Semaphore,
    waiting: AtomicUsize,
}

/// Counts one who waits, until dropped.
struct Waiting<'q>(&'q AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Random bytes drawn beforehand.
struct Drawn([u8; 16]);

impl Random for Drawn {
    fn fill(&self, buffer: &mut [u8]) {
        let length = buffer.len().min(self.0.len());
        buffer[..length].copy_from_slice(&self.0[..length]);
    }
}

impl Hashing {
    pub(crate) fn new(params: PasswordParams, random: &dyn Random) -> Option<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Some(Self {
            hasher: Arc::new(PasswordHasher::new(params, random)?),
            cores: Semaphore::new(cores),
            waiting: AtomicUsize::new(0),
        })
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// 503 when too many wait already.
    pub(crate) async fn hash(
        &self,
        password: String,
        random: &dyn Random,
    ) -> Result<PasswordHash, IdentityError> {
        // The hasher draws a salt of exactly this size.
        let mut salt = Drawn([0; 16]);
        random.fill(&mut salt.0);
        self.run(move |hasher| hasher.hash(&password, &salt))
            .await?
            .ok_or_else(|| Problem::internal("a password could not be hashed").into())
    }

    /// Verifies a password with exactly one hash, also when there is nothing to compare it with.
    ///
    /// # Errors
    /// See [`Self::hash`].
    pub(crate) async fn verify(
        &self,
        password: String,
        stored: Option<PasswordHash>,
    ) -> Result<bool, IdentityError> {
        self.run(move |hasher| hasher.verify(&password, stored.as_ref()))
            .await
    }

    /// Does work that takes a core for a while.
    ///
    /// # Errors
    /// See [`Self::hash`].
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&PasswordHasher) -> T + Send + 'static,
    ) -> Result<T, IdentityError> {
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let waiting = Waiting(&self.waiting);
        let busy = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable").retry_after(1);
        if before >= QUEUE {
            return Err(busy().into());
        }
        let _core = self.cores.acquire().await.map_err(|_| busy())?;
        drop(waiting);
        let hasher = Arc::clone(&self.hasher);
        tokio::task::spawn_blocking(move || work(&hasher))
            .await
            .map_err(|error| Problem::internal(error).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_queue_ends() {
        let params = PasswordParams {
            memory_kib: 8,
            passes: 1,
        };
        let hashing = Arc::new(Hashing::new(params, &Drawn([1; 16])).unwrap());
        let all: Vec<_> = (0..QUEUE * 4)
            .map(|_| {
                let hashing = Arc::clone(&hashing);
                tokio::spawn(async move {
                    let slow = |_: &PasswordHasher| {
                        std::thread::sleep(std::time::Duration::from_millis(5))
                    };
                    hashing.run(slow).await.is_ok()
                })
            })
            .collect();
        let mut done = 0;
        for task in all {
            done += usize::from(task.await.unwrap());
        }
        assert!((QUEUE..QUEUE * 4).contains(&done), "{done}");
        assert_eq!(hashing.waiting.load(Ordering::Relaxed), 0);
        assert!(
            hashing
                .verify("x".to_owned(), None)
                .await
                .is_ok_and(|right| !right)
        );
    }
}
