//! How an attempt ends.

/// Why a message did not go out. The code is all that is kept of it: what servers say in words may quote the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// There is no mail server, no provider, or no template with the provider.
    NotConfigured,
    /// No connection, or it broke.
    Unreachable,
    /// It took too long.
    TimedOut,
    /// The server offers no TLS, or did not prove who it is.
    Tls,
    /// User, password or key were refused.
    Credentials,
    /// The mail server refused for now.
    RefusedForNow,
    /// The mail server refused for good.
    Refused,
    /// The provider refused for now.
    ProviderBusy,
    /// The provider refused for good.
    ProviderRefused,
    /// The message cannot be put together.
    Unwritable,
    /// The node stopped in the middle of its last attempt.
    Interrupted,
    /// What it says is worth nothing any more.
    Expired,
}

impl Failure {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 12] = [
        Self::NotConfigured,
        Self::Unreachable,
        Self::TimedOut,
        Self::Tls,
        Self::Credentials,
        Self::RefusedForNow,
        Self::Refused,
        Self::ProviderBusy,
        Self::ProviderRefused,
        Self::Unwritable,
        Self::Interrupted,
        Self::Expired,
    ];

    /// The code in the table, in the log and on the wire; the words are `message-error-<code>`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::NotConfigured => "not_configured",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Tls => "tls",
            Self::Credentials => "credentials",
            Self::RefusedForNow => "refused_for_now",
            Self::Refused => "refused",
            Self::ProviderBusy => "provider_busy",
            Self::ProviderRefused => "provider_refused",
            Self::Unwritable => "unwritable",
            Self::Interrupted => "interrupted",
            Self::Expired => "expired",
        }
    }

    /// Whether another attempt may succeed without anybody doing anything, or after the settings were put right.
    pub(crate) fn may_pass(self) -> bool {
        !matches!(
            self,
            Self::Refused
                | Self::ProviderRefused
                | Self::Unwritable
                | Self::Interrupted
                | Self::Expired
        )
    }
}
