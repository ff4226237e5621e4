//! The events of this crate that need no permit.

custos_kernel::events! {
    /// The first factor was right: a pending session begins.
    BEGIN = "session.begin", SignIn;
    /// The answer of an identity provider was taken, to be checked.
    FEDERATE = "session.federate", SignIn;
    /// Somebody connected their account with an identity provider, or parted it from one.
    CONNECT = "user.connect", Own;
    /// Somebody read which identity providers their account is connected with.
    READ_CONNECTIONS = "user.connections", Own;
    /// An identity provider ended sessions it had begun.
    PROVIDER_LOGOUT = "session.provider_logout", Part;
    /// A sign-in was completed, or failed.
    SIGN_IN = "session.create", SignIn;
    /// Failures of signing in, or the use of a session, look like an attack.
    ALARM = "session.alarm", SignIn;
    /// Setting the second factor up was begun.
    ENROLMENT = "session.enrolment", SignIn;
    /// The second factor was set up.
    ENROL = "user.enrol", SignIn;
    /// Somebody chose the label their session works at.
    WORK_AT = "session.working_label", Own;
    /// Somebody proved a factor again within their session, or failed to.
    STEP_UP = "session.step_up", Own;
    /// A code that completes a sign-in was sent.
    SEND_CODE = "session.code", SignIn;
    /// A code that proves a factor again was sent.
    STEP_UP_CODE = "session.step_up_code", Own;
    /// An answer under way was cut off, because whoever asked for it was shut out meanwhile.
    CUT_OFF = "session.cut_off", Part;
    /// Somebody read their own session.
    READ_SESSION = "session.read", Own;
    /// Somebody signed out.
    SIGN_OUT = "session.delete", Own;
    /// Somebody read the list of their own factors.
    LIST_FACTORS = "factor.list", Own;
    /// Somebody read the list of their own sessions.
    LIST_SESSIONS = "session.list", Own;
    /// Somebody ended sessions of their own besides the one they did it from.
    END_SESSIONS = "session.end", Own;
    /// An administrator ended sessions of somebody else.
    REVOKE_SESSIONS = "session.revoke", Part;
    /// All that somebody who moved or left had is with whom it belongs to now.
    HANDED_OVER = "user.handed_over", Part;
    /// A session was bound to the registered device it is on.
    BIND_SESSION = "session.bind", Part;
    /// A session bound to a device was used without its key, or a lost device asked for something.
    THEFT = "session.theft", SignIn;
    /// A registered device was told what it needs to open what it keeps.
    READ_DEVICE_SECRET = "device.secret", Own;
    /// Somebody asked for a link to set a new password.
    RESET_REQUEST = "session.reset", SignIn;
    /// A link to set a new password was used, or tried.
    RESET = "user.reset", SignIn;
    /// Somebody changed, or tried to change, their own password.
    PASSWORD = "user.password", Own;
    /// A program came with a key that was not accepted.
    KEY_REFUSED = "api_key.refuse", SignIn;
    /// Somebody came with a provisioning token that was not accepted.
    PROVISIONING_REFUSED = "provisioning.refuse", SignIn;
    /// The system administrator looked at what settings would mean.
    PREVIEW_SETTINGS = "security_settings.preview", Part;
}
