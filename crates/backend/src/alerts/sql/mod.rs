//! The tables of alerts; `watched.rs` reads what the rules look at, `damage.rs` says what cannot be read.

pub mod alerts;
pub mod channels;
mod damage;
pub mod deliveries;
pub mod rules;
pub mod watched;
