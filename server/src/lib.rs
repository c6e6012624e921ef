//! The console process: HTTP in front of `backend`.

pub mod node_api;
