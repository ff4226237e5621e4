//! What may be said on the command line.

use super::export::CustomersArguments;
use super::import::ImportArguments;
use super::remote::RemoteArguments;
use crate::config::{ConfigError, Layers, Settings};
use crate::words::Language;
use clap::{Args, Parser, Subcommand, ValueEnum};
use custos_kernel::crypto::Suite;
use std::path::PathBuf;

/// Custos 守客: customer management for organisations whose customer data must not leak.
#[derive(Debug, Parser)]
#[command(name = "custos", version, about, propagate_version = true)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// Answer in JSON on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of messages: zh or en [default: that of the environment]
    #[arg(long, global = true, value_name = "LANGUAGE", value_parser = language)]
    pub lang: Option<Language>,
    /// Say only what was asked for, and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

fn language(tag: &str) -> Result<Language, String> {
    Language::from_tag(tag).ok_or_else(|| "one of: zh, en".to_owned())
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the server
    Serve(ServeArguments),
    /// Verify or export the audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Show, archive and remove years of the audit log; with the embedded database, while the server is stopped
    Log(LogArguments),
    /// Be a witness of the audit logs of other installations: sign their checkpoints, if none contradicts an earlier one
    Witness(WitnessArguments),
    /// Look after accounts from the machine itself; with the embedded database, while the server is stopped
    User(UserArguments),
    /// Show, rotate and move keys; with the embedded database, while the server is stopped. Give a sealed server a share
    Keys(KeysArguments),
    /// Import customers from a file into a running server; exit code 1 if rows were rejected
    Import(Box<ImportArguments>),
    /// Export customers of a running server to a file
    Export(Box<CustomersArguments>),
    /// Check configuration, keys, certificate, database, clock and disk
    Doctor(SettingsArguments),
    /// Write the generated files of the source tree
    Generate(GenerateArguments),
    /// Print the version
    Version,
}

/// Settings that may be given as flags. Every one, and more, may stand in the configuration file, and in the
/// environment as CUSTOS_<NAME>.
#[derive(Debug, Default, Args)]
pub struct SettingsArguments {
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder for keys, certificate and the embedded database [default: data]
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<String>,
    /// PostgreSQL server, postgres://user:password@host/database, instead of the embedded database. The environment
    /// variable CUSTOS_DATABASE keeps the password from other people on the machine
    #[arg(long, value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// File whose first line is the passphrase of the root key; the environment variable CUSTOS_PASSPHRASE does too
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<String>,
    /// Library of the security module (PKCS#11) that keeps the root key
    #[arg(long, value_name = "FILE")]
    pub pkcs11_module: Option<String>,
    /// File whose first line is the PIN of its token; the environment variable CUSTOS_PKCS11_PIN does too
    #[arg(long, value_name = "FILE")]
    pub pkcs11_pin_file: Option<String>,
    /// Address of the key service (Vault transit) that keeps the root key
    #[arg(long, value_name = "URL")]
    pub transit_url: Option<String>,
    /// Certificates (PEM) that prove the key service, instead of the system's authorities
    #[arg(long, value_name = "FILE")]
    pub transit_ca_file: Option<String>,
    /// File whose first line is the token for the key service; the environment variable CUSTOS_TRANSIT_TOKEN does too
    #[arg(long, value_name = "FILE")]
    pub transit_token_file: Option<String>,
    /// Address to listen on [default: localhost:8443]
    #[arg(long, value_name = "HOST:PORT")]
    pub listen: Option<String>,
    /// Address people reach the server under, https://host[:port], if it is another; passkeys are bound to its host
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Certificate chain (PEM) [default: one the server makes itself]
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<String>,
    /// Private key of the certificate (PEM)
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<String>,
    /// Oldest TLS version to accept: 1.2 or 1.3 [default: 1.3]
    #[arg(long, value_name = "VERSION")]
    pub tls_min_version: Option<String>,
    /// What to log to standard error: error, warn, info, debug, trace [default: info]
    #[arg(long, value_name = "LEVEL")]
    pub log: Option<String>,
}

impl SettingsArguments {
    /// The settings, with the configuration file and the environment underneath.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn settings(&self, demo: bool) -> Result<Settings, ConfigError> {
        let environment = |name: &str| std::env::var(name).ok();
        Settings::load(self.config.as_deref(), environment, |layers| {
            self.flags(layers);
            layers.flag("demo", demo.then(|| "true".to_owned()));
        })
    }

    fn flags(&self, layers: &mut Layers) {
        layers.flag("data", self.data.clone());
        layers.flag("database", self.database.clone());
        layers.flag("passphrase_file", self.passphrase_file.clone());
        layers.flag("pkcs11.module", self.pkcs11_module.clone());
        layers.flag("pkcs11.pin_file", self.pkcs11_pin_file.clone());
        layers.flag("transit.url", self.transit_url.clone());
        layers.flag("transit.ca_file", self.transit_ca_file.clone());
        layers.flag("transit.token_file", self.transit_token_file.clone());
        layers.flag("listen", self.listen.clone());
        layers.flag("public_url", self.public_url.clone());
        layers.flag("tls.cert", self.tls_cert.clone());
        layers.flag("tls.key", self.tls_key.clone());
        layers.flag("tls.min_version", self.tls_min_version.clone());
        layers.flag("log", self.log.clone());
    }
}

