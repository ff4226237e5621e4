//! What the server does with connections that are not what they should be.

use crate::host::Host;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

fn connect(host: &Host) -> TcpStream {
    let stream = TcpStream::connect(("localhost", host.port())).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
}

fn tls(
    host: &Host,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    let file = host.settings.data.join("tls/certificate.pem");
    roots
        .add(CertificateDer::from_pem_file(file).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let session = ClientConnection::new(Arc::new(config), name).unwrap();
    StreamOwned::new(session, connect(host))
}

fn everything(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    // How the other side ended it does not matter; what it said does.
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn old_tls_is_refused_unless_allowed() {
    let mut host = Host::start(None);
    let get = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let mut new = tls(&host, &[&rustls::version::TLS13]);
    new.write_all(get).unwrap();
    assert!(everything(&mut new).ends_with("ok\n"));
    assert!(
        tls(&host, &[&rustls::version::TLS12])
            .write_all(get)
            .is_err()
    );
    host.settings.tls.min_version = custos::config::TlsVersion::V1_2;
    host.restart();
    let mut old = tls(&host, &[&rustls::version::TLS12]);
    old.write_all(get).unwrap();
    assert!(everything(&mut old).ends_with("ok\n"));
}

#[test]
fn who_forgets_the_s_is_told() {
    let host = Host::start(None);
    let mut plain = connect(&host);
    plain
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let answer = everything(&mut plain);
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("https://"),
        "{answer}"
    );
}

#[test]
fn who_says_nothing_is_not_waited_for() {
    let mut host = Host::start(None);
    host.settings.limits.header = Duration::from_millis(300);
    host.settings.limits.connections = 2;
    host.restart();
    // As many as may be: one never begins, one begins a request and never ends it.
    let mut silent = connect(&host);
    let mut slow = tls(&host, &[&rustls::version::TLS13]);
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost:").unwrap();
    assert_eq!(everything(&mut silent), "");
    let refusal = everything(&mut slow);
    assert!(
        refusal.is_empty() || refusal.starts_with("HTTP/1.1 408"),
        "{refusal}"
    );
    // The places are free again.
    assert_eq!(host.client().get("/healthz").status, 200);
}

#[test]
fn a_stopping_server_finishes_what_it_began() {
    let mut host = Host::start(None);
    let mut kept = tls(&host, &[&rustls::version::TLS13]);
    kept.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut first = [0; 12];
    kept.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    let port = host.port();
    let begun = std::time::Duration::from_secs(5);
    let watch = custos::system::Stopwatch::start();
    host.stop();
    assert!(
        watch.elapsed() < begun,
        "an idle connection holds nothing up"
    );
    assert!(TcpStream::connect(("localhost", port)).is_err());
}
