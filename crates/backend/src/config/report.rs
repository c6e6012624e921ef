//! What a worker tells of configuration: its answers move the steps, what it found is kept and
//! compared.
//!
//! The node's row is locked by the caller. An answer counts once, and only for the try that it names:
//! told again, late, or about what was superseded, it is passed over.

use domain::config::{Answer, Found, Kind, KindReport, Outcome, Step};
use domain::ids::NodeId;
use domain::profile;
use domain::reason::{DeployReason, Reason};
use domain::wire::ConfigReport;
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::found::FoundLingering;
use super::sql::Answered;
use super::{drift, sql};
use crate::ingest::bounded;
use crate::{Backend, Error};

/// Most files of one kind.
const FILES: usize = 64;
/// Most values of one node that linger.
const LINGERING: usize = 50;
/// Longest path; bytes.
const TEXT: usize = 2_000;
/// So often is a change tried again by itself that was rolled back because the console was away.
const TRIES: i32 = 3;

/// What a report changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changed {
    /// Pages show something else.
    pub shown: bool,
    /// The worker is to be sent something else.
    pub desired: bool,
}

/// Stores one report of a node.
pub(crate) async fn store(
    backend: &Backend,
    conn: &mut PgConnection,
    node: NodeId,
    report: &ConfigReport,
    now: OffsetDateTime,
) -> Result<Changed, Error> {
    let mut told = Told {
        backend,
        node,
        now,
        changed: Changed::default(),
    };
    if let Some(report) = &report.call_rules {
        told.kind(conn, Kind::CallRules, report).await?;
    }
    if let Some(report) = &report.acl {
        told.kind(conn, Kind::Acl, report).await?;
    }
    if let Some(report) = &report.profiles {
        told.kind(conn, Kind::Profiles, report).await?;
    }
    if let Some(report) = &report.jail {
        told.kind(conn, Kind::Jail, report).await?;
    }
    Ok(told.changed)
}

struct Told<'a> {
    backend: &'a Backend,
    node: NodeId,
    now: OffsetDateTime,
    changed: Changed,
}

impl Told<'_> {
    async fn kind<T: Serialize>(
        &mut self,
        conn: &mut PgConnection,
        kind: Kind,
        report: &KindReport<T>,
    ) -> Result<(), Error> {
        if let Some(found) = &report.found {
            let (mut stored, texts) = inert(found);
            if kind == Kind::Profiles {
                stored["lingering"] = json!(lingering(found));
            }
            let place = place(self.node, kind);
            let sealed = self
                .backend
                .sealer()
                .seal(&place, texts.to_string().as_bytes());
            sql::put_found(conn, self.node, kind, &stored, &sealed, self.now).await?;
            self.changed.shown = true;
        }
        if let Some(answer) = &report.answer {
            self.answer(conn, kind, answer).await?;
        }
        self.changed.shown |= drift::compare(conn, self.node, kind, self.now).await?;
        Ok(())
    }

    async fn answer(
        &mut self,
        conn: &mut PgConnection,
        kind: Kind,
        answer: &Answer,
    ) -> Result<(), Error> {
        let answered = Answered {
            deployment: answer.deployment,
            node: self.node,
            attempt: i32::try_from(answer.attempt).unwrap_or(i32::MAX),
            now: self.now,
        };
        self.changed.shown |= match &answer.outcome {
            Outcome::Verified if !kind.needs_switch() => sql::verified(conn, answered).await?,
            Outcome::Delivered | Outcome::Verified => sql::delivered(conn, answered).await?,
            Outcome::Failed { reason } => sql::failed(conn, answered, reason).await?,
            Outcome::RolledBack { reason, .. } => {
                self.rolled_back(conn, kind, answered, reason).await?
            }
            Outcome::Unknown => {
                sql::failed(conn, answered, &DeployReason::NewerWorker.into()).await?
            }
        };
        Ok(())
    }

    /// The old file is back. Where the console had no chance to confirm, or has confirmed and the
    /// worker did not hear of it, the change itself is not to blame: it is tried again.
    async fn rolled_back(
        &mut self,
        conn: &mut PgConnection,
        kind: Kind,
        answered: Answered,
        reason: &Reason,
    ) -> Result<bool, Error> {
        let Some(state) = sql::try_of(conn, answered).await? else {
            return Ok(false);
        };
        let failed = state.step == Step::Failed.as_str();
        let to_blame = failed || state.confirm_tried && !state.confirmed;
        if to_blame || state.tried_again >= TRIES {
            let why = state.reason.as_deref().map(Reason::from_text);
            let reason = why.map_or(reason.clone(), |why| why.and(reason.clone()));
            sql::rolled_back(conn, answered, &reason).await?;
        } else {
            sql::try_again(conn, answered).await?;
        }
        if kind.needs_switch() {
            sql::set_reload_due(conn, self.node, kind).await?;
        }
        self.changed.desired = true;
        Ok(true)
    }
}

/// What the files' texts are sealed for.
pub(super) fn place(node: NodeId, kind: Kind) -> String {
    format!("node {node} files of {}", kind.as_str())
}

/// What later changes of the profiles do not undo.
fn lingering<T>(found: &Found<T>) -> Vec<FoundLingering> {
    let files = found.files.iter().take(FILES);
    let each = files.flat_map(|file| {
        let profiles = file.text.as_deref().map(profile::read);
        let profiles = profiles.and_then(Result::ok).unwrap_or_default();
        let path = bounded(&file.path, TEXT).into_owned();
        profile::lingering(&profiles)
            .into_iter()
            .map(move |what| FoundLingering {
                path: path.clone(),
                what,
            })
    });
    each.take(LINGERING).collect()
}

/// What was found, bounded and harmless, without the files' texts; and these, by path.
fn inert<T: Serialize>(found: &Found<T>) -> (Value, Value) {
    let text = |text: &str| bounded(text, TEXT).into_owned();
    let files = found.files.iter().take(FILES);
    let (mut stored, mut texts) = (Vec::new(), serde_json::Map::new());
    for file in files {
        let path = text(&file.path);
        stored.push(json!({
            "path": path,
            "bytes": file.bytes,
            "sha256": text(&file.sha256),
        }));
        let kept = file
            .text
            .as_ref()
            .filter(|text| text.len() <= domain::config::FILE_LIMIT);
        if let Some(kept) = kept {
            texts.insert(path, Value::String(kept.clone()));
        }
    }
    let stored = json!({
        "content": found.content,
        "running": found.running,
        "problem": found.problem.as_ref().map(Reason::to_text),
        "files": stored,
    });
    (stored, Value::Object(texts))
}
