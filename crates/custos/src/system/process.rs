//! Keeps what is in memory and in new files from other people on the machine.

use rustix::fs::Mode;
#[cfg(target_os = "linux")]
use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use rustix::process::{Resource, Rlimit, setrlimit, umask};

/// From here on this process leaves no core dump, which would hold keys, lets no other process of its account look into
/// its memory, and makes files for its owner only.
pub fn protect_process() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "core dumps cannot be switched off");
    }
    // A limit of 0 does not keep the kernel from handing a dump to a program (core_pattern); this does.
    #[cfg(target_os = "linux")]
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "core dumps cannot be switched off");
    }
    umask(Mode::RWXG | Mode::RWXO);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use rustix::process::dumpable_behavior;

    #[test]
    fn nothing_of_its_memory_is_written_down() {
        protect_process();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
        let core = limits
            .lines()
            .find_map(|line| line.strip_prefix("Max core file size"))
            .unwrap();
        let [soft, hard] = [0, 1].map(|at| core.split_whitespace().nth(at));
        assert_eq!((soft, hard), (Some("0"), Some("0")), "{core}");
    }
}
