//! The disk journal between tail and sender: what was read is kept until the console has it.
//!
//! [`journal`] keeps records in segment files; [`record`] is one record on disk; [`checkpoint`] is
//! the position once a segment is gone. The position after a restart is the end of the last valid
//! record, so that position and content can never disagree.

mod checkpoint;
mod error;
mod journal;
mod lock;
mod record;
mod segments;

pub use error::SpoolError;
pub use journal::{BATCH_CHUNKS, Batch, Spool};
pub use lock::Lock;
