//! Settings: defaults, then the configuration file, then the environment, then flags; the later wins.

mod homes;
mod keys;
mod layers;
mod secret;
mod settings;

#[cfg(test)]
mod tests;

pub use homes::HomeSettings;
pub use keys::{KEYS, Key};
pub use layers::{ConfigError, Layers, Source};
pub use secret::Secret;
pub use settings::{Limits, Settings, TlsSettings, TlsVersion};
