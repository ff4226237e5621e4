//! Words of files people download.

/// Says messages in the languages there are; they are in the locale files.
pub trait Words: Send + Sync + 'static {
    /// What a message says, with its parameters.
    fn say(&self, language: &str, message: &str, params: &[(&'static str, &str)]) -> String;
}
