//! The editor's server functions; each is one change to the draft.

use backend::config::{self, Content, Line};
use backend::{Actor, Backend};
use domain::acl::ListName;
use domain::config::Kind;
use domain::profile::{AclRef, AclRefError, ProfileAccess, Profiles};
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::pages::answer::{Typed, refuse, refuse_field};
use crate::pages::revisions::{begun, line_of};
use crate::request::{Flash, flash, go, require, words};
use crate::words::Words;

/// Sets one profile.
#[server(prefix = "/api/ui", endpoint = "profile_save")]
async fn profile_save(
    #[server(default)] profile: String,
    #[server(default)] acl_mode: String,
    #[server(default)] lists: String,
    #[server(default)] auth_calls: String,
    #[server(default)] version: String,
    #[server(default)] node: Option<i64>,
) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Configure)?;
    let line = line_of(Kind::Profiles, node);
    let typed = Fields {
        profile,
        acl_mode,
        lists,
        auth_calls,
    };
    let form = ("profile", typed.typed());
    let access = match typed.read(words()) {
        Ok(access) => access,
        Err((field, problem)) => return refuse_field(field, problem, PAGE, form).await,
    };
    let known = known_lists(&backend, line).await?;
    let one = Profiles::new(vec![access.clone()]).unwrap_or_default();
    let unknown = one.unknown_lists(|name| known.contains(name));
    if let Some((_, name)) = unknown.first() {
        let problem = words().profile_unknown_list(name.as_str());
        return refuse_field("lists", problem, PAGE, form).await;
    }
    let mut profiles = profiles(&backend, line).await?;
    let text = words().profile_saved(access.profile.as_str());
    match profiles
        .iter_mut()
        .find(|other| other.profile == access.profile)
    {
        Some(other) => *other = access,
        None => profiles.push(access),
    }
    save(&backend, &actor, (line, &version), profiles, form, text).await
}

/// Leaves one profile to the nodes again.
#[server(prefix = "/api/ui", endpoint = "profile_remove")]
async fn profile_remove(
    profile: String,
    #[server(default)] version: String,
    #[server(default)] node: Option<i64>,
) -> Result<(), AppError> {
    let (backend, actor) = require(Permission::Configure)?;
    let line = line_of(Kind::Profiles, node);
    let mut profiles = profiles(&backend, line).await?;
    profiles.retain(|access| access.profile.as_str() != profile);
    let text = words().profile_removed(&profile);
    save(
        &backend,
        &actor,
        (line, &version),
        profiles,
        ("profile", Vec::new()),
        text,
    )
    .await
}

const PAGE: &str = "/acl/profiles";

async fn save(
    backend: &Backend,
    actor: &Actor,
    (line, version): (Line, &str),
    profiles: Vec<ProfileAccess>,
    form: Typed<'_>,
    text: String,
) -> Result<(), AppError> {
    let Ok(profiles) = Profiles::new(profiles) else {
        let problem = words().too_many_lists().to_owned();
        return refuse_field("lists", problem, PAGE, form).await;
    };
    let seen = version.parse().ok();
    let content = Content::Profiles(profiles);
    match config::save_draft(backend, actor, line, &content, seen).await {
        Ok(_) => {
            flash(Flash::good(text)).await;
            go(&line
                .node
                .map_or(PAGE.to_owned(), |node| format!("{PAGE}?node={node}")));
            Ok(())
        }
        Err(error) => refuse(error, PAGE, form).await,
    }
}

/// As typed.
struct Fields {
    profile: String,
    acl_mode: String,
    lists: String,
    auth_calls: String,
}

impl Fields {
    fn typed(&self) -> Vec<(&'static str, String)> {
        vec![
            ("profile", self.profile.clone()),
            ("acl_mode", self.acl_mode.clone()),
            ("lists", self.lists.clone()),
            ("auth_calls", self.auth_calls.clone()),
        ]
    }

    fn read(&self, words: Words) -> Result<ProfileAccess, (&'static str, String)> {
        let profile = self.profile.parse();
        let profile = profile.map_err(|_| ("profile", words.profile_name_wrong().to_owned()))?;
        let inbound_acl = match self.acl_mode.as_str() {
            "none" => Some(Vec::new()),
            "lists" => Some(lists(words, &self.lists)?),
            _ => None,
        };
        let auth_calls = match self.auth_calls.as_str() {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        };
        Ok(ProfileAccess {
            profile,
            inbound_acl,
            auth_calls,
        })
    }
}

fn lists(words: Words, typed: &str) -> Result<Vec<AclRef>, (&'static str, String)> {
    let each = typed
        .split([',', ' ', '\n', '\r', '\t'])
        .filter(|name| !name.is_empty());
    let mut lists: Vec<AclRef> = Vec::new();
    for name in each {
        let acl = name.parse().map_err(|error| {
            let problem = match error {
                AclRefError::Network(error) => words.net_error(&error),
                AclRefError::Ipv6 => words.acl_ipv6().to_owned(),
                AclRefError::Name(error) => words.name_error(error).to_owned(),
            };
            (
                "lists",
                format!("{}: {problem}", domain::inert::inert(name.as_bytes(), 100)),
            )
        })?;
        if !lists.contains(&acl) {
            lists.push(acl);
        }
    }
    if lists.is_empty() {
        return Err(("lists", words.problem_missing().to_owned()));
    }
    Ok(lists)
}

/// Lists of ours that are saved as a revision, for all nodes and for this one, and lists that
/// profiles on the nodes ask already.
async fn known_lists(backend: &Backend, line: Line) -> Result<Vec<ListName>, AppError> {
    let mut known = Vec::new();
    let mut lines = vec![Line::fleet(Kind::Acl)];
    lines.extend(line.node.map(|node| Line::of(Kind::Acl, node)));
    for line in lines {
        let view = config::line(backend, line).await?;
        for revision in [view.newest, view.deployed].into_iter().flatten() {
            if let Content::Acl(lists) = revision.content {
                known.extend(lists.iter().map(|list| list.name.clone()));
            }
        }
    }
    for found in config::found(backend, Kind::Profiles).await? {
        let Some(Content::Profiles(profiles)) = found.content else {
            continue;
        };
        let asked = profiles
            .iter()
            .flat_map(|access| access.inbound_acl.clone().unwrap_or_default());
        known.extend(asked.filter_map(|acl| match acl {
            AclRef::List(name) => Some(name),
            _ => None,
        }));
    }
    Ok(known)
}

/// What the editor begins with.
async fn profiles(backend: &Backend, line: Line) -> Result<Vec<ProfileAccess>, AppError> {
    Ok(match begun(backend, line).await? {
        Some(Content::Profiles(profiles)) => profiles.into(),
        _ => Vec::new(),
    })
}
