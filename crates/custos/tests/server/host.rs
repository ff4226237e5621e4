//! A server on a temporary folder and a free port.

use crate::client::Client;
use custos::config::{Layers, Secret, Settings};
use custos::serve::Running;
use custos_store::administer_postgres_for_tests;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The engines to run a test on. PostgreSQL is that of `scripts/with-postgres`.
pub fn engines() -> Vec<Option<String>> {
    let server = std::env::var("CUSTOS_TEST_POSTGRES").ok();
    if server.is_none() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "CUSTOS_TEST_POSTGRES is not set"
        );
        eprintln!("skipped on PostgreSQL: run the tests with scripts/with-postgres");
    }
    std::iter::once(None).chain(server.map(Some)).collect()
}

pub struct Host {
    pub settings: Settings,
    runtime: Runtime,
    running: Option<Running>,
    folder: TempDir,
    database: Option<(String, String)>,
}

impl Host {
    pub fn start(postgres: Option<&str>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::of(&Layers::default()).unwrap();
        settings.data = folder.path().join("data");
        settings.listen = "localhost:0".to_owned();
        let database = postgres.map(|server| {
            let id = folder
                .path()
                .file_name()
                .unwrap()
                .to_string_lossy()
                .replace(['.', '-'], "");
            let name = format!("custos_server_{}", id.to_lowercase());
            runtime
                .block_on(administer_postgres_for_tests(
                    server,
                    &format!("CREATE DATABASE {name}"),
                ))
                .unwrap();
            let (address, query) = server.split_once('?').unwrap_or((server, ""));
            let base = &address[..address.rfind('/').unwrap()];
            settings.database = Some(Secret::new(format!("{base}/{name}?{query}")));
            (server.to_owned(), name)
        });
        let mut host = Self {
            settings,
            runtime,
            running: None,
            folder,
            database,
        };
        host.restart();
        host
    }

    /// Stops the server if it runs, and starts it on the same data.
    pub fn restart(&mut self) {
        self.stop();
        let started = self.runtime.block_on(Running::start(self.settings.clone()));
        self.running = Some(started.unwrap_or_else(|failure| panic!("{failure:?}")));
    }

    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop()).unwrap();
        }
    }

    /// Tries to start a second server on the same data; the id of the refusal.
    pub fn second(&self) -> Option<String> {
        let second = self.runtime.block_on(Running::start(self.settings.clone()));
        second.err().map(|failure| failure.message.id().to_owned())
    }

    /// Another server on the same database, with a data folder of its own and the same key file.
    pub fn another_node(&self) -> Node<'_> {
        let data = self.folder.path().join("another");
        std::fs::create_dir(&data).unwrap();
        std::fs::set_permissions(&data, Permissions::from_mode(0o700)).unwrap();
        std::os::unix::fs::symlink(self.settings.data.join("keys"), data.join("keys")).unwrap();
        let settings = Settings {
            data: data.clone(),
            ..self.settings.clone()
        };
        let started = self.runtime.block_on(Running::start(settings));
        Node {
            host: self,
            running: Some(started.unwrap_or_else(|failure| panic!("{failure:?}"))),
            certificate: data.join("tls/certificate.pem"),
        }
    }

    /// Somebody signed in at another node, here.
    pub fn client_of(&self, client: Client) -> Client {
        client.at(self.url(), &self.settings.data.join("tls/certificate.pem"))
    }

    pub fn url(&self) -> &str {
        &self.running.as_ref().unwrap().announcement().url
    }

    pub fn setup_code(&self) -> Option<&str> {
        self.running
            .as_ref()
            .unwrap()
            .announcement()
            .setup_code
            .as_deref()
    }

    pub fn port(&self) -> u16 {
        self.url().rsplit(':').next().unwrap().parse().unwrap()
    }

    pub fn client(&self) -> Client {
        Client::new(self.url(), &self.settings.data.join("tls/certificate.pem"))
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// A server beside a [`Host`].
pub struct Node<'h> {
    host: &'h Host,
    running: Option<Running>,
    certificate: PathBuf,
}

impl Node<'_> {
    /// Somebody signed in at another node, at this one.
    pub fn client(&self, client: Client) -> Client {
        let url = &self.running.as_ref().unwrap().announcement().url;
        client.at(url, &self.certificate)
    }
}

impl Drop for Node<'_> {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            // A failed test has said enough.
            let _ = self.host.runtime.block_on(running.stop());
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            // A failed test has said enough.
            let _ = self.runtime.block_on(running.stop());
        }
        if let Some((server, name)) = &self.database {
            let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            let _ = self
                .runtime
                .block_on(administer_postgres_for_tests(server, &sql));
        }
    }
}
