//! Events no permit has a name for.

custos_kernel::events! {
    /// Emergency access began.
    BEGIN = "break_glass.begin", Own;
    /// Emergency access ended, by its time or by hand.
    END = "break_glass.end", Part;
    /// Somebody signed the review of emergency access.
    REVIEW = "break_glass.review", Own;
}
