//! Customers, contacts, timeline, import and export.
