//! The events of this crate that need no permit.

custos_kernel::events! {
    /// The first factor was right: a pending session begins.
    BEGIN = "session.begin", SignIn;
    /// A sign-in was completed, or failed.
    SIGN_IN = "session.create", SignIn;
    /// Setting the second factor up was begun.
    ENROLMENT = "session.enrolment", SignIn;
    /// The second factor was set up.
    ENROL = "user.enrol", SignIn;
    /// Somebody read their own session.
    READ_SESSION = "session.read", Own;
    /// Somebody signed out.
    SIGN_OUT = "session.delete", Own;
    /// Somebody read the list of their own sessions.
    LIST_SESSIONS = "session.list", Own;
    /// Somebody ended sessions of their own besides the one they did it from.
    END_SESSIONS = "session.end", Own;
    /// An administrator ended sessions of somebody else.
    REVOKE_SESSIONS = "session.revoke", Part;
    /// Somebody changed, or tried to change, their own password.
    PASSWORD = "user.password", Own;
}
