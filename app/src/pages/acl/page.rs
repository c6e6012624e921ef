//! The page of ACL lists.

use backend::config::{self, Content, NodeFound};
use domain::acl::AclLists;
use domain::acl::checks::{Surroundings, Warning, check};
use domain::config::Kind;
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::acl::address::Address;
use crate::pages::acl::bring_in::BringIn;
use crate::pages::acl::entries::Entries;
use crate::pages::acl::list_forms::{AddList, ChangeList};
use crate::pages::acl::lists::Lists;
use crate::pages::acl::preview::Preview;
use crate::pages::acl::tester::Tester;
use crate::pages::revisions::{LineScreen, Screen, load as load_line};
use crate::request::{FormBack, may, require, scope, take_flash, words};
use crate::widgets::Loaded;
use crate::words::Words;

#[component]
pub(crate) fn AclPage() -> impl IntoView {
    view! {
        <Frame title=words().acl_lists()>
            <Loaded load=load() view=|found| view! { <Page found/> }/>
        </Frame>
    }
}

struct Found {
    screen: Screen,
    nodes: Vec<NodeFound>,
    around: Surroundings,
    back: Option<FormBack>,
}

async fn load() -> Result<Found, AppError> {
    let (backend, _) = require(Permission::Read)?;
    let mut nodes = config::found(&backend, Kind::Acl).await?;
    nodes.retain(|found| scope().is_none_or(|node| node == found.node));
    let screen = load_line(&backend, Kind::Acl).await?;
    let around = if screen.has_draft() {
        config::surroundings(&backend, &screen.targets()).await?
    } else {
        Surroundings::default()
    };
    Ok(Found {
        screen,
        around,
        nodes,
        back: take_flash().await.and_then(|flash| flash.form),
    })
}

#[component]
fn Page(found: Found) -> impl IntoView {
    let words = words();
    let Found {
        screen,
        nodes,
        around,
        back,
    } = found;
    let lists = lists_of(screen.content());
    let deployed = screen
        .view
        .deployed
        .as_ref()
        .map(|revision| &revision.content);
    let before = lists_of(deployed);
    let warnings = warnings(words, &lists, &before, &around);
    let address = Address::read();
    let open = address.open(&lists).cloned();
    let configures = may(Permission::Configure);
    let form = |name: &str| back.clone().filter(|form| form.name == name);
    let (entries_back, list_back) = (form("entry"), form("list"));
    let (paste_back, add_back, import_back) = (form("paste"), form("list_add"), form("import"));
    let opened = open.clone().map(|list| {
        let (screen, address) = (screen.clone(), address.clone());
        view! {
            <Entries list=list.clone() screen=screen.clone() address back=entries_back paste_back/>
            {configures.then(|| view! { <ChangeList list=list.clone() screen back=list_back/> })}
        }
    });
    let tester = open.map(|list| view! { <Tester list test=address.test.clone()/> });
    let sources: Vec<_> = nodes
        .iter()
        .map(|found| (found.node, found.name.clone()))
        .collect();
    let bring_screen = screen.clone();
    let adding = configures.then(|| {
        view! {
            <AddList screen=screen.clone() back=add_back/>
            <BringIn screen=bring_screen nodes=sources back=import_back/>
        }
    });
    let (overview, preview) = (lists.clone(), lists);
    view! {
        <LineScreen screen text=words.acl_text() warnings>
            <p class="muted">
                {words.profiles_step()}": "
                <a href=crate::request::scoped("/acl/profiles")>{words.sip_profiles()}</a>
            </p>
            <Lists lists=overview open=address.open(&preview).map(|list| list.name.clone())/>
            {opened}
            {tester}
            {adding}
            <Preview lists=preview nodes/>
        </LineScreen>
    }
}

fn lists_of(content: Option<&Content>) -> AclLists {
    match content {
        Some(Content::Acl(lists)) => lists.clone(),
        _ => AclLists::default(),
    }
}

fn warnings(
    words: Words,
    lists: &AclLists,
    before: &AclLists,
    around: &Surroundings,
) -> Vec<String> {
    let network = |warning: &Warning| match warning {
        Warning::Twice { list, entry, .. } | Warning::NoEffect { list, entry, .. } => lists
            .get(list.as_str())
            .and_then(|list| list.entries.get(*entry))
            .map(|entry| entry.network().to_string()),
        _ => None,
    };
    check(lists, before, around)
        .iter()
        .take(50)
        .map(|warning| words.acl_warning(warning, &network(warning).unwrap_or_default()))
        .collect()
}
