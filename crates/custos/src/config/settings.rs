//! The settings, understood.

use super::{ConfigError, HomeSettings, Layers, Secret};
use crate::words::Message;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The oldest protocol a client may speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsVersion {
    /// TLS 1.2, for clients that cannot do better.
    V1_2,
    /// TLS 1.3.
    V1_3,
}

/// How connections are secured.
#[derive(Debug, Clone)]
pub struct TlsSettings {
    /// Certificate chain, PEM; the server makes its own if none is given.
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub key: Option<PathBuf>,
    /// The oldest protocol.
    pub min_version: TlsVersion,
}

/// What clients may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once, 1 to 100,000. More wait to be accepted.
    pub connections: usize,
    /// Longest time for a handshake, and for the head of a request, 1 s to 5 min.
    pub header: Duration,
    /// Longest time in which nothing moves on a connection, 10 s to 1 h.
    pub idle: Duration,
}

/// All settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Keys, certificate, embedded database.
    pub data: PathBuf,
    /// `host:port` to listen on.
    pub listen: String,
    /// The address people reach the server under, such as `https://crm.example.com`, if it is not the one it listens on.
    pub public_url: Option<String>,
    /// The PostgreSQL server, if not the embedded engine.
    pub database: Option<Secret>,
    /// Connections to it, 3 to 1000.
    pub database_connections: usize,
    /// Whether an empty installation gets a demonstration organisation.
    pub demo: bool,
    /// Opens the root key's file.
    pub passphrase: Option<Secret>,
    /// A file whose first line does.
    pub passphrase_file: Option<PathBuf>,
    /// What other homes of the root key need.
    pub homes: HomeSettings,
    /// How connections are secured.
    pub tls: TlsSettings,
    /// What clients may take.
    pub limits: Limits,
    /// What is logged, as a filter of `tracing`: `info`, `debug`, `custos=debug,info`.
    pub log: String,
    /// A folder in which the newest checkpoint of the audit log is published as a file.
    pub checkpoint_folder: Option<PathBuf>,
}

impl Settings {
    /// Reads the layers in order: the file named by the flag or by `CUSTOS_CONFIG`, the environment, and `flags`.
    ///
    /// # Errors
    /// [`ConfigError`] when a layer cannot be read or a value cannot be what it should.
    pub fn load(
        config: Option<&Path>,
        variable: impl Fn(&str) -> Option<String>,
        flags: impl FnOnce(&mut Layers),
    ) -> Result<Self, ConfigError> {
        let mut layers = Layers::default();
        let named = config
            .map(Path::to_owned)
            .or_else(|| variable("CUSTOS_CONFIG").map(PathBuf::from));
        if let Some(path) = named {
            let text = std::fs::read_to_string(&path).map_err(|error| {
                ConfigError(
                    Message::new("config-unreadable")
                        .with("source", path.display())
                        .with("reason", error),
                )
            })?;
            layers.file(&path, &text)?;
        }
        layers.environment(variable);
        flags(&mut layers);
        Self::of(&layers)
    }

    /// The settings of the layers, with defaults for what is not given.
    ///
    /// # Errors
    /// See [`Self::load`].
    pub fn of(layers: &Layers) -> Result<Self, ConfigError> {
        let path = |key| layers.text(key).map(PathBuf::from);
        let seconds = |key, least: u64, most: u64, expected| {
            layers.read(key, expected, |text| {
                let seconds = text.parse().ok().filter(|s| (least..=most).contains(s))?;
                Some(Duration::from_secs(seconds))
            })
        };
        let count = |key, least: usize, most: usize, expected| {
            layers.read(key, expected, |text| {
                text.parse().ok().filter(|n| (least..=most).contains(n))
            })
        };
        let database = layers.read(
            "database",
            "postgres://user:password@host/database",
            |text| {
                let url = text.starts_with("postgres://") || text.starts_with("postgresql://");
                url.then(|| Secret::new(text.to_owned()))
            },
        )?;
        let listen = layers.read("listen", "host:port, [::]:8443", |text| {
            let (host, port) = text.rsplit_once(':')?;
            let host_ok = !host.is_empty() && (host.starts_with('[') || !host.contains(':'));
            (host_ok && port.parse::<u16>().is_ok()).then(|| text.to_owned())
        })?;
        let public_url = layers.read("public_url", "https://host[:port]", |text| {
            let address = text.strip_suffix('/').unwrap_or(text);
            let authority = address
                .strip_prefix("https://")?
                .parse::<http::uri::Authority>();
            let plain = authority.is_ok_and(|name| !name.as_str().contains('@'));
            plain.then(|| address.to_ascii_lowercase())
        })?;
        let demo = layers.read("demo", "true, false", |text| match text {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        })?;
        let min_version = layers.read("tls.min_version", "1.2, 1.3", |text| match text {
            "1.2" => Some(TlsVersion::V1_2),
            "1.3" => Some(TlsVersion::V1_3),
            _ => None,
        })?;
        let log = layers.read(
            "log",
            "error, warn, info, debug, trace, custos=debug",
            |text| {
                let filter = text.parse::<tracing_subscriber::EnvFilter>();
                filter.is_ok().then(|| text.to_owned())
            },
        )?;
        let tls = TlsSettings {
            certificate: path("tls.cert"),
            key: path("tls.key"),
            min_version: min_version.unwrap_or(TlsVersion::V1_3),
        };
        if tls.certificate.is_some() != tls.key.is_some() {
            return Err(ConfigError(Message::new("config-tls-pair")));
        }
        let limits = Limits {
            connections: count("limits.connections", 1, 100_000, "1–100000")?.unwrap_or(1024),
            header: seconds("limits.header_seconds", 1, 300, "1–300")?
                .unwrap_or(Duration::from_secs(15)),
            idle: seconds("limits.idle_seconds", 10, 3600, "10–3600")?
                .unwrap_or(Duration::from_secs(300)),
        };
        Ok(Self {
            data: path("data").unwrap_or_else(|| PathBuf::from("data")),
            listen: listen.unwrap_or_else(|| "localhost:8443".to_owned()),
            public_url,
            database,
            database_connections: count("database_connections", 3, 1000, "3–1000")?.unwrap_or(16),
            demo: demo.unwrap_or(false),
            passphrase: layers
                .text("passphrase")
                .map(|text| Secret::new(text.to_owned())),
            passphrase_file: path("passphrase_file"),
            homes: HomeSettings::of(layers)?,
            tls,
            limits,
            log: log.unwrap_or_else(|| "info".to_owned()),
            checkpoint_folder: path("checkpoint_folder"),
        })
    }
}
