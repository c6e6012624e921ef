//! Revisions that were read lately: they never change, and one goes to many nodes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::config::Kind;
use domain::ids::RevisionId;

use super::super::{Content, sql};
use crate::{Backend, Error};

/// Kept at most; then all are forgotten.
const KEPT: usize = 64;

#[derive(Clone, Default)]
pub(super) struct Contents(Arc<Mutex<HashMap<RevisionId, Arc<Content>>>>);

impl Contents {
    pub async fn get(
        &self,
        backend: &Backend,
        kind: Kind,
        revision: RevisionId,
    ) -> Result<Arc<Content>, Error> {
        if let Some(content) = self.known(revision) {
            return Ok(content);
        }
        let json = sql::content(&backend.pool, revision).await?;
        let content = Content::from_json(kind, "revisions", json.ok_or(Error::NotFound)?)?;
        let content = Arc::new(content);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(revision, content.clone());
        Ok(content)
    }

    fn known(&self, revision: RevisionId) -> Option<Arc<Content>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&revision).cloned()
    }
}
