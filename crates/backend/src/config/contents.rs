//! Revisions that were read lately: they never change, and one goes to many nodes.

use std::collections::HashMap;
use std::sync::Arc;

use domain::config::Kind;
use domain::ids::RevisionId;
use tokio::sync::Mutex;

use super::{Content, sql};
use crate::{Backend, Error};

/// Kept at most; then all are forgotten.
const KEPT: usize = 64;

/// What this process knows of them; clones belong together.
#[derive(Clone, Default)]
pub struct Contents(Arc<Mutex<HashMap<RevisionId, Arc<Content>>>>);

impl Contents {
    /// Who asks while one is read waits for it: 500 streams ask for a new one at once.
    pub(super) async fn get(
        &self,
        backend: &Backend,
        kind: Kind,
        revision: RevisionId,
    ) -> Result<Arc<Content>, Error> {
        let mut known = self.0.lock().await;
        if let Some(content) = known.get(&revision) {
            return Ok(content.clone());
        }
        let json = sql::content(&backend.pool, revision).await?;
        let content = Content::from_json(kind, "revisions", json.ok_or(Error::NotFound)?)?;
        let content = Arc::new(content);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(revision, content.clone());
        Ok(content)
    }
}
