//! What a registered device is.

use crate::sessions::Agent;
use custos_values::{DeviceId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The purpose under which the name of a device is sealed.
pub(super) const SEALED_NAME: &str = "device.name";
/// The purpose under which it is sealed what a device says it is.
pub(super) const SEALED_AGENT: &str = "device.agent";
/// The purpose under which the secret is sealed that a device needs to open what it keeps.
pub(super) const SEALED_SECRET: &str = "device.secret";

/// Longest name of a device, in characters.
pub(super) const MAX_NAME: usize = 60;
/// Most devices an account has in use.
pub(super) const MAX_DEVICES: usize = 20;

/// What kind of device it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeviceKind {
    /// A phone or a tablet.
    Phone,
    /// A computer.
    Computer,
}

impl DeviceKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Computer => "computer",
        }
    }

    /// What a later version may have stored and this one does not know is a computer.
    pub(super) fn from_name(name: &str) -> Self {
        if name == "phone" {
            Self::Phone
        } else {
            Self::Computer
        }
    }
}

/// How far a registration has come. A key is registered once: what ended never begins again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeviceState {
    /// In use.
    Active,
    /// Reported lost: its key is refused, and what it keeps cannot be opened any more.
    Lost,
    /// Taken off the list.
    Removed,
}

impl DeviceState {
    pub(super) fn stored(self) -> i64 {
        match self {
            Self::Active => 0,
            Self::Lost => 1,
            Self::Removed => 2,
        }
    }

    /// What this version does not know is as good as gone.
    pub(super) fn from_stored(stored: i64) -> Self {
        match stored {
            0 => Self::Active,
            1 => Self::Lost,
            _ => Self::Removed,
        }
    }
}

/// A device as people see it.
pub(super) struct DeviceView {
    pub(super) id: DeviceId,
    pub(super) name: String,
    pub(super) kind: DeviceKind,
    pub(super) agent: Agent,
    pub(super) state: DeviceState,
    pub(super) registered_at: Timestamp,
    /// When a session on it was last used, as far as is written down.
    pub(super) last_used_at: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
    /// Whether the request that asks comes from it.
    pub(super) current: bool,
    /// What the caller may do with it.
    pub(super) actions: Vec<String>,
}
