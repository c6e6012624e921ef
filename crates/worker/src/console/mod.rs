//! The worker's side of the messages with the console: it dials out, always.
//!
//! [`client`] is HTTP with bounds; [`token`] the secret on disk; [`stream`] reads orders;
//! [`outbox`] holds what is to be told, [`live`] tells it at once, [`backlog`] sends the spool.

pub mod backlog;
pub mod backoff;
pub mod client;
pub mod live;
pub mod outbox;
pub mod stream;
pub mod token;

pub use client::{Client, ConsoleError};
