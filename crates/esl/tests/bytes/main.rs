//! The link against literal bytes: what FreeSWITCH 1.11 was recorded to send, and what it never would.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, which clippy does not see as tests"
)]

mod commands;
mod hostile;
mod peer;
mod sign_in;
