//! Alerts: which things are worth waking somebody for, when to say so and when it is over, and where
//! messages may go.

mod address;
mod bounded;
mod channel;
mod fact;
mod rule;
mod state;

pub use address::{Refused, may_reach};
pub use bounded::{Bounded, OutOfBounds};
pub use channel::{ChannelKind, ChannelName, Language, NameError, PerHour, Security};
pub use fact::{Fact, NETWORKS_SHOWN};
pub use rule::{CoolDown, Days, Kind, Lines, Minutes, Recipients, Rule, Threshold};
pub use state::{Say, State};