/// `custos serve`
#[derive(Debug, Args)]
pub struct ServeArguments {
    /// Settings.
    #[command(flatten)]
    pub settings: SettingsArguments,
    /// Fill an empty installation with a demonstration organisation
    #[arg(long)]
    pub demo: bool,
    /// How to say where the server is, on standard output, once it listens
    #[arg(long, value_enum, default_value_t = Announce::Text)]
    pub announce: Announce,
}

/// How the server says where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Announce {
    /// For people.
    Text,
    /// One line of JSON for programs: url, fingerprint, setup_code, links.
    Json,
}

/// `custos audit …`
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Verify an exported log, offline and without keys; exit code 1 if something is wrong with it
    Verify(VerifyArguments),
    /// Compare two exported logs with one key; exit code 1 if they are divergent, with the proof
    Divergence(DivergenceArguments),
    /// Write the log as an evidence file
    Export(Box<ExportArguments>),
    /// Go through the rules of the automated audit now and tell what is open; exit code 1 if something is. With the
    /// embedded database, while the server is stopped
    Run(Box<FindingsArguments>),
    /// Tell what the automated audit found; exit code 1 if there is something
    Findings(Box<FindingsArguments>),
}

/// `custos audit run` and `custos audit findings`
#[derive(Debug, Args)]
pub struct FindingsArguments {
    /// Settings.
    #[command(flatten)]
    pub settings: SettingsArguments,
    /// Findings in which state
    #[arg(long, value_name = "STATE", default_value = "open", value_parser = ["open", "accepted", "resolved"])]
    pub state: String,
    /// Which organisation's, by id, if there are several
    #[arg(long, value_name = "ID")]
    pub organisation: Option<String>,
}

/// `custos log …`
#[derive(Debug, Args)]
pub struct LogArguments {
    /// Settings.
    #[command(flatten)]
    pub settings: SettingsArguments,
    /// Which organisation's log, by id, if there are several
    #[arg(long, value_name = "ID")]
    pub organisation: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub command: LogCommand,
}

/// What can be done with the years of the log from the machine itself.
#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Say which years are sealed, archived and removed
    Years,
    /// Write the archive of each sealed year into a folder and verify it; goes on where it was broken off
    Archive {
        /// The folder; archives that are there and hold are left alone
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
        /// Only this year
        #[arg(long, value_name = "YEAR")]
        year: Option<i64>,
    },
    /// Remove the entries of a year from the database; their hashes stay. Verifies the archive first
    Remove {
        /// The year: the oldest one that is still there, and no longer has to stay
        #[arg(long, value_name = "YEAR")]
        year: i64,
        /// Its archive
        #[arg(long, value_name = "FILE")]
        archive: PathBuf,
    },
}

/// `custos audit verify`
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The evidence file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The log's public key, or a file with it, obtained on another way than the evidence. Without it the file only
    /// proves that it fits together
    #[arg(long, value_name = "VERIFIER_KEY")]
    pub key: Option<String>,
    /// An older checkpoint of the log, kept elsewhere since, which the log must continue
    #[arg(long, value_name = "CHECKPOINT_FILE")]
    pub trusted: Option<PathBuf>,
    /// The public key of a witness that must have signed, or a file with it; may be given several times
    #[arg(long, value_name = "WITNESS_KEY")]
    pub witness: Vec<String>,
    /// How many of these witnesses must have signed; all unless given
    #[arg(long, value_name = "N")]
    pub quorum: Option<usize>,
    /// A file that says whose signatures are enough (C2SP tlog-policy)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["witness", "quorum"])]
    pub witness_policy: Option<PathBuf>,
}

/// `custos audit divergence`
#[derive(Debug, Args)]
pub struct DivergenceArguments {
    /// An evidence file
    #[arg(value_name = "FILE")]
    pub first: PathBuf,
    /// Another one
    #[arg(value_name = "FILE")]
    pub second: PathBuf,
    /// The logs' public key, or a file with it
    #[arg(long, value_name = "VERIFIER_KEY")]
    pub key: Option<String>,
}

/// `custos witness`
#[derive(Debug, Args)]
pub struct WitnessArguments {
    /// Folder for this witness's key and the newest checkpoint of each log
    #[arg(long, value_name = "FOLDER")]
    pub state: PathBuf,
    /// This witness's name, such as witness.example.com/w1; it is part of its public key
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Public key of a log to watch, or a file with it; may be given several times
    #[arg(long, value_name = "VERIFIER_KEY")]
    pub log: Vec<String>,
    /// Address to listen on
    #[arg(long, value_name = "HOST:PORT", default_value = "localhost:8444")]
    pub listen: String,
    /// Certificate chain (PEM); without one there is no TLS: put a proxy in front of it, or a tunnel
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Its private key (PEM), which nobody else may read
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

/// `custos audit export`
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// Settings.
    #[command(flatten)]
    pub settings: SettingsArguments,
    /// The file to write; it must not exist
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The first entry's index
    #[arg(long, value_name = "INDEX", default_value_t = 0)]
    pub from: u64,
    /// The index after the last entry's [default: the end of the log]
    #[arg(long, value_name = "INDEX")]
    pub to: Option<u64>,
    /// Which organisation's log, by id, if there are several
    #[arg(long, value_name = "ID")]
    pub organisation: Option<String>,
}

