//! The tailer, from outside: random actions against a model, and the hostile list.
#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod hostile;
mod model;
mod support;
