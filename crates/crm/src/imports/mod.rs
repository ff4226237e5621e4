//! Import 导入: customers from a file, resumable at any moment.
//!
//! The uploaded file is sealed in chunks under a key of its own in the data folder. A background worker reads it in
//! batches; each batch is one transaction that holds the customers it made, their audit entries, the rejected rows and
//! the place in the file, so that a killed server resumes with the first row that is not in the database.
//! Always: rows read = created + updated + skipped + rejected.
//!
//! | state         | becomes       | when                                                              |
//! |---------------|---------------|-------------------------------------------------------------------|
//! | (none)        | `detected`    | a file was uploaded and is a table                                |
//! | `detected`    | `detected`    | what was detected is corrected                                    |
//! | `detected`    | `running`     | started                                                           |
//! | `running`     | `finished`    | the last row is in the database                                   |
//! | `running`     | `cancelling`  | cancelled                                                         |
//! | `cancelling`  | `cancelled`   | the batch under way is in the database                            |
//! | `running`     | `failed`      | the file cannot be read further                                   |
//! | `running`, `cancelling` | `interrupted` | the server stopped or the database was not to be had    |
//! | `cancelled`, `interrupted` | `running`  | resumed                                                 |
//! | any but `running`, `cancelling` | (none) | deleted, with the file                                 |

mod batch;
mod choices;
mod details;
mod events;
mod file;
mod http;
mod lifecycle;
mod matching;
mod model;
mod plan;
mod prepare;
mod preview;
mod recovery;
mod rejected;
mod row;
mod signs;
mod sql;
mod upload;
mod wire;
mod worker;

pub use events::EVENTS;
pub use http::operations;
pub use model::{Import, Progress, State};
pub use sql::MIGRATION;
pub(crate) use worker::Runs;
