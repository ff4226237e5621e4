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
    /// Somebody changed, or tried to change, their own password.
    PASSWORD = "user.password", Own;
}
