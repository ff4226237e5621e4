//! The certificate: the operator's own, or one the server makes itself.

use super::data_folder::Places;
use crate::cli::Failure;
use crate::config::{Settings, TlsSettings, TlsVersion};
use crate::system::{create_private_folder, others_may_read, write_private};
use crate::words::Message;
use custos_kernel::crypto::sha256;
use custos_values::{Clock, Timestamp};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt::Display;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use x509_parser::extensions::GeneralName;
use zeroize::Zeroizing;

const DAY: i64 = 86_400_000;
/// Browsers refuse certificates that live much longer.
const LIFETIME: i64 = 397 * DAY;
/// Clients whose clock is behind accept it all the same.
const BACKDATED: i64 = DAY;
/// A certificate with less left is renewed.
const RENEW_BEFORE: i64 = 30 * DAY;

/// A certificate with its private key.
pub struct Certificate {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// What a certificate says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// When it begins to be valid.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// The names and addresses it is for.
    pub names: Vec<String>,
}

impl Certificate {
    /// Loads the configured certificate, or the server's own, which is made or renewed when needed.
    ///
    /// # Errors
    /// [`Failure`] naming the file and the reason.
    pub fn load(settings: &Settings, clock: &dyn Clock) -> Result<Self, Failure> {
        if settings.tls.certificate.is_some() {
            return Self::read_configured(settings);
        }
        let (chain, key) = Places(&settings.data).own_certificate();
        let names = own_names(&settings.listen);
        if chain.exists()
            && key.exists()
            && let Ok(made) = Self::read(&chain, &key)
            && let Some(described) = made.describe()
            && described.until.millis() - clock.now().millis() > RENEW_BEFORE
            && names.iter().all(|name| described.names.contains(name))
        {
            return Ok(made);
        }
        let (chain_pem, key_pem) = make(names, clock.now()).map_err(|error| {
            Message::new("file-unusable")
                .with("path", chain.display())
                .with("reason", error)
        })?;
        create_private_folder(&settings.data.join("tls"))?;
        write_private(&key, key_pem.as_bytes())?;
        write_private(&chain, chain_pem.as_bytes())?;
        Self::read(&chain, &key)
    }

    /// Reads the configured certificate, or the server's own as it is.
    ///
    /// # Errors
    /// See [`Self::load`].
    pub fn read_configured(settings: &Settings) -> Result<Self, Failure> {
        let (own_chain, own_key) = Places(&settings.data).own_certificate();
        let chain = settings.tls.certificate.as_ref().unwrap_or(&own_chain);
        Self::read(chain, settings.tls.key.as_ref().unwrap_or(&own_key))
    }

    /// Reads a certificate and its key.
    ///
    /// # Errors
    /// See [`Self::load`].
    pub(super) fn read(chain_path: &Path, key_path: &Path) -> Result<Self, Failure> {
        let unusable = |path: &Path, reason: &dyn Display| {
            Failure::from(
                Message::new("file-unusable")
                    .with("path", path.display())
                    .with("reason", reason),
            )
        };
        if others_may_read(key_path)? {
            return Err(Message::new("key-readable")
                .with("path", key_path.display())
                .into());
        }
        let chain = CertificateDer::pem_file_iter(chain_path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| unusable(chain_path, &error))?;
        if chain.is_empty() {
            return Err(unusable(chain_path, &"no certificate"));
        }
        let key =
            PrivateKeyDer::from_pem_file(key_path).map_err(|error| unusable(key_path, &error))?;
        Ok(Self { chain, key })
    }

    /// Its SHA-256 fingerprint, as browsers show it.
    pub fn fingerprint(&self) -> String {
        sha256(&self.chain[0])
            .map(|byte| format!("{byte:02X}"))
            .join(":")
    }

