//! A console on a port of its own, and workers that speak the wire format with it.

mod console;
mod reports;
mod worker;

pub use console::{NOW, TestConsole, actor};
pub use reports::{
    attack, ban_event, ban_list, changed, chunk, cursor, health, held, log_of_bans, net,
};
pub use worker::TestWorker;
