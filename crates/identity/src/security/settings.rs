//! The settings as they are stored and travel, with what they are until somebody changes them.

use crate::schema::RoleName;
use custos_kernel::policy::Role;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is asked of passwords.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordRules {
    /// Fewest characters, 8 to 64.
    pub(crate) min_length: u32,
    /// Lowest strength, 2 to 4, as zxcvbn counts it.
    pub(crate) min_score: u32,
    /// How many earlier passwords may not be used again, 0 to 24.
    pub(crate) history: u32,
    /// After how many days a password has to be changed, 1 to 365; 0 for never.
    pub(crate) max_age_days: u32,
    /// Whether passwords known from leaks are refused. Those of administrators are in any case.
    pub(crate) breached_list: bool,
}

/// What happens when somebody has as many sessions as they may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WhenFull {
    /// The session made first ends.
    OldestGoes,
    /// The new sign-in is refused. For administrators the oldest goes all the same: nobody can keep them out.
    NewestRefused,
}

/// How long sessions last and how many there may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionRules {
    /// Longest time without a request in minutes, 1 to 1440.
    pub(crate) idle_minutes: u32,
    /// Longest life in hours, 1 to 720.
    pub(crate) absolute_hours: u32,
    /// How long a proven factor counts as fresh, in minutes, 1 to 60.
    pub(crate) fresh_minutes: u32,
    /// Most sessions of one person at once, 1 to 50; null for any number.
    pub(crate) concurrent: Option<u32>,
    /// What happens when there are as many.
    #[schema(inline)]
    pub(crate) when_full: WhenFull,
}

/// Which codes do as second factor of people without an authenticator app or passkey. Administrators need one of these
/// in any case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecondFactorRules {
    /// Whether codes sent by mail do.
    pub(crate) mail_code: bool,
    /// Whether codes sent by text message do.
    pub(crate) sms_code: bool,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

/// Hours of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WeekHours {
    /// The days on which they begin.
    pub(crate) days: Vec<Weekday>,
    /// When they begin, `08:30`.
    pub(crate) from: String,
    /// When they end, `18:00`; `24:00` is the end of the day. Before `from`, it is the morning after.
    pub(crate) to: String,
    /// The time zone they are told in, a name of the IANA database such as `Asia/Shanghai`.
    pub(crate) zone: String,
}

/// From where and when a role may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleRules {
    /// The role.
    #[schema(value_type = RoleName)]
    pub(crate) role: Role,
    /// The networks in CIDR form, at most 50; none means anywhere.
    pub(crate) networks: Vec<String>,
    /// The hours; null means at any time.
    pub(crate) hours: Option<WeekHours>,
}

/// The security settings of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecuritySettings {
    /// What is asked of passwords.
    pub(crate) password: PasswordRules,
    /// How long sessions last and how many there may be.
    pub(crate) sessions: SessionRules,
    /// Which codes do as second factor.
    pub(crate) second_factor: SecondFactorRules,
    /// The organisation's own networks in CIDR form, at most 50.
    pub(crate) trusted_networks: Vec<String>,
    /// The organisation's working hours; null where there are none.
    pub(crate) working_hours: Option<WeekHours>,
    /// Roles that may be used from some networks or at some hours only, each at most once.
    pub(crate) roles: Vec<RoleRules>,
}

impl Default for SecuritySettings {
    fn default() -> Self {
        Self {
            password: PasswordRules {
                min_length: 12,
                min_score: 3,
                history: 5,
                max_age_days: 0,
                breached_list: true,
            },
            sessions: SessionRules {
                idle_minutes: 30,
                absolute_hours: 12,
                fresh_minutes: 5,
                concurrent: None,
                when_full: WhenFull::OldestGoes,
            },
            second_factor: SecondFactorRules::default(),
            trusted_networks: Vec::new(),
            working_hours: None,
            roles: Vec::new(),
        }
    }
}