    /// Its dates and names; none if it cannot be parsed.
    pub fn describe(&self) -> Option<Described> {
        let (_, certificate) = x509_parser::parse_x509_certificate(&self.chain[0]).ok()?;
        let validity = certificate.validity();
        let at = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1000));
        let names = certificate
            .subject_alternative_name()
            .ok()
            .flatten()
            .map(|extension| {
                extension
                    .value
                    .general_names
                    .iter()
                    .filter_map(spelled)
                    .collect()
            })
            .unwrap_or_default();
        Some(Described {
            from: at(validity.not_before.timestamp()),
            until: at(validity.not_after.timestamp()),
            names,
        })
    }

    /// The server's side of TLS with this certificate.
    ///
    /// # Errors
    /// [`Failure`] when the key does not belong to the certificate.
    pub fn server_config(self, tls: &TlsSettings) -> Result<Arc<ServerConfig>, Failure> {
        let versions: &[_] = match tls.min_version {
            TlsVersion::V1_3 => &[&rustls::version::TLS13],
            TlsVersion::V1_2 => &[&rustls::version::TLS13, &rustls::version::TLS12],
        };
        let refused = |error: rustls::Error| Message::new("tls-refused").with("reason", error);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .map_err(refused)?
            .with_no_client_auth()
            .with_single_cert(self.chain, self.key)
            .map_err(refused)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

fn spelled(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let four = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let address = four
                .or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from))
                .ok()?;
            Some(address.to_string())
        }
        _ => None,
    }
}

/// This machine by every name it surely has, and the one it is told to listen on.
fn own_names(listen: &str) -> Vec<String> {
    let mut names = vec![
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        "::1".to_owned(),
    ];
    let machine = rustix::system::uname();
    let host = listen.rsplit_once(':').map_or(listen, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let further = [machine.nodename().to_str().unwrap_or_default(), host];
    for name in further {
        let listens_everywhere = name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_unspecified());
        let known = names.iter().any(|known| known.eq_ignore_ascii_case(name));
        if !name.is_empty() && name != "(none)" && !listens_everywhere && !known {
            names.push(name.to_owned());
        }
    }
    names
}

fn make(names: Vec<String>, now: Timestamp) -> Result<(String, Zeroizing<String>), rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, "Custos");
    params.distinguished_name = subject;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let day = |moment: Timestamp| {
        let date = moment.utc_date();
        rcgen::date_time_ymd(date.year().into(), date.month() as u8, date.day() as u8)
    };
    params.not_before = day(now.plus_millis(-BACKDATED));
    params.not_after = day(now.plus_millis(LIFETIME));
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    Ok((certificate.pem(), Zeroizing::new(key.serialize_pem())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Layers;

    struct At(i64);
    impl Clock for At {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0)
        }
    }

    #[test]
    fn is_made_once_and_renewed_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::of(&Layers::default()).unwrap();
        settings.data = folder.path().join("data");
        settings.listen = "crm.example.cn:8443".to_owned();
        let start = 1_800_000_000_000;
        let print = |days: i64| {
            let certificate = Certificate::load(&settings, &At(start + days * DAY)).unwrap();
            certificate.fingerprint()
        };
        let first = print(0);
        assert_eq!(first.len(), 32 * 3 - 1);
        assert_eq!(print(0), first);
        assert_eq!(print(360), first);
        assert_ne!(print(370), first);
        let described = Certificate::load(&settings, &At(start))
            .unwrap()
            .describe()
            .unwrap();
        for name in ["localhost", "127.0.0.1", "::1", "crm.example.cn"] {
            assert!(
                described.names.iter().any(|known| known == name),
                "{described:?}"
            );
        }
        let (_, key) = Places(&settings.data).own_certificate();
        assert!(!others_may_read(&key).unwrap());
        settings.listen = "other.example.cn:8443".to_owned();
        assert_ne!(
            Certificate::load(&settings, &At(start))
                .unwrap()
                .fingerprint(),
            first
        );
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let now = Timestamp::from_millis(1_800_000_000_000);
        let (chain, _) = make(vec!["localhost".to_owned()], now).unwrap();
        let (_, other_key) = make(vec!["localhost".to_owned()], now).unwrap();
        write_private(&file("chain.pem"), chain.as_bytes()).unwrap();
        write_private(&file("key.pem"), other_key.as_bytes()).unwrap();
        let settings = Settings::of(&Layers::default()).unwrap();
        let certificate = Certificate::read(&file("chain.pem"), &file("key.pem")).unwrap();
        let failure = certificate.server_config(&settings.tls).unwrap_err();
        assert_eq!(failure.message.id(), "tls-refused");
    }
}
