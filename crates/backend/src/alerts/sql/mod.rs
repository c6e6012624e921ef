//! The tables of alerts; `watched.rs` reads what the rules look at.

pub mod alerts;
pub mod channels;
pub mod deliveries;
pub mod rules;
pub mod watched;
