//! What pages get to see of the whitelist.

use domain::ids::{EntryId, NodeId};
use domain::net::Network;
use domain::reason::Reason;
use time::OffsetDateTime;

/// One current entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    /// Row number.
    pub id: EntryId,
    /// Never banned.
    pub network: Network,
    /// The operator's words.
    pub note: String,
    /// Who added it.
    pub actor: String,
    /// When.
    pub created_at: OffsetDateTime,
    /// `None` is for ever.
    pub expires_at: Option<OffsetDateTime>,
    /// On all nodes, also those added later.
    pub all_nodes: bool,
    /// For each node in its scope.
    pub proofs: Vec<ProofRow>,
}

/// What one node answered when the entry was read back.
#[expect(
    clippy::struct_excessive_bools,
    reason = "four separate facts, each shown by itself"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofRow {
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Heard within the last seconds.
    pub connected: bool,
    /// The node has answered about a list that has this entry.
    pub applied: bool,
    /// It stands in the jail's file.
    pub in_file: bool,
    /// The running jail answers with it.
    pub in_jail: bool,
    /// Why not, in the worker's words.
    pub error: Option<Reason>,
    /// When it was read back.
    pub checked_at: Option<OffsetDateTime>,
}

/// How long an entry stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// A working day.
    Hours8,
    /// A month.
    Days30,
    /// For ever.
    Never,
    /// Until then.
    At(OffsetDateTime),
}

/// Which nodes something is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every node.
    All,
    /// Some.
    Nodes(Vec<NodeId>),
}

/// The form of a new entry, as typed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// Address or network.
    pub network: String,
    /// Why; may be empty.
    pub note: String,
    /// How long.
    pub expiry: Expiry,
    /// Where.
    pub scope: Scope,
}
