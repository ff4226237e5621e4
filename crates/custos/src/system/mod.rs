//! What the operating system gives: time, randomness, files only their owner can read.

mod clock;
mod files;
mod process;
mod random;

pub use clock::{Stopwatch, SystemClock};
pub use files::{
    PrivateFileError, create_private_folder, others_may_read, replace_secret, write_lock,
    write_private,
};
pub use process::protect_process;
pub use random::SystemRandom;
