//! Typed identifiers: UUID version 7 (RFC 9562), so that ids sort by the time they were made.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::{Clock, FieldError, Random};

fn version_7(clock: &dyn Clock, random: &dyn Random) -> Uuid {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    let millis = u64::try_from(clock.now().millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

/// Only the hyphenated form counts, so that one id has one spelling (apart from case) in paths and logs.
fn parse_hyphenated(text: &str) -> Result<Uuid, FieldError> {
    if text.len() != uuid::fmt::Hyphenated::LENGTH {
        return Err(FieldError::new("id.invalid"));
    }
    Uuid::try_parse(text).map_err(|_| FieldError::new("id.invalid"))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id from the clock's milliseconds and 74 random bits.
            pub fn new(clock: &dyn Clock, random: &dyn Random) -> Self {
                Self(version_7(clock, random))
            }

            /// The id with these 16 bytes, as stored.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The 16 bytes, for storage and for additional data of ciphertexts.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.as_hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = FieldError;

            /// Accepts the hyphenated form only; anything else is `id.invalid`.
            fn from_str(text: &str) -> Result<Self, FieldError> {
                parse_hyphenated(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// An organisation: the tenant every row belongs to.
    OrgId,
    /// A person with an account, or a service account.
    UserId,
    /// A department in the organisation's tree.
    DepartmentId,
    /// A customer record.
    CustomerId,
    /// A record of any declared kind: a lead, a deal, a contract.
    RecordId,
    /// A comment on a record.
    CommentId,
    /// A contact person of a customer.
    ContactId,
    /// A follow-up or other entry on a customer's timeline.
    ActivityId,
    /// An uploaded file on its way into the customer list.
    ImportId,
    /// Many customers on their way to a colleague.
    ReassignmentId,
    /// A signed-in session.
    SessionId,
    /// A key of a service account.
    ApiKeyId,
    /// A factor of an account: a passkey, an authenticator app.
    FactorId,
    /// A registered device.
    DeviceId,
    /// Somebody else's identity provider.
    ProviderId,
    /// A group of people that an identity provider keeps.
    GroupId,
    /// A mail or text message on its way out.
    MessageId,
    /// A job in the queue.
    JobId,
    /// A schedule by which jobs come again.
    ScheduleId,
    /// A request for the approval of others.
    ApprovalId,
    /// Emergency access of a person.
    EmergencyId,
    /// An event of the audit log.
    EventId,
    /// A role of the organisation's own.
    CustomRoleId,
    /// A rule of the organisation's own.
    RuleId,
    /// A group of people that records can be shared with.
    TeamId,
    /// A saved question of the audit desk.
    AuditQuestionId,
    /// A finding of the automated audit.
    AuditFindingId,
    /// A run of the automated audit.
    AuditRunId,
    /// A review of access.
    ReviewId,
    /// A line of a review of access: one grant to one person, group or program.
    ReviewLineId,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use proptest::prelude::*;

    struct At(i64);
    impl Clock for At {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0)
        }
    }
    struct Bytes(u8);
    impl Random for Bytes {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    #[test]
    fn carries_time_version_and_variant() {
        // The example of RFC 9562, appendix A.6: 2022-02-22 19:22:22 UTC.
        let id = CustomerId::new(&At(0x017F_22E2_79B0), &Bytes(0xFF));
        assert_eq!(id.to_string(), "017f22e2-79b0-7fff-bfff-ffffffffffff");
    }

    #[test]
    fn refuses_other_spellings() {
        for text in [
            "",
            "017f22e279b07fffbfffffffffffffff",
            "{017f22e2-79b0-7fff-bfff-ffffffffffff}",
            "017f22e2-79b0-7fff-bfff-fffffffffffg",
        ] {
            assert_eq!(text.parse::<OrgId>().unwrap_err().code, "id.invalid");
        }
    }

    proptest! {
        #[test]
        fn later_ids_sort_later(a in 0i64..1 << 47, step in 1i64..1 << 40, x: u8, y: u8) {
            prop_assert!(UserId::new(&At(a), &Bytes(x)) < UserId::new(&At(a + step), &Bytes(y)));
        }

        #[test]
        fn text_and_json_round_trip(bytes: [u8; 16]) {
            let id = EventId::from_bytes(bytes);
            prop_assert_eq!(id.to_string().parse::<EventId>().unwrap(), id);
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(serde_json::from_str::<EventId>(&json).unwrap(), id);
            prop_assert_eq!(json, format!("\"{id}\""));
        }
    }
}
