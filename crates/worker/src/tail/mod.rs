//! From a log file to [`domain::wire::Chunk`]s, through rotation, truncation and restarts.
//!
//! [`tailer`] is the state machine, with [`succession`] (which file comes next) and [`resume`]
//! (where to go on after a restart); only they know generations;
//! [`file`] reads one open file; [`siblings`] finds rotated files; [`identity`] tells files apart;
//! [`lines`] turns lines into events; [`ban_line`] reads `fail2ban.log`; [`watch`] runs a tailer on
//! a thread of its own.

mod ban_line;
mod file;
mod identity;
mod lines;
mod resume;
mod siblings;
mod succession;
mod tailer;
pub mod watch;

pub use ban_line::BanLines;
pub use identity::{FileId, Files, MARK_BYTES, is_telling, mark};
pub use lines::{LINE_LIMIT, Parser};
pub use tailer::{GRACE, Piece, Position, TailError, TailStatus, Tailer};
