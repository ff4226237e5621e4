//! Somebody from outside, for a time: what they were asked to look at, and all they can ever reach.

use super::{Caller, Role};
use custos_values::Timestamp;

/// What an external auditor was asked to look at, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Engagement {
    /// From then on the account opens nothing.
    pub ends_at: Timestamp,
    /// Entries at or after this moment are theirs to see,
    pub from: Timestamp,
    /// and before this one.
    pub to: Timestamp,
}

/// How much of the log somebody may look at, if they may look at it at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogView {
    /// All of it.
    Whole,
    /// The entries of a period.
    Between {
        /// Its beginning.
        from: Timestamp,
        /// Its end, which is not part of it.
        to: Timestamp,
    },
}

impl LogView {
    /// Nothing, as a period.
    pub const NOTHING: Self = Self::Between {
        from: Timestamp::from_millis(0),
        to: Timestamp::from_millis(0),
    };

    /// A wish for a period, as far as this view goes.
    pub fn narrowed(
        self,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> (Option<Timestamp>, Option<Timestamp>) {
        match self {
            Self::Whole => (from, to),
            Self::Between {
                from: first,
                to: end,
            } => (
                Some(from.map_or(first, |from| from.max(first))),
                Some(to.map_or(end, |to| to.min(end))),
            ),
        }
    }
}

/// All that an external auditor can ever do, whatever policies, roles of the organisation and rules of its own permit:
/// look at the log, keep questions of their own, and look after their own account.
const REACH: [(&str, &[&str]); 8] = [
    ("audit_entry", &["list", "read", "verify", "export"]),
    ("audit_question", &["list", "create", "update", "delete"]),
    ("audit_finding", &["list"]),
    ("password", &["read", "update"]),
    ("factor", &["read", "create", "update", "delete"]),
    ("contact_point", &["read", "update"]),
    ("device", &["list", "read", "create", "update", "delete"]),
    ("preference", &["read", "update"]),
];

/// Whether an external auditor can do this at all.
pub(super) fn outsiders_reach(resource: &str, action: &str) -> bool {
    REACH
        .iter()
        .any(|(name, verbs)| *name == resource && verbs.contains(&action))
}

impl Caller {
    /// Whether it is somebody from outside.
    pub fn is_external(&self) -> bool {
        self.standing().engagement.is_some() || self.roles().contains(Role::ExternalAuditor)
    }

    /// How much of the log the caller may look at, if their roles let them look at it at all. Somebody from outside
    /// whom nobody asked to look at anything sees nothing.
    pub fn log_view(&self) -> LogView {
        match self.standing().engagement {
            Some(Engagement { from, to, .. }) => LogView::Between { from, to },
            None if self.is_external() => LogView::NOTHING,
            None => LogView::Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_wish_never_reaches_beyond_the_view(
            view in (0_i64..1000, 0_i64..1000), wish in (prop::option::of(0_i64..1000), prop::option::of(0_i64..1000)), at in 0_i64..1000
        ) {
            let time = Timestamp::from_millis;
            let view_of = LogView::Between { from: time(view.0), to: time(view.1) };
            let (from, to) = view_of.narrowed(wish.0.map(time), wish.1.map(time));
            let shown = from.is_none_or(|from| time(at) >= from) && to.is_none_or(|to| time(at) < to);
            let wished = wish.0.is_none_or(|from| at >= from) && wish.1.is_none_or(|to| at < to);
            prop_assert_eq!(shown, wished && (view.0..view.1).contains(&at));
            prop_assert_eq!(LogView::Whole.narrowed(from, to), (from, to));
        }
    }

    #[test]
    fn nothing_that_changes_or_shows_data_is_within_reach() {
        for (resource, verbs) in REACH {
            let own = [
                "audit_question",
                "password",
                "factor",
                "contact_point",
                "device",
                "preference",
            ]
            .contains(&resource);
            for verb in verbs {
                let looks = ["list", "read", "verify", "export"].contains(verb);
                assert!(looks || own, "{resource}.{verb}");
            }
        }
        for beyond in [
            ("customer", "read"),
            ("audit_finding", "update"),
            ("audit_rule", "update"),
            ("user", "read"),
        ] {
            assert!(!outsiders_reach(beyond.0, beyond.1), "{beyond:?}");
        }
    }
}
