//! Events beside those an operation's declared access names: what people do to their own sessions and accounts, the
//! steps of signing in, and what the server does of its own accord.

/// Why an event is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A step of signing in or of the first set-up.
    SignIn,
    /// Something a person does to their own session, account or preferences.
    Own,
    /// A part of a larger action, or the server's own work.
    Part,
}

impl Kind {
    pub(super) fn description(self) -> &'static str {
        match self {
            Self::SignIn => "signing in and first set-up",
            Self::Own => "one's own session, account or preferences",
            Self::Part => "a part of a larger action, or the server's own work",
        }
    }
}

/// The events, by name.
pub(super) const BESIDES: &[(&str, Kind)] = &[
    ("organisation.create", Kind::SignIn),
    ("session.begin", Kind::SignIn),
    ("session.create", Kind::SignIn),
    ("session.enrolment", Kind::SignIn),
    ("user.enrol", Kind::SignIn),
    ("session.read", Kind::Own),
    ("session.delete", Kind::Own),
    ("user.password", Kind::Own),
    ("preference.read", Kind::Own),
    ("preference.update", Kind::Own),
    ("import.start", Kind::Part),
    ("import.cancel", Kind::Part),
    ("import.resume", Kind::Part),
    ("import.finish", Kind::Part),
    ("import.interrupt", Kind::Part),
    ("import.purge", Kind::Part),
];
