//! The Custos server and command line.

/// Faster than the system's under many threads, and the same on every distribution.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    custos::cli::run(std::env::args_os())
}
