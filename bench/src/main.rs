//! Measures the Custos server beside its limits, on this machine, in one run. Prints; asserts nothing.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measuring program prints and reads the clock"
)]

mod bare;
mod client;
mod data;
mod engine;
mod figures;
mod files;
mod load;
mod measure;
mod process;
mod random;
mod server;
mod session;
mod table;
mod workloads;

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// As the server's.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Whatever went wrong ends the measurement.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures the Custos server beside its limits.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure and print the table
    Run(RunArguments),
    /// Serve ready-made answers: what a TLS server of the same stack can do at most
    Bare(BareArguments),
}

/// What to measure.
#[derive(Args)]
pub struct RunArguments {
    /// The server's release binary
    #[arg(long)]
    binary: PathBuf,
    /// How many customers to import, at least 1,000
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..=500_000))]
    customers: u32,
    /// How long to measure each thing, in seconds
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Measure only operations whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// Also write the figures to a file
    #[arg(long)]
    json: Option<PathBuf>,
    /// Where to put data folders instead of the folder for temporary files, which may lie in memory
    #[arg(long)]
    folder: Option<PathBuf>,
}

#[derive(Args)]
struct BareArguments {
    /// Bytes of an answer with its head
    #[arg(long)]
    size: usize,
    /// Certificate chain (PEM)
    #[arg(long)]
    tls_cert: PathBuf,
    /// Its private key (PEM)
    #[arg(long)]
    tls_key: PathBuf,
}

fn main() -> Outcome<()> {
    match Cli::parse().command {
        Command::Run(arguments) => measure::run(&arguments),
        Command::Bare(bare) => bare::serve(bare.size, &bare.tls_cert, &bare.tls_key),
    }
}
