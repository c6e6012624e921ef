//! Nodes: adding, enrolling, revoking, what their workers shall apply, and who acts for them.

mod actions;
mod desired;
mod enrol;
mod list;
mod rows;
mod sql;
mod stream;
mod token;
mod views;
mod watch;

pub use actions::{add, install_jail, new_code, remove, revoke};
pub use desired::{Moving, desired};
pub(crate) use desired::{bump, bump_own};
pub use enrol::{authenticate, enrol};
pub(crate) use list::{all, in_scope};
pub use list::{get, list, names};
pub(crate) use sql::lock;
pub use stream::{Claim, Look, acts, claim, look, welcome};
pub use views::{EnrolCode, GapRow, NodeAuth, NodeDetail, NodeName, NodeRow};
pub(crate) use watch::run as watch;
pub use watch::{Standing, View, Watch};

/// A node not heard for so long is shown as not connected.
pub const CONNECTED_SECONDS: i64 = 20;

/// How long a one-time code can be used.
pub const CODE_MINUTES: i64 = 60;
