//! The Event Socket as bytes: packets in, frames out.

pub mod connection;
mod output;
mod packet;
pub mod subscription;
mod verbs;
