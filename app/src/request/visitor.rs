//! Who asks, from where, in which language and theme.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, REFERER};
use axum::http::request::Parts;
use backend::accounts::User;
use domain::ids::NodeId;
use domain::role::Permission;
use leptos::prelude::*;

use crate::words::Words;

/// Put into the request's extensions by the server's session layer, freshly read for each request.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// Who is signed in; `None` also right after being disabled.
    pub user: Option<User>,
    /// Where from: a configured proxy's header, else the peer.
    pub address: Option<IpAddr>,
    /// It is time to write that the session is used.
    pub stale: bool,
    /// The database takes no changes now: what is shown may be old.
    pub read_only: bool,
}

/// The request's parts, to look at: a copy of all headers and extensions would be made for each word of a page.
pub(crate) fn request<R>(look: impl FnOnce(&Parts) -> R) -> Option<R> {
    with_context::<Parts, R>(look)
}

/// The page's path.
pub(crate) fn path() -> String {
    request(|parts| parts.uri.path().to_owned()).unwrap_or_default()
}

/// `http.public_url` of the console, where it is set; provided by the server.
#[derive(Clone, Debug)]
pub struct PublicUrl(pub Option<Arc<str>>);

/// Where workers reach the console. A proxy need not pass on the name that the browser used.
pub(crate) fn console_url() -> String {
    if let Some(PublicUrl(Some(url))) = use_context() {
        return url.to_string();
    }
    let host = request(|parts| {
        let host = parts.headers.get("host")?;
        host.to_str().ok().map(str::to_owned)
    });
    let host = host.flatten().unwrap_or_else(|| "console".to_owned());
    let this_machine = host.starts_with("127.") || host.starts_with("localhost");
    let scheme = if this_machine { "http" } else { "https" };
    format!("{scheme}://{host}")
}

/// Who asks.
pub(crate) fn visitor() -> Visitor {
    request(|parts| parts.extensions.get::<Visitor>().cloned())
        .flatten()
        .unwrap_or_default()
}

/// May the visitor do it? For showing and hiding; the server function asks again.
pub(crate) fn may(permission: Permission) -> bool {
    visitor().user.is_some_and(|user| user.role.may(permission))
}

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    /// Value of the cookie and of `<html data-theme>`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The theme cookie.
pub(crate) fn theme() -> Theme {
    match cookie("theme").as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    }
}

/// The language cookie, else the browser's first language that we have.
pub(crate) fn words() -> Words {
    request(|parts| words_of(&parts.headers)).unwrap_or(Words::En)
}

/// As [`words`], of a request that no page answers.
pub(crate) fn words_of(headers: &HeaderMap) -> Words {
    if let Some(language) = cookie_of(headers, "language").and_then(Words::from_tag) {
        return language;
    }
    let accepted = headers.get(ACCEPT_LANGUAGE);
    accepted
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .split(',')
        .find_map(|entry| Words::from_tag(entry.split(';').next().unwrap_or_default().trim()))
        .unwrap_or(Words::En)
}

fn cookie(name: &str) -> Option<String> {
    request(|parts| cookie_of(&parts.headers, name).map(ToOwned::to_owned)).flatten()
}

fn cookie_of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get_all(COOKIE).iter().find_map(|header| {
        header.to_str().ok()?.split(';').find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then_some(value)
        })
    })
}

/// One parameter of the page's address, decoded.
pub(crate) fn query(name: &str) -> Option<String> {
    request(|parts| {
        form_urlencoded::parse(parts.uri.query()?.as_bytes())
            .find_map(|(key, value)| (key == name).then(|| value.into_owned()))
            .filter(|value| !value.is_empty())
    })
    .flatten()
}

/// The one node the visitor looks at; `None` is all of them.
pub(crate) fn scope() -> Option<NodeId> {
    query("node").and_then(|id| id.parse().ok()).map(NodeId)
}

/// A page's path with the visitor's scope.
pub(crate) fn scoped(path: &str) -> String {
    scope().map_or_else(|| path.to_owned(), |node| format!("{path}?node={node}"))
}

/// Pages that are about a period, each with a part of the other's parameters.
const PERIODIC: [&str; 3] = ["/", "/attacks", "/bans/history"];
/// What the address says about the period.
const PERIOD: [&str; 3] = ["window", "from", "to"];
/// A place in a list; another list has others.
const PLACES: [&str; 4] = ["node", "after", "before", "open"];

/// This page's address for another scope: what it is asked for stays, but for the place in a list.
pub(crate) fn rescoped(path: &str, node: Option<NodeId>) -> String {
    let stays = |name: &str| PERIODIC.contains(&path) && !PLACES.contains(&name);
    with_parameters(path, node, stays)
}

/// A page of the navigation, with the visitor's scope and, where it is about one, the period.
pub(crate) fn navigated(path: &str) -> String {
    let periodic = request(|parts| PERIODIC.contains(&parts.uri.path())).unwrap_or_default();
    let stays = |name: &str| periodic && PERIODIC.contains(&path) && PERIOD.contains(&name);
    with_parameters(path, scope(), stays)
}

fn with_parameters(path: &str, node: Option<NodeId>, stays: impl Fn(&str) -> bool) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    if let Some(node) = node {
        pairs.append_pair("node", &node.to_string());
    }
    let query = request(|parts| parts.uri.query().map(str::to_owned)).flatten();
    let own = form_urlencoded::parse(query.as_deref().unwrap_or_default().as_bytes());
    for (name, value) in own.filter(|(name, value)| stays(name) && !value.is_empty()) {
        pairs.append_pair(&name, &value);
    }
    match pairs.finish() {
        pairs if pairs.is_empty() => path.to_owned(),
        pairs => format!("{path}?{pairs}"),
    }
}

/// Is the navigation folded to its icons?
pub(crate) fn narrow_navigation() -> bool {
    cookie("navigation").as_deref() == Some("narrow")
}

/// Answers a form with a redirect inside the console.
pub(crate) fn go(path: &str) {
    debug_assert!(path.starts_with('/') && !path.starts_with("//"));
    leptos_axum::redirect(path);
}

/// Back to the page the form stood on (its path and query only), else to `otherwise`.
pub(crate) fn go_back(otherwise: &str) {
    let referer = request(|parts| {
        let referer = parts.headers.get(REFERER)?.to_str().ok()?;
        let referer = referer.parse::<axum::http::Uri>().ok()?;
        let path = referer.path_and_query()?.as_str().to_owned();
        (path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\"))
            .then_some(path)
    });
    go(&referer.flatten().unwrap_or_else(|| otherwise.to_owned()));
}
