//! The queue and its worker on both engines, with a provider that is played.

mod queue;
mod settings;
mod site;
