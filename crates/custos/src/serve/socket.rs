//! Listening sockets.

use crate::cli::Failure;
use crate::words::Message;
use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpSocket, lookup_host};

/// Connections the kernel keeps for us while we are at the limit.
const BACKLOG: u32 = 1024;

/// What the server listens on.
pub struct Sockets {
    /// One per address the name stands for, all on the same port.
    pub listeners: Vec<TcpListener>,
    /// The address to tell people.
    pub url: String,
}

impl Sockets {
    /// Listens on every address `host:port` stands for. A name such as `localhost` has two; one of them is enough.
    ///
    /// # Errors
    /// [`Failure`] when none can be listened on.
    pub async fn bind(listen: &str) -> Result<Self, Failure> {
        let refused = |reason: io::Error| {
            let message = match reason.kind() {
                io::ErrorKind::AddrInUse => Message::new("listen-in-use"),
                io::ErrorKind::PermissionDenied => Message::new("listen-not-allowed"),
                _ => Message::new("listen-failed"),
            };
            Failure::from(message.with("listen", listen).with("reason", reason))
        };
        let mut listeners: Vec<TcpListener> = Vec::new();
        let mut failed = None;
        let mut port = None;
        for mut address in lookup_host(listen).await.map_err(refused)? {
            // Port 0 means any; all addresses get the same.
            if address.port() == 0
                && let Some(port) = port
            {
                address.set_port(port);
            }
            match open(address) {
                Ok(listener) => {
                    port = listener.local_addr().ok().map(|bound| bound.port());
                    listeners.push(listener);
                }
                // A port that is taken on one address belongs to somebody else on all of them.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    return Err(refused(error));
                }
                Err(error) => failed = Some(error),
            }
        }
        let Some(port) = port else {
            let error = failed.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into());
            return Err(refused(error));
        };
        let host = listen
            .rsplit_once(':')
            .map_or("localhost", |(host, _)| host);
        Ok(Self {
            listeners,
            url: url(host, port),
        })
    }
}

/// The address to tell people of a server that listens, or will listen, on `host:port`.
pub fn public_url(listen: &str) -> String {
    let (host, port) = listen.rsplit_once(':').unwrap_or((listen, ""));
    url(host, port)
}

fn url(host: &str, port: impl Display) -> String {
    format!("https://{}:{port}", public_host(host))
}

/// A loopback address, or all addresses at once, is told as `localhost`: browsers trust and resolve it best.
fn public_host(host: &str) -> &str {
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<std::net::IpAddr>();
    match address {
        Ok(address) if address.is_loopback() || address.is_unspecified() => "localhost",
        _ => host,
    }
}

fn open(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // A restarted server must not wait for connections of the one before to be forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn listens_where_it_says_and_only_once() {
        let sockets = Sockets::bind("127.0.0.1:0").await.unwrap();
        let port = sockets.listeners[0].local_addr().unwrap().port();
        assert_eq!(sockets.url, format!("https://localhost:{port}"));
        let again = Sockets::bind(&format!("127.0.0.1:{port}")).await;
        assert_eq!(
            again
                .err()
                .map(|failure| failure.message.id().to_owned())
                .as_deref(),
            Some("listen-in-use")
        );
        let nowhere = Sockets::bind("203.0.113.1:0").await;
        assert!(nowhere.is_err());
    }

    #[test]
    fn tells_an_address_people_can_open() {
        assert_eq!(public_host("[::]"), "localhost");
        assert_eq!(public_host("0.0.0.0"), "localhost");
        assert_eq!(public_host("127.0.0.1"), "localhost");
        assert_eq!(public_host("crm.example.cn"), "crm.example.cn");
        assert_eq!(public_host("[2001:db8::1]"), "[2001:db8::1]");
        assert_eq!(public_url("0.0.0.0:8443"), "https://localhost:8443");
        assert_eq!(public_url("[::1]:443"), "https://localhost:443");
        assert_eq!(
            public_url("crm.example.cn:443"),
            "https://crm.example.cn:443"
        );
    }
}
