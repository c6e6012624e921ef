//! The page of alerts.

use backend::alerts::{self, ChannelRow, DeliveryRow, OpenAlert, RuleRow, Shown};
use backend::nodes::{self, NodeName};
use domain::alert::Kind;
use domain::role::Permission;
use leptos::prelude::*;

use crate::error::AppError;
use crate::layout::Frame;
use crate::pages::alerts::channel_form::ChannelEditor;
use crate::pages::alerts::channels::Channels;
use crate::pages::alerts::deliveries::Deliveries;
use crate::pages::alerts::open::Open;
use crate::pages::alerts::rule_form::RuleEditor;
use crate::pages::alerts::rules::Rules;
use crate::request::{FormBack, form_back, may, query, require, words};
use crate::widgets::Loaded;

#[component]
pub(crate) fn AlertsPage() -> impl IntoView {
    view! {
        <Frame title=words().alerts()>
            <Loaded load=load() view=|found| view! { <Screen found/> }/>
        </Frame>
    }
}

struct Found {
    open: Vec<OpenAlert>,
    rules: Vec<RuleRow>,
    channels: Vec<ChannelRow>,
    deliveries: Vec<DeliveryRow>,
    nodes: Vec<NodeName>,
    edit: Option<Edit>,
}

/// The one form that is open, by the page's address: every field has a name of its own then.
enum Edit {
    Rule(RuleRow, Option<FormBack>),
    Channel(ChannelRow, Option<FormBack>),
    Webhook(Option<FormBack>),
    Email(Option<FormBack>),
}

async fn load() -> Result<Found, AppError> {
    let (backend, _) = require(Permission::Read)?;
    let (rules, channels) = (
        alerts::rules(&backend).await?,
        alerts::channels(&backend).await?,
    );
    let edit = if may(Permission::Alerts) {
        edit(&rules, &channels).await
    } else {
        None
    };
    Ok(Found {
        open: alerts::open(&backend).await?,
        deliveries: alerts::deliveries(&backend).await?,
        nodes: nodes::names(&backend).await?,
        rules,
        channels,
        edit,
    })
}

async fn edit(rules: &[RuleRow], channels: &[ChannelRow]) -> Option<Edit> {
    if let Some(kind) = query("rule").and_then(|kind| Kind::from_text(&kind)) {
        let row = rules.iter().find(|row| row.rule.kind() == kind)?.clone();
        return Some(Edit::Rule(row, form_back("rule").await));
    }
    if let Some(id) = query("channel") {
        let row = channels.iter().find(|row| row.id.to_string() == id)?;
        return Some(Edit::Channel(row.clone(), form_back("channel").await));
    }
    match query("add")?.as_str() {
        "webhook" => Some(Edit::Webhook(form_back("channel").await)),
        "email" => Some(Edit::Email(form_back("channel").await)),
        _ => None,
    }
}

#[component]
fn Screen(found: Found) -> impl IntoView {
    let words = words();
    let Found {
        open,
        rules,
        channels,
        deliveries,
        nodes,
        edit,
    } = found;
    let editor = edit.map(|edit| match edit {
        Edit::Rule(row, back) => {
            let (nodes, channels) = (nodes.clone(), channels.clone());
            view! { <RuleEditor row nodes channels back/> }.into_any()
        }
        Edit::Channel(row, back) => {
            let webhook = matches!(row.shown, Shown::Webhook { .. });
            view! { <ChannelEditor webhook row=Some(row) back/> }.into_any()
        }
        Edit::Webhook(back) => view! { <ChannelEditor webhook=true row=None back/> }.into_any(),
        Edit::Email(back) => view! { <ChannelEditor webhook=false row=None back/> }.into_any(),
    });
    view! {
        <header class="page-head">
            <h1>{words.alerts()}</h1>
            <p class="muted">{words.alerts_text()}</p>
        </header>
        {editor}
        <Open open/>
        <Channels channels=channels.clone()/>
        <Rules rules channels nodes/>
        <Deliveries deliveries/>
    }
}
