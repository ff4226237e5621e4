//! The server under measurement: the real binary on a data folder of its own.

use crate::Outcome;
use crate::client::{Connection, Target};
use rustls::pki_types::CertificateDer;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A certificate for this machine in a folder, so that both servers show the same.
pub struct Certificate {
    pub der: CertificateDer<'static>,
    pub chain: PathBuf,
    pub key: PathBuf,
}

impl Certificate {
    pub fn make(folder: &Path) -> Outcome<Self> {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
        let (chain, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
        std::fs::write(&chain, made.cert.pem())?;
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&key)?;
        std::io::Write::write_all(&mut file, made.signing_key.serialize_pem().as_bytes())?;
        Ok(Self {
            der: made.cert.der().clone(),
            chain,
            key,
        })
    }
}

/// A running server; dropping it kills it.
pub struct Server {
    child: Child,
    pub target: Target,
    pub setup_code: Option<String>,
}

impl Server {
    /// Starts `custos serve` and waits until it says where it is.
    pub fn start(
        binary: &Path,
        data: &Path,
        certificate: &Certificate,
        port: u16,
    ) -> Outcome<Self> {
        let mut command = Command::new(binary);
        command
            .args(["serve", "--announce", "json", "--log", "warn", "--data"])
            .arg(data)
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .arg("--tls-cert")
            .arg(&certificate.chain)
            .arg("--tls-key")
            .arg(&certificate.key);
        Self::spawn(command, certificate)
    }

    /// Starts this program as a server of ready-made answers.
    pub fn start_bare(certificate: &Certificate, size: usize) -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["bare", "--size", &size.to_string(), "--tls-cert"])
            .arg(&certificate.chain);
        command.arg("--tls-key").arg(&certificate.key);
        Self::spawn(command, certificate)
    }

    fn spawn(mut command: Command, certificate: &Certificate) -> Outcome<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let told = child
            .stdout
            .take()
            .map(BufReader::new)
            .and_then(|lines| lines.lines().next());
        let announced = || -> Outcome<(SocketAddr, Option<String>)> {
            let line = told.ok_or("the server ended without saying where it is")??;
            let said: serde_json::Value = serde_json::from_str(&line)?;
            let port = said["url"]
                .as_str()
                .and_then(|url| url.rsplit(':').next()?.trim_end_matches('/').parse().ok());
            let port: u16 = port.ok_or("the server did not say where it is")?;
            Ok((
                ([127, 0, 0, 1], port).into(),
                said["setup_code"].as_str().map(str::to_owned),
            ))
        };
        match announced() {
            Ok((address, setup_code)) => Ok(Self {
                child,
                target: Target::new(address, &certificate.der)?,
                setup_code,
            }),
            Err(error) => {
                child.kill()?;
                child.wait()?;
                Err(error)
            }
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port nobody listens on at this moment.
pub fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Asks until the answer is 200, a new connection each time it is refused; the time since `since`.
pub async fn until_answered(target: &Target, request: &[u8], since: Instant) -> Outcome<Duration> {
    loop {
        if let Ok(mut connection) = Connection::open(target).await {
            while let Ok(answer) = connection.exchange(request).await {
                if answer.status == 200 {
                    return Ok(since.elapsed());
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        }
        if since.elapsed() > Duration::from_secs(120) {
            return Err("the server does not answer".into());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
