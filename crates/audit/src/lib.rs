//! The audit desk: read, filter, verify and export the log.
