//! Where security modules and key services are, and what they are asked with.

use super::{ConfigError, Layers, Secret};
use std::net::IpAddr;
use std::path::PathBuf;

/// What the homes of the root key need besides the key file.
#[derive(Debug, Clone, Default)]
pub struct HomeSettings {
    /// The library of the security module. It is configured and not read from the key file: who can write that file must not
    /// choose what is loaded into the server.
    pub pkcs11_module: Option<PathBuf>,
    /// The PIN of its token.
    pub pkcs11_pin: Option<Secret>,
    /// A file whose first line is the PIN.
    pub pkcs11_pin_file: Option<PathBuf>,
    /// The address of the key service, for the same reason not from the key file: it is sent the token.
    pub transit_url: Option<String>,
    /// The authorities that prove it, instead of the system's.
    pub transit_ca_file: Option<PathBuf>,
    /// What proves to it who asks.
    pub transit_token: Option<Secret>,
    /// A file whose first line does, read each time it is asked.
    pub transit_token_file: Option<PathBuf>,
}

impl HomeSettings {
    pub(super) fn of(layers: &Layers) -> Result<Self, ConfigError> {
        let path = |key| layers.text(key).map(PathBuf::from);
        let secret = |key| layers.text(key).map(|text| Secret::new(text.to_owned()));
        let transit_url = layers.read("transit.url", "https://host[:port]", address)?;
        Ok(Self {
            pkcs11_module: path("pkcs11.module"),
            pkcs11_pin: secret("pkcs11.pin"),
            pkcs11_pin_file: path("pkcs11.pin_file"),
            transit_url,
            transit_ca_file: path("transit.ca_file"),
            transit_token: secret("transit.token"),
            transit_token_file: path("transit.token_file"),
        })
    }
}

/// An address with TLS, or one on this machine, where an agent of the service may listen without.
fn address(text: &str) -> Option<String> {
    let text = text.strip_suffix('/').unwrap_or(text);
    let (scheme, authority) = text.split_once("://")?;
    let authority = authority.parse::<http::uri::Authority>().ok()?;
    let host = authority.host().trim_matches(['[', ']']);
    let here = host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let safe = match scheme {
        "https" => true,
        "http" => here,
        _ => false,
    };
    (safe && !authority.as_str().contains('@')).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn a_token_is_sent_over_tls_or_not_off_the_machine() {
        for good in [
            "https://vault.example.com:8200",
            "http://127.0.0.1:8200",
            "http://[::1]:8200/",
            "http://localhost:1",
        ] {
            assert!(address(good).is_some(), "{good}");
        }
        for bad in [
            "http://vault.example.com:8200",
            "ftp://localhost",
            "https://a:b@vault",
            "vault:8200",
            "https://vault/v1",
            "http://127.0.0.1.example.com",
        ] {
            assert!(address(bad).is_none(), "{bad}");
        }
    }
}
