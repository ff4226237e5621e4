//! The Custos server and command line.

/// Gives memory that is not used any more back in the background, which matters after the index was read, and holds less in
/// fragments than others that were measured here.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    custos::cli::run(std::env::args_os())
}
