//! The worker against a console that loses answers, breaks off, fences off; and against kill -9.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod config;
mod console;
mod kill;
mod refusals;
mod rights;
mod worker;
