//! Row numbers with a name, so a node's number is never passed where an order's belongs.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }
    )+};
}

id! {
    /// A node: one FreeSWITCH host with its worker.
    NodeId,
    /// Somebody who can sign in.
    UserId,
    /// One instruction to one node's worker.
    OrderId,
    /// One whitelist entry.
    EntryId,
    /// One immutable version of a configuration.
    RevisionId,
    /// One revision on its way to nodes.
    DeploymentId,
    /// One receiver of alerts.
    ChannelId,
}
