//! The disk journal between tail and sender: what was read is kept until the console has it.
//!
//! [`journal`] keeps records in segment files; [`record`] is one record on disk; [`checkpoint`] is
//! the position once a segment is gone. The position after a restart is the end of the last valid
//! record, so that position and content can never disagree.

mod checkpoint;
mod journal;
mod record;
mod segments;

pub use journal::{BATCH_CHUNKS, Batch, Lock, Spool, SpoolError};
