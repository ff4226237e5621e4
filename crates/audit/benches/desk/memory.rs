//! The memory of this process.

use std::fs;

fn field(name: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.unwrap_or_default() * 1024.0 / 1e6
}

/// MB resident now.
pub fn resident() -> f64 {
    field("VmRSS:")
}

/// The most MB resident since [`forget_peak`].
pub fn peak() -> f64 {
    field("VmHWM:")
}

/// Starts looking for the most anew, where the kernel lets a process do so.
pub fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}
