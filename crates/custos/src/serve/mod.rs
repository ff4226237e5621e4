//! The running server.

mod announcement;
mod apart;
mod assets;
mod certificate;
mod connection;
mod data_folder;
mod gatekeeper;
mod health;
mod idle;
mod imports;
mod indexing;
mod outgoing;
mod request_log;
mod router;
mod running;
mod sealed;
mod seed;
mod socket;
mod stop;
mod unseal_page;

pub use announcement::Announcement;
pub use apart::{KeyPairFiles, serve_apart};
pub use certificate::{Certificate, Described};
pub use data_folder::{DataFolder, Places};
pub use gatekeeper::Door;
pub use running::Running;
pub use socket::{Sockets, public_url};
pub use stop::stop_signal;
