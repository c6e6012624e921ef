//! The tailer, from outside: random actions against a model, and the hostile list.

mod hostile;
mod model;
mod support;
