//! Mail and text messages: queued with the change that causes them, sent later, seen by the administrator.
