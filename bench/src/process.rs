//! What the kernel says about a process and about the machine.

use std::fs;
use std::path::Path;

/// Clock ticks of /proc per second: 100 on every Linux of our time, whatever the kernel's own clock.
const TICK_MICROS: u64 = 10_000;

/// Processor time used so far, all threads, µs; 0 if there is no such process.
pub fn cpu_micros(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name of the program, in brackets, may contain anything.
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks = after
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|n| n.parse::<u64>().ok());
    ticks.sum::<u64>() * TICK_MICROS
}

/// Resident memory of a process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Memory {
    /// MB resident.
    pub rss: f64,
    /// MB, shared pages divided among those who share them; as `rss` where only root may know.
    pub pss: f64,
}

pub fn memory(pid: u32) -> Memory {
    let told = |file: &str| fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kib * 1024.0 / 1e6)
    };
    let rss = field(&told("status"), "VmRSS:").unwrap_or_default();
    // A server that keeps its memory to itself shows this to root alone.
    let pss = field(&told("smaps_rollup"), "Pss:").unwrap_or(rss);
    Memory { rss, pss }
}

/// Runnable processes, averaged over the last minute.
pub fn load_average() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace().next().unwrap_or("?").to_owned()
}

/// Bytes of the files in a folder.
pub fn bytes_in(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(what) if what.is_dir() => bytes_in(&entry.path()),
        Ok(what) => what.len(),
        Err(_) => 0,
    };
    entries.map(size).sum()
}
