//! Tests of the simulator over its socket.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod support;

mod many;
mod measured;
mod misbehaviour;
mod program;
mod reloads;
mod replay;
