//! Events no permit has a name for.

custos_kernel::events! {
    /// What is to be reviewed was written down, in part.
    COLLECT = "access_review.collect", Part;
    /// Reviewers were asked, and can decide.
    OPEN = "access_review.open", Part;
    /// Reviewers were reminded.
    REMIND = "access_review.remind", Part;
    /// A reviewer decided on one line.
    DECIDE = "access_review_line.decide", Own;
    /// Lines came to another reviewer.
    REASSIGN = "access_review.reassign", Part;
    /// No more is decided: what was withdrawn is carried out from now on.
    CLOSE = "access_review.close", Part;
    /// A grant was withdrawn, or was not for the reason told.
    WITHDRAW = "access_review_line.withdraw", Part;
    /// Grants stay as they are.
    KEEP = "access_review.keep", Part;
    /// Everything was carried out, and the report was made.
    END = "access_review.end", Part;
    /// A review was called off: nothing of it is carried out.
    CANCEL = "access_review.cancel", Part;
}