/// `custos user …`
#[derive(Debug, Args)]
pub struct UserArguments {
    /// Settings.
    #[command(flatten)]
    pub settings: SettingsArguments,
    /// Which organisation's accounts, by id, if there are several
    #[arg(long, value_name = "ID")]
    pub organisation: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub command: UserCommand,
}

/// What can be done with accounts from the machine itself.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// List accounts
    List,
    /// Make an account and print its one-time sign-in link; the security administrator gives it its roles
    Create {
        /// Login name
        #[arg(long)]
        login: String,
        /// Name to show
        #[arg(long)]
        name: String,
    },
    /// Print a new one-time sign-in link for an account
    Link {
        /// Login name
        login: String,
    },
    /// Disable an account; its sessions end with the next request
    Disable {
        /// Login name
        login: String,
    },
    /// Remove an account's second factor; it must set up a new one at the next sign-in
    ResetTotp {
        /// Login name
        login: String,
    },
}

/// `custos keys …`
#[derive(Debug, Args)]
pub struct KeysArguments {
    /// Settings.
    #[command(flatten)]
    pub settings: SettingsArguments,
    /// Which organisation's keys, by id, if there are several
    #[arg(long, value_name = "ID")]
    pub organisation: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub command: KeysCommand,
}

/// What can be done with keys from the machine itself.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Say where the root key lives, which versions the organisation's key has, and how far a rotation is
    Status,
    /// Replace the organisation's key and seal everything anew, or go on with a rotation that was broken off
    Rotate {
        /// The suite to seal with: aes (AES-256-GCM, SHA-256) or sm (SM4-GCM, SM3) [default: as now]
        #[arg(long, value_name = "SUITE", value_parser = suite)]
        suite: Option<SuiteName>,
    },
    /// Make a new root key in another home, or in the same one; the former one opens nothing new from then on
    Move(MoveArguments),
    /// Give a sealed server one share, asked for or read from standard input
    Unseal(Box<RemoteArguments>),
}

/// A suite by its name.
#[derive(Debug, Clone, Copy)]
pub struct SuiteName(pub Suite);

fn suite(name: &str) -> Result<SuiteName, String> {
    Suite::named(name)
        .map(SuiteName)
        .ok_or_else(|| "one of: aes, sm".to_owned())
}

/// `custos keys move`
#[derive(Debug, Args)]
pub struct MoveArguments {
    /// The home
    #[arg(long, value_enum)]
    pub to: HomeName,
    /// Passphrase: file whose first line is the new passphrase [default: asked for, twice]
    #[arg(long, value_name = "FILE")]
    pub new_passphrase_file: Option<PathBuf>,
    /// Shares: how many are needed to open
    #[arg(long, value_name = "K", default_value_t = 3)]
    pub threshold: u8,
    /// Shares: how many there are
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub shares: u8,
    /// Security module: label of the token
    #[arg(long, value_name = "LABEL", default_value = "custos")]
    pub token: String,
    /// Key service: where its transit engine is mounted
    #[arg(long, value_name = "PATH", default_value = "transit")]
    pub mount: String,
    /// Security module or key service: the key that wraps the root key; a security module makes it if there is none
    #[arg(long, value_name = "NAME", default_value = "custos-root")]
    pub key: String,
}

/// A home of the root key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HomeName {
    /// In the key file, in clear
    File,
    /// In the key file, under a passphrase
    Passphrase,
    /// With people, who have shares of it
    Shares,
    /// Under a key of a security module that cannot be taken out
    Pkcs11,
    /// Under a key of a service, such as Vault's transit engine
    Transit,
}

/// `custos generate`
#[derive(Debug, Args)]
pub struct GenerateArguments {
    /// What to write
    #[arg(value_enum, required = true)]
    pub what: Vec<Generated>,
    /// The folder to write to
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
}

/// A generated file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Generated {
    /// openapi.json
    Openapi,
    /// authorisation-matrix.md
    Matrix,
    /// audit-events.md
    Events,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::KEYS;
    use clap::CommandFactory;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_of_settings_are_named_after_their_keys() {
        let command = Cli::command();
        let serve = command.find_subcommand("serve").unwrap();
        let known: Vec<String> = KEYS.iter().map(|key| key.flag()).collect();
        let global = [
            "config", "announce", "json", "lang", "quiet", "help", "version",
        ];
        for flag in serve
            .get_arguments()
            .filter_map(|argument| argument.get_long())
        {
            assert!(
                global.contains(&flag) || known.contains(&format!("--{flag}")),
                "--{flag} is no setting"
            );
        }
    }
}
