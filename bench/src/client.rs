//! A client that costs as little as can be: HTTP/1.1 on one kept TLS 1.3 connection, one request at a time.

use crate::Outcome;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A server and the certificate it must show.
#[derive(Clone)]
pub struct Target {
    pub address: SocketAddr,
    pub tls: Arc<ClientConfig>,
}

impl Target {
    /// Trusts this one certificate.
    pub fn new(address: SocketAddr, certificate: &CertificateDer<'static>) -> Outcome<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone())?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut tls = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            address,
            tls: Arc::new(tls),
        })
    }
}

/// One answer; the body lies in the connection's buffer.
pub struct Answer<'c> {
    pub status: u16,
    pub head: &'c str,
    pub body: &'c [u8],
}

impl<'c> Answer<'c> {
    /// A header's value; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&'c str> {
        header(self.head, name)
    }

    pub fn json(&self) -> Outcome<serde_json::Value> {
        Ok(serde_json::from_slice(self.body)?)
    }

    /// Bytes on the wire within TLS.
    pub fn length(&self) -> usize {
        self.head.len() + self.body.len()
    }
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// A kept connection.
pub struct Connection {
    stream: TlsStream<TcpStream>,
    buffer: Vec<u8>,
    filled: usize,
}

impl Connection {
    pub async fn open(target: &Target) -> Outcome<Self> {
        let stream = TcpStream::connect(target.address).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from("localhost")?;
        let stream = TlsConnector::from(Arc::clone(&target.tls))
            .connect(name, stream)
            .await?;
        Ok(Self {
            stream,
            buffer: vec![0; 256 * 1024],
            filled: 0,
        })
    }

    /// Sends a request and reads the whole answer.
    pub async fn exchange(&mut self, request: &[u8]) -> Outcome<Answer<'_>> {
        self.stream.write_all(request).await?;
        // What the socket did not take at once would lie in the TLS buffer while the answer is waited for.
        self.stream.flush().await?;
        self.filled = 0;
        let head = loop {
            let from = self.filled.saturating_sub(3);
            self.read().await?;
            if let Some(at) = self.buffer[from..self.filled]
                .windows(4)
                .position(|w| w == b"\r\n\r\n")
            {
                break from + at + 4;
            }
        };
        let text = std::str::from_utf8(&self.buffer[..head])?;
        let status = text
            .get(9..12)
            .and_then(|s| s.parse().ok())
            .ok_or("not an answer of HTTP/1.1")?;
        let length = header(text, "content-length")
            .map(str::parse::<usize>)
            .transpose()?;
        let body = match length {
            Some(length) => {
                while self.filled < head + length {
                    self.read().await?;
                }
                head..head + length
            }
            None if header(text, "transfer-encoding").is_some() => self.read_chunks(head).await?,
            None => head..head,
        };
        let head = std::str::from_utf8(&self.buffer[..head])?;
        Ok(Answer {
            status,
            head,
            body: &self.buffer[body],
        })
    }

    /// Reads a body in chunks and moves its parts together.
    async fn read_chunks(&mut self, start: usize) -> Outcome<std::ops::Range<usize>> {
        let (mut at, mut end) = (start, start);
        loop {
            let line = loop {
                if let Some(length) = self.buffer[at..self.filled]
                    .windows(2)
                    .position(|w| w == b"\r\n")
                {
                    break at..at + length;
                }
                self.read().await?;
            };
            let size = usize::from_str_radix(std::str::from_utf8(&self.buffer[line.clone()])?, 16)?;
            let chunk = line.end + 2;
            while self.filled < chunk + size + 2 {
                self.read().await?;
            }
            if size == 0 {
                return Ok(start..end);
            }
            self.buffer.copy_within(chunk..chunk + size, end);
            end += size;
            at = chunk + size + 2;
        }
    }

    async fn read(&mut self) -> Outcome<()> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.filled * 2, 0);
        }
        match self.stream.read(&mut self.buffer[self.filled..]).await? {
            0 => Err("the server closed the connection".into()),
            n => {
                self.filled += n;
                Ok(())
            }
        }
    }
}
