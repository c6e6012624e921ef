//! Editing: one shared draft for each line, and the revision that is made of it.

use domain::ids::{DeploymentId, RevisionId};
use domain::role::Permission;
use serde_json::json;
use sqlx::PgConnection;
use time::Duration;

use super::deploy::send;
use super::{Content, Line, sql};
use crate::changes::{self, Topic};
use crate::whitelist::Scope;
use crate::{Actor, Backend, Error, Problem, advisory, audit, bans};

/// The same form sent twice within this time is one commit.
const TWICE: Duration = Duration::minutes(1);

/// Saves the line's draft; its new version.
///
/// `seen` is the version of the draft that the editor began with (`None`: there was none).
///
/// # Errors
/// [`Error::Invalid`] on `draft` with [`Problem::Edited`] where somebody else has saved since:
/// nothing is lost, theirs is stored and the editor's is in its form. [`Error::NotFound`] where the
/// line's node is gone.
pub async fn save_draft(
    backend: &Backend,
    actor: &Actor,
    line: Line,
    content: &Content,
    seen: Option<i64>,
) -> Result<i64, Error> {
    require(actor)?;
    assert_eq!(content.kind(), line.kind, "content of the line's kind");
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    let object = begin(&mut tx, line).await?;
    let stored = sql::draft(&mut *tx, line).await?;
    let json = content.to_json();
    // The same form twice, or what somebody else has saved too.
    if let Some(stored) = stored.as_ref().filter(|stored| stored.content == json) {
        return Ok(stored.version);
    }
    if let Some(stored) = &stored
        && seen != Some(stored.version)
    {
        let by = stored.actor.clone();
        return Err(Error::invalid("draft", Problem::Edited { by }));
    }
    let version = sql::put_draft(&mut tx, line, &json, actor, now).await?;
    let before = stored.map(|stored| bounded(stored.content));
    let after = Some(bounded(json));
    audit::record(&mut tx, now, actor, "save draft", &object, before, after).await?;
    changes::note(&mut tx, Topic::Config, line.node).await?;
    tx.commit().await?;
    Ok(version)
}

/// Throws the draft away; none is fine.
///
/// # Errors
/// [`Problem::Edited`] on `draft` where it is not the version `seen`.
pub async fn discard_draft(
    backend: &Backend,
    actor: &Actor,
    line: Line,
    seen: i64,
) -> Result<(), Error> {
    require(actor)?;
    let now = backend.clock.now();
    let mut tx = backend.begin().await?;
    let object = begin(&mut tx, line).await?;
    let Some(stored) = sql::draft(&mut *tx, line).await? else {
        return Ok(());
    };
    if stored.version != seen {
        let by = stored.actor;
        return Err(Error::invalid("draft", Problem::Edited { by }));
    }
    sql::delete_draft(&mut tx, line).await?;
    let before = Some(bounded(stored.content));
    audit::record(&mut tx, now, actor, "discard draft", &object, before, None).await?;
    changes::note(&mut tx, Topic::Config, line.node).await?;
    tx.commit().await?;
    Ok(())
}

/// Makes the draft (of version `seen`) the line's newest revision. Sent twice, it is done once.
///
/// # Errors
/// [`Error::Invalid`]: `message`; on `draft` [`Problem::Missing`] (there is none),
/// [`Problem::Edited`], or [`Problem::Unchanged`].
pub async fn commit(
    backend: &Backend,
    actor: &Actor,
    line: Line,
    seen: i64,
    message: &str,
) -> Result<RevisionId, Error> {
    require(actor)?;
    let mut tx = backend.begin().await?;
    let revision = committed(backend, &mut tx, actor, line, seen, message).await?;
    tx.commit().await?;
    Ok(revision)
}

/// [`commit`] and then, in the same transaction, [`deploy`](super::deploy()) where `to` says whereto:
/// either both or nothing. Sent twice, it is done once.
///
/// # Errors
/// As both.
pub async fn publish(
    backend: &Backend,
    actor: &Actor,
    line: Line,
    seen: i64,
    message: &str,
    to: Option<&Scope>,
) -> Result<(RevisionId, Option<DeploymentId>), Error> {
    require(actor)?;
    let mut tx = backend.begin().await?;
    let revision = committed(backend, &mut tx, actor, line, seen, message).await?;
    let row = sql::revision_row(&mut *tx, revision).await?;
    let deployment = match (row, to) {
        (Some(row), Some(to)) => {
            let action = "deploy revision";
            Some(send(backend, &mut tx, actor, &row, to, action).await?)
        }
        _ => None,
    };
    tx.commit().await?;
    Ok((revision, deployment))
}

async fn committed(
    backend: &Backend,
    conn: &mut PgConnection,
    actor: &Actor,
    line: Line,
    seen: i64,
    message: &str,
) -> Result<RevisionId, Error> {
    let message = bans::text("message", message)?;
    if message.is_empty() {
        return Err(Error::invalid("message", Problem::Missing));
    }
    let now = backend.clock.now();
    let object = begin(conn, line).await?;
    let newest = sql::newest(&mut *conn, line).await?;
    let Some(draft) = sql::draft(&mut *conn, line).await? else {
        return match newest {
            Some(newest)
                if newest.actor == actor.name
                    && newest.message == message
                    && newest.created_at > now - TWICE =>
            {
                Ok(newest.id)
            }
            _ => Err(Error::invalid("draft", Problem::Missing)),
        };
    };
    if draft.version != seen {
        let by = draft.actor;
        return Err(Error::invalid("draft", Problem::Edited { by }));
    }
    if newest
        .as_ref()
        .is_some_and(|newest| newest.content == draft.content)
    {
        return Err(Error::invalid("draft", Problem::Unchanged));
    }
    let revision = sql::insert_revision(conn, line, &draft.content, &message, actor, now).await?;
    sql::delete_draft(conn, line).await?;
    let before = newest.map(|newest| json!({ "revision": newest.number }));
    let after = json!({
        "revision": revision.number,
        "message": message,
        "content": bounded(draft.content),
    });
    let action = "commit revision";
    audit::record(conn, now, actor, action, &object, before, Some(after)).await?;
    changes::note(conn, Topic::Config, line.node).await?;
    Ok(revision.id)
}

pub(super) fn require(actor: &Actor) -> Result<(), Error> {
    if actor.role.may(Permission::Configure) {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

/// Lets one change of configuration at a time be made, and names the line for the audit log.
pub(super) async fn begin(conn: &mut PgConnection, line: Line) -> Result<String, Error> {
    advisory::lock(conn, advisory::CONFIG).await?;
    let kind = line.kind.as_str();
    let Some(node) = line.node else {
        return Ok(kind.to_owned());
    };
    let name = sql::node_name(conn, node).await?.ok_or(Error::NotFound)?;
    Ok(format!("{kind} {name}"))
}

/// What the audit log keeps of a content: all of it, or how much it was. Revisions are kept whole.
fn bounded(content: serde_json::Value) -> serde_json::Value {
    const LIMIT: usize = 16 * 1024;
    let bytes = content.to_string().len();
    if bytes <= LIMIT {
        content
    } else {
        json!({ "bytes": bytes })
    }
}
