//! Files, certificate, disk.

use super::Check;
use crate::cli::home_in_words;
use crate::config::{Settings, TlsVersion};
use crate::keys;
use crate::serve::{Certificate, Places};
use crate::system::{SystemRandom, others_may_read};
use crate::words::Message;
use custos_kernel::crypto::Home;
use custos_values::Clock;
use std::sync::Arc;

const DAY: i64 = 86_400_000;
/// Less free space than this deserves a look.
const SCARCE: u64 = 1 << 30;
/// With less than this the database will soon refuse to write.
const TOO_LITTLE: u64 = 128 << 20;

pub(super) fn all(settings: &Settings, clock: &dyn Clock) -> Vec<Check> {
    let mut found = vec![folder(settings)];
    if settings.data.exists() {
        found.extend([root_key(settings), disk(settings)]);
    }
    found.extend([certificate(settings, clock), protocol(settings)]);
    found
}

fn folder(settings: &Settings) -> Check {
    let path = settings.data.display();
    match others_may_read(&settings.data) {
        Err(_) => Check::problem("data_folder", Message::new("data-none").with("path", path)),
        Ok(true) => Check::problem(
            "data_folder",
            Message::new("doctor-folder-open").with("path", path),
        ),
        Ok(false) => Check::ok(
            "data_folder",
            Message::new("doctor-folder").with("path", path),
        ),
    }
}

fn root_key(settings: &Settings) -> Check {
    let path = Places(&settings.data).root_key();
    if !path.exists() {
        let message = Message::new("key-missing").with("path", path.display());
        return Check::problem("root_key", message);
    }
    let home = match keys::read(&path) {
        Ok(file) => file.home().clone(),
        Err(failure) => return Check::problem("root_key", failure.message),
    };
    let told = |id| {
        Message::new(id)
            .with("path", path.display())
            .with_words("home", home_in_words(&home))
    };
    if matches!(home, Home::Shares { .. }) {
        // People are not asked for their shares to look.
        return Check::skipped("root_key", told("doctor-key-people"));
    }
    match keys::open(&path, settings, &[], true, Arc::new(SystemRandom)) {
        Ok(_) => Check::ok("root_key", told("doctor-key")),
        Err(failure) => Check::problem("root_key", failure.message),
    }
}

fn disk(settings: &Settings) -> Check {
    match rustix::fs::statvfs(&settings.data) {
        Ok(told) => {
            let free = told.f_bavail.saturating_mul(told.f_frsize);
            let told = |message: Message| message.count("megabytes", free >> 20);
            match free {
                0..TOO_LITTLE => Check::problem("disk", told(Message::new("doctor-disk-full"))),
                TOO_LITTLE..SCARCE => {
                    Check::warning("disk", told(Message::new("doctor-disk-scarce")))
                }
                _ => Check::ok("disk", told(Message::new("doctor-disk"))),
            }
        }
        Err(error) => Check::skipped("disk", Message::new("failed").with("reason", error)),
    }
}

fn certificate(settings: &Settings, clock: &dyn Clock) -> Check {
    let name = "certificate";
    let own = settings.tls.certificate.is_none();
    let (chain, _) = Places(&settings.data).own_certificate();
    if own && !chain.exists() {
        return Check::skipped(name, Message::new("doctor-certificate-later"));
    }
    let loaded = Certificate::read_configured(settings);
    let certificate = match loaded {
        Ok(certificate) => certificate,
        Err(failure) => return Check::problem(name, failure.message),
    };
    let Some(described) = certificate.describe() else {
        return Check::problem(name, Message::new("doctor-certificate-unreadable"));
    };
    let now = clock.now();
    let days = (described.until.millis() - now.millis()) / DAY;
    let told = |message: Message| {
        message
            .with("until", described.until.utc_date())
            .with("names", described.names.join(", "))
    };
    if now < described.from {
        Check::problem(name, told(Message::new("doctor-certificate-early")))
    } else if days < 0 && !own {
        Check::problem(name, told(Message::new("doctor-certificate-expired")))
    } else if days < 30 && !own {
        Check::warning(name, told(Message::new("doctor-certificate-soon")))
    } else {
        // The server renews its own.
        Check::ok(name, told(Message::new("doctor-certificate")))
    }
}

fn protocol(settings: &Settings) -> Check {
    match settings.tls.min_version {
        TlsVersion::V1_3 => Check::ok("tls", Message::new("doctor-tls")),
        TlsVersion::V1_2 => Check::warning("tls", Message::new("doctor-tls-old")),
    }
}
