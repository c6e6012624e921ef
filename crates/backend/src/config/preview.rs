//! The files of a node as they will be written: the worker does the same with the same functions.

use std::collections::BTreeMap;

use domain::config::Kind;
use domain::ids::NodeId;
use domain::reason::FileReason;
use domain::{acl, cti, profile};
use serde::Deserialize;

use super::content::read;
use super::report::place;
use super::{Content, sql};
use crate::{Backend, Error};

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePreview {
    /// Where it stands on the node.
    pub path: String,
    /// As it is there now; empty where there is none.
    pub before: String,
    /// As it will be, or why it cannot be written.
    pub after: Result<String, FileReason>,
}

/// What `content` makes of the node's files, as its worker last told of them. They may hold other
/// programs' secrets: for admins. Empty where nothing is known, and for the jail, whose file is
/// ours alone.
pub async fn preview(
    backend: &Backend,
    node: NodeId,
    content: &Content,
) -> Result<Vec<FilePreview>, Error> {
    let kind = content.kind();
    let Some((listed, sealed)) = sql::files(&backend.pool, node, kind).await? else {
        return Ok(Vec::new());
    };
    // Sealed with another key: the worker tells again when it connects.
    let Ok(opened) = backend.sealer().open(&place(node, kind), &sealed) else {
        return Ok(Vec::new());
    };
    let listed: Vec<Listed> = read("node_configs", listed)?;
    let opened = serde_json::from_slice(&opened).unwrap_or_default();
    let mut texts: BTreeMap<String, String> = read("node_configs", opened)?;
    let files = listed.into_iter().filter(|_| kind != Kind::Jail);
    let files = files.map(|file| {
        let before = texts.remove(&file.path);
        let unknown = before.is_none() && file.bytes > 0;
        let before = before.unwrap_or_default();
        FilePreview {
            after: if unknown {
                Err(FileReason::Unknown)
            } else {
                written(content, &before)
            },
            path: file.path,
            before,
        }
    });
    Ok(files.collect())
}

/// A file that was found, or looked for.
#[derive(Deserialize)]
struct Listed {
    path: String,
    bytes: u64,
}

fn written(content: &Content, before: &str) -> Result<String, FileReason> {
    match content {
        Content::CallRules(rules) => cti::file::write(before.as_bytes(), rules)
            .map_err(FileReason::from)
            .and_then(|bytes| String::from_utf8(bytes).map_err(|_| FileReason::Unknown)),
        Content::Acl(lists) => acl::file::write(before, lists).map_err(FileReason::from),
        Content::Profiles(profiles) => profile::write(before, profiles)
            .map(|written| written.text)
            .map_err(FileReason::from),
        Content::Jail(_) => Ok(before.to_owned()),
    }
}
