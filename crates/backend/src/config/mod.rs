//! Configuration: drafts, revisions, deployments to nodes, what nodes hold, drift.
//!
//! A [`Line`] is a kind and a scope: the fleet, or one node that has its own. Editing changes the
//! line's one draft, [`commit`] makes a revision of it, [`deploy`] takes a revision to nodes.

mod content;
mod contents;
mod deploy;
mod desired;
mod drafts;
mod drift;
pub mod engine;
mod found;
mod impact;
mod node;
mod preview;
mod read;
mod report;
mod sql;
mod surroundings;
mod texts;
mod views;

pub use content::{Content, Line};
pub use contents::Contents;
pub use deploy::{deploy, retry, roll_back};
pub use desired::desired;
pub use drafts::{commit, discard_draft, publish, save_draft};
pub(crate) use found::rules_in_force;
pub use found::{FoundLingering, NodeFound, found};
pub use impact::{ChangedNumber, Impact, impact};
pub use node::{drop_own_line, put_ours_back, take_nodes_version};
pub use preview::{FilePreview, preview};
pub use read::{
    all_deployments, deployment, deployments, drifts, line, node_state, revision, revisions,
    under_way,
};
pub(crate) use report::store;
pub use surroundings::surroundings;
pub use texts::texts;
pub use views::{
    DeploymentRow, DeploymentView, Draft, DriftRow, Follower, Held, LineView, NodeKind, NodeStep,
    Reply, Revision, RevisionRow, Waits,
};
