//! The call rules page.

use backend::config::{self, Content, Impact, NodeFound};
use domain::config::Kind;
use domain::cti::{CallRules, FormText};
use domain::insight::Insight;
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::insights::InsightsBox;
use crate::pages::revisions::{LineScreen, Screen, load as load_line};
use crate::pages::rules::editor::{Editor, Tester};
use crate::pages::rules::impact::ImpactCard;
use crate::pages::rules::nodes::{NodeTable, SectionText};
use crate::request::{FormBack, form_back, may, query, require, scope, words};
use crate::widgets::Loaded;

#[component]
pub(crate) fn RulesPage() -> impl IntoView {
    view! {
        <Frame title=words().call_rules()>
            <Loaded load=load() view=|found| view! { <Page found/> }/>
        </Frame>
    }
}

struct Found {
    screen: Screen,
    nodes: Vec<NodeFound>,
    back: Option<FormBack>,
    /// What the editor shows.
    shown: FormText,
    /// Typed, looked at, not saved.
    tried: bool,
    /// [`Found::shown`], where it is right.
    rules: Option<CallRules>,
    /// What it would change; `None` where it is what is deployed.
    impact: Option<Impact>,
}

async fn load() -> Result<Found, AppError> {
    let (backend, _) = require(Permission::Read)?;
    let screen = load_line(&backend, Kind::CallRules).await?;
    let mut nodes = config::found(&backend, Kind::CallRules).await?;
    let back = form_back("rules").await;
    let typed = back.as_ref().map(given_back).or_else(tried);
    let tried = back.is_none() && typed.is_some();
    let shown = typed.unwrap_or_else(|| {
        let stored = rules_of(screen.content()).cloned();
        FormText::from(&stored.or_else(|| common(&nodes)).unwrap_or_default())
    });
    nodes.retain(|found| scope().is_none_or(|node| node == found.node));
    let rules = shown.parse().ok();
    let before = deployed(&screen);
    let impact = match &rules {
        Some(rules) if Some(rules) != before => {
            Some(config::impact(&backend, screen.view.line.node, before, rules).await?)
        }
        _ => None,
    };
    Ok(Found {
        screen,
        nodes,
        back,
        shown,
        tried,
        rules,
        impact,
    })
}

/// What the address holds after "check without saving".
fn tried() -> Option<FormText> {
    query("max_len")?;
    let field = |name| query(name).unwrap_or_default();
    Some(FormText {
        filename: field("filename"),
        max_len: field("max_len"),
        deny: field("deny"),
        allow: field("allow"),
    })
}

fn given_back(back: &FormBack) -> FormText {
    let field = |name| back.value(name).unwrap_or_default().to_owned();
    FormText {
        filename: field("filename"),
        max_len: field("max_len"),
        deny: field("deny"),
        allow: field("allow"),
    }
}

fn rules_of(content: Option<&Content>) -> Option<&CallRules> {
    match content? {
        Content::CallRules(rules) => Some(rules),
        _ => None,
    }
}

/// What the nodes of this line were sent last.
fn deployed(screen: &Screen) -> Option<&CallRules> {
    let own = screen.view.deployed.as_ref();
    let followed = screen
        .node
        .as_ref()
        .and_then(|looked| looked.fleet.deployed.as_ref());
    rules_of(own.or(followed).map(|revision| &revision.content))
}

/// Before the first revision: what all nodes have, where that is the same.
fn common(nodes: &[NodeFound]) -> Option<CallRules> {
    let mut rules = nodes.iter().map(|found| rules_of(found.content.as_ref()));
    let first = rules.next()??;
    rules
        .all(|other| other == Some(first))
        .then(|| first.clone())
}

#[component]
fn Page(found: Found) -> impl IntoView {
    let words = words();
    let Found {
        screen,
        nodes,
        back,
        shown,
        tried,
        rules,
        impact,
    } = found;
    let texts = words.tester_texts();
    let drafted = rules_of(screen.view.draft.as_ref().map(|draft| &draft.content));
    let warnings = drafted
        .map(|rules| {
            rules
                .warnings()
                .iter()
                .map(|warning| texts.warning(warning))
                .collect()
        })
        .unwrap_or_default();
    let first = deployed(&screen).is_none();
    let editor = may(Permission::Configure).then(|| {
        let (screen, shown) = (screen.clone(), shown.clone());
        view! { <Editor screen shown tried back/> }
    });
    let tester = view! { <Tester screen=screen.clone() shown/> };
    let impact = impact.zip(rules.clone());
    view! {
        <LineScreen screen text=words.rules_text() warnings on_nodes=view! { <NodeTable nodes/> }.into_any()>
            {rules.as_ref().map(|rules| view! { <p>{words.rules_sentence(rules)}</p> })}
            <InsightsBox which=|insight: &Insight| matches!(insight, Insight::NumberGotThrough { .. })/>
            // Named, so that a refresh finds it whatever comes and goes before it: a refused form
            // would be forgotten.
            <div class="columns wide-first" id="rules-columns">
                {editor}
                {tester}
            </div>
            {impact.map(|(impact, rules)| view! { <ImpactCard impact rules first/> })}
            {rules.map(|rules| view! { <SectionText rules/> })}
        </LineScreen>
    }
}
