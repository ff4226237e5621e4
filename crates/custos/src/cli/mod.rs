//! The command line.

pub mod arguments;
mod audit;
mod console;
pub mod export;
mod failure;
mod findings;
mod generate;
pub mod import;
mod interruption;
mod keys;
mod log;
mod new_file;
mod progress;
pub mod remote;
mod serve;
mod user;
mod witness;

pub use console::Console;
pub use failure::{EXIT_FINDINGS, EXIT_STOPPED, EXIT_UNUSABLE, Failure};
pub(crate) use keys::home_in_words;

use crate::words::Language;
use crate::{VERSION, doctor};
use arguments::{AuditCommand, Cli, Command};
use clap::Parser;
use serde_json::json;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs one command. Exit codes: 0 done, 1 done and something wrong was found, 2 not done, 130 stopped.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        // Help and version come this way too, with exit code 0.
        Err(error) => {
            // Nothing can be done about a closed terminal.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(EXIT_UNUSABLE));
        }
    };
    let environment = |name: &str| std::env::var(name).ok();
    let language = cli
        .global
        .lang
        .unwrap_or_else(|| Language::of_environment(environment));
    let console = Console::new(
        crate::words::load(language),
        cli.global.json,
        cli.global.quiet,
    );
    match execute(cli.command, &console) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            console.fail(&failure);
            ExitCode::from(failure.exit)
        }
    }
}

fn execute(command: Command, console: &Console) -> Result<u8, Failure> {
    match command {
        Command::Serve(arguments) => serve::run(arguments, console),
        Command::Audit(AuditCommand::Verify(arguments)) => audit::verify(arguments, console),
        Command::Audit(AuditCommand::Divergence(arguments)) => audit::compare(&arguments, console),
        Command::Audit(AuditCommand::Export(arguments)) => audit::export(&arguments, console),
        Command::Audit(AuditCommand::Run(arguments)) => findings::run(&arguments, true, console),
        Command::Audit(AuditCommand::Findings(arguments)) => {
            findings::run(&arguments, false, console)
        }
        Command::Log(arguments) => log::run(&arguments, console),
        Command::Witness(arguments) => witness::run(&arguments, console),
        Command::User(arguments) => user::run(arguments, console),
        Command::Keys(arguments) => keys::run(arguments, console),
        Command::Import(arguments) => import::run(&arguments, console),
        Command::Export(arguments) => export::run(&arguments, console),
        Command::Doctor(settings) => doctor::run(&settings, console),
        Command::Generate(arguments) => generate::run(&arguments, console),
        Command::Version => {
            console.answer(&json!({ "version": VERSION }), || {
                format!("custos {VERSION}")
            });
            Ok(0)
        }
    }
}

/// A runtime for commands that talk to the database or the network.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(&error))
}
