//! What it does wrong on demand.

use std::time::Duration;

/// One way of going wrong. It lasts until [`crate::Sim::behave`] or the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misbehaviour {
    /// Nobody listens at its address any more. Connections that exist stay.
    RefuseConnections,
    /// Every new connection is turned away as one that no access list allows.
    RudeRejection,
    /// No password is right.
    WrongPasswordAlways,
    /// Every answer to a command ends after so many bytes, with the connection.
    DropMidReply {
        /// How many bytes of the answer are sent; more than it has means all of it.
        after_bytes: usize,
    },
    /// It hangs: accepts connections, reads nothing, sends nothing. What it should have answered
    /// it answers afterwards.
    Silent,
    /// Everything it sends trickles.
    SlowBytes {
        /// How many bytes in a second, at least one.
        per_second: u32,
    },
    /// Every answer to a command comes that late.
    LateReplies {
        /// How late.
        by: Duration,
    },
}
