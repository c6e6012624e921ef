//! What the words of the product mean: addresses, attack lines, bans, whitelist entries, roles, and
//! the messages between console and worker.
//!
//! No I/O, no clock, no async; compiles to wasm. Validation lives here, in types: a
//! [`net::Network`] in hand is canonical, whoever sent the text it came from.

pub mod acl;
pub mod alert;
pub mod attack;
pub mod ban;
pub mod config;
pub mod cti;
pub mod gap;
pub mod geo;
pub mod guard;
pub mod health;
pub mod ids;
pub mod inert;
pub mod insight;
pub mod jail;
pub mod net;
pub mod profile;
pub mod reason;
pub mod role;
pub mod switch_xml;
pub mod whitelist;
pub mod wire;
