//! Keeps what is in memory and in new files from other people on the machine.

use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, setrlimit, umask};

/// From here on this process leaves no core dump, which would hold keys, and makes files for its owner only.
pub fn protect_process() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "core dumps cannot be switched off");
    }
    umask(Mode::RWXG | Mode::RWXO);
}
