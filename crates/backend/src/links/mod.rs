//! Connections to the switches' Event Sockets: their settings, which replica holds which, and what is
//! seen over them.
//!
//! Every replica tries to hold the link of every enrolled node that has settings. A lease in Postgres
//! lets one of them: it is renewed for all links in one statement, and each time it is taken the node's
//! `fence` rises. Whoever writes something because of a link names the fence ([`hold`]); whoever lost
//! the lease closes the link.

mod attend;
mod held;
mod holder;
mod peers;
mod settings;
mod sql;
mod status;
mod views;

pub use held::{Held, Links, Ups};
pub use holder::{Times, spawn};
pub use settings::{Form, from_worker, remove, set};
pub use sql::hold;
pub use status::{GatewayFact, HeartbeatFact, LinkStatus, LinkWord};
pub use views::{LinkView, down, get};

pub(crate) use peers::{of_nodes, touching};
pub(crate) use sql::around;
