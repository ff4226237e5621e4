//! Events no permit has a name for.

custos_kernel::events! {
    /// Somebody asked for approval.
    REQUEST = "approval.request", Own;
    /// Somebody who could decide handed a request on to somebody else.
    TRANSFER = "approval.transfer", Own;
    /// An approval was used up; what it was for follows.
    USE = "approval.use", Part;
    /// What was approved came to an end, well or not.
    END = "approval.end", Part;
    /// A request waits again: somebody who had approved may no longer do so.
    REOPEN = "approval.reopen", Part;
    /// The time of a request passed.
    EXPIRE = "approval.expire", Part;
}
