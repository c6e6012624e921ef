//! What pages get to see of configuration.

use domain::config::{Kind, Step};
use domain::ids::{DeploymentId, NodeId, RevisionId};
use domain::reason::Reason;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Content, FoundLingering, Line};

/// What is being edited.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// As saved last.
    pub content: Content,
    /// Give it to the next `save_draft` and to `commit`: a slower editor is refused.
    pub version: i64,
    /// The line's newest revision when the draft was begun.
    pub based_on: Option<RevisionId>,
    /// Who saved last.
    pub actor: String,
    /// When.
    pub updated_at: OffsetDateTime,
}

/// A line of the history.
#[derive(Clone, Debug, PartialEq)]
pub struct RevisionRow {
    /// Row number.
    pub id: RevisionId,
    /// Of which line.
    pub line: Line,
    /// From 1 within its line.
    pub number: i32,
    /// The author's words.
    pub message: String,
    /// Its author.
    pub actor: String,
    /// When.
    pub created_at: OffsetDateTime,
    /// Nodes that hold it now.
    pub nodes: i64,
}

/// One immutable version.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// Its line of the history.
    pub row: RevisionRow,
    /// Itself.
    pub content: Content,
}

/// A revision on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub revision: RevisionId,
    /// Its number within its line.
    pub number: i32,
    /// Brought by this deployment.
    pub deployment: DeploymentId,
    /// … which stands there.
    pub step: Step,
}

/// A node that follows a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Follower {
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Its worker was heard within the last seconds.
    pub connected: bool,
    /// It shall have this; `None`: nothing of ours yet.
    pub wanted: Option<Held>,
    /// It was last proven to have this.
    pub verified: Option<Held>,
    /// Somebody has changed it on the node.
    pub drift_since: Option<OffsetDateTime>,
}

/// Everything an editor needs.
#[derive(Clone, Debug, PartialEq)]
pub struct LineView {
    /// Which.
    pub line: Line,
    /// What is being edited.
    pub draft: Option<Draft>,
    /// The revision with the highest number.
    pub newest: Option<Revision>,
    /// The revision that was deployed last and not taken back by every node; another than `newest` after
    /// a rollback, or before the newest one is deployed.
    pub deployed: Option<Revision>,
    /// Enrolled nodes that follow this line, by name.
    pub nodes: Vec<Follower>,
    /// Enrolled nodes that have a line of this kind of their own.
    pub own: Vec<(NodeId, String)>,
}

impl LineView {
    /// What an editor begins with: the draft, else what was deployed last, else the newest revision.
    pub fn content(&self) -> Option<&Content> {
        let draft = self.draft.as_ref().map(|draft| &draft.content);
        let revision = self.deployed.as_ref().or(self.newest.as_ref());
        draft.or(revision.map(|revision| &revision.content))
    }
}

/// What the switch was asked and answered, word for word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// `reloadacl`
    pub command: String,
    /// `+OK acl reloaded`; each line inert.
    pub reply: String,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// What a node's next step waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waits {
    /// The node's worker is not connected.
    Worker,
    /// The connection to the switch is down, for this reason of the link where one is known.
    Link(Option<String>),
}

/// A deployment on one node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeStep {
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub step: Step,
    /// Which try, from 1.
    pub attempt: i32,
    /// Why it failed or was rolled back.
    pub reason: Option<Reason>,
    /// What holds it up, where something does.
    pub waits: Option<Waits>,
    /// What the switch said.
    pub replies: Vec<Reply>,
    /// The console got through on a new connection after the change.
    pub confirmed: bool,
    /// When this try began.
    pub created_at: OffsetDateTime,
    /// When the files were written.
    pub delivered_at: Option<OffsetDateTime>,
    /// When the switch had loaded them.
    pub reloaded_at: Option<OffsetDateTime>,
    /// When it was over.
    pub ended_at: Option<OffsetDateTime>,
    /// It can be tried again: it failed or was rolled back, and no newer one has taken its place.
    pub can_retry: bool,
}

/// A line of the list of deployments.
#[derive(Clone, Debug, PartialEq)]
pub struct DeploymentRow {
    /// Row number.
    pub id: DeploymentId,
    /// Of what.
    pub revision: RevisionRow,
    /// The newest revision's number when somebody rolled back to an older one.
    pub back_from: Option<i32>,
    /// Who.
    pub actor: String,
    /// When.
    pub created_at: OffsetDateTime,
    /// Nodes in it.
    pub nodes: i64,
    /// … that are not over yet.
    pub under_way: i64,
    /// … that are proven to have it (or had, before a newer one).
    pub verified: i64,
    /// … where it failed or was rolled back.
    pub failed: i64,
}

/// One deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct DeploymentView {
    /// Its line of the list.
    pub row: DeploymentRow,
    /// Each node, by name.
    pub nodes: Vec<NodeStep>,
}

/// One kind on a node's page.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeKind {
    /// Which kind.
    pub kind: Kind,
    /// It follows a line of its own.
    pub own: bool,
    /// It shall have this.
    pub wanted: Option<Held>,
    /// … and this is where it stands.
    pub step: Option<NodeStep>,
    /// It was last proven to have this.
    pub verified: Option<Held>,
    /// Why its files cannot be read or changed.
    pub problem: Option<Reason>,
    /// When the worker last told what stands there.
    pub found_at: Option<OffsetDateTime>,
    /// When the switch was last asked what it has loaded.
    pub checked_at: Option<OffsetDateTime>,
    /// Since when it differs from what was verified.
    pub drift_since: Option<OffsetDateTime>,
}

/// A node that somebody has changed by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct DriftRow {
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// What.
    pub kind: Kind,
    /// Since when.
    pub since: OffsetDateTime,
    /// The revision it was proven to have.
    pub ours: Revision,
    /// What stands in its files; `None` where they cannot be read.
    pub theirs: Option<Content>,
    /// What is in force although the files say something else.
    pub running: Option<Content>,
    /// Of SIP profiles: values that stay in force when they are gone from the file.
    pub lingering: Vec<FoundLingering>,
    /// Why the files cannot be read.
    pub problem: Option<Reason>,
    /// What the switch has loaded, where that is what differs.
    pub loaded: Option<Reason>,
}
