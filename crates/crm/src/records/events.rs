//! Events about records that no policy names.

custos_kernel::events! {
    /// Somebody asked which kinds of records there are.
    OBJECTS_READ = "record.objects", Own;
    /// Somebody asked what they themselves may do with a record.
    EXPLAIN_OWN = "record.explain_own", Part;
    /// A record's label was raised with that of the customer it hangs on.
    FOLLOW_LABEL = "record.follow_label", Part;
}
