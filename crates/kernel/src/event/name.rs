//! Names of events that no permit and no scope gives a name to.

/// On which occasion such an event is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// A step of signing in.
    SignIn,
    /// Something a person does to their own session or account.
    Own,
    /// A part of a larger action, or the server's own work.
    Part,
}

/// The name of an event, such as `import.finish`. Made by [`crate::events!`] only, which also puts it on the feature's
/// list: the catalogue of events is made of those lists, so no event can be used and be missing there.
#[derive(Debug, PartialEq, Eq)]
pub struct EventName {
    name: &'static str,
    occasion: Occasion,
}

impl EventName {
    #[doc(hidden)]
    pub const fn declared(name: &'static str, occasion: Occasion) -> Self {
        Self { name, occasion }
    }

    /// The name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// On which occasion it is recorded.
    pub const fn occasion(&self) -> Occasion {
        self.occasion
    }
}

/// Declares a feature's events, as constants and as the list `EVENTS` of all of them.
///
/// ```
/// custos_kernel::events! {
///     /// The run came to the end of the file.
///     FINISH = "import.finish", Part;
/// }
/// assert_eq!(EVENTS[0].name(), FINISH.name());
/// ```
#[macro_export]
macro_rules! events {
    ($($(#[$doc:meta])* $constant:ident = $name:literal, $occasion:ident;)+) => {
        $($(#[$doc])*
        pub(crate) const $constant: $crate::event::EventName =
            $crate::event::EventName::declared($name, $crate::event::Occasion::$occasion);)+

        /// The events this feature records besides those its policies name.
        pub const EVENTS: &[$crate::event::EventName] = &[$($constant),+];
    };
}
