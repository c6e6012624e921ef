//! What a page of configuration loads beside its own things.

use backend::Backend;
use backend::config::{
    self, Content, DeploymentView, DriftRow, FilePreview, Line, LineView, Revision, RevisionRow,
};
use backend::nodes::{self, NodeName};
use domain::config::Kind;
use domain::ids::{NodeId, RevisionId};
use domain::jail::JailConfig;
use domain::role::Permission;

use crate::error::AppError;
use crate::request::{FormBack, form_back, may, query, scope};

/// One line of configuration, as its page shows it.
#[derive(Clone)]
pub(in crate::pages) struct Screen {
    /// What is configured.
    pub kind: Kind,
    /// The line that is edited: a node's own where one is looked at, else that of all nodes.
    pub view: LineView,
    /// The one node that is looked at.
    pub node: Option<Looked>,
    /// Revisions, the newest first.
    pub revisions: Vec<RevisionRow>,
    /// The line's newest deployment.
    pub latest: Option<DeploymentView>,
    /// Nodes that somebody has changed by hand.
    pub drifts: Vec<DriftRow>,
    /// Two to compare, where the address names them.
    pub compared: Option<(Side, Side)>,
    /// A node's files as they will be, where the address asks for them.
    pub previewed: Option<Previewed>,
    /// Every node, to choose from.
    pub nodes: Vec<NodeName>,
    /// The form of [`super::publish`], if it was refused.
    pub back: Option<FormBack>,
}

/// The one node that a page is about.
#[derive(Clone)]
pub(in crate::pages) struct Looked {
    /// Which.
    pub node: NodeName,
    /// It has a line of its own.
    pub own: bool,
    /// The line of all nodes, which it follows otherwise.
    pub fleet: LineView,
}

/// The files of one node as they will be written.
#[derive(Clone)]
pub(in crate::pages) struct Previewed {
    /// Which node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Empty where they are not known.
    pub files: Vec<FilePreview>,
}

/// One side of a comparison.
#[derive(Clone)]
pub(in crate::pages) enum Side {
    /// A revision.
    Revision(Box<Revision>),
    /// The draft.
    Draft(Content),
}

impl Side {
    pub fn content(&self) -> &Content {
        match self {
            Self::Revision(revision) => &revision.content,
            Self::Draft(content) => content,
        }
    }
}

impl Screen {
    /// What the editor begins with: the draft, else what is deployed, else the newest revision; on a
    /// node without a line of its own what it follows.
    pub fn content(&self) -> Option<&Content> {
        let followed = self.node.as_ref().and_then(|looked| {
            let fleet = &looked.fleet;
            let revision = fleet.deployed.as_ref().or(fleet.newest.as_ref());
            revision.map(|revision| &revision.content)
        });
        self.view.content().or(followed)
    }

    /// [`Screen::content`], where this is the jail's page.
    pub fn jail(&self) -> Option<&JailConfig> {
        match self.content()? {
            Content::Jail(jail) => Some(jail),
            _ => None,
        }
    }

    /// Nodes that get what is edited.
    pub fn targets(&self) -> Vec<(NodeId, String)> {
        // A node gets a line of its own with its first revision.
        if let Some(looked) = &self.node {
            return vec![(looked.node.id, looked.node.name.clone())];
        }
        let followers = self.view.nodes.iter();
        followers
            .map(|node| (node.node, node.name.clone()))
            .collect()
    }

    /// May it be saved as a revision?
    pub fn has_draft(&self) -> bool {
        self.view.draft.is_some()
    }
}

/// Loads the line of `kind` that the address asks for (`?node=`).
pub(in crate::pages) async fn load(backend: &Backend, kind: Kind) -> Result<Screen, AppError> {
    let nodes = nodes::names(backend).await?;
    let fleet = config::line(backend, Line::fleet(kind)).await?;
    let (view, node) = match scope() {
        None => (fleet, None),
        Some(id) => {
            let node = nodes.iter().find(|node| node.id == id).cloned();
            let node = node.ok_or(AppError::NotFound)?;
            let own = fleet.own.iter().any(|(own, _)| *own == id);
            let view = config::line(backend, Line::of(kind, id)).await?;
            (view, Some(Looked { node, own, fleet }))
        }
    };
    let line = view.line;
    let latest = config::deployments(backend, line, None).await?;
    let latest = match latest.first() {
        Some(row) => config::deployment(backend, row.id).await?,
        None => None,
    };
    let mut drifts = config::drifts(backend).await?;
    drifts.retain(|drift| drift.kind == kind && line.node.is_none_or(|node| node == drift.node));
    let before = query("before").and_then(|number| number.parse().ok());
    let mut screen = Screen {
        kind,
        revisions: config::revisions(backend, line, before).await?,
        compared: compared(backend, &view).await?,
        back: form_back("publish").await,
        view,
        node,
        latest,
        drifts,
        previewed: None,
        nodes,
    };
    screen.previewed = previewed(backend, &screen).await?;
    Ok(screen)
}

/// What a change to the draft of `line` begins with: as [`Screen::content`].
pub(in crate::pages) async fn begun(
    backend: &Backend,
    line: Line,
) -> Result<Option<Content>, AppError> {
    let view = config::line(backend, line).await?;
    if line.node.is_none() || view.content().is_some() {
        return Ok(view.content().cloned());
    }
    let fleet = config::line(backend, Line::fleet(line.kind)).await?;
    let followed = fleet.deployed.or(fleet.newest);
    Ok(followed.map(|revision| revision.content))
}

/// `?preview=`: one of [`Screen::targets`]; for admins, since a file may hold secrets.
async fn previewed(backend: &Backend, screen: &Screen) -> Result<Option<Previewed>, AppError> {
    let asked = query("preview").and_then(|id| id.parse().ok()).map(NodeId);
    let mut targets = screen.targets().into_iter();
    let node = targets.find(|(node, _)| Some(*node) == asked);
    let (Some((node, name)), Some(content)) = (node, screen.content()) else {
        return Ok(None);
    };
    if !may(Permission::Configure) {
        return Ok(None);
    }
    Ok(Some(Previewed {
        node,
        name,
        files: config::preview(backend, node, content).await?,
    }))
}

/// `?from=` and `?to=`: numbers of revision rows, or `draft`.
async fn compared(backend: &Backend, view: &LineView) -> Result<Option<(Side, Side)>, AppError> {
    let (Some(from), Some(to)) = (query("from"), query("to")) else {
        return Ok(None);
    };
    let (from, to) = (
        side(backend, view, &from).await?,
        side(backend, view, &to).await?,
    );
    Ok(from.zip(to))
}

async fn side(backend: &Backend, view: &LineView, named: &str) -> Result<Option<Side>, AppError> {
    if named == "draft" {
        let draft = view.draft.as_ref();
        return Ok(draft.map(|draft| Side::Draft(draft.content.clone())));
    }
    let Ok(id) = named.parse() else {
        return Ok(None);
    };
    let revision = config::revision(backend, RevisionId(id)).await?;
    let revision = revision.filter(|revision| revision.row.line == view.line);
    Ok(revision.map(|revision| Side::Revision(Box::new(revision))))
}
