//! One FreeSWITCH node over its Event Socket (ESL): a supervised link, a closed set of commands, and
//! readers of what the switch answers.
//!
//! [`Link::start`] keeps one connection; [`Link::run`] asks the switch something; [`run_once`] does so
//! on a connection of its own. The protocol library frames and parses behind a gate of ours; its types
//! do not leave this crate.

pub mod answers;
mod commands;
mod events;
mod frame;
mod gate;
mod link;
mod session;
mod sign_in;
mod state;
mod supervise;
mod target;

pub use answers::{Answer, CommandError};
pub use commands::{Command, ConfigName, Global, Module};
pub use events::{Event, Events};
pub use link::{Link, Options};
pub use session::run_once;
pub use state::{DownReason, Facts, FrameFault, Heartbeat, LinkState, Step, Up};
pub use target::{Auth, DEFAULT_PASSWORD, Domain, Host, Secret, Target, TargetError, UserName};
